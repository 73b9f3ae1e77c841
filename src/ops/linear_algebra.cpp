#include "ops/elements.h"
#include "ops/ops.h"

namespace flopstat {

// --- AffineGrid ------------------------------------------------------------------------------------------------------

Inferred infer(const AffineGrid&, const Operands& operands) {
  const std::optional<Shape> size = sizes_of(operands.in(1));
  if (!size) return not_known(operands.in(1), "the size of the grid");
  if (size->size() != 4 && size->size() != 5) return Unknown{"a grid has 4 or 5 sizes, not " + to_string(*size)};
  Shape shape{(*size)[0]};
  shape.insert(shape.end(), size->begin() + 2, size->end());
  shape.push_back(static_cast<int64_t>(size->size()) - 2);
  return one_result(operands.in(0).dtype(), std::move(shape));
}

/// Operands:  theta [N, r, r + 1], size -> positions [N, ..., r]
/// Counts:    each position is theta by a point of r + 1 coordinates: mul_add |y| * (r + 1)
/// Source:    ONNX operator AffineGrid. Example: 1 image of 5 x 6: 5 * 6 * 2 * 3 = 180 MACs.
Known<Cost> count(const AffineGrid&, const Operands& operands) {
  const Operand& y = operands.out(0);
  Cost cost;
  cost.add(Part::core, Unit::mul_add, y.dtype(),
           y.size() * operands.letter("(r+1)", "coordinates of a point and 1", y.shape().back() + 1));
  return cost;
}

Role role(const AffineGrid&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

// --- Determinant -----------------------------------------------------------------------------------------------------

Inferred infer(const Determinant&, const Operands& operands) {
  Shape shape = operands.in(0).shape();
  shape.pop_back();
  shape.pop_back();
  return one_result(operands.in(0).dtype(), std::move(shape));
}

/// Counts:  2n^3 / 3 operations per matrix, half mul, half add, rounded up; the usual formula of an LU decomposition
/// Source:  docs/counting.md, section 2. Example: 3 x 3: 18, 9 mul and 9 add.
Known<Cost> count(const Determinant&, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Count n = operands.letter("n", "rows of a matrix", x.shape().back());
  const Count each = (n * n * n + 2) / 3;
  const Count matrices = n == 0 ? Count{0} : x.size() / (n * n);
  Cost cost;
  cost.add(Part::core, Unit::mul, x.dtype(), matrices * each, Certainty::model);
  cost.add(Part::core, Unit::add, x.dtype(), matrices * each, Certainty::model);
  return cost;
}

Role role(const Determinant&, size_t) { return Role::data; }

}  // namespace flopstat
