#include "ops/fourier.h"

#include <cmath>
#include <string>

#include "ops/elements.h"
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

// --- FourierTransform ------------------------------------------------------------------------------------------------

namespace {

/// The axis and the length of the transform.
struct AxisTransform {
  size_t axis = 0;
  int64_t length = 0;
};

Known<AxisTransform> transform_of(const FourierTransform& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const std::optional<int64_t> given = operands.in(2) ? integer_of(operands.in(2)) : op.axis;
  if (!given) return not_known(operands.in(2), "the axis of the transform");
  const std::optional<size_t> axis = wrap_axis(*given, x.rank());
  if (!axis || *axis + 1 == x.rank()) return no_axis(op.axis, x);
  AxisTransform transform{*axis, x.shape()[*axis]};
  if (op.inverse && op.half) transform.length = (transform.length - 1) * 2;
  if (operands.in(1)) {
    const std::optional<int64_t> length = integer_of(operands.in(1));
    if (!length || *length < 1) return not_known(operands.in(1), "the length of the transform");
    transform.length = *length;
  }
  return transform;
}

}  // namespace

Inferred infer(const FourierTransform& op, const Operands& operands) {
  const Known<AxisTransform> found = transform_of(op, operands);
  const AxisTransform* transform = known(found);
  if (transform == nullptr) return reason(found);
  Shape shape = operands.in(0).shape();
  shape[transform->axis] = op.half && !op.inverse ? transform->length / 2 + 1 : transform->length;
  shape.back() = op.inverse && op.half ? 1 : 2;
  return one_result(operands.in(0).dtype(), std::move(shape));
}

/// Operands:  x [..., n, 1 or 2], length or absent, axis or absent -> y
/// Counts:    per row of length n 2n log2 n mul and 3n log2 n add, half of it where the numbers are real; a model
/// Source:    docs/counting.md, section 2. Example: 8 complex numbers: 48 mul, 72 add.
Known<Cost> count(const FourierTransform& op, const Operands& operands) {
  const Known<AxisTransform> found = transform_of(op, operands);
  const AxisTransform* transform = known(found);
  if (transform == nullptr) return reason(found);
  const Shape& x = operands.in(0).shape();
  const Count row = Count{x[transform->axis]} * x.back();
  const bool real = x.back() == 1 || (op.inverse && op.half);
  Cost cost;
  if (row == 0) return cost;
  const Count rows = operands.letter("F", "transforms", product(x) / row);
  add_transforms(cost, operands, real ? Transform::real : Transform::complex, operands.in(0).dtype(), transform->length,
                 rows);
  return cost;
}

Role role(const FourierTransform&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

// --- ShortTimeFourier ------------------------------------------------------------------------------------------------

namespace {

struct Frames {
  int64_t number = 0;
  int64_t length = 0;
};

Known<Frames> frames_of(const Operands& operands) {
  const Shape& x = operands.in(0).shape();
  const std::optional<int64_t> step = integer_of(operands.in(1));
  if (!step || *step < 1) return not_known(operands.in(1), "the step from frame to frame");
  Frames frames;
  if (operands.in(3)) {
    const std::optional<int64_t> length = integer_of(operands.in(3));
    if (!length) return not_known(operands.in(3), "the length of a frame");
    frames.length = *length;
  } else {
    frames.length = operands.in(2).shape()[0];
  }
  if (frames.length < 1 || frames.length > x[1]) {
    return Unknown{"a frame of " + std::to_string(frames.length) + " does not fit into " + to_string(x)};
  }
  frames.number = (x[1] - frames.length) / *step + 1;
  return frames;
}

}  // namespace

Inferred infer(const ShortTimeFourier& op, const Operands& operands) {
  const Known<Frames> found = frames_of(operands);
  const Frames* frames = known(found);
  if (frames == nullptr) return reason(found);
  const int64_t bins = op.half ? frames->length / 2 + 1 : frames->length;
  return one_result(operands.in(0).dtype(), {operands.in(0).shape()[0], frames->number, bins, 2});
}

/// Operands:  x [B, n, 1 or 2], step, window or absent, length or absent -> y [B, frames, bins, 2]
/// Counts:    per frame a mul per element and window, and a Fourier transform of its length
/// Source:    docs/counting.md, section 2; ONNX operator STFT. Example: 2 frames of 8 real numbers with a window: 16
/// mul
///            and half of 2 * 8 * 3 mul and 3 * 8 * 3 add each.
Known<Cost> count(const ShortTimeFourier&, const Operands& operands) {
  const Known<Frames> found = frames_of(operands);
  const Frames* frames = known(found);
  if (frames == nullptr) return reason(found);
  const Operand& x = operands.in(0);
  const bool real = x.rank() < 3 || x.shape()[2] == 1;
  const Count rows = operands.letter("F", "frames", Count{x.shape()[0]} * frames->number);
  const Count length = operands.letter("n", "elements of a frame", frames->length);
  Cost cost;
  if (operands.in(2)) cost.add(Part::core, Unit::mul, x.dtype(), rows * length * (real ? 1 : 2));
  add_transforms(cost, operands, real ? Transform::real : Transform::complex, x.dtype(), frames->length, rows);
  return cost;
}

Role role(const ShortTimeFourier&, size_t operand) {
  if (operand == 0) return Role::data;
  return operand == 2 ? Role::weight : Role::shape;
}

// --- WindowFunction --------------------------------------------------------------------------------------------------

Inferred infer(const WindowFunction& op, const Operands& operands) {
  const std::optional<int64_t> size = integer_of(operands.in(0));
  if (!size || *size < 0) return not_known(operands.in(0), "the size of the window");
  return one_result(op.to, {*size});
}

/// Counts:  per element and cosine: mul (its angle), t, mul, add
/// Source:  ONNX operators HannWindow, HammingWindow, BlackmanWindow. Example: Hann of 10: 20 mul, 10 t, 10 add.
Known<Cost> count(const WindowFunction& op, const Operands& operands) {
  const Count terms = operands.out(0).size() * operands.letter("cosines", "cosines of the window", op.cosines);
  Cost cost;
  cost.add(Part::core, Unit::mul, op.to, terms * 2);
  cost.add(Part::core, Unit::transcendental, op.to, terms);
  cost.add(Part::core, Unit::add, op.to, terms);
  return cost;
}

Role role(const WindowFunction&, size_t) { return Role::shape; }

// --- MelWeights ------------------------------------------------------------------------------------------------------

Inferred infer(const MelWeights& op, const Operands& operands) {
  const std::optional<int64_t> bins = integer_of(operands.in(0));
  const std::optional<int64_t> length = integer_of(operands.in(1));
  if (!bins || !length || *bins < 0 || *length < 0) return not_known(operands.in(0), "the number of mel bins");
  return one_result(op.to, {*length / 2 + 1, *bins});
}

/// Counts:  per element both sides of its triangle and the lower of them, not below 0: 2 add, 2 div, 2 compare; a model
/// Source:  ONNX operator MelWeightMatrix. Example: 9 x 8: 144 of each.
Known<Cost> count(const MelWeights& op, const Operands& operands) {
  const Count elements = operands.out(0).size();
  Cost cost;
  for (const Unit unit : {Unit::add, Unit::div, Unit::compare}) {
    cost.add(Part::core, unit, op.to, elements * 2, Certainty::model);
  }
  return cost;
}

Role role(const MelWeights&, size_t) { return Role::shape; }

}  // namespace flopstat
