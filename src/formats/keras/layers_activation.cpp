#include <algorithm>
#include <array>

#include "formats/keras/activations.h"
#include "formats/keras/arguments.h"

namespace flopstat::keras {
namespace {

using Results = std::vector<TensorId>;

Results activation(LayerReader& layer) { return {layer.activate(layer.input())}; }

Results elu(LayerReader& layer) {
  const bool plain = layer.real("alpha", 1) == 1;
  return {layer.emit(Unary{plain ? UnaryFn::elu : UnaryFn::elu_alpha}, {layer.input()})};
}

Results leaky_relu(LayerReader& layer) { return {layer.emit(Unary{UnaryFn::leaky_relu}, {layer.input()})}; }

Results relu(LayerReader& layer) {
  std::optional<double> most;
  if (layer.has("max_value")) most = layer.real("max_value", 0);
  return {relu_of(layer, layer.input(), layer.real("negative_slope", 0), most, layer.real("threshold", 0))};
}

Results thresholded_relu(LayerReader& layer) { return {layer.emit(Unary{UnaryFn::thresholded_relu}, {layer.input()})}; }

/// A slope for each element of an item; axes that share one have size 1.
Results prelu(LayerReader& layer) {
  const TensorId x = layer.input();
  const Shape& shape = layer.shape(x);
  if (shape.empty()) layer.corrupt("its input has no axes");
  std::vector<int64_t> sizes(shape.begin() + 1, shape.end());
  for (const int64_t axis : layer.integers("shared_axes").value_or(std::vector<int64_t>{})) {
    const size_t shared = layer.axis(x, axis);
    if (shared == 0) layer.corrupt("'shared_axes' names the batch");
    sizes[shared - 1] = 1;
  }
  return {layer.emit(Binary{BinaryFn::prelu}, {x, layer.variable("alpha", {.shape = sizes})})};
}

/// Keras 1: alpha * log(1 + exp(beta * x)), both per element.
Results parametric_softplus(LayerReader& layer) {
  const TensorId x = layer.input();
  const Shape& shape = layer.shape(x);
  if (shape.empty()) layer.corrupt("its input has no axes");
  const std::vector<int64_t> sizes(shape.begin() + 1, shape.end());
  const TensorId alpha = layer.variable("alphas", {.shape = sizes});
  const TensorId beta = layer.variable("betas", {.shape = sizes});
  const TensorId bent = layer.emit(Unary{UnaryFn::softplus}, {layer.emit(Binary{BinaryFn::mul}, {x, beta})});
  return {layer.emit(Binary{BinaryFn::mul}, {bent, alpha})};
}

/// A mask sends what it leaves out far below zero first.
Results softmax(LayerReader& layer) {
  TensorId x = layer.input();
  const TensorId mask = layer.keyword("mask");
  if (mask != kAbsent) x = layer.emit(Select{}, {mask, x, layer.real_scalar(-1e9)});
  return {softmax_over(layer, x, layer.integers("axis").value_or(std::vector<int64_t>{-1}))};
}

constexpr auto kLayers = std::to_array<Layer>({
    {"Activation", activation},
    {"ELU", elu},
    {"LeakyReLU", leaky_relu},
    {"PReLU", prelu},
    {"ParametricSoftplus", parametric_softplus},
    {"ReLU", relu},
    {"Softmax", softmax},
    {"ThresholdedReLU", thresholded_relu},
});
static_assert(std::ranges::is_sorted(kLayers, {}, &Layer::name));

}  // namespace

std::span<const Layer> activation_layers() { return kLayers; }

}  // namespace flopstat::keras
