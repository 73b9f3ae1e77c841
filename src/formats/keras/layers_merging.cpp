#include <algorithm>
#include <array>
#include <string>

#include "formats/keras/arguments.h"

namespace flopstat::keras {
namespace {

using Results = std::vector<TensorId>;

/// Layers of this name merge a list; `keras.ops` has functions of the same names of two operands, of which one may be a
/// number. Those take their operands as NumPy does.
Results operands_of(LayerReader& layer) {
  Results operands = operands_and_numbers(layer);
  if (layer.has("trainable") || layer.has("dtype")) operands = aligned(layer, operands);
  if (operands.empty()) layer.corrupt("it has no operands");
  return operands;
}

template <BinaryFn fn>
Results merge(LayerReader& layer) {
  const Results operands = operands_of(layer);
  if (operands.size() == 1) return {layer.emit(Identity{}, operands)};
  return {layer.emit(Binary{fn}, operands)};
}

Results concatenate(LayerReader& layer) {
  const Results inputs = inputs_of(layer);
  if (inputs.empty()) layer.corrupt("it has no operands");
  const int64_t axis = layer.integer(key_of(layer, {"axis", "concat_axis"}), -1);
  return {layer.emit(Concat{.axis = static_cast<int64_t>(layer.axis(inputs[0], axis))}, inputs)};
}

/// "bcd,bed->bce" for axes 2 and 2: every axis but the batch and the one that is summed over has its own letter.
std::string dot_equation(size_t x_rank, size_t y_rank, size_t x_axis, size_t y_axis) {
  constexpr char kSummed = 'a';
  char next = 'c';
  std::string x = "b";
  std::string y = "b";
  std::string result = "b";
  for (size_t i = 1; i < x_rank; ++i) x += i == x_axis ? kSummed : next++;
  for (size_t i = 1; i < y_rank; ++i) y += i == y_axis ? kSummed : next++;
  for (const std::string* term : {&x, &y}) {
    std::copy_if(term->begin() + 1, term->end(), std::back_inserter(result), [](char c) { return c != kSummed; });
  }
  return x + "," + y + "->" + result;
}

Results dot_over(LayerReader& layer, const std::vector<int64_t>& axes, bool normalized) {
  constexpr size_t kMostAxes = 12;  // letters for all of them
  Results inputs = inputs_of(layer);
  if (inputs.size() != 2 || axes.empty() || axes.size() > 2) layer.corrupt("it needs two operands and an axis of each");
  const std::array<size_t, 2> at = {layer.axis(inputs[0], axes.front()), layer.axis(inputs[1], axes.back())};
  const size_t x_rank = layer.shape(inputs[0]).size();
  const size_t y_rank = layer.shape(inputs[1]).size();
  if (at[0] == 0 || at[1] == 0 || x_rank > kMostAxes || y_rank > kMostAxes) {
    layer.corrupt("its axes " + std::to_string(at[0]) + " and " + std::to_string(at[1]) + " cannot be summed over");
  }
  for (size_t i = 0; normalized && i < 2; ++i) {
    inputs[i] = layer.emit(L2Norm{.axis = static_cast<int64_t>(at[i])}, {inputs[i]});
  }
  const TensorId y = layer.emit(Einsum{.equation = dot_equation(x_rank, y_rank, at[0], at[1])}, inputs);
  return {x_rank == 2 && y_rank == 2 ? with_axes(layer, y, {1}) : y};
}

/// The layer has axes; the operation of that name multiplies as np.dot does.
Results dot(LayerReader& layer) {
  if (!layer.has("axes")) return {layer.emit(MatMul{}, inputs_of(layer))};
  return dot_over(layer, *layer.integers("axes"), layer.boolean("normalize", false));
}

/// Keras 1: all of the above by `mode`.
Results merge_by_mode(LayerReader& layer) {
  const std::string_view mode = layer.text("mode", "sum");
  if (mode == "concat") return concatenate(layer);
  if (mode == "dot" || mode == "cos") {
    const JsonValue* axes = layer.config().find("dot_axes");
    std::vector<int64_t> flat;
    const JsonValue::Array* list = axes != nullptr ? axes->array() : nullptr;
    if (list != nullptr) {
      for (const JsonValue& entry : *list) {
        const std::vector<int64_t> one = sizes_or_any(layer, entry);
        flat.insert(flat.end(), one.begin(), one.end());
      }
    } else {
      flat.push_back(layer.integer("dot_axes", -1));
    }
    return dot_over(layer, flat, mode == "cos");
  }
  if (mode == "sum") return merge<BinaryFn::add>(layer);
  if (mode == "mul") return merge<BinaryFn::mul>(layer);
  if (mode == "ave") return merge<BinaryFn::mean>(layer);
  if (mode == "max") return merge<BinaryFn::maximum>(layer);
  layer.corrupt("the mode '" + std::string(mode.substr(0, 80)) + "' is not known");
}

constexpr auto kLayers = std::to_array<Layer>({
    {"Add", merge<BinaryFn::add>},
    {"Average", merge<BinaryFn::mean>},
    {"Concatenate", concatenate},
    {"Dot", dot},
    {"Maximum", merge<BinaryFn::maximum>},
    {"Merge", merge_by_mode},
    {"Minimum", merge<BinaryFn::minimum>},
    {"Multiply", merge<BinaryFn::mul>},
    {"Subtract", merge<BinaryFn::sub>},
});
static_assert(std::ranges::is_sorted(kLayers, {}, &Layer::name));

}  // namespace

std::span<const Layer> merging_layers() { return kLayers; }

}  // namespace flopstat::keras
