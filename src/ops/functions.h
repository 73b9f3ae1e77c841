#pragma once

#include <optional>
#include <string_view>

#include "flopstat/work.h"
#include "model/op.h"

namespace flopstat {

/// The word for a function: "relu", "gelu_tanh", "squared_difference".
std::string_view name_of(UnaryFn fn);
std::string_view name_of(BinaryFn fn);

/// The work of one step of a reduction; nothing for one that is not simply repeated.
std::optional<Unit> unit_of(ReduceFn fn);

}  // namespace flopstat
