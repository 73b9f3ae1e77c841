#pragma once

#include <optional>
#include <string_view>

#include "model/op.h"

namespace flopstat {

/// The operation that a format's word stands for ("CONV_2D", "Gemm"), as far as the word alone tells: attributes are
/// the defaults. `Opaque` where they are needed to tell. None: no format has the word.
std::optional<Op> operation_named(std::string_view word);

}  // namespace flopstat
