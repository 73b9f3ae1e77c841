#include "ops/ops.h"

namespace flopstat {
namespace {

Inferred same_shape(const Operand& x) {
  if (!x) return Unknown{"the operand x is missing"};
  return one_result(x.dtype(), x.shape());
}

/// The sentence for an axis that x does not have.
Unknown no_such_axis(int64_t axis, const Operand& x) {
  return Unknown{"axis " + std::to_string(axis) + " is outside x of shape " + to_string(x.shape())};
}

/// Where the rows of a normalisation lie: their number and length. No rows where x is empty.
struct Rows {
  Count number = 0;
  Count length = 0;
};

Rows rows_of(const Operands& operands, size_t first, size_t end) {
  const Shape& shape = operands.in(0).shape();
  const auto at = [&](size_t axis) { return shape.begin() + static_cast<std::ptrdiff_t>(axis); };
  const Count length = product(Shape(at(first), at(end)));
  if (length == 0) return {};
  return {.number = operands.letter("rows", "rows that are normalised", product(shape) / length),
          .length = operands.letter("n", "elements of a row", length)};
}

}  // namespace

// --- Softmax ---------------------------------------------------------------------------------------------------------

Inferred infer(const Softmax& softmax, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  if (!x.shape().empty() && !wrap_axis(softmax.axis, x.rank())) return no_such_axis(softmax.axis, x);
  return same_shape(x);
}

/// Operands:  x -> y of the same shape, rows of n elements
/// Counts:    per row n - 1 compare (the largest), n add (less the largest), n transcendental, n - 1 add (the sum),
///            n div. Log: n add and one transcendental instead of the n div. A beta other than 1: n mul. The same for
///            quantized rows: tables give the output's scale.
/// Source:    docs/counting.md, section 2. Example: a row of 10: 5 * 10 - 2 = 48.
Known<Cost> count(const Softmax& softmax, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  Rows rows{.number = 1, .length = 1};
  if (!x.shape().empty()) {
    const std::optional<size_t> axis = wrap_axis(softmax.axis, x.rank());
    if (!axis) return no_such_axis(softmax.axis, x);
    rows = rows_of(operands, *axis, softmax.flatten ? x.rank() : *axis + 1);
  }
  Cost cost;
  if (rows.number == 0) return cost;
  const Count n = rows.length;
  const DType type = x.dtype();
  cost.add(Part::core, Unit::compare, type, rows.number * (n - 1));
  cost.add(Part::core, Unit::add, type, rows.number * (n * (softmax.log ? 3 : 2) - 1));
  cost.add(Part::core, Unit::transcendental, type, rows.number * (softmax.log ? n + 1 : n));
  if (!softmax.log) cost.add(Part::core, Unit::div, type, rows.number * n);
  if (softmax.scaled) cost.add(Part::core, Unit::mul, type, rows.number * n);
  return cost;
}

Role role(const Softmax&, size_t) { return Role::data; }

// --- BatchNorm -------------------------------------------------------------------------------------------------------

Inferred infer(const BatchNorm&, const Operands& operands) { return same_shape(operands.in(0)); }

/// Operands:  x, scale, shift, mean, variance, one of each per channel -> y
/// Counts:    mul = add = |x|: the four constants fold into a scale and a shift
/// Source:    docs/counting.md, section 2. Example: 64 channels of 56 x 56: 200,704 mul and as many add.
Known<Cost> count(const BatchNorm&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  Cost cost;
  const Count elements = x.size();
  cost.add(Part::core, Unit::mul, x.dtype(), elements);
  cost.add(Part::core, Unit::add, x.dtype(), elements);
  return cost;
}

Role role(const BatchNorm&, size_t operand) { return operand == 0 ? Role::data : Role::weight; }

// --- L2Norm ----------------------------------------------------------------------------------------------------------

Inferred infer(const L2Norm& norm, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  if (!wrap_axis(norm.axis, x.rank())) return no_such_axis(norm.axis, x);
  return same_shape(x);
}

/// Operands:  x -> y of the same shape, rows of n elements
/// Counts:    per row n mul, n - 1 add, compare (not below epsilon), transcendental, n div
/// Source:    docs/counting.md, section 2. Example: a row of 4: 4 + 3 + 1 + 1 + 4 = 13.
Known<Cost> count(const L2Norm& norm, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  const std::optional<size_t> axis = wrap_axis(norm.axis, x.rank());
  if (!axis) return no_such_axis(norm.axis, x);
  const Rows rows = rows_of(operands, *axis, *axis + 1);
  Cost cost;
  if (rows.number == 0) return cost;
  cost.add(Part::core, Unit::mul, x.dtype(), rows.number * rows.length);
  cost.add(Part::core, Unit::add, x.dtype(), rows.number * (rows.length - 1));
  cost.add(Part::core, Unit::compare, x.dtype(), rows.number);
  cost.add(Part::core, Unit::transcendental, x.dtype(), rows.number);
  cost.add(Part::core, Unit::div, x.dtype(), rows.number * rows.length);
  return cost;
}

Role role(const L2Norm&, size_t) { return Role::data; }

}  // namespace flopstat
