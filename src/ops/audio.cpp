#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "ops/fourier.h"
#include "ops/ops.h"

/// TensorFlow's audio features: a spectrogram and its mel-frequency cepstral coefficients.
namespace flopstat {
namespace {

/// A power of two of this size still has a successor among sizes of axes.
constexpr int64_t kMaxFrame = kMaxDim / 2;

/// Points of the transform of one frame.
int64_t transform_length(const AudioSpectrogram& op) {
  return static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(op.window)));
}

}  // namespace

Inferred infer(const AudioSpectrogram& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x || x.rank() != 2) return Unknown{"a spectrogram needs samples of shape [samples, channels]"};
  if (op.window < 2 || op.window > kMaxFrame || op.stride < 1) {
    return Unknown{"a spectrogram of frames of " + std::to_string(op.window) + " samples, " +
                   std::to_string(op.stride) + " apart, is not possible"};
  }
  const int64_t behind_first = x.shape()[0] - op.window;
  const int64_t frames = behind_first < 0 ? 0 : behind_first / op.stride + 1;
  return one_result(x.dtype(), {x.shape()[1], frames, transform_length(op) / 2 + 1});
}

/// Operands:  x [n, channels] -> y [channels, frames, bins]
/// Counts:    per frame: mul by the window for each of its samples, a real transform; per bin re * re + im * im (2 mul,
///            add), and a root unless squares are asked for
/// Source:    tensorflow/lite/kernels/internal/spectrogram.cc. Example: frames of 480: 512 points, 257 bins.
Known<Cost> count(const AudioSpectrogram& op, const Operands& operands) {
  const Inferred results = infer(op, operands);
  if (!known(results)) return reason(results);
  const Shape& y = known(results)->front().shape;
  const DType dtype = operands.in(0).dtype();
  const Count frames = operands.letter("F", "frames of all channels", Count{y[0]} * y[1]);
  const Count bins = frames * operands.letter("bins", "bins of a spectrum", y[2]);
  Cost cost;
  cost.add(Part::core, Unit::mul, dtype, frames * operands.letter("w", "samples of a frame", op.window));
  add_transforms(cost, operands, Transform::real, dtype, transform_length(op), frames);
  cost.add(Part::core, Unit::mul, dtype, bins * 2);
  cost.add(Part::core, Unit::add, dtype, bins);
  if (!op.squared) cost.add(Part::core, Unit::transcendental, dtype, bins);
  return cost;
}

Role role(const AudioSpectrogram&, size_t) { return Role::data; }

Inferred infer(const Mfcc& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x || x.rank() != 3) return Unknown{"cepstral coefficients need a spectrogram of shape [channels, frames, bins]"};
  if (op.filters < 1 || op.filters > kMaxDim || op.coefficients < 1 || op.coefficients > op.filters) {
    return Unknown{std::to_string(op.coefficients) + " coefficients of " + std::to_string(op.filters) +
                   " filters are not possible"};
  }
  return one_result(x.dtype(), {x.shape()[0], x.shape()[1], op.coefficients});
}

namespace {

/// Bins of a spectrum that lie between both frequencies, the constant one left out; all of them where the sample rate
/// is not known. Source: tensorflow/lite/kernels/internal/mfcc_mel_filterbank.cc.
int64_t bins_between(const Mfcc& op, int64_t bins, std::optional<int64_t> rate) {
  if (!rate || *rate < 1 || bins < 2) return bins;
  const double hertz_per_bin = 0.5 * static_cast<double>(*rate) / static_cast<double>(bins - 1);
  const auto clamped = [bins](double bin) {  // no number is 0, too
    if (!(bin > 0)) return int64_t{0};
    return bin < static_cast<double>(bins) ? static_cast<int64_t>(bin) : bins;
  };
  const int64_t first = clamped(1.5 + op.lower_frequency / hertz_per_bin);
  const int64_t last = std::min(clamped(op.upper_frequency / hertz_per_bin), bins - 1);
  return std::max<int64_t>(last - first + 1, 0);
}

}  // namespace

/// Operands:  x [channels, frames, bins], sample rate -> y [channels, frames, coefficients]
/// Counts:    per frame: a root and 2 mul_add for each bin between the frequencies, `bound` (it belongs to at most two
///            filters); per filter a floor (compare) and a logarithm; mul_add filters * coefficients
/// Source:    tensorflow/lite/kernels/internal/mfcc.cc, mfcc_dct.cc. Example: 40 filters, 13 coefficients: 520 mul_add
///            per frame behind the filters.
Known<Cost> count(const Mfcc& op, const Operands& operands) {
  const Inferred results = infer(op, operands);
  if (!known(results)) return reason(results);
  const Operand& x = operands.in(0);
  const DType dtype = x.dtype();
  const Count frames = operands.letter("F", "frames of all channels", Count{x.shape()[0]} * x.shape()[1]);
  const int64_t heard = bins_between(op, x.shape()[2], integer_of(operands.in(1)));
  const Count bins = frames * operands.letter("bins", "bins between both frequencies", heard);
  const Count filters = operands.letter("filters", "filters of the bank", op.filters);
  Cost cost;
  cost.add(Part::core, Unit::transcendental, dtype, bins, Certainty::bound);
  cost.add(Part::core, Unit::mul_add, dtype, bins * 2, Certainty::bound);
  cost.add(Part::core, Unit::compare, dtype, frames * filters);
  cost.add(Part::core, Unit::transcendental, dtype, frames * filters);
  cost.add(Part::core, Unit::mul_add, dtype, frames * filters * operands.letter("c", "coefficients", op.coefficients));
  return cost;
}

Role role(const Mfcc&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

}  // namespace flopstat
