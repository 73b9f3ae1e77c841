#include <cmath>
#include <string>

#include "ops/ops.h"

namespace flopstat {
namespace {

enum class Transform : uint8_t { complex, real };

/// Discrete Fourier transforms of n points: 2n*log2(n) multiplications and 3n*log2(n) additions each, real input half
/// of it, rounded up.
///
/// Source: docs/counting.md, section 2. Example: real, n = 512: 512 * 9 = 4,608 mul, 6,912 add.
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

// TensorFlow Lite Micro's audio front end: fixed-point steps from samples to features. Their operands and results are
// read off signal/micro/kernels/*.cc of tensorflow/tflite-micro, what they compute off signal/src/*.cc.
namespace {

/// Entries of the filter bank's last three operands: one more than channels, the first one being scratch.
constexpr size_t kChannelWidths = 5;

Unknown misfit(const char* step, const Shape& x, const char* expected) {
  return Unknown{std::string("x of the ") + step + " has shape " + to_string(x) + ", expected " + expected};
}

/// y has the shape of x, with `last` as its last axis.
std::vector<Value> rows_of(const Shape& x, int64_t last, DType dtype) {
  Shape shape = x;
  shape.back() = last;
  return {{.dtype = dtype, .shape = std::move(shape)}};
}

/// x [..., n], window [w], n a multiple of w -> y as x.
Inferred infer_window(const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& window = operands.in(1);
  if (!window || window.rank() != 1 || window.shape()[0] == 0) return Unknown{"the signal window has no weights"};
  if (x.shape().back() % window.shape()[0] != 0) {
    return Unknown{"x of shape " + to_string(x.shape()) + " is not cut evenly by a signal window of " +
                   to_string(window.shape())};
  }
  return one_result(x.dtype(), x.shape());
}

/// x [..., n], n at most the transform's length -> y [..., 2 (length / 2 + 1)]: real and imaginary parts in turn.
Inferred infer_rfft(const Signal& op, const Shape& x, DType dtype) {
  if (op.size < 1 || op.size > kMaxDim) {
    return Unknown{"a Fourier transform of " + std::to_string(op.size) + " points is not possible"};
  }
  if (x.back() > op.size) return misfit("Fourier transform", x, "rows no longer than its length");
  return rows_of(x, 2 * (op.size / 2 + 1), dtype);
}

/// x [..., 2 bins], real and imaginary parts in turn -> y [..., bins].
Inferred infer_energy(const Signal& op, const Shape& x) {
  const int64_t bins = x.back() / 2;
  if (x.back() % 2 != 0) return misfit("energy step", x, "pairs of real and imaginary parts");
  if (op.size < 0 || op.size > bins) {
    return Unknown{"the energy of " + std::to_string(op.size) + " bins is asked of a spectrum of " +
                   std::to_string(bins)};
  }
  return rows_of(x, bins, DType::u32);
}

/// x [bins], weights [n], their complements [n], starts in x, starts in the weights, widths (each [channels + 1]) ->
/// y [channels].
Inferred infer_filter_bank(const Signal& op, const Operands& operands) {
  const Operand& widths = operands.in(kChannelWidths);
  if (!operands.in(1) || !operands.in(2) || !widths) return Unknown{"the filter bank lacks weights or channel widths"};
  if (widths.rank() != 1 || op.size < 0 || op.size >= widths.shape()[0]) {
    return Unknown{"the filter bank has " + to_string(widths.shape()) + " widths, expected one more than its " +
                   std::to_string(op.size) + " channels"};
  }
  return one_result(DType::u64, {op.size});
}

/// Per sample a product with the window and a clamp to 16 bits; the shift between them is no work.
/// Source: signal/src/window.cc.
void add_window(Cost& cost, DType dtype, Count samples) {
  cost.add(Part::core, Unit::mul, dtype, samples);
  cost.add(Part::core, Unit::compare, dtype, samples * 2);
}

/// The largest absolute value: per sample abs and max. The scaling is a shift. Source: signal/src/fft_auto_scale.cc.
void add_auto_scale(Cost& cost, DType dtype, Count samples) { cost.add(Part::core, Unit::compare, dtype, samples * 2); }

/// Per bin re * re + im * im. Source: signal/src/energy.cc.
void add_energy(Cost& cost, DType dtype, Count bins) {
  cost.add(Part::core, Unit::mul, dtype, bins * 2);
  cost.add(Part::core, Unit::add, dtype, bins);
}

/// Each weight once with its bin, and once its complement for the channel that follows. Where the widths are not known,
/// every stored weight may be used. Source: signal/src/filter_bank.cc.
Cost count_filter_bank(const Signal& op, const Operands& operands) {
  const DType dtype = join(operands.in(0).dtype(), operands.in(1).dtype());
  const std::optional<std::vector<int64_t>> widths = integers_of(operands.in(kChannelWidths));
  Cost cost;
  if (!widths) {
    cost.add(Part::core, Unit::mul_add, dtype, operands.in(1).size() + operands.in(2).size(), Certainty::bound);
    return cost;
  }
  Count products = 0;
  for (size_t i = 0; i < widths->size() && i <= static_cast<size_t>(op.size); ++i) {
    if ((*widths)[i] > 0) products += Count{(*widths)[i]} * 2;
  }
  const Count used = operands.letter("W", "weights of the channels, each with its complement", products);
  cost.add(Part::core, Unit::mul_add, dtype, used);
  return cost;
}

/// Per channel a square root in integers. Source: signal/src/square_root_64.cc.
void add_square_root(Cost& cost, DType dtype, Count channels) {
  cost.add(Part::core, Unit::transcendental, dtype, channels, Certainty::model);
}

/// Per channel: noise = s * signal + (1 - s) * noise; y = max(signal - min(noise, signal), floor * signal).
/// Source: signal/src/filter_bank_spectral_subtraction.cc.
void add_spectral_subtraction(Cost& cost, DType dtype, Count channels) {
  cost.add(Part::core, Unit::mul, dtype, channels * 3);
  cost.add(Part::core, Unit::add, dtype, channels * 2);
  cost.add(Part::core, Unit::compare, dtype, channels * 2);
}

/// Per channel: the gain, a quadratic of the noise between points of a table (compare, 2 mul, 2 add, rounding add); its
/// product with the signal; and of that, at most, the branch x * x / 4 (compare, mul), the other one being x - 1.
/// Source: signal/src/pcan_argc_fixed.cc.
void add_pcan(Cost& cost, DType dtype, Count channels) {
  cost.add(Part::core, Unit::mul, dtype, channels * 4, Certainty::bound);
  cost.add(Part::core, Unit::add, dtype, channels * 3, Certainty::bound);
  cost.add(Part::core, Unit::compare, dtype, channels * 2, Certainty::bound);
}

/// Per channel the logarithm of what is above 1, scaled, rounded and clamped to 16 bits.
/// Source: signal/src/filter_bank_log.cc, log.cc.
void add_log(Cost& cost, DType dtype, Count channels) {
  cost.add(Part::core, Unit::transcendental, dtype, channels, Certainty::model);
  cost.add(Part::core, Unit::mul, dtype, channels);
  cost.add(Part::core, Unit::add, dtype, channels);
  cost.add(Part::core, Unit::compare, dtype, channels * 2);
}

}  // namespace

/// Results, by operator:
///   SignalWindow                         x [..., n], window [n] -> i16 as x
///   SignalFftAutoScale                   x [n] -> as x, bits of the shift []
///   SignalRfft                           x [..., n] -> [..., 2 (length / 2 + 1)] of the type of x
///   SignalEnergy                         x [..., 2 bins] -> u32 [..., bins]
///   SignalFilterBank                     x [bins], five tables -> u64 [channels]
///   SignalFilterBankSquareRoot           x [channels], bits [] -> u32 as x
///   SignalFilterBankSpectralSubtraction  x [channels] -> as x, noise estimate as x
///   SignalPCAN                           x [channels], noise estimate [channels], gain table -> as x
///   SignalFilterBankLog                  x [channels] -> i16 as x
Inferred infer(const Signal& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x || x.rank() == 0) return Unknown{"a signal operator needs x with an axis"};
  const Shape& shape = x.shape();
  const DType dtype = x.dtype();
  switch (op.fn) {
    case SignalFn::window: return infer_window(operands);
    case SignalFn::fft_auto_scale:
      return std::vector<Value>{{.dtype = dtype, .shape = shape}, {.dtype = DType::i32, .shape = {}}};
    case SignalFn::rfft: return infer_rfft(op, shape, dtype);
    case SignalFn::energy: return infer_energy(op, shape);
    case SignalFn::filter_bank: return infer_filter_bank(op, operands);
    case SignalFn::filter_bank_square_root: return one_result(DType::u32, shape);
    case SignalFn::filter_bank_spectral_subtraction:
      return std::vector<Value>{{.dtype = dtype, .shape = shape}, {.dtype = dtype, .shape = shape}};
    case SignalFn::pcan: return one_result(dtype, shape);
    case SignalFn::filter_bank_log: return one_result(DType::i16, shape);
  }
  return Unknown{"a signal operator that is not known"};
}

/// Work of one step of the front end: fixed-point arithmetic in the type of x, shifts being none.
///
/// Source:  tensorflow/tflite-micro, signal/src (each formula names its file). Example: a window of 480 samples: 480
///          multiplications, 960 comparisons.
Known<Cost> count(const Signal& op, const Operands& operands) {
  const Inferred fits = infer(op, operands);
  if (known(fits) == nullptr) return reason(fits);
  const Operand& x = operands.in(0);
  const DType dtype = x.dtype();
  const Count elements = x.size();
  const Count rows =
      operands.letter("rows", "rows of x", x.shape().back() == 0 ? Count{0} : product(x.shape()) / x.shape().back());
  Cost cost;
  switch (op.fn) {
    case SignalFn::window: add_window(cost, dtype, elements); break;
    case SignalFn::fft_auto_scale: add_auto_scale(cost, dtype, elements); break;
    case SignalFn::rfft: add_transforms(cost, operands, Transform::real, dtype, op.size, rows); break;
    case SignalFn::energy:
      add_energy(cost, dtype, rows * operands.letter("bins", "bins of a spectrum", op.size));
      break;
    case SignalFn::filter_bank: return count_filter_bank(op, operands);
    case SignalFn::filter_bank_square_root: add_square_root(cost, dtype, elements); break;
    case SignalFn::filter_bank_spectral_subtraction: add_spectral_subtraction(cost, dtype, elements); break;
    case SignalFn::pcan: add_pcan(cost, dtype, elements); break;
    case SignalFn::filter_bank_log: add_log(cost, dtype, elements); break;
  }
  return cost;
}

Role role(const Signal& op, size_t operand) {
  if (operand == 0) return Role::data;
  switch (op.fn) {
    case SignalFn::window: return Role::weight;
    case SignalFn::filter_bank: return operand <= 2 ? Role::weight : Role::index;
    case SignalFn::pcan: return operand == 2 ? Role::weight : Role::data;
    case SignalFn::fft_auto_scale:
    case SignalFn::rfft:
    case SignalFn::energy:
    case SignalFn::filter_bank_square_root:
    case SignalFn::filter_bank_spectral_subtraction:
    case SignalFn::filter_bank_log: return Role::data;
  }
  return Role::data;
}

}  // namespace flopstat
