#include <algorithm>
#include <array>
#include <string>

#include "formats/keras/activations.h"
#include "formats/keras/arguments.h"
#include "formats/keras/kernels.h"

namespace flopstat::keras {
namespace {

using Results = std::vector<TensorId>;

/// Layers that change nothing while the model is used: what they do, training does.
Results identity(LayerReader& layer) {
  Results results;
  for (const TensorId x : inputs_of(layer)) results.push_back(layer.emit(Identity{}, {x}));
  return results;
}

Results dense(LayerReader& layer) {
  const TensorId x = layer.input();
  const int64_t units = size(layer, {"units", "output_dim"});
  const TensorId kernel = kernel_of(layer, "kernel", {layer.shape(x).back(), units});
  return {layer.activate(layer.emit(MatMul{}, with_bias(layer, x, kernel, units)))};
}

/// Keras 1: the largest of `nb_feature` products.
Results maxout_dense(LayerReader& layer) {
  const TensorId x = layer.input();
  const int64_t units = size(layer, {"output_dim"});
  const int64_t features = size(layer, {"nb_feature"});
  const TensorId kernel = layer.variable("W", {.shape = {features, layer.shape(x).back(), units}});
  TensorId y = layer.emit(Einsum{.equation = "bi,fio->bfo"}, {x, kernel});
  if (has_bias(layer)) y = layer.emit(Binary{}, {y, layer.variable("b", {.shape = {features, units}})});
  return {reduced(layer, ReduceFn::max, y, {1}, false)};
}

/// Keras 1: a blend of x and a product of it, weighted by another product.
Results highway(LayerReader& layer) {
  const TensorId x = layer.input();
  const int64_t width = layer.shape(x).back();
  const bool bias = has_bias(layer);
  const auto product = [&](std::string_view kernel, std::string_view shift) {
    Results operands = {x, layer.variable(kernel, {.shape = {width, width}})};
    if (bias) operands.push_back(layer.variable(shift, {.shape = {width}}));
    return layer.emit(MatMul{}, operands);
  };
  const TensorId h = layer.activate(product("W", "b"));
  const TensorId gate = layer.emit(Unary{UnaryFn::sigmoid}, {product("W_carry", "b_carry")});
  const TensorId rest = layer.emit(Binary{BinaryFn::sub}, {layer.real_scalar(1), gate});
  const TensorId new_part = layer.emit(Binary{BinaryFn::mul}, {h, gate});
  const TensorId old_part = layer.emit(Binary{BinaryFn::mul}, {x, rest});
  return {layer.emit(Binary{}, {new_part, old_part})};
}

Results einsum_dense(LayerReader& layer) {
  const TensorId x = layer.input();
  const std::string equation(layer.text("equation", {}));
  const JsonValue* output_shape = layer.config().find("output_shape");
  if (output_shape == nullptr) layer.corrupt("'output_shape' is missing");
  const EinsumSizes sizes =
      einsum_sizes(layer, equation, layer.shape(x), sizes_or_any(layer, *output_shape), layer.text("bias_axes", {}));
  const TensorId kernel = kernel_of(layer, "kernel", sizes.kernel);
  TensorId y = layer.emit(Einsum{.equation = equation}, {x, kernel});
  if (!sizes.bias.empty()) y = layer.emit(Binary{}, {y, layer.variable("bias", {.shape = sizes.bias})});
  return {layer.activate(y)};
}

/// Rows of a table, by numbers that may be stored as real ones.
TensorId rows_of(LayerReader& layer, TensorId table) {
  TensorId indices = layer.input();
  if (!is_integer(layer.dtype(indices))) indices = layer.emit(Cast{.to = DType::i32}, {indices});
  return layer.emit(Gather{}, {table, indices});
}

Results embedding(LayerReader& layer) {
  const TensorId table = kernel_of(layer, "embeddings", {size(layer, {"input_dim"}), size(layer, {"output_dim"})});
  return {rows_of(layer, table)};
}

/// Called with reverse=True it is a product with the table, for each row of it.
Results reversible_embedding(LayerReader& layer) {
  const int64_t rows = size(layer, {"input_dim"});
  const int64_t width = size(layer, {"output_dim"});
  const TensorId table = kernel_of(layer, "embeddings", {rows, width});
  const bool tied = layer.boolean("tie_weights", true);
  const TensorId back = tied ? table : layer.variable("reverse_embeddings", {.shape = {width, rows}});
  if (!call_flag(layer, 1, "reverse")) return {holding(layer, rows_of(layer, table), tied ? Results{} : Results{back})};
  const TensorId product = layer.emit(MatMul{.transpose_b = tied}, {layer.input(), back});
  const TensorId logits = holding(layer, product, tied ? Results{} : Results{table});
  if (!layer.has("logit_soft_cap")) return {logits};
  const TensorId cap = layer.real_scalar(layer.real("logit_soft_cap", 1));
  const TensorId part = layer.emit(Unary{UnaryFn::tanh}, {layer.emit(Binary{BinaryFn::div}, {logits, cap})});
  return {layer.emit(Binary{BinaryFn::mul}, {part, cap})};
}

Results flatten(LayerReader& layer) {
  TensorId x = layer.input();
  const size_t rank = layer.shape(x).size();
  if (rank > 2 && layout_of(layer) == DataLayout::channels_first) {
    std::vector<int64_t> permutation = counted(2, rank);
    permutation.insert(permutation.begin(), 0);
    permutation.push_back(1);
    x = transposed(layer, x, permutation);
  }
  return {layer.emit(Flatten{}, {x})};
}

Results reshape(LayerReader& layer) {
  std::vector<int64_t> shape = {0};
  const std::string_view key = key_of(layer, {"target_shape", "dims"});
  for (const int64_t size : layer.integers(key).value_or(std::vector<int64_t>{})) {
    if (size < -1 || size > kMaxDim) layer.corrupt("'target_shape' holds " + std::to_string(size));
    shape.push_back(size);
  }
  return {reshaped(layer, layer.input(), shape)};
}

Results permute(LayerReader& layer) {
  std::vector<int64_t> permutation = layer.integers("dims").value_or(std::vector<int64_t>{});
  permutation.insert(permutation.begin(), 0);
  return {transposed(layer, layer.input(), permutation)};
}

Results repeat_vector(LayerReader& layer) {
  const TensorId x = with_axes(layer, layer.input(), {1});
  return {layer.emit(Tile{}, {x, layer.constant({1, size(layer, {"n"}), 1})})};
}

/// Steps whose elements all have one value become zero.
Results masking(LayerReader& layer) {
  const TensorId x = layer.input();
  const TensorId differs = layer.emit(Binary{BinaryFn::not_equal}, {x, layer.real_scalar(layer.real("mask_value", 0))});
  const TensorId kept = reduced(layer, ReduceFn::any, differs, {-1}, true);
  return {layer.emit(Binary{BinaryFn::mul}, {x, layer.emit(Cast{.to = layer.dtype(x)}, {kept})})};
}

constexpr auto kLayers = std::to_array<Layer>({
    {"ActivityRegularization", identity},
    {"AlphaDropout", identity},
    {"Dense", dense},
    {"Dropout", identity},
    {"EinsumDense", einsum_dense},
    {"Embedding", embedding},
    {"Flatten", flatten},
    {"GaussianDropout", identity},
    {"GaussianNoise", identity},
    {"Highway", highway},
    {"Identity", identity},
    {"Masking", masking},
    {"MaxoutDense", maxout_dense},
    {"Permute", permute},
    {"RepeatVector", repeat_vector},
    {"Reshape", reshape},
    {"ReversibleEmbedding", reversible_embedding},
    {"SpatialDropout1D", identity},
    {"SpatialDropout2D", identity},
    {"SpatialDropout3D", identity},
});
static_assert(std::ranges::is_sorted(kLayers, {}, &Layer::name));

}  // namespace

std::span<const Layer> core_layers() { return kLayers; }

}  // namespace flopstat::keras
