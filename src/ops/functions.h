#pragma once

#include <string_view>

#include "model/op.h"

namespace flopstat {

/// The word for a function: "relu", "gelu_tanh", "squared_difference".
std::string_view name_of(UnaryFn fn);
std::string_view name_of(BinaryFn fn);

}  // namespace flopstat
