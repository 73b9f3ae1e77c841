#pragma once

#include <string>
#include <vector>

#include "flopstat/known.h"
#include "model/count.h"
#include "model/op.h"
#include "ops/operands.h"

namespace flopstat {

/// The product of what the operands so far have come to and the next one. One letter stands for each axis.
struct EinsumStep {
  std::string left;         ///< axes of the first factor, those that it alone has summed out
  std::string right;        ///< axes of the second
  Count left_sums = 0;      ///< additions that sum them out
  Count right_sums = 0;     ///< of the second factor
  Count left_elements = 0;  ///< of the first factor
  std::string axes = {};    ///< of both
  Count products = 0;       ///< the product of their sizes
  bool contracts = false;   ///< the products are summed over some axis
};

/// The steps of an einsum of two or more operands, left to right; none for a single operand. Unknown: the equation does
/// not fit the operands.
Known<std::vector<EinsumStep>> einsum_steps(const Einsum& op, const Operands& operands);

}  // namespace flopstat
