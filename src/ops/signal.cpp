#include <string>

#include "ops/fourier.h"
#include "ops/ops.h"

namespace flopstat {

// TensorFlow Lite Micro's audio front end: fixed-point steps from samples to features. Their operands and results are
// read off signal/micro/kernels/*.cc of tensorflow/tflite-micro, what they compute off signal/src/*.cc.
namespace {

/// Entries of the filter bank's last three operands: one more than channels, the first one being scratch.
constexpr size_t kChannelWidths = 5;

Unknown misfit(const char* step, const Shape& x, const std::string& expected) {
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

/// x [..., 2 (length / 2 + 1)], real and imaginary parts in turn -> y [..., length].
Inferred infer_irfft(const Signal& op, const Shape& x, DType dtype) {
  if (op.size < 1 || op.size > kMaxDim) {
    return Unknown{"a Fourier transform of " + std::to_string(op.size) + " points is not possible"};
  }
  if (x.back() != 2 * (op.size / 2 + 1)) return misfit("inverse Fourier transform", x, "half a spectrum of its length");
  return rows_of(x, op.size, dtype);
}

/// x [..., frames * step] -> y [..., frames, size], whether y is valid.
Inferred infer_framer(const Signal& op, const Shape& x, DType dtype) {
  if (op.size < 1 || op.size > kMaxDim || op.step < 1 || x.back() % op.step != 0) {
    return misfit("framer", x, "a multiple of its step of " + std::to_string(op.step) + " samples");
  }
  Shape shape = x;
  shape.back() /= op.step;
  shape.push_back(op.size);
  return std::vector<Value>{{.dtype = dtype, .shape = std::move(shape)}, {.dtype = DType::boolean, .shape = {}}};
}

/// x [channels] -> y [size], the stacked frames of some runs, whether y is valid.
Inferred infer_stacker(const Signal& op, DType dtype) {
  if (op.size < 1 || op.size > kMaxDim)
    return Unknown{"the stacker's stack has " + std::to_string(op.size) + " elements"};
  return std::vector<Value>{{.dtype = dtype, .shape = {op.size}}, {.dtype = DType::boolean, .shape = {}}};
}

/// x [..., frames, size] -> y [..., frames * step].
Inferred infer_overlap_add(const Signal& op, const Shape& x, DType dtype) {
  if (x.size() < 2 || op.step < 1 || op.step > x.back()) {
    return misfit("overlap-add", x, "frames of at least its step of " + std::to_string(op.step) + " samples");
  }
  Shape shape(x.begin(), x.end() - 1);
  shape.back() *= op.step;
  return one_result(dtype, std::move(shape));
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

/// Each sample is added to what earlier frames left there; integers are clamped. Source: signal/src/overlap_add.cc.
void add_overlap_add(Cost& cost, DType dtype, Count samples) {
  cost.add(Part::core, Unit::add, dtype, samples);
  if (is_integer(dtype)) cost.add(Part::core, Unit::compare, dtype, samples * 2);
}

/// A transform, and in floating point a division of each sample by its length; integers are shifted instead.
/// Source: signal/src/irfft_float.cc, irfft_int16.cc.
void add_inverse_transforms(Cost& cost, const Operands& operands, DType dtype, int64_t n, Count rows) {
  add_transforms(cost, operands, Transform::real, dtype, n, rows);
  if (is_float(dtype)) cost.add(Part::core, Unit::div, dtype, rows * n);
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
///   SignalDelay                          x [..., n] -> as x
///   SignalFramer                         x [..., n] -> [..., n / step, size], valid bool []
///   SignalStacker                        x [channels] -> [size], valid bool []
///   SignalOverlapAdd                     x [..., frames, size] -> [..., frames * step]
///   SignalIrfft                          x [..., 2 (length / 2 + 1)] -> [..., length]
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
    case SignalFn::delay: return one_result(dtype, shape);
    case SignalFn::framer: return infer_framer(op, shape, dtype);
    case SignalFn::stacker: return infer_stacker(op, dtype);
    case SignalFn::overlap_add: return infer_overlap_add(op, shape, dtype);
    case SignalFn::irfft: return infer_irfft(op, shape, dtype);
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
    case SignalFn::overlap_add: add_overlap_add(cost, dtype, elements); break;
    case SignalFn::irfft: add_inverse_transforms(cost, operands, dtype, op.size, rows); break;
    case SignalFn::delay:
    case SignalFn::framer:
    case SignalFn::stacker: break;  // copies
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
    case SignalFn::filter_bank_log:
    case SignalFn::delay:
    case SignalFn::framer:
    case SignalFn::stacker:
    case SignalFn::overlap_add:
    case SignalFn::irfft: return Role::data;
  }
  return Role::data;
}

}  // namespace flopstat
