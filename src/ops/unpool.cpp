#include "ops/elements.h"
#include "ops/ops.h"

namespace flopstat {

// --- Unpool ----------------------------------------------------------------------------------------------------------

Inferred infer(const Unpool& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (operands.in(2)) {
    std::optional<Shape> sizes = sizes_of(operands.in(2));
    if (!sizes) return not_known(operands.in(2), "the shape of the result");
    return one_result(x.dtype(), *std::move(sizes));
  }
  Shape shape = x.shape();
  if (shape.size() != op.window.axes.size() + 2)
    return Unknown{"x of " + to_string(shape) + " does not fit the window"};
  for (size_t i = 0; i < op.window.axes.size(); ++i) {
    const Axis& axis = op.window.axes[i];
    if (shape[i + 2] > kMaxDim) return Unknown{"a size is too large"};
    shape[i + 2] = (shape[i + 2] - 1) * axis.stride + axis.kernel - axis.pad_before - axis.pad_after;
  }
  return one_result(x.dtype(), std::move(shape));
}

/// Elements are put in their places: no work.
Known<Cost> count(const Unpool&, const Operands&) { return Cost{}; }

Role role(const Unpool&, size_t operand) {
  if (operand == 0) return Role::data;
  return operand == 1 ? Role::index : Role::shape;
}

// --- ColumnsToImage --------------------------------------------------------------------------------------------------

Inferred infer(const ColumnsToImage&, const Operands& operands) {
  const Operand& x = operands.in(0);
  const std::optional<Shape> image = sizes_of(operands.in(1));
  const std::optional<Shape> block = sizes_of(operands.in(2));
  if (!image) return not_known(operands.in(1), "the shape of the image");
  if (!block) return not_known(operands.in(2), "the shape of the blocks");
  const Count taps = product(*block);
  if (x.rank() != 3 || taps == 0 || x.shape()[1] % static_cast<int64_t>(taps.value()) != 0) {
    return Unknown{"columns of " + to_string(x.shape()) + " do not hold blocks of " + to_string(*block)};
  }
  Shape shape{x.shape()[0], x.shape()[1] / static_cast<int64_t>(taps.value())};
  shape.insert(shape.end(), image->begin(), image->end());
  return one_result(x.dtype(), std::move(shape));
}

/// Counts:  add = |x|: each element of a block is added to the image
/// Source:  docs/counting.md, section 2, "scatter". Example: 5 blocks of 5: 25.
Known<Cost> count(const ColumnsToImage&, const Operands& operands) {
  Cost cost;
  cost.add(Part::core, Unit::add, operands.in(0).dtype(), operands.in(0).size());
  return cost;
}

Role role(const ColumnsToImage&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

}  // namespace flopstat
