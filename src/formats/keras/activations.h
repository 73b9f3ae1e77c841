#pragma once

#include <optional>
#include <string_view>

#include "formats/keras/layer.h"

/// The functions that layers name as their activation.
namespace flopstat::keras {

/// The function of one element of that name ("relu", "swish"); none for those that look at several (softmax) and for
/// names that are not known.
///
/// Source: keras.activations, with the names of Keras 1 and 2.
std::optional<UnaryFn> element_function(std::string_view name);

/// The function of that name, with its usual arguments, of x; x itself for "linear". None: the name is not known, or
/// there is no operation for it.
std::optional<TensorId> apply_function(LayerReader& layer, TensorId x, std::string_view name);

/// exp(x - log(sum(exp(x)))) over several axes at once, or the softmax over one.
TensorId softmax_over(LayerReader& layer, TensorId x, const std::vector<int64_t>& axes);

/// x * sigmoid(gate) with both halves of x on that axis.
TensorId gated_linear(LayerReader& layer, TensorId x, int64_t axis);

/// relu with its arguments: between 0 (or a slope, below the threshold) and `most`.
TensorId relu_of(LayerReader& layer, TensorId x, double slope, std::optional<double> most, double threshold);

}  // namespace flopstat::keras
