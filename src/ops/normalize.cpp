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

/// Work of bringing rows to mean 0 and deviation 1, then by a scale and a shift.
///
/// Source: docs/counting.md, section 2: add 3n - 1, mul 2n, div 2, t 1 per row; affine n mul, n add.
void add_rows(Cost& cost, DType type, const Rows& rows, bool scale, bool shift) {
  const Count elements = rows.number * rows.length;
  cost.add(Part::core, Unit::add, type, elements * 3 - rows.number);
  cost.add(Part::core, Unit::mul, type, elements * 2);
  cost.add(Part::core, Unit::div, type, rows.number * 2);
  cost.add(Part::core, Unit::transcendental, type, rows.number);
  if (scale) cost.add(Part::core, Unit::mul, type, elements);
  if (shift) cost.add(Part::core, Unit::add, type, elements);
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

Inferred infer(const BatchNorm& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!op.training) return same_shape(x);
  return std::vector<Value>{{.dtype = x.dtype(), .shape = x.shape()},
                            {.dtype = operands.in(3).dtype(), .shape = operands.in(3).shape()},
                            {.dtype = operands.in(4).dtype(), .shape = operands.in(4).shape()}};
}

/// Operands:  x, scale, shift, mean, variance, one of each per channel -> y
/// Counts:    mul = add = |x|: the four constants fold into a scale and a shift. Training: as a layer normalisation of
///            each channel, and 4 mul + 2 add per channel for the running statistics
/// Source:    docs/counting.md, sections 2 and 5. Example: 64 channels of 56 x 56: 200,704 mul and as many add.
Known<Cost> count(const BatchNorm& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  Cost cost;
  const Count elements = x.size();
  if (op.training) {
    const Count channels =
        operands.letter("C", "channels", op.layout == DataLayout::channels_first ? x.shape()[1] : x.shape().back());
    if (elements == 0) return cost;
    add_rows(cost, x.dtype(), {.number = channels, .length = elements / channels}, true, true);
    cost.add(Part::core, Unit::mul, x.dtype(), channels * 4);
    cost.add(Part::core, Unit::add, x.dtype(), channels * 2);
    return cost;
  }
  cost.add(Part::core, Unit::mul, x.dtype(), elements);
  cost.add(Part::core, Unit::add, x.dtype(), elements);
  return cost;
}

Role role(const BatchNorm&, size_t operand) { return operand == 0 ? Role::data : Role::weight; }

// --- Normalize -------------------------------------------------------------------------------------------------------

namespace {

/// Elements of one row.
Known<Count> row_length(const Normalize& op, const Operand& x) {
  const Shape& shape = x.shape();
  switch (op.rows) {
    case Normalize::Rows::trailing: {
      const std::optional<size_t> axis = wrap_axis(op.axis, shape.size());
      if (!axis) return no_such_axis(op.axis, x);
      return product(Shape(shape.begin() + static_cast<std::ptrdiff_t>(*axis), shape.end()));
    }
    case Normalize::Rows::channels: {
      const int64_t groups = op.groups == 0 ? shape[1] : op.groups;
      if (groups < 1 || shape[1] % groups != 0) {
        return Unknown{"x of shape " + to_string(shape) + " has no " + std::to_string(groups) + " groups of channels"};
      }
      return Count{shape[1] / groups} * product(Shape(shape.begin() + 2, shape.end()));
    }
    case Normalize::Rows::axes: {
      Count length = 1;
      for (const int64_t each : op.axes) {
        const std::optional<size_t> axis = wrap_axis(each, shape.size());
        if (!axis) return no_such_axis(each, x);
        length *= shape[*axis];
      }
      return length;
    }
  }
  return Unknown{"there is no formula for these rows"};
}

/// Statistics of a layer normalisation: one per row, its axes kept with size 1.
Shape statistics_shape(const Normalize& op, const Shape& x) {
  Shape shape = x;
  const std::optional<size_t> axis = wrap_axis(op.axis, x.size());
  for (size_t i = axis.value_or(0); i < shape.size(); ++i) shape[i] = 1;
  return shape;
}

}  // namespace

Inferred infer(const Normalize& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Known<Count> length = row_length(op, x);
  if (known(length) == nullptr) return reason(length);
  const Value statistics{.dtype = bits_of(x.dtype()) < 32 ? DType::f32 : x.dtype(),
                         .shape = statistics_shape(op, x.shape())};
  return std::vector<Value>{{.dtype = x.dtype(), .shape = x.shape()}, statistics, statistics};
}

/// Operands:  x in rows of n elements, scale or absent, shift or absent -> y
/// Counts:    per row add 3n - 1, mul 2n, div 2, t; scale n mul, shift n add. Root mean square: mul 2n, add n, div, t
/// Source:    docs/counting.md, section 2. Example: a row of 4 with scale and shift: 15 add, 12 mul, 2 div, 1 t.
Known<Cost> count(const Normalize& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Known<Count> length = row_length(op, x);
  if (known(length) == nullptr) return reason(length);
  Cost cost;
  const Count elements = x.size();
  if (elements == 0) return cost;
  const Rows rows{
      .number = operands.letter("rows", "rows that are normalised", elements.value() / known(length)->value()),
      .length = operands.letter("n", "elements of a row", *known(length))};
  if (!op.root_mean_square) {
    add_rows(cost, x.dtype(), rows, bool{operands.in(1)}, bool{operands.in(2)});
    return cost;
  }
  cost.add(Part::core, Unit::mul, x.dtype(), elements * 2);
  cost.add(Part::core, Unit::add, x.dtype(), elements);
  cost.add(Part::core, Unit::div, x.dtype(), rows.number);
  cost.add(Part::core, Unit::transcendental, x.dtype(), rows.number);
  if (operands.in(1)) cost.add(Part::core, Unit::mul, x.dtype(), elements);
  if (operands.in(2)) cost.add(Part::core, Unit::add, x.dtype(), elements);
  return cost;
}

Role role(const Normalize&, size_t operand) { return operand == 0 ? Role::data : Role::weight; }

// --- Hardmax ---------------------------------------------------------------------------------------------------------

Inferred infer(const Hardmax& op, const Operands& operands) {
  return infer(Softmax{.axis = op.axis, .flatten = op.flatten}, operands);
}

/// Counts:  per row of n elements n - 1 compare
/// Source:  docs/counting.md, section 2, "arg". Example: a row of 5: 4.
Known<Cost> count(const Hardmax& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const std::optional<size_t> axis = wrap_axis(op.axis, x.rank());
  if (!axis) return no_such_axis(op.axis, x);
  const Rows rows = rows_of(operands, *axis, op.flatten ? x.rank() : *axis + 1);
  Cost cost;
  if (rows.number == 0) return cost;
  cost.add(Part::core, Unit::compare, x.dtype(), rows.number * (rows.length - 1));
  return cost;
}

Role role(const Hardmax&, size_t) { return Role::data; }

// --- L2Norm ----------------------------------------------------------------------------------------------------------

Inferred infer(const L2Norm& norm, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  if (!wrap_axis(norm.axis, x.rank())) return no_such_axis(norm.axis, x);
  return same_shape(x);
}

/// Operands:  x -> y of the same shape, rows of n elements
/// Counts:    per row n mul, n - 1 add, compare (not below epsilon), transcendental, n div. Sum of absolute values: n
///            compare, n - 1 add, n div
/// Source:    docs/counting.md, section 2. Example: a row of 4: 4 + 3 + 1 + 1 + 4 = 13.
Known<Cost> count(const L2Norm& norm, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  const std::optional<size_t> axis = wrap_axis(norm.axis, x.rank());
  if (!axis) return no_such_axis(norm.axis, x);
  const Rows rows = rows_of(operands, *axis, *axis + 1);
  Cost cost;
  if (rows.number == 0) return cost;
  cost.add(Part::core, Unit::add, x.dtype(), rows.number * (rows.length - 1));
  if (norm.absolute) {
    cost.add(Part::core, Unit::compare, x.dtype(), rows.number * rows.length);
  } else {
    cost.add(Part::core, Unit::mul, x.dtype(), rows.number * rows.length);
    cost.add(Part::core, Unit::compare, x.dtype(), rows.number);
    cost.add(Part::core, Unit::transcendental, x.dtype(), rows.number);
  }
  cost.add(Part::core, Unit::div, x.dtype(), rows.number * rows.length);
  return cost;
}

Role role(const L2Norm&, size_t) { return Role::data; }

}  // namespace flopstat
