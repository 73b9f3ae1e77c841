#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "formats/keras/activations.h"
#include "formats/keras/arguments.h"

namespace flopstat::keras {
namespace {

using Results = std::vector<TensorId>;

/// query, value and key of a call: positional or by name. The key is the value where it is not given.
struct Operands {
  TensorId query = kAbsent;
  TensorId value = kAbsent;
  TensorId key = kAbsent;
};

Operands operands_of(const LayerReader& layer) {
  const auto operand = [&](size_t i, std::string_view name) {
    const TensorId named = layer.keyword(name);
    return named != kAbsent || i >= layer.input_count() ? named : layer.input(i);
  };
  Operands operands{.query = operand(0, "query"), .value = operand(1, "value"), .key = operand(2, "key")};
  if (operands.query == kAbsent || operands.value == kAbsent) layer.corrupt("it needs a query and a value");
  if (operands.key == kAbsent) operands.key = operands.value;
  return operands;
}

/// Each score's mask, where the call gives one.
TensorId mask_of(const LayerReader& layer) { return layer.keyword("attention_mask"); }

std::string letters(char first, size_t count) {
  std::string text(count, first);
  std::iota(text.begin(), text.end(), first);
  return text;
}

/// x [..., I] by a kernel [I, heads, width] -> [..., heads, width]: "abc,cde->abde".
TensorId projected(LayerReader& layer, std::string_view name, TensorId x, int64_t heads, int64_t width) {
  const size_t free = layer.shape(x).size() - 1;
  const std::string path(name);
  const std::string front = letters('a', free);
  const std::string summed = letters(static_cast<char>('a' + free), 1);
  const std::string made = letters(static_cast<char>('a' + free + 1), 2);
  const TensorId kernel = layer.variable(path + "/kernel", {.shape = {layer.shape(x).back(), heads, width}});
  const TensorId y = layer.emit(Einsum{front + summed + "," + summed + made + "->" + front + made}, {x, kernel});
  if (!layer.boolean("use_bias", true)) return y;
  return layer.emit(Binary{}, {y, layer.variable(path + "/bias", {.shape = {heads, width}})});
}

/// x [..., heads, width] by a kernel [heads, width, sizes...] -> [..., sizes...].
TensorId combined(LayerReader& layer, std::string_view name, TensorId x, const std::vector<int64_t>& sizes) {
  const Shape shape = layer.shape(x);
  const size_t free = shape.size() - 2;
  const std::string path(name);
  const std::string front = letters('a', free);
  const std::string summed = letters(static_cast<char>('a' + free), 2);
  const std::string made = letters(static_cast<char>('a' + free + 2), sizes.size());
  std::vector<int64_t> kernel_shape = {shape[free], shape[free + 1]};
  kernel_shape.insert(kernel_shape.end(), sizes.begin(), sizes.end());
  const TensorId kernel = layer.variable(path + "/kernel", {.shape = kernel_shape});
  const TensorId y = layer.emit(Einsum{front + summed + "," + summed + made + "->" + front + made}, {x, kernel});
  if (!layer.boolean("use_bias", true)) return y;
  return layer.emit(Binary{}, {y, layer.variable(path + "/bias", {.shape = sizes})});
}

TensorId gate_of(LayerReader& layer, TensorId query, int64_t heads, int64_t width) {
  if (!layer.boolean("use_gate", false)) return kAbsent;
  return layer.emit(Unary{UnaryFn::sigmoid}, {projected(layer, "gate_dense", query, heads, width)});
}

struct Heads {
  TensorId query = kAbsent;
  TensorId key = kAbsent;
  TensorId value = kAbsent;
};

/// What attention gives: [B, Sq, heads, width], and the scores where they are asked for.
struct Attended {
  TensorId result = kAbsent;
  TensorId scores = kAbsent;
};

/// Operands [B, S, heads, width] with heads and width side by side, as one operation. A call that says causal masks the
/// pairs above the diagonal; with as many queries as keys that is what `causal` means.
Attended attended(LayerReader& layer, const Heads& x, int64_t heads, int64_t kv_heads, int64_t value_width) {
  const bool square = layer.shape(x.query)[1] == layer.shape(x.key)[1];
  const bool scores = call_flag(layer, SIZE_MAX, "return_attention_scores");
  const Attention op{.heads = heads,
                     .kv_heads = kv_heads == heads ? 0 : kv_heads,
                     .causal = square && call_flag(layer, SIZE_MAX, "use_causal_mask")};
  const auto side_by_side = [&](TensorId tensor) { return reshaped(layer, tensor, {0, 0, -1}); };
  Results operands = {side_by_side(x.query), side_by_side(x.key), side_by_side(x.value)};
  if (const TensorId mask = mask_of(layer); mask != kAbsent) operands.push_back(mask);
  const Results results = layer.emit_several(op, operands, scores ? 4 : 1);
  return {reshaped(layer, results[0], {0, 0, heads, value_width}), scores ? results[3] : kAbsent};
}

/// Attention over other axes than the second: scores of all of them, as two einsums.
///
/// Source: keras MultiHeadAttention, `_build_attention_equation`.
Attended attended_over(LayerReader& layer, const Heads& x, const std::vector<size_t>& axes) {
  const size_t rank = layer.shape(x.query).size();
  const auto attends = [&](size_t axis) { return std::ranges::find(axes, axis) != axes.end(); };
  const std::string target = letters('a', rank);
  std::string source;
  std::string batch;
  std::string target_axes;
  std::string source_axes;
  char next = static_cast<char>('a' + rank);
  for (size_t i = 0; i < rank; ++i) {
    source += attends(i) ? next++ : target[i];
    if (attends(i)) {
      target_axes += target[i];
      source_axes += source[i];
    } else if (i + 1 < rank) {
      batch += target[i];
    }
  }
  const std::string product = batch + target_axes + source_axes;
  const TensorId query = layer.emit(Binary{BinaryFn::mul}, {x.query, layer.real_scalar(0.5)});
  TensorId scores = layer.emit(Einsum{source + "," + target + "->" + product}, {x.key, query});
  if (const TensorId mask = mask_of(layer); mask != kAbsent) {
    scores = layer.emit(Select{}, {mask, scores, layer.real_scalar(-1e9)});
  }
  std::vector<int64_t> summed(axes.size());
  std::iota(summed.begin(), summed.end(), -std::ssize(axes));
  scores = softmax_over(layer, scores, summed);
  return {layer.emit(Einsum{product + "," + source + "->" + target}, {scores, x.value}), scores};
}

Results with_scores(const LayerReader& layer, TensorId result, TensorId scores) {
  const bool wanted = call_flag(layer, SIZE_MAX, "return_attention_scores") && scores != kAbsent;
  return wanted ? Results{result, scores} : Results{result};
}

/// Four projections and two products for each head.
Results multi_head_attention(LayerReader& layer) {
  constexpr size_t kMostAxes = 8;  // letters for all of them
  const Operands x = operands_of(layer);
  const size_t rank = layer.shape(x.query).size();
  if (rank < 2 || rank > kMostAxes || layer.shape(x.key).size() != rank || layer.shape(x.value).size() != rank) {
    layer.corrupt("query, key and value have " + std::to_string(rank) + ", " +
                  std::to_string(layer.shape(x.key).size()) + " and " + std::to_string(layer.shape(x.value).size()) +
                  " axes, expected as many of each, 2 to " + std::to_string(kMostAxes));
  }
  const int64_t heads = size(layer, {"num_heads"});
  const int64_t key_width = size(layer, {"key_dim"});
  const int64_t value_width = layer.has("value_dim") ? size(layer, {"value_dim"}) : key_width;
  std::vector<int64_t> sizes = layer.integers("output_shape").value_or(std::vector<int64_t>{});
  if (sizes.empty()) sizes.push_back(layer.shape(x.query).back());
  if (sizes.size() > kMostAxes) layer.corrupt("'output_shape' has " + std::to_string(sizes.size()) + " axes");

  Heads each;
  each.query = projected(layer, "query_dense", x.query, heads, key_width);
  each.key = projected(layer, "key_dense", x.key, heads, key_width);
  const TensorId gate = gate_of(layer, x.query, heads, value_width);
  each.value = projected(layer, "value_dense", x.value, heads, value_width);

  std::vector<size_t> axes;
  for (const int64_t axis : layer.integers("attention_axes").value_or(std::vector<int64_t>{})) {
    axes.push_back(layer.axis(x.query, axis));
    if (axes.back() == 0 || axes.back() + 1 >= rank) layer.corrupt("'attention_axes' names the batch or the features");
  }
  for (size_t i = 1; axes.empty() && i + 1 < rank; ++i) axes.push_back(i);
  const bool usual = rank == 3 && axes == std::vector<size_t>{1};
  const Attended y = usual ? attended(layer, each, heads, heads, value_width) : attended_over(layer, each, axes);
  const TensorId result = gate == kAbsent ? y.result : layer.emit(Binary{BinaryFn::mul}, {y.result, gate});
  return with_scores(layer, combined(layer, "output_dense", result, sizes), y.scores);
}

/// The same with fewer keys and values: each is shared by a group of query heads.
Results group_query_attention(LayerReader& layer) {
  const Operands x = operands_of(layer);
  for (const TensorId operand : {x.query, x.key, x.value}) {
    if (layer.shape(operand).size() != 3) layer.corrupt("query, key and value need three axes each");
  }
  const int64_t width = size(layer, {"head_dim"});
  const int64_t heads = size(layer, {"num_query_heads"});
  const int64_t kv_heads = size(layer, {"num_key_value_heads"});
  const int64_t features = layer.shape(x.query).back();
  Heads each;
  each.query = projected(layer, "query_dense", x.query, heads, width);
  each.key = projected(layer, "key_dense", x.key, kv_heads, width);
  const TensorId gate = gate_of(layer, x.query, heads, width);
  each.value = projected(layer, "value_dense", x.value, kv_heads, width);
  const Attended y = attended(layer, each, heads, kv_heads, width);
  const TensorId result = gate == kAbsent ? y.result : layer.emit(Binary{BinaryFn::mul}, {y.result, gate});
  return with_scores(layer, combined(layer, "output_dense", result, {features}), y.scores);
}

/// query [..., 1, D] + key [..., 1, Sk, D], for all pairs.
TensorId sum_of_pairs(LayerReader& layer, TensorId query, TensorId key) {
  return layer.emit(Binary{}, {with_axes(layer, query, {-2}), with_axes(layer, key, {-3})});
}

TensorId scaled_by(LayerReader& layer, TensorId x, std::string_view name) {
  return layer.emit(Binary{BinaryFn::mul}, {x, layer.variable(name, {.shape = {}})});
}

/// Scores [..., Sq, Sk] become weights, and those a mean of the values.
Results weighted(LayerReader& layer, TensorId scores, TensorId value) {
  const TensorId mask = layer.keyword("mask");
  if (mask != kAbsent) scores = layer.emit(Select{}, {mask, scores, layer.real_scalar(-1e9)});
  const TensorId weights = layer.emit(Softmax{}, {scores});
  return with_scores(layer, layer.emit(MatMul{}, {weights, value}), weights);
}

/// Luong's attention: products of queries and keys, or (`concat`) sums of tanh over all pairs.
Results attention(LayerReader& layer) {
  const Operands x = operands_of(layer);
  const bool scale = layer.boolean("use_scale", false);
  if (layer.text("score_mode", "dot") == "concat") {
    TensorId pairs = sum_of_pairs(layer, x.query, x.key);
    if (scale) pairs = scaled_by(layer, pairs, "scale");
    const TensorId bent = layer.emit(Unary{UnaryFn::tanh}, {pairs});
    const TensorId scores = reduced(layer, ReduceFn::sum, bent, {-1}, false);
    return weighted(layer, scaled_by(layer, scores, "concat_score_weight"), x.value);
  }
  TensorId scores = layer.emit(MatMul{.transpose_b = true}, {x.query, x.key});
  if (scale) scores = scaled_by(layer, scores, "scale");
  return weighted(layer, scores, x.value);
}

/// Bahdanau's attention: tanh over all pairs, summed with a weight per feature.
Results additive_attention(LayerReader& layer) {
  const Operands x = operands_of(layer);
  const int64_t width = layer.shape(x.query).back();
  TensorId pairs = layer.emit(Unary{UnaryFn::tanh}, {sum_of_pairs(layer, x.query, x.key)});
  if (layer.boolean("use_scale", true)) {
    pairs = layer.emit(Binary{BinaryFn::mul}, {pairs, layer.variable("scale", {.shape = {width}})});
  }
  return weighted(layer, reduced(layer, ReduceFn::sum, pairs, {-1}, false), x.value);
}

constexpr auto kLayers = std::to_array<Layer>({
    {"AdditiveAttention", additive_attention},
    {"Attention", attention},
    {"GroupQueryAttention", group_query_attention},
    {"MultiHeadAttention", multi_head_attention},
});
static_assert(std::ranges::is_sorted(kLayers, {}, &Layer::name));

}  // namespace

std::span<const Layer> attention_layers() { return kLayers; }

}  // namespace flopstat::keras
