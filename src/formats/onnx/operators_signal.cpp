#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>
#include <string>

#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

/// Before 20 the axis is an attribute that defaults to the first behind the batch.
Op dft(NodeReader& node) {
  FourierTransform op{.axis = node.integer("axis", 1),
                      .inverse = node.integer("inverse", 0) != 0,
                      .half = node.integer("onesided", 0) != 0};
  if (node.version() < 20) return op;
  op.axis = -2;
  return op;
}

Op stft(NodeReader& node) { return ShortTimeFourier{.half = node.integer("onesided", 1) != 0}; }

template <int64_t cosines>
Op window(NodeReader& node) {
  return WindowFunction{.cosines = cosines, .to = dtype_of(node.integer("output_datatype", 1))};
}

Op mel_weights(NodeReader& node) { return MelWeights{dtype_of(node.integer("output_datatype", 1))}; }

Op image_decoder(NodeReader&) { return Opaque{"the size of the image is in its bytes, which are input data"}; }

constexpr auto kOperators = std::to_array<Operator>({
    {"BlackmanWindow", 1, window<2>},
    {"DFT", 1, dft},
    {"HammingWindow", 1, window<1>},
    {"HannWindow", 1, window<1>},
    {"ImageDecoder", 1, image_decoder},
    {"MelWeightMatrix", 5, mel_weights},
    {"STFT", 2, stft},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> signal_operators() { return kOperators; }

}  // namespace flopstat::onnx
