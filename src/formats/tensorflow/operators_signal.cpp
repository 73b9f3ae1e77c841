#include <algorithm>
#include <array>

#include "formats/tensorflow/operators.h"

namespace flopstat::tensorflow {
namespace {

Op spectrogram(NodeReader& node) {
  return AudioSpectrogram{.window = node.integer("window_size", 0),
                          .stride = node.integer("stride", 0),
                          .squared = node.flag("magnitude_squared", false)};
}

Op mfcc(NodeReader& node) {
  return Mfcc{.filters = node.integer("filterbank_channel_count", 40),
              .coefficients = node.integer("dct_coefficient_count", 13),
              .lower_frequency = node.real("lower_frequency_limit", 20),
              .upper_frequency = node.real("upper_frequency_limit", 4000)};
}

/// Frames of `window_size` milliseconds, `window_step` apart, each as `num_channels` filters with those of the frames
/// around it. Its fixed-point arithmetic has no rule; what follows it needs its shape.
Op audio_frontend(NodeReader& node) {
  constexpr int64_t kLargest = int64_t{1} << 20;
  const int64_t rate = node.integer("sample_rate", 16'000);
  const int64_t window = node.integer("window_size", 25);
  const int64_t step = node.integer("window_step", 10);
  const int64_t channels = node.integer("num_channels", 32);
  const int64_t context = node.integer("left_context", 0) + node.integer("right_context", 0);
  for (const int64_t value : {rate, window, step, channels, context + 1}) {
    if (value < 1 || value > kLargest) return Opaque{"one of its sizes is out of range"};
  }
  if (rate * step < 1000 || node.integer("frame_stride", 1) != 1)
    return Opaque{"frames that are left out have no rule"};
  const TensorId x = node.input(0);
  node.emit(Opaque{"its windows, Fourier transforms and filters have no rule"}, {x});
  const TensorId samples = node.emit(ShapeOf{}, {x});
  const TensorId rest = node.emit(Binary{BinaryFn::sub}, {samples, node.constant({rate * window / 1000})});
  const TensorId steps = node.emit(Binary{BinaryFn::floor_div}, {rest, node.constant({rate * step / 1000})});
  const TensorId frames = node.emit(Binary{BinaryFn::add}, {steps, node.constant({1})});
  node.set_inputs({node.emit(Concat{}, {frames, node.constant({channels * (1 + context)})})});
  return Fill{.to = node.type("out_type")};
}

template <int64_t axes>
Op real_fft(NodeReader&) {
  return RealFft{.axes = axes};
}

constexpr auto kOperators = std::to_array<Operator>({
    {"AudioMicrofrontend", 1, audio_frontend},
    {"AudioSpectrogram", 1, spectrogram},
    {"Mfcc", 2, mfcc},
    {"RFFT", 2, real_fft<1>},
    {"RFFT2D", 2, real_fft<2>},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> signal_operators() { return kOperators; }

}  // namespace flopstat::tensorflow
