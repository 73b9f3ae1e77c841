#include "ops/fourier.h"

#include <cmath>
#include <string>

#include "ops/ops.h"

namespace flopstat {

void add_transforms(Cost& cost, const Operands& operands, Transform transform, DType dtype, int64_t n,
                    Count transforms) {
  if (n < 2) return;
  const double butterflies = static_cast<double>(n) * std::log2(static_cast<double>(n));
  const double share = transform == Transform::real ? 0.5 : 1;
  const auto rounded_up = [](double value) { return Count{static_cast<uint64_t>(std::ceil(value))}; };
  const std::string points = "for one transform of " + std::to_string(n) + " points: ";
  const std::string half = transform == Transform::real ? "half of " : "";
  const Count mul = operands.letter("m", points + half + "2n·log2 n, rounded up", rounded_up(2 * share * butterflies));
  const Count add = operands.letter("a", points + half + "3n·log2 n, rounded up", rounded_up(3 * share * butterflies));
  cost.add(Part::core, Unit::mul, dtype, transforms * mul, Certainty::model);
  cost.add(Part::core, Unit::add, dtype, transforms * add, Certainty::model);
}

namespace {

/// The transforms' lengths, one per axis, each in [1, kMaxDim].
Known<std::vector<int64_t>> lengths(const RealFft& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"a Fourier transform needs x"};
  if (op.axes < 1 || static_cast<uint64_t>(op.axes) > x.rank()) {
    return Unknown{"a Fourier transform over " + std::to_string(op.axes) + " axes does not fit x of shape " +
                   to_string(x.shape())};
  }
  std::optional<std::vector<int64_t>> lengths = integers_of(operands.in(1));
  if (!lengths) return Unknown{"the lengths of the Fourier transform are computed from the input"};
  if (lengths->size() != static_cast<size_t>(op.axes)) {
    return Unknown{"the Fourier transform has " + std::to_string(lengths->size()) + " lengths for " +
                   std::to_string(op.axes) + " axes"};
  }
  for (const int64_t length : *lengths) {
    if (length < 1 || length > kMaxDim) {
      return Unknown{"a Fourier transform of " + std::to_string(length) + " points is not possible"};
    }
  }
  return *std::move(lengths);
}

Shape transformed(const RealFft& op, const Shape& x, const std::vector<int64_t>& lengths) {
  Shape shape(x.begin(), x.end() - op.axes);
  shape.insert(shape.end(), lengths.begin(), lengths.end());
  shape.back() = lengths.back() / 2 + 1;
  return shape;
}

}  // namespace

Inferred infer(const RealFft& op, const Operands& operands) {
  const Known<std::vector<int64_t>> found = lengths(op, operands);
  const std::vector<int64_t>* n = known(found);
  if (n == nullptr) return reason(found);
  const Operand& x = operands.in(0);
  const DType dtype = x.dtype() == DType::f64 ? DType::c128 : DType::c64;
  return one_result(dtype, transformed(op, x.shape(), *n));
}

/// Work of a Fourier transform of real input: one of the last axis, then complex ones of the axes before it.
///
/// Shapes:  x [..., h, w] padded or cut to the lengths [n, m] -> y [..., n, m/2 + 1]
/// Counts:  |y| / (m/2 + 1) real transforms of m points, |y| / n complex ones of n points, `model`
/// Source:  TFLite RFFT2D. Example: 96x1x512: 96 real transforms of 512 points.
Known<Cost> count(const RealFft& op, const Operands& operands) {
  const Known<std::vector<int64_t>> found = lengths(op, operands);
  const std::vector<int64_t>* n = known(found);
  if (n == nullptr) return reason(found);
  const Operand& x = operands.in(0);
  const Shape y = transformed(op, x.shape(), *n);
  const Count points = product(y);

  Cost cost;
  const auto transforms = [&](Count number) { return operands.letter("F", "transforms", number); };
  add_transforms(cost, operands, Transform::real, x.dtype(), n->back(), transforms(points / y.back()));
  for (size_t i = 0; i + 1 < n->size(); ++i) {
    add_transforms(cost, operands, Transform::complex, x.dtype(), (*n)[i], transforms(points / (*n)[i]));
  }
  return cost;
}

Role role(const RealFft&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

}  // namespace flopstat
