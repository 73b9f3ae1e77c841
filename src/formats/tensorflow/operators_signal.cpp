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

template <int64_t axes>
Op real_fft(NodeReader&) {
  return RealFft{.axes = axes};
}

constexpr auto kOperators = std::to_array<Operator>({
    {"AudioSpectrogram", 1, spectrogram},
    {"Mfcc", 2, mfcc},
    {"RFFT", 2, real_fft<1>},
    {"RFFT2D", 2, real_fft<2>},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> signal_operators() { return kOperators; }

}  // namespace flopstat::tensorflow
