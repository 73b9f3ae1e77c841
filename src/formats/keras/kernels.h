#pragma once

#include <string_view>
#include <vector>

#include "formats/keras/layer.h"

/// Weights that several layers have.
namespace flopstat::keras {

/// The kernel of a layer. With a LoRA rank r it is the stored one, which training leaves alone, plus the product of two
/// narrow ones, [..., r] and [r, n].
TensorId kernel_of(LayerReader& layer, std::string_view name, const std::vector<int64_t>& shape);

/// x, kernel and, if the layer has one, bias [n].
std::vector<TensorId> with_bias(LayerReader& layer, TensorId x, TensorId kernel, int64_t n);

/// Sizes of an EinsumDense: those of its kernel and its bias (empty without one).
struct EinsumSizes {
  std::vector<int64_t> kernel = {};
  std::vector<int64_t> bias = {};
};

/// Source: keras EinsumDense: an output axis has the size that `output_shape` gives (without the batch, from the front;
/// -1: the input's), an axis of the kernel alone or of both that of the input. Throws `Error` (corrupt) where an axis
/// of the kernel has no size.
EinsumSizes einsum_sizes(const LayerReader& layer, std::string_view equation, const Shape& x,
                         const std::vector<int64_t>& output_shape, std::string_view bias_axes);

}  // namespace flopstat::keras
