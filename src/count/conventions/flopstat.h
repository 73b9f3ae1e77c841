#pragma once

#include "count/convention.h"

namespace flopstat {

/// FLOPs of floating-point work and OPs of integer work: a mul_add is two, every other unit one. Work on indices and on
/// constants alone is none.
Known<Count> flopstat_flops(const Node& node, const Operands& operands, const Cost& cost);
Known<Count> flopstat_int_ops(const Node& node, const Operands& operands, const Cost& cost);

inline constexpr Convention kFlopstatConvention{"flopstat", "docs/counting.md", flopstat_flops, flopstat_int_ops};

}  // namespace flopstat
