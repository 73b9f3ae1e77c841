#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <string>

#include "formats/keras/activations.h"
#include "formats/keras/arguments.h"

/// Functions that a model calls on its tensors: operations of keras.ops, which stand in the file as layers with their
/// class's name, and those of TensorFlow in Keras 2 (`TFOpLambda`, `SlicingOpLambda`, `TensorFlowOpLayer`). Arguments
/// are in the configuration, among the positional ones of the call, or among its keywords.
namespace flopstat::keras {
namespace {

using Results = std::vector<TensorId>;

/// Not a position of an argument.
constexpr size_t kByName = std::numeric_limits<size_t>::max();

/// An argument that is no tensor: by one of its names, or at that position of the call. Null where it is not given.
const JsonValue* given(const LayerReader& layer, size_t position, Names names) {
  for (const std::string_view name : names) {
    if (const JsonValue* value = layer.value(name)) return value;
  }
  for (const std::string_view name : names) {
    const JsonValue* value = layer.argument(kByName, name);
    if (value != nullptr && !value->is_null()) return value;
  }
  const JsonValue* value = position != kByName ? layer.argument(position, {}) : nullptr;
  return value != nullptr && !value->is_null() ? value : nullptr;
}

std::optional<int64_t> whole(const LayerReader& layer, size_t position, Names names) {
  const JsonValue* value = given(layer, position, names);
  const int64_t* number = value != nullptr ? value->integer() : nullptr;
  return number != nullptr ? std::optional{*number} : std::nullopt;
}

bool flag(const LayerReader& layer, size_t position, Names names, bool otherwise) {
  const JsonValue* value = given(layer, position, names);
  const bool* set = value != nullptr ? value->boolean() : nullptr;
  return set != nullptr ? *set : otherwise;
}

/// A tuple: a list, or an object that says so.
const JsonValue& unwrapped(const JsonValue& value) {
  const JsonValue* items = value.find("items");
  return items != nullptr ? *items : value;
}

std::optional<std::vector<int64_t>> list(const LayerReader& layer, size_t position, Names names) {
  const JsonValue* value = given(layer, position, names);
  if (value == nullptr || value->text() != nullptr) return std::nullopt;
  return sizes_or_any(layer, unwrapped(*value));
}

std::vector<int64_t> axes_from_the_front(const LayerReader& layer, TensorId x, const std::vector<int64_t>& axes) {
  std::vector<int64_t> result;
  for (const int64_t axis : axes) result.push_back(static_cast<int64_t>(layer.axis(x, axis)));
  return result;
}

// --- element-wise ----------------------------------------------------------------------------------------------------

Results unary_by(LayerReader& layer, UnaryFn fn) { return {layer.emit(Unary{fn}, {layer.input()})}; }

template <UnaryFn fn>
Results unary(LayerReader& layer) {
  return unary_by(layer, fn);
}

Results binary_by(LayerReader& layer, BinaryFn fn) {
  const Results operands = operands_and_numbers(layer);
  if (operands.size() < 2) layer.corrupt("it needs two operands");
  return {layer.emit(Binary{fn}, {operands[0], operands[1]})};
}

template <BinaryFn fn>
Results binary(LayerReader& layer) {
  return binary_by(layer, fn);
}

Results add_n(LayerReader& layer) {
  const Results operands = operands_and_numbers(layer);
  if (operands.empty()) layer.corrupt("it has no operands");
  return {operands.size() == 1 ? layer.emit(Identity{}, operands) : layer.emit(Binary{}, operands)};
}

/// A function with the same work as a known one and a constant factor or term behind it: log10, expm1...
template <UnaryFn fn, BinaryFn after>
Results unary_then(LayerReader& layer) {
  const TensorId y = layer.emit(Unary{fn}, {layer.input()});
  return {layer.emit(Binary{after}, {y, layer.real_scalar(1)})};
}

template <BinaryFn before, UnaryFn fn>
Results unary_behind(LayerReader& layer) {
  const TensorId x = layer.emit(Binary{before}, {layer.input(), layer.real_scalar(1)});
  return {layer.emit(Unary{fn}, {x})};
}

Results sparse_plus(LayerReader& layer) { return {*apply_function(layer, layer.input(), "sparse_plus")}; }
Results squareplus(LayerReader& layer) { return {*apply_function(layer, layer.input(), "squareplus")}; }
Results tanh_shrink(LayerReader& layer) { return {*apply_function(layer, layer.input(), "tanh_shrink")}; }

Results gelu(LayerReader& layer) {
  const bool approximate = flag(layer, 1, {"approximate"}, true);
  return {layer.emit(Unary{approximate ? UnaryFn::gelu_tanh : UnaryFn::gelu_erf}, {layer.input()})};
}

Results softmax(LayerReader& layer) {
  return {softmax_over(layer, layer.input(), list(layer, 1, {"axis"}).value_or(std::vector<int64_t>{-1}))};
}

Results log_softmax(LayerReader& layer) {
  return {layer.emit(Softmax{.axis = whole(layer, 1, {"axis"}).value_or(-1), .log = true}, {layer.input()})};
}

Results glu(LayerReader& layer) { return {gated_linear(layer, layer.input(), whole(layer, 1, {"axis"}).value_or(-1))}; }

Results clip(LayerReader& layer) {
  Results operands = {layer.input()};
  for (const auto& [position, name, other] :
       {std::tuple{size_t{1}, "x_min", "clip_value_min"}, std::tuple{size_t{2}, "x_max", "clip_value_max"}}) {
    const JsonValue* bound = given(layer, position, {name, other});
    const TensorId constant = bound != nullptr ? number(layer, *bound) : kAbsent;
    operands.push_back(constant != kAbsent ? constant : layer.real_scalar(0));
  }
  return {layer.emit(Unary{UnaryFn::clip}, operands)};
}

Results where(LayerReader& layer) {
  const Results operands = operands_and_numbers(layer);
  if (operands.size() != 3) layer.corrupt("it needs a condition and two operands");
  return {layer.emit(Select{}, operands)};
}

Results identity(LayerReader& layer) { return {layer.emit(Identity{}, {layer.input()})}; }

Results cast(LayerReader& layer) {
  const JsonValue* type = given(layer, 1, {"dtype"});
  const std::string_view* name = type != nullptr ? type->text() : nullptr;
  struct Type {
    std::string_view name;
    DType dtype;
  };
  static constexpr auto kTypes = std::to_array<Type>({{"bfloat16", DType::bf16},
                                                      {"bool", DType::boolean},
                                                      {"float16", DType::f16},
                                                      {"float32", DType::f32},
                                                      {"float64", DType::f64},
                                                      {"int16", DType::i16},
                                                      {"int32", DType::i32},
                                                      {"int64", DType::i64},
                                                      {"int8", DType::i8},
                                                      {"uint16", DType::u16},
                                                      {"uint32", DType::u32},
                                                      {"uint64", DType::u64},
                                                      {"uint8", DType::u8}});
  const auto* found = name != nullptr ? std::ranges::find(kTypes, *name, &Type::name) : kTypes.end();
  if (found == kTypes.end()) layer.corrupt("the type to cast to is not known");
  return {layer.emit(Cast{.to = found->dtype}, {layer.input()})};
}

// --- reductions ------------------------------------------------------------------------------------------------------

struct Reduction {
  std::optional<std::vector<int64_t>> axes;
  bool keep_dims = false;
};

Reduction reduction_of(const LayerReader& layer) {
  return {list(layer, 1, {"axis", "axes"}), flag(layer, 2, {"keepdims", "keep_dims"}, false)};
}

TensorId reduced_by(LayerReader& layer, ReduceFn fn, TensorId x, const Reduction& how) {
  if (how.axes) return reduced(layer, fn, x, *how.axes, how.keep_dims);
  return layer.emit(Reduce{.fn = fn, .keep_dims = how.keep_dims}, {x});
}

template <ReduceFn fn>
Results reduce(LayerReader& layer) {
  return {reduced_by(layer, fn, layer.input(), reduction_of(layer))};
}

/// The mean of the squared distance from the mean; its root.
template <bool root>
Results spread(LayerReader& layer) {
  const Reduction how = reduction_of(layer);
  const TensorId x = layer.input();
  const TensorId mean = reduced_by(layer, ReduceFn::mean, x, {how.axes, true});
  const TensorId distance = layer.emit(Binary{BinaryFn::squared_difference}, {x, mean});
  const TensorId y = reduced_by(layer, ReduceFn::mean, distance, how);
  return {root ? layer.emit(Unary{UnaryFn::sqrt}, {y}) : y};
}

Results moments(LayerReader& layer) {
  const Reduction how = reduction_of(layer);
  return {reduced_by(layer, ReduceFn::mean, layer.input(), how), spread<false>(layer)[0]};
}

template <bool most>
Results arg(LayerReader& layer) {
  TensorId x = layer.input();
  const std::optional<int64_t> axis = whole(layer, 1, {"axis", "dimension"});
  if (!axis) x = reshaped(layer, x, {-1});
  const ArgReduce op{.max = most, .keep_dims = flag(layer, kByName, {"keepdims"}, false), .to = DType::i32};
  return {layer.emit(op, {x, layer.scalar(axis.value_or(0))})};
}

template <bool product>
Results cumulate(LayerReader& layer) {
  const std::optional<int64_t> axis = whole(layer, 1, {"axis"});
  const TensorId x = axis ? layer.input() : reshaped(layer, layer.input(), {-1});
  return {layer.emit(Cumulate{.product = product}, {x, layer.scalar(axis.value_or(0))})};
}

Results norm(LayerReader& layer) {
  const JsonValue* order = given(layer, kByName, {"ord"});
  const bool first = order != nullptr && order->real() == 1.0;
  const bool usual = order == nullptr || order->real() == 2.0;
  if (!first && !usual)
    return {layer.emit(Opaque{"a norm of another order than 1 and 2 has no rule"}, {layer.input()})};
  Reduction how = reduction_of(layer);
  return {reduced_by(layer, first ? ReduceFn::l1 : ReduceFn::l2, layer.input(), how)};
}

Results normalize(LayerReader& layer) {
  return {layer.emit(L2Norm{.axis = whole(layer, 1, {"axis"}).value_or(-1)}, {layer.input()})};
}

Results top_k(LayerReader& layer) {
  const std::optional<int64_t> k = whole(layer, 1, {"k"});
  return layer.emit_several(TopK{.index = DType::i32}, {layer.input(), layer.scalar(k.value_or(1))}, 2);
}

Results sort(LayerReader& layer) {
  return {layer.emit(Sort{.axis = whole(layer, 1, {"axis"}).value_or(-1)}, {layer.input()})};
}

// --- contractions ----------------------------------------------------------------------------------------------------

Results matmul(LayerReader& layer) {
  const Results operands = operands_and_numbers(layer);
  if (operands.size() < 2) layer.corrupt("it needs two operands");
  const MatMul op{.transpose_a = flag(layer, kByName, {"transpose_a", "adj_x"}, false),
                  .transpose_b = flag(layer, kByName, {"transpose_b", "adj_y"}, false)};
  return {layer.emit(op, {operands[0], operands[1]})};
}

Results einsum(LayerReader& layer) {
  const JsonValue* equation = given(layer, 0, {"subscripts", "equation"});
  if (equation == nullptr || equation->text() == nullptr) layer.corrupt("its equation is missing");
  return {layer.emit(Einsum{.equation = std::string(*equation->text())}, inputs_of(layer))};
}

/// The last n axes of the first operand with the first n of the second, or two lists of axes.
Results tensordot(LayerReader& layer) {
  const Results x = inputs_of(layer);
  if (x.size() != 2) layer.corrupt("it needs two operands");
  const size_t ranks[] = {layer.shape(x[0]).size(), layer.shape(x[1]).size()};
  const JsonValue* axes = given(layer, 2, {"axes"});
  std::vector<int64_t> left;
  std::vector<int64_t> right;
  const JsonValue::Array* lists = axes != nullptr ? unwrapped(*axes).array() : nullptr;
  if (lists != nullptr) {
    if (lists->size() != 2) layer.corrupt("'axes' is not two lists");
    left = axes_from_the_front(layer, x[0], sizes_or_any(layer, unwrapped((*lists)[0])));
    right = axes_from_the_front(layer, x[1], sizes_or_any(layer, unwrapped((*lists)[1])));
  } else {
    const int64_t number = whole(layer, 2, {"axes"}).value_or(2);
    const auto most = static_cast<int64_t>(std::min(ranks[0], ranks[1]));
    if (number < 0 || number > most) layer.corrupt("'axes' is " + std::to_string(number));
    left = counted(ranks[0] - static_cast<size_t>(number), ranks[0]);
    right = counted(0, static_cast<size_t>(number));
  }
  if (left.size() != right.size() || ranks[0] + ranks[1] > 26) layer.corrupt("'axes' does not fit its operands");
  std::string a(ranks[0], ' ');
  std::string b(ranks[1], ' ');
  std::string y;
  char next = 'a';
  for (size_t i = 0; i < left.size(); ++i) {
    a[static_cast<size_t>(left[i])] = b[static_cast<size_t>(right[i])] = next++;
  }
  for (std::string* term : {&a, &b}) {
    for (char& letter : *term) {
      if (letter == ' ') y += letter = next++;
    }
  }
  return {layer.emit(Einsum{.equation = a + "," + b + "->" + y}, x)};
}

/// The spatial sizes of a filter [k..., in, out].
std::vector<int64_t> kernel_of_filter(const LayerReader& layer, TensorId filter) {
  const Shape& shape = layer.shape(filter);
  if (shape.size() < 3) layer.corrupt("its filter has " + std::to_string(shape.size()) + " axes");
  return {shape.begin(), shape.end() - 2};
}

template <FilterLayout filter>
Results conv(LayerReader& layer) {
  const Results x = inputs_of(layer);
  if (x.size() != 2) layer.corrupt("it needs an input and a filter");
  const Window window = window_of(layer, kernel_of_filter(layer, x[1]));
  return {layer.emit(Conv{.axes = {layout_of(layer), filter}, .window = window}, x)};
}

template <PoolFn fn>
Results pool(LayerReader& layer) {
  const size_t rank = layer.shape(layer.input()).size();
  if (rank < 3) layer.corrupt("its input has no spatial axes");
  const std::vector<int64_t> sizes = per_axis(layer, {"pool_size"}, rank - 2, 2);
  Window window = window_of(layer, sizes);
  for (size_t i = 0; !layer.has("strides") && i < sizes.size(); ++i) window.axes[i].stride = sizes[i];
  return {layer.emit(Pool{.fn = fn, .layout = layout_of(layer), .window = window}, {layer.input()})};
}

/// query, key, value [B, S, heads, width].
Results dot_product_attention(LayerReader& layer) {
  const Results x = inputs_of(layer);
  if (x.size() < 3 || layer.shape(x[0]).size() != 4 || layer.shape(x[1]).size() != 4) {
    layer.corrupt("it needs a query, a key and a value of four axes each");
  }
  const int64_t heads = layer.shape(x[0])[2];
  const int64_t kv_heads = layer.shape(x[1])[2];
  const bool square = layer.shape(x[0])[1] == layer.shape(x[1])[1];
  const Attention op{.heads = heads, .kv_heads = kv_heads, .causal = square && flag(layer, 5, {"is_causal"}, false)};
  Results operands;
  for (size_t i = 0; i < 3; ++i) operands.push_back(reshaped(layer, x[i], {0, 0, -1}));
  if (const TensorId mask = layer.keyword("mask"); mask != kAbsent) operands.push_back(mask);
  return {reshaped(layer, layer.emit(op, operands), {0, 0, heads, layer.shape(x[2])[3]})};
}

template <bool root_mean_square>
Results layer_norm(LayerReader& layer) {
  const int64_t axis = whole(layer, kByName, {"axis"}).value_or(-1);
  const Normalize op{.rows = Normalize::Rows::axes, .axes = {axis}, .root_mean_square = root_mean_square};
  return {layer.emit(op, inputs_of(layer))};
}

// --- movement --------------------------------------------------------------------------------------------------------

/// The target: numbers, or numbers and tensors that hold one each.
Results reshape(LayerReader& layer) {
  const JsonValue* target = given(layer, 1, {"newshape", "shape"});
  if (target == nullptr) layer.corrupt("its shape is missing");
  const TensorId x = layer.input();
  if (const TensorId tensor = layer.tensor_of(*target); tensor != kAbsent) {
    return {layer.emit(Reshape{.zero_is_zero = true}, {x, tensor})};
  }
  const JsonValue& sizes = unwrapped(*target);
  const JsonValue::Array* entries = sizes.array();
  const bool tensors = entries != nullptr && std::ranges::any_of(*entries, [&](const JsonValue& entry) {
                         return layer.tensor_of(entry) != kAbsent;
                       });
  if (!tensors) {
    const std::vector<int64_t> shape = sizes_or_any(layer, sizes);
    return {layer.emit(Reshape{.zero_is_zero = true}, {x, layer.constant(shape)})};
  }
  Results parts;
  for (const JsonValue& entry : *entries) {
    const TensorId tensor = layer.tensor_of(entry);
    const int64_t* size = entry.integer();
    parts.push_back(tensor != kAbsent ? reshaped(layer, tensor, {1}) : layer.constant({size != nullptr ? *size : -1}));
  }
  return {layer.emit(Reshape{.zero_is_zero = true}, {x, layer.emit(Concat{}, parts)})};
}

Results transpose(LayerReader& layer) {
  const auto permutation = list(layer, 1, {"axes", "perm"});
  const TensorId x = layer.input();
  return {permutation ? transposed(layer, x, *permutation) : layer.emit(Transpose{}, {x})};
}

Results swap_axes(LayerReader& layer) {
  const TensorId x = layer.input();
  std::vector<int64_t> permutation = counted(0, layer.shape(x).size());
  const size_t a = layer.axis(x, whole(layer, 1, {"axis1"}).value_or(0));
  const size_t b = layer.axis(x, whole(layer, 2, {"axis2"}).value_or(0));
  std::swap(permutation[a], permutation[b]);
  return {transposed(layer, x, permutation)};
}

Results move_axis(LayerReader& layer) {
  const TensorId x = layer.input();
  const std::vector<int64_t> from =
      axes_from_the_front(layer, x, list(layer, 1, {"source"}).value_or(std::vector<int64_t>{}));
  const std::vector<int64_t> to =
      axes_from_the_front(layer, x, list(layer, 2, {"destination"}).value_or(std::vector<int64_t>{}));
  if (from.size() != to.size()) layer.corrupt("'source' and 'destination' are not as long");
  std::vector<int64_t> permutation(layer.shape(x).size(), -1);
  for (size_t i = 0; i < from.size(); ++i) permutation[static_cast<size_t>(to[i])] = from[i];
  int64_t next = 0;
  for (int64_t& axis : permutation) {
    if (axis >= 0) continue;
    while (std::ranges::find(from, next) != from.end()) ++next;
    axis = next++;
  }
  return {transposed(layer, x, permutation)};
}

Results concat(LayerReader& layer) {
  Results operands = operands_and_numbers(layer);
  for (const TensorId named : layer.keywords("values")) operands.push_back(named);
  if (layer.input_count() == 0) layer.corrupt("it has no operands");
  operands.resize(std::min(operands.size(), std::max(layer.input_count(), size_t{1})));
  const int64_t axis = whole(layer, 1, {"axis"}).value_or(0);
  return {layer.emit(Concat{.axis = static_cast<int64_t>(layer.axis(operands[0], axis))}, operands)};
}

Results stack(LayerReader& layer) {
  return {layer.emit(Stack{.axis = whole(layer, 1, {"axis"}).value_or(0)}, inputs_of(layer))};
}

Results expand_dims(LayerReader& layer) {
  return {with_axes(layer, layer.input(), list(layer, 1, {"axis"}).value_or(std::vector<int64_t>{0}))};
}

Results squeeze(LayerReader& layer) {
  const auto axes = list(layer, 1, {"axis", "squeeze_dims"});
  if (!axes) return {layer.emit(Squeeze{}, {layer.input()})};
  return {without_axes(layer, layer.input(), *axes)};
}

Results flip(LayerReader& layer) {
  const TensorId x = layer.input();
  const auto axes = list(layer, 1, {"axis"});
  return {layer.emit(Reverse{}, {x, layer.constant(axes ? *axes : counted(0, layer.shape(x).size()))})};
}

Results tile(LayerReader& layer) {
  const auto repeats = list(layer, 1, {"repeats", "multiples"});
  if (!repeats) layer.corrupt("its repeats are no list of numbers");
  return {layer.emit(Tile{}, {layer.input(), layer.constant(*repeats)})};
}

/// Each entry of an axis several times: an axis of its own, spread and joined again.
Results repeat(LayerReader& layer) {
  const std::optional<int64_t> times = whole(layer, 1, {"repeats"});
  const TensorId x = layer.input();
  const std::optional<int64_t> named = whole(layer, 2, {"axis"});
  if (!times || !named || *times < 1) layer.corrupt("its repeats are no number, or it names no axis");
  const auto axis = static_cast<int64_t>(layer.axis(x, *named));
  return {layer.emit(Resize{.axes = {axis}}, {x, kAbsent, layer.constant({*times})})};
}

/// Equal parts by their number, or the places where parts end.
Results split(LayerReader& layer) {
  constexpr int64_t kMostParts = 4096;
  const TensorId x = layer.input();
  const int64_t axis = whole(layer, 2, {"axis"}).value_or(0);
  const int64_t length = layer.shape(x)[layer.axis(x, axis)];
  const JsonValue* how = given(layer, 1, {"indices_or_sections", "num_or_size_splits"});
  if (how == nullptr) layer.corrupt("its parts are missing");
  std::vector<int64_t> parts;
  if (const int64_t* number = how->integer()) {
    if (*number < 1 || *number > kMostParts) layer.corrupt("it has " + std::to_string(*number) + " parts");
    parts.assign(static_cast<size_t>(*number), length / *number);
  } else {
    parts = sizes_or_any(layer, unwrapped(*how));
    const bool sizes = given(layer, kByName, {"num_or_size_splits"}) != nullptr;
    if (!sizes) {
      parts.push_back(length);
      for (size_t i = parts.size() - 1; i > 0; --i) parts[i] -= parts[i - 1];
    }
  }
  const size_t count = parts.size();
  return layer.emit_several(Split{}, {x, layer.scalar(axis), layer.constant(parts)}, count);
}

Results unstack(LayerReader& layer) {
  const TensorId x = layer.input();
  const int64_t axis = whole(layer, 2, {"axis"}).value_or(0);
  constexpr int64_t kMostParts = 4096;
  const int64_t parts = layer.shape(x)[layer.axis(x, axis)];
  if (parts > kMostParts) layer.corrupt("it has " + std::to_string(parts) + " parts");
  return layer.emit_several(Unstack{.axis = axis}, {x}, static_cast<size_t>(parts));
}

Results pad(LayerReader& layer) {
  const JsonValue* widths = given(layer, 1, {"pad_width", "paddings"});
  if (widths == nullptr) layer.corrupt("its widths are missing");
  const size_t rank = layer.shape(layer.input()).size();
  const JsonValue& outer = unwrapped(*widths);
  std::vector<int64_t> pairs;
  if (outer.array() != nullptr) {
    for (const JsonValue& entry : *outer.array()) {
      const std::vector<int64_t> pair = sizes_or_any(layer, unwrapped(entry));
      pairs.insert(pairs.end(), pair.begin(), pair.end());
      if (pair.size() == 1 && outer.array()->size() == rank) pairs.push_back(pair[0]);
    }
  } else {
    pairs = sizes_or_any(layer, outer);
  }
  if (pairs.size() == 1) pairs.assign(2, pairs[0]);
  std::vector<int64_t> pads(2 * rank);
  for (size_t i = 0; i < rank; ++i) {
    const size_t at = pairs.size() == 2 ? 0 : 2 * i;
    if (at + 1 >= pairs.size()) layer.corrupt("its widths do not fit its input");
    pads[i] = pairs[at];
    pads[rank + i] = pairs[at + 1];
  }
  return {layer.emit(Pad{.pairs = false}, {layer.input(), layer.constant(pads)})};
}

/// Entries by numbers: a tensor's, or those of a list in the file.
Results take(LayerReader& layer) {
  const JsonValue* indices = given(layer, 1, {"indices"});
  if (indices == nullptr) layer.corrupt("it has no indices");
  const std::optional<int64_t> axis = whole(layer, kByName, {"axis"});
  const TensorId x = axis ? layer.input() : reshaped(layer, layer.input(), {-1});
  TensorId places = layer.tensor_of(*indices);
  if (places == kAbsent && indices->array() != nullptr) places = layer.constant(sizes_or_any(layer, *indices));
  if (places == kAbsent) places = number(layer, *indices);
  if (places == kAbsent) layer.corrupt("its indices are neither a tensor nor whole numbers");
  return {layer.emit(Gather{.axis = axis.value_or(0)}, {x, places})};
}

Results take_along_axis(LayerReader& layer) {
  return {layer.emit(GatherElements{.axis = whole(layer, 2, {"axis"}).value_or(0)}, inputs_of(layer))};
}

Results broadcast_to(LayerReader& layer) {
  const auto shape = list(layer, 1, {"shape"});
  if (!shape) layer.corrupt("its shape is no list of numbers");
  return {layer.emit(Expand{}, {layer.input(), layer.constant(*shape)})};
}

Results ravel(LayerReader& layer) { return {reshaped(layer, layer.input(), {-1})}; }

Results zeros_like(LayerReader& layer) { return {layer.emit(ZerosLike{}, {layer.input()})}; }

template <bool upper>
Results triangle(LayerReader& layer) {
  return {layer.emit(Triangle{.upper = upper}, {layer.input()})};
}

Results one_hot(LayerReader& layer) {
  const std::optional<int64_t> depth = whole(layer, 1, {"num_classes", "depth"});
  if (!depth) layer.corrupt("the number of classes is missing");
  return {layer.emit(OneHot{.axis = whole(layer, kByName, {"axis"}).value_or(-1)},
                     {layer.input(), layer.scalar(*depth), layer.real_scalar(1), layer.real_scalar(0)})};
}

template <bool to_space>
Results blocks(LayerReader& layer) {
  const int64_t block = whole(layer, 1, {"block_size"}).value_or(2);
  if (to_space) return {layer.emit(DepthToSpace{.block = block, .layout = layout_of(layer)}, {layer.input()})};
  return {layer.emit(SpaceToDepth{.block = block, .layout = layout_of(layer)}, {layer.input()})};
}

Results resize(LayerReader& layer) {
  const auto sizes = list(layer, 1, {"size"});
  const TensorId x = layer.input();
  const size_t rank = layer.shape(x).size();
  if (!sizes || sizes->size() != 2 || rank < 3) layer.corrupt("it has no height and width");
  const size_t first = rank - (layout_of(layer) == DataLayout::channels_first ? 2 : 3);
  const JsonValue* how = given(layer, 2, {"interpolation", "method"});
  const std::string_view name = how != nullptr && how->text() != nullptr ? *how->text() : "bilinear";
  Resize op{.fn = ResizeFn::linear, .axes = counted(first, first + 2)};
  if (name == "nearest") op.fn = ResizeFn::nearest;
  if (name == "bicubic") op.fn = ResizeFn::cubic;
  if (name != "nearest" && name != "bicubic" && name != "bilinear") {
    return {layer.emit(Opaque{"resizing by '" + std::string(name.substr(0, 80)) + "' has no rule"}, {x})};
  }
  return {layer.emit(op, {x, layer.constant(*sizes)})};
}

Results shape_of(LayerReader& layer) { return {layer.emit(ShapeOf{.to = DType::i32}, {layer.input()})}; }

// --- slices ----------------------------------------------------------------------------------------------------------

/// One entry of x[1:5, ..., None]: what it says, in TensorFlow's masks.
void add_slice(const LayerReader& layer, const JsonValue& entry, StridedSlice& op,
               std::array<std::vector<int64_t>, 3>& bounds) {
  const size_t at = bounds[0].size();
  if (at >= 31) layer.corrupt("it has more than 31 slices");
  const uint32_t bit = uint32_t{1} << at;
  std::array<int64_t, 3> bound = {0, 0, 1};
  const JsonValue* class_name = entry.find("class_name");
  const JsonValue* config = entry.find("config");
  const bool ellipsis = class_name != nullptr && class_name->text() != nullptr && *class_name->text() == "__ellipsis__";
  if (const int64_t* index = entry.integer()) {
    bound = {*index, *index < std::numeric_limits<int64_t>::max() ? *index + 1 : *index, 1};
    op.shrink_axis_mask |= bit;
  } else if (entry.is_null()) {
    op.new_axis_mask |= bit;
  } else if (ellipsis || (entry.text() != nullptr && *entry.text() == "...")) {
    op.ellipsis_mask |= bit;
  } else if (entry.object() != nullptr) {
    const JsonValue& slice = config != nullptr ? *config : entry;
    const char* names[] = {"start", "stop", "step"};
    for (size_t i = 0; i < 3; ++i) {
      const JsonValue* value = slice.find(names[i]);
      const int64_t* number = value != nullptr ? value->integer() : nullptr;
      if (number != nullptr) bound[i] = *number;
      if (value != nullptr && number == nullptr && !value->is_null()) layer.corrupt("a bound of a slice is no number");
      if (number == nullptr && i == 0) op.begin_mask |= bit;
      if (number == nullptr && i == 1) op.end_mask |= bit;
    }
  } else {
    layer.corrupt("a slice is neither a number, a range, None nor '...'");
  }
  for (size_t i = 0; i < 3; ++i) bounds[i].push_back(bound[i]);
}

Results get_item(LayerReader& layer) {
  const JsonValue* key = layer.argument(1, "key");
  if (key == nullptr) key = layer.argument(1, "slice_spec");
  if (key == nullptr) layer.corrupt("its slices are missing");
  const TensorId x = layer.input();
  if (const TensorId indices = layer.tensor_of(*key); indices != kAbsent) return {layer.emit(Gather{}, {x, indices})};
  const JsonValue& slices = unwrapped(*key);
  StridedSlice op;
  std::array<std::vector<int64_t>, 3> bounds;
  if (slices.array() != nullptr) {
    for (const JsonValue& entry : *slices.array()) add_slice(layer, entry, op, bounds);
  } else {
    add_slice(layer, slices, op, bounds);
  }
  return {layer.emit(op, {x, layer.constant(bounds[0]), layer.constant(bounds[1]), layer.constant(bounds[2])})};
}

// --- layers of keras.applications ----------------------------------------------------------------------------------

/// ConvNeXt: a factor for each channel.
Results layer_scale(LayerReader& layer) {
  const TensorId x = layer.input();
  const TensorId gamma = layer.variable("variable", {.shape = {size(layer, {"projection_dim"})}});
  return {layer.emit(Binary{BinaryFn::mul}, {x, gamma})};
}

/// Inception-ResNet: x + scale * y.
Results custom_scale(LayerReader& layer) {
  const Results x = inputs_of(layer);
  if (x.size() != 2) layer.corrupt("it needs two operands");
  const TensorId scaled = layer.emit(Binary{BinaryFn::mul}, {x[1], layer.real_scalar(layer.real("scale", 1))});
  return {layer.emit(Binary{}, {x[0], scaled})};
}

// --- operations of TensorFlow as layers ------------------------------------------------------------------------------

struct Spelling {
  std::string_view name;       ///< TensorFlow's
  std::string_view operation;  ///< the row's below
};

/// Functions that `TFOpLambda` names in `function`, and operators of `TensorFlowOpLayer`.
constexpr auto kSpellings = std::to_array<Spelling>({
    {"AddV2", "Add"},
    {"AvgPool", "AveragePool"},
    {"BiasAdd", "Add"},
    {"ConcatV2", "Concatenate"},
    {"Maximum", "Maximum"},
    {"Mul", "Multiply"},
    {"Neg", "Negative"},
    {"Pow", "Power"},
    {"RealDiv", "Divide"},
    {"Sub", "Subtract"},
    {"__operators__.add", "Add"},
    {"__operators__.getitem", "GetItem"},
    {"abs", "Absolute"},
    {"argmax", "Argmax"},
    {"broadcast_to", "BroadcastTo"},
    {"cast", "Cast"},
    {"clip_by_value", "Clip"},
    {"compat.v1.shape", "Shape"},
    {"compat.v1.transpose", "Transpose"},
    {"concat", "Concatenate"},
    {"einsum", "Einsum"},
    {"expand_dims", "ExpandDims"},
    {"gather", "Take"},
    {"identity", "Identity"},
    {"image.resize", "Resize"},
    {"keras.activations.gelu", "Gelu"},
    {"keras.activations.relu", "Relu"},
    {"keras.activations.sigmoid", "Sigmoid"},
    {"keras.activations.softmax", "Softmax"},
    {"keras.activations.swish", "Silu"},
    {"keras.activations.tanh", "Tanh"},
    {"keras.backend.sum", "Sum"},
    {"linalg.l2_normalize", "Normalize"},
    {"linalg.matmul", "Matmul"},
    {"math.abs", "Absolute"},
    {"math.add", "Add"},
    {"math.add_n", "AddN"},
    {"math.argmax", "Argmax"},
    {"math.cos", "Cos"},
    {"math.cumsum", "Cumsum"},
    {"math.divide", "Divide"},
    {"math.equal", "Equal"},
    {"math.erf", "Erf"},
    {"math.exp", "Exp"},
    {"math.floor", "Floor"},
    {"math.greater", "Greater"},
    {"math.greater_equal", "GreaterEqual"},
    {"math.l2_normalize", "Normalize"},
    {"math.less", "Less"},
    {"math.less_equal", "LessEqual"},
    {"math.log", "Log"},
    {"math.logical_and", "LogicalAnd"},
    {"math.logical_not", "LogicalNot"},
    {"math.logical_or", "LogicalOr"},
    {"math.maximum", "Maximum"},
    {"math.minimum", "Minimum"},
    {"math.multiply", "Multiply"},
    {"math.negative", "Negative"},
    {"math.pow", "Power"},
    {"math.reduce_all", "All"},
    {"math.reduce_any", "Any"},
    {"math.reduce_max", "Max"},
    {"math.reduce_mean", "Mean"},
    {"math.reduce_min", "Min"},
    {"math.reduce_prod", "Prod"},
    {"math.reduce_std", "Std"},
    {"math.reduce_sum", "Sum"},
    {"math.reduce_variance", "Var"},
    {"math.rsqrt", "Rsqrt"},
    {"math.sigmoid", "Sigmoid"},
    {"math.sin", "Sin"},
    {"math.softplus", "Softplus"},
    {"math.sqrt", "Sqrt"},
    {"math.square", "Square"},
    {"math.squared_difference", "SquaredDifference"},
    {"math.subtract", "Subtract"},
    {"math.tanh", "Tanh"},
    {"math.top_k", "TopK"},
    {"math.truediv", "Divide"},
    {"nn.bias_add", "Add"},
    {"nn.depth_to_space", "DepthToSpace"},
    {"nn.elu", "Elu"},
    {"nn.gelu", "Gelu"},
    {"nn.l2_normalize", "Normalize"},
    {"nn.leaky_relu", "LeakyRelu"},
    {"nn.log_softmax", "LogSoftmax"},
    {"nn.relu", "Relu"},
    {"nn.relu6", "Relu6"},
    {"nn.selu", "Selu"},
    {"nn.sigmoid", "Sigmoid"},
    {"nn.silu", "Silu"},
    {"nn.softmax", "Softmax"},
    {"nn.softplus", "Softplus"},
    {"nn.space_to_depth", "SpaceToDepth"},
    {"nn.swish", "Silu"},
    {"nn.tanh", "Tanh"},
    {"one_hot", "OneHot"},
    {"ones_like", "OnesLike"},
    {"pad", "Pad"},
    {"repeat", "Repeat"},
    {"reshape", "Reshape"},
    {"reverse", "Flip"},
    {"shape", "Shape"},
    {"split", "Split"},
    {"squeeze", "Squeeze"},
    {"stack", "Stack"},
    {"tensordot", "Tensordot"},
    {"tile", "Tile"},
    {"transpose", "Transpose"},
    {"unstack", "Unstack"},
    {"where", "Where"},
    {"zeros_like", "ZerosLike"},
});
static_assert(std::ranges::is_sorted(kSpellings, {}, &Spelling::name));

/// The row for TensorFlow's word; null where there is none.
const Layer* spelled(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kSpellings, name, {}, &Spelling::name);
  return find_operation(found != kSpellings.end() && found->name == name ? found->operation : name);
}

Results opaque(LayerReader& layer, std::string_view name) {
  return {layer.emit(Opaque{"the function '" + std::string(name.substr(0, 80)) + "' has no rule"}, inputs_of(layer))};
}

Results tensorflow_function(LayerReader& layer) {
  const std::string_view name = layer.text("function", "");
  const Layer* row = spelled(name);
  return row != nullptr ? row->read(layer) : opaque(layer, name);
}

/// A node of a graph with some operands stored beside it, by their place. Those that compute element by element need no
/// more than that; others take shapes and axes as operands.
Results tensorflow_node(LayerReader& layer) {
  const JsonValue* node = layer.value("node_def");
  const JsonValue* field = node != nullptr ? node->find("op") : nullptr;
  std::string_view name = field != nullptr && field->text() != nullptr ? *field->text() : std::string_view();
  if (node != nullptr && node->text() != nullptr) {  // a JSON text within the JSON text
    const size_t key = node->text()->find("\"op\"");
    const size_t open = key != std::string_view::npos ? node->text()->find('"', key + 4) : key;
    const size_t close = open != std::string_view::npos ? node->text()->find('"', open + 1) : open;
    if (close != std::string_view::npos) name = node->text()->substr(open + 1, close - open - 1);
  }
  const Layer* row = spelled(name);
  const JsonValue* constants = layer.value("constants");
  Results operands = inputs_of(layer);
  if (row != nullptr && constants != nullptr && constants->object() != nullptr) {
    for (const JsonMember& constant : *constants->object()) {
      const TensorId value = number(layer, constant.value);
      if (value == kAbsent) return opaque(layer, name);
      const bool first = constant.key == "0";
      operands.insert(first ? operands.begin() : operands.end(), value);
    }
  }
  if (row == nullptr || operands.empty()) return opaque(layer, name);
  static constexpr auto kBinary = std::to_array<std::pair<std::string_view, BinaryFn>>({{"Add", BinaryFn::add},
                                                                                        {"Divide", BinaryFn::div},
                                                                                        {"Maximum", BinaryFn::maximum},
                                                                                        {"Minimum", BinaryFn::minimum},
                                                                                        {"Multiply", BinaryFn::mul},
                                                                                        {"Power", BinaryFn::pow},
                                                                                        {"Subtract", BinaryFn::sub}});
  for (const auto& [operation, fn] : kBinary) {
    if (operation == row->name && operands.size() == 2) return {layer.emit(Binary{fn}, operands)};
  }
  return operands.size() == 1 ? row->read(layer) : opaque(layer, name);
}

constexpr auto kLayers = std::to_array<Layer>({
    {"Absolute", unary<UnaryFn::abs>},
    {"Add", binary<BinaryFn::add>},
    {"AddN", add_n},
    {"All", reduce<ReduceFn::all>},
    {"Amax", reduce<ReduceFn::max>},
    {"Amin", reduce<ReduceFn::min>},
    {"Any", reduce<ReduceFn::any>},
    {"Arccos", unary<UnaryFn::acos>},
    {"Arccosh", unary<UnaryFn::acosh>},
    {"Arcsin", unary<UnaryFn::asin>},
    {"Arcsinh", unary<UnaryFn::asinh>},
    {"Arctan", unary<UnaryFn::atan>},
    {"Arctan2", binary<BinaryFn::atan2>},
    {"Arctanh", unary<UnaryFn::atanh>},
    {"Argmax", arg<true>},
    {"Argmin", arg<false>},
    {"AveragePool", pool<PoolFn::average>},
    {"BitwiseAnd", binary<BinaryFn::bitwise_and>},
    {"BitwiseNot", unary<UnaryFn::bitwise_not>},
    {"BitwiseOr", binary<BinaryFn::bitwise_or>},
    {"BitwiseXor", binary<BinaryFn::bitwise_xor>},
    {"BroadcastTo", broadcast_to},
    {"Cast", cast},
    {"Cbrt", unary<UnaryFn::cbrt>},
    {"Ceil", unary<UnaryFn::ceil>},
    {"Celu", unary<UnaryFn::elu>},
    {"Clip", clip},
    {"Concatenate", concat},
    {"Conv", conv<FilterLayout::spatial_io>},
    {"Copy", identity},
    {"Cos", unary<UnaryFn::cos>},
    {"Cosh", unary<UnaryFn::cosh>},
    {"Cumprod", cumulate<true>},
    {"Cumsum", cumulate<false>},
    {"CustomScaleLayer", custom_scale},
    {"DepthToSpace", blocks<true>},
    {"DepthwiseConv", conv<FilterLayout::spatial_im>},
    {"Divide", binary<BinaryFn::div>},
    {"DivideNoNan", binary<BinaryFn::div>},
    {"Dot", matmul},
    {"DotProductAttention", dot_product_attention},
    {"Einsum", einsum},
    {"Elu", unary<UnaryFn::elu>},
    {"Equal", binary<BinaryFn::equal>},
    {"Erf", unary<UnaryFn::erf>},
    {"Exp", unary<UnaryFn::exp>},
    {"ExpandDims", expand_dims},
    {"Expm1", unary_then<UnaryFn::exp, BinaryFn::sub>},
    {"Flip", flip},
    {"Floor", unary<UnaryFn::floor>},
    {"FloorDivide", binary<BinaryFn::floor_div>},
    {"Gelu", gelu},
    {"GetItem", get_item},
    {"Glu", glu},
    {"Greater", binary<BinaryFn::greater>},
    {"GreaterEqual", binary<BinaryFn::greater_equal>},
    {"HardShrink", unary<UnaryFn::shrink>},
    {"HardSigmoid", unary<UnaryFn::hard_sigmoid>},
    {"HardSilu", unary<UnaryFn::hard_swish>},
    {"HardTanh", unary<UnaryFn::hard_tanh>},
    {"Identity", identity},
    {"Isinf", unary<UnaryFn::is_inf>},
    {"Isnan", unary<UnaryFn::is_nan>},
    {"LayerNorm", layer_norm<false>},
    {"LayerScale", layer_scale},
    {"LeakyRelu", unary<UnaryFn::leaky_relu>},
    {"Less", binary<BinaryFn::less>},
    {"LessEqual", binary<BinaryFn::less_equal>},
    {"Log", unary<UnaryFn::log>},
    {"Log10", unary_then<UnaryFn::log, BinaryFn::mul>},
    {"Log1p", unary_behind<BinaryFn::add, UnaryFn::log>},
    {"Log2", unary_then<UnaryFn::log, BinaryFn::mul>},
    {"LogSigmoid", unary<UnaryFn::log_sigmoid>},
    {"LogSoftmax", log_softmax},
    {"LogicalAnd", binary<BinaryFn::logical_and>},
    {"LogicalNot", unary<UnaryFn::logical_not>},
    {"LogicalOr", binary<BinaryFn::logical_or>},
    {"LogicalXor", binary<BinaryFn::logical_xor>},
    {"Logsumexp", reduce<ReduceFn::log_sum_exp>},
    {"Matmul", matmul},
    {"Max", reduce<ReduceFn::max>},
    {"MaxPool", pool<PoolFn::max>},
    {"Maximum", binary<BinaryFn::maximum>},
    {"Mean", reduce<ReduceFn::mean>},
    {"Min", reduce<ReduceFn::min>},
    {"Minimum", binary<BinaryFn::minimum>},
    {"Mod", binary<BinaryFn::floor_mod>},
    {"Moments", moments},
    {"Moveaxis", move_axis},
    {"Multiply", binary<BinaryFn::mul>},
    {"Negative", unary<UnaryFn::neg>},
    {"Norm", norm},
    {"Normalize", normalize},
    {"NotEqual", binary<BinaryFn::not_equal>},
    {"OneHot", one_hot},
    {"OnesLike", zeros_like},
    {"Pad", pad},
    {"Power", binary<BinaryFn::pow>},
    {"Prod", reduce<ReduceFn::prod>},
    {"RMSNorm", layer_norm<true>},
    {"Ravel", ravel},
    {"Reciprocal", unary<UnaryFn::reciprocal>},
    {"Relu", unary<UnaryFn::relu>},
    {"Relu6", unary<UnaryFn::relu6>},
    {"Repeat", repeat},
    {"Reshape", reshape},
    {"Resize", resize},
    {"Round", unary<UnaryFn::round>},
    {"Rsqrt", unary<UnaryFn::rsqrt>},
    {"Selu", unary<UnaryFn::selu>},
    {"Shape", shape_of},
    {"Sigmoid", unary<UnaryFn::sigmoid>},
    {"Sign", unary<UnaryFn::sign>},
    {"Silu", unary<UnaryFn::silu>},
    {"Sin", unary<UnaryFn::sin>},
    {"Sinh", unary<UnaryFn::sinh>},
    {"SlicingOpLambda", get_item},
    {"SoftShrink", unary<UnaryFn::shrink>},
    {"Softmax", softmax},
    {"Softplus", unary<UnaryFn::softplus>},
    {"Softsign", unary<UnaryFn::softsign>},
    {"Sort", sort},
    {"SpaceToDepth", blocks<false>},
    {"SparsePlus", sparse_plus},
    {"SparseSigmoid", unary<UnaryFn::hard_sigmoid>},
    {"Split", split},
    {"Sqrt", unary<UnaryFn::sqrt>},
    {"Square", unary<UnaryFn::square>},
    {"SquaredDifference", binary<BinaryFn::squared_difference>},
    {"Squareplus", squareplus},
    {"Squeeze", squeeze},
    {"Stack", stack},
    {"Std", spread<true>},
    {"StochasticDepth", identity},
    {"StopGradient", identity},
    {"Subtract", binary<BinaryFn::sub>},
    {"Sum", reduce<ReduceFn::sum>},
    {"Swapaxes", swap_axes},
    {"TFOpLambda", tensorflow_function},
    {"Take", take},
    {"TakeAlongAxis", take_along_axis},
    {"Tan", unary<UnaryFn::tan>},
    {"Tanh", unary<UnaryFn::tanh>},
    {"TanhShrink", tanh_shrink},
    {"TensorFlowOpLayer", tensorflow_node},
    {"Tensordot", tensordot},
    {"Threshold", unary<UnaryFn::thresholded_relu>},
    {"Tile", tile},
    {"TopK", top_k},
    {"Transpose", transpose},
    {"Tril", triangle<false>},
    {"Triu", triangle<true>},
    {"TrueDivide", binary<BinaryFn::div>},
    {"Unstack", unstack},
    {"Var", spread<false>},
    {"Where", where},
    {"ZerosLike", zeros_like},
});
static_assert(std::ranges::is_sorted(kLayers, {}, &Layer::name));

}  // namespace

std::span<const Layer> operation_layers() { return kLayers; }

}  // namespace flopstat::keras
