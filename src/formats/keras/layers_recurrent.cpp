#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "formats/keras/activations.h"
#include "formats/keras/arguments.h"
#include "formats/keras/weights.h"

namespace flopstat::keras {
namespace {

using Results = std::vector<TensorId>;
using Cell = Recurrent::Cell;

/// What a cell gives over a sequence: all its results, the last of them, its states behind the last step.
struct Run {
  TensorId sequence = kAbsent;
  TensorId last = kAbsent;
  Results states = {};
};

int64_t gates(Cell cell) {
  switch (cell) {
    case Cell::lstm: return 4;
    case Cell::gru: return 3;
    case Cell::rnn: return 1;
  }
  return 1;
}

UnaryFn function_of(const LayerReader& layer, Names names, std::string_view otherwise) {
  const std::string_view name = layer.text(key_of(layer, names), otherwise);
  if (const std::optional<UnaryFn> fn = element_function(name)) return *fn;
  layer.corrupt("the activation '" + std::string(name.substr(0, 80)) + "' of a cell is no function of one element");
}

/// The functions of the gates, the cell and an LSTM's result; none where they are the usual ones.
std::vector<UnaryFn> functions_of(const LayerReader& layer, Cell cell) {
  const UnaryFn inner = function_of(layer, {"activation"}, "tanh");
  if (cell == Cell::rnn) return inner == UnaryFn::tanh ? std::vector<UnaryFn>{} : std::vector{inner};
  const UnaryFn gate = function_of(layer, {"recurrent_activation", "inner_activation"}, "sigmoid");
  if (inner == UnaryFn::tanh && gate == UnaryFn::sigmoid) return {};
  if (cell == Cell::gru) return {gate, inner};
  return {gate, inner, inner};
}

/// A GRU whose configuration does not say it is older than the choice: its gate acts before the product.
bool resets_after(const LayerReader& layer) {
  return layer.class_name() == "CuDNNGRU" || layer.boolean("reset_after", false);
}

/// The cells of cuDNN, and a GRU that resets behind the product, have a bias for each of the two products.
std::vector<int64_t> bias_shape(const LayerReader& layer, Cell cell, int64_t width) {
  if (layer.class_name().starts_with("CuDNN")) return {2 * width};
  if (cell == Cell::gru && resets_after(layer)) return {2, width};
  return {width};
}

/// A cell over x [B, T, I]. `path` stands before the names of its variables.
Run run_cell(LayerReader& layer, Cell cell, const std::string& path, TensorId x, const Results& states) {
  const int64_t units = size(layer, {"units", "output_dim"});
  const int64_t width = gates(cell) * units;
  const TensorId kernel = layer.variable(path + "kernel", {.shape = {layer.shape(x).back(), width}});
  const TensorId recurrent = layer.variable(path + "recurrent_kernel", {.shape = {units, width}});
  const TensorId bias =
      has_bias(layer) ? layer.variable(path + "bias", {.shape = bias_shape(layer, cell, width)}) : kAbsent;
  const Recurrent op{.cell = cell,
                     .direction = layer.boolean("go_backwards", false) ? Direction::reverse : Direction::forward,
                     .batch_major = true,
                     .linear_before_reset = cell == Cell::gru && resets_after(layer),
                     .functions = functions_of(layer, cell)};
  Results operands = {x, kernel, recurrent, bias};
  if (!states.empty()) operands.push_back(kAbsent);  // lengths
  operands.insert(operands.end(), states.begin(), states.end());
  const Results results = layer.emit_several(op, operands, cell == Cell::lstm ? 3 : 2);
  return {.sequence = results[0], .last = results[1], .states = {results.begin() + 1, results.end()}};
}

/// The states that a call starts from: behind its sequence, or by name.
Results initial_states(const LayerReader& layer) {
  Results states = inputs_of(layer);
  states.erase(states.begin(), states.begin() + std::min<std::ptrdiff_t>(1, std::ssize(states)));
  return states.empty() ? layer.keywords("initial_state") : states;
}

/// All results of the sequence or the last one, then the states if they are asked for.
Results chosen(const LayerReader& layer, const Run& run) {
  Results results = {layer.boolean("return_sequences", false) ? run.sequence : run.last};
  if (layer.boolean("return_state", false)) results.insert(results.end(), run.states.begin(), run.states.end());
  return results;
}

template <Cell cell>
Results recurrent(LayerReader& layer) {
  const std::string path = layer.class_name().starts_with("CuDNN") ? "" : "cell/";
  return chosen(layer, run_cell(layer, cell, path, layer.input(), initial_states(layer)));
}

/// A cell on its own. Over a sequence [B, T, I], as `RNN` calls it: all results, the last, the states. Over [B, I], one
/// step: its result, its states.
template <Cell cell>
Results cell_alone(LayerReader& layer) {
  const TensorId x = layer.input();
  const bool step = layer.shape(x).size() == 2;
  Results states = initial_states(layer);
  if (states.empty()) states = layer.keywords("states");
  const Run run = run_cell(layer, cell, "", step ? with_axes(layer, x, {1}) : x, states);
  Results results = step ? Results{run.last} : Results{run.sequence, run.last};
  results.insert(results.end(), run.states.begin(), run.states.end());
  return results;
}

/// "cells/gru_cell_1": layers in a list are told apart by their class and a number.
std::string path_in_list(const JsonValue& cell, std::map<std::string, int64_t>& seen) {
  const JsonValue* name = cell.find("class_name");
  const std::string word = name != nullptr && name->text() != nullptr ? snake_case(*name->text()) : "cell";
  const int64_t number = seen[word]++;
  return "cells/" + word + (number == 0 ? "" : "_" + std::to_string(number));
}

/// Cells one behind the other at each step are one sequence behind the other.
Results stacked_cells(LayerReader& layer) {
  const JsonValue* cells = layer.config().find("cells");
  if (cells == nullptr || cells->array() == nullptr || cells->array()->empty()) layer.corrupt("'cells' holds no cells");
  TensorId x = layer.input();
  const bool step = layer.shape(x).size() == 2;
  TensorId last = kAbsent;
  Results states;
  std::map<std::string, int64_t> seen;
  for (const JsonValue& cell : *cells->array()) {
    const Results run = layer.call(cell, path_in_list(cell, seen), {x});
    const size_t first_state = step ? 1 : 2;
    if (run.size() < first_state) layer.corrupt("one of its cells gives no state");
    x = run[0];
    last = run[first_state - 1];
    states.insert(states.end(), run.begin() + static_cast<std::ptrdiff_t>(first_state), run.end());
  }
  Results results = step ? Results{x} : Results{x, last};
  results.insert(results.end(), states.begin(), states.end());
  return results;
}

/// Any cell, or a list of them, over a sequence.
Results rnn(LayerReader& layer) {
  const JsonValue* cell = layer.config().find("cell");
  if (cell == nullptr) layer.corrupt("'cell' is missing");
  Results operands = {layer.input()};
  if (layer.boolean("go_backwards", false)) operands[0] = layer.emit(Reverse{}, {operands[0], layer.constant({1})});
  const Results states = initial_states(layer);
  operands.insert(operands.end(), states.begin(), states.end());
  const Results results = layer.call(*cell, "cell", operands);
  if (results.size() < 3) return {results.at(0)};  // a class of one's own: what it gives is not known
  return chosen(layer, {.sequence = results[0], .last = results[1], .states = {results.begin() + 2, results.end()}});
}

// --- convolutional -------------------------------------------------------------------------------------------------

struct ConvCell {
  DataLayout layout = DataLayout::channels_last;
  int64_t filters = 0;
  Window window = {};
  std::vector<int64_t> kernel = {};
  int64_t channels = 0;  ///< of the input of a step
};

/// Windows over the points of one axis, by the padding that convolutional cells have.
int64_t windows_over(const LayerReader& layer, const Axis& axis, Padding padding, int64_t points) {
  const int64_t extent = (axis.kernel - 1) * axis.dilation + 1;
  if (padding == Padding::same_upper) return points / axis.stride + (points % axis.stride != 0 ? 1 : 0);
  if (points < extent) layer.corrupt("its kernel is larger than its input");
  return (points - extent) / axis.stride + 1;
}

/// Zeros of the shape that the cell's convolution gives for x [B, T, ...].
TensorId zero_state(LayerReader& layer, const ConvCell& cell, TensorId x) {
  const Shape& shape = layer.shape(x);
  std::vector<int64_t> sizes;
  if (cell.layout == DataLayout::channels_first) sizes.push_back(cell.filters);
  for (size_t i = 0; i < cell.kernel.size(); ++i) {
    const int64_t points = shape[first_spatial(cell.layout) + 1 + i];
    sizes.push_back(windows_over(layer, cell.window.axes[i], cell.window.padding, points));
  }
  if (cell.layout == DataLayout::channels_last) sizes.push_back(cell.filters);
  const TensorId whole = layer.emit(Concat{}, {sizes_of(layer, x, 0, 1), layer.constant(sizes)});
  return layer.emit(Fill{.to = layer.dtype(x)}, {whole});
}

/// One step: x, h and c to h and c, with the gates input, forget, cell, output side by side in the channels.
Results conv_step(LayerReader& layer, const ConvCell& cell, TensorId x, TensorId h, TensorId c) {
  const int64_t width = 4 * cell.filters;
  const auto weight = [&](const char* name, int64_t inputs) {
    std::vector<int64_t> shape = cell.kernel;
    shape.insert(shape.end(), {inputs, width});
    return layer.variable(name, {.shape = shape});
  };
  const TensorId kernel = weight("cell/kernel", cell.channels);
  const TensorId recurrent = weight("cell/recurrent_kernel", cell.filters);
  Results operands = {x, kernel};
  if (has_bias(layer)) operands.push_back(layer.variable("cell/bias", {.shape = {width}}));

  const ConvAxes axes = {cell.layout, FilterLayout::spatial_io};
  const Window same = {.axes = std::vector<Axis>(cell.kernel.size()), .padding = Padding::same_upper};
  const TensorId of_input = layer.emit(Conv{.axes = axes, .window = cell.window}, operands);
  const TensorId of_state = layer.emit(Conv{.axes = axes, .window = same}, {h, recurrent});
  const TensorId sum = layer.emit(Binary{}, {of_input, of_state});
  const int64_t channels = cell.layout == DataLayout::channels_first ? 1 : -1;
  const TensorId parts = layer.constant(std::vector<int64_t>(4, cell.filters));
  const Results gate = layer.emit_several(Split{}, {sum, layer.scalar(channels), parts}, 4);

  const std::string_view inner = layer.text("activation", "tanh");
  const std::string_view outer = layer.text(key_of(layer, {"recurrent_activation", "inner_activation"}), "sigmoid");
  const TensorId kept = layer.emit(Binary{BinaryFn::mul}, {layer.activate_by(gate[1], outer), c});
  const TensorId added =
      layer.emit(Binary{BinaryFn::mul}, {layer.activate_by(gate[0], outer), layer.activate_by(gate[2], inner)});
  const TensorId new_c = layer.emit(Binary{}, {kept, added});
  const TensorId new_h =
      layer.emit(Binary{BinaryFn::mul}, {layer.activate_by(gate[3], outer), layer.activate_by(new_c, inner)});
  return {new_h, new_c};
}

template <size_t rank>
Results conv_lstm(LayerReader& layer) {
  const TensorId x = layer.input();
  const Shape shape = layer.shape(x);
  if (shape.size() != rank + 3) layer.corrupt("its input has " + std::to_string(shape.size()) + " axes");
  const std::string_view key = key_of(layer, {"kernel_size"});
  ConvCell cell{.layout = layout_of(layer),
                .filters = size(layer, {"filters", "nb_filter"}),
                .kernel = layer.integers(key, rank, 1)};
  cell.window = window_of(layer, cell.kernel);
  cell.channels = shape[cell.layout == DataLayout::channels_first ? 2 : rank + 2];

  Results states = initial_states(layer);
  if (states.size() != 2) {
    const TensorId zero = zero_state(layer, cell, x);
    states = {zero, zero};
  }
  Shape step = shape;
  step.erase(step.begin() + 1);
  const Value state{.dtype = layer.dtype(states[0]), .shape = layer.shape(states[0])};
  const GraphId body = layer.body("step", {state, state, {.dtype = layer.dtype(x), .shape = step}},
                                  [&](std::span<const TensorId> operands) {
                                    const Results next = conv_step(layer, cell, operands[2], operands[0], operands[1]);
                                    return Results{next[0], next[1], next[0]};
                                  });
  const TensorId sequence = layer.boolean("go_backwards", false) ? layer.emit(Reverse{}, {x, layer.constant({1})}) : x;
  const Scan op{.body = body, .states = 2, .axes = {1}, .result_axes = {1}};
  const Results results = layer.emit_several(op, {states[0], states[1], sequence}, 3);
  return chosen(layer, {.sequence = results[2], .last = results[0], .states = {results[0], results[1]}});
}

// --- wrappers --------------------------------------------------------------------------------------------------------

const JsonValue& inner_layer(const LayerReader& layer, std::string_view key) {
  const JsonValue* inner = layer.config().find(key);
  if (inner == nullptr || inner->object() == nullptr) layer.corrupt("'" + std::string(key) + "' is no layer");
  return *inner;
}

bool inner_flag(const JsonValue& layer, std::string_view key) {
  const JsonValue* config = layer.find("config");
  const JsonValue* value = config != nullptr ? config->find(key) : nullptr;
  const bool* flag = value != nullptr ? value->boolean() : nullptr;
  return flag != nullptr && *flag;
}

/// The same layer with its sequence read from the other end.
class Backwards {
 public:
  explicit Backwards(const JsonValue& layer) : value_(layer) {
    const JsonValue* config = layer.find("config");
    if (config == nullptr || config->object() == nullptr || layer.object() == nullptr) return;
    config_.assign(config->object()->begin(), config->object()->end());
    config_.push_back({"go_backwards", {!inner_flag(layer, "go_backwards"), config->offset}});
    members_.assign(layer.object()->begin(), layer.object()->end());
    members_.push_back({"config", {JsonValue::Object(config_), config->offset}});
    value_.data = JsonValue::Object(members_);
  }

  const JsonValue& layer() const { return value_; }

 private:
  std::vector<JsonMember> config_;
  std::vector<JsonMember> members_;
  JsonValue value_;
};

TensorId merged(LayerReader& layer, std::string_view mode, TensorId forward, TensorId backward) {
  if (mode == "concat") return layer.emit(Concat{.axis = -1}, {forward, backward});
  if (mode == "sum") return layer.emit(Binary{BinaryFn::add}, {forward, backward});
  if (mode == "mul") return layer.emit(Binary{BinaryFn::mul}, {forward, backward});
  if (mode == "ave") return layer.emit(Binary{BinaryFn::mean}, {forward, backward});
  layer.corrupt("the merge_mode '" + std::string(mode.substr(0, 80)) + "' is not known");
}

/// A layer over a sequence and another, or the same, over it from its end.
Results bidirectional(LayerReader& layer) {
  const JsonValue& forward_layer = inner_layer(layer, "layer");
  const Backwards reversed(forward_layer);
  const JsonValue& backward_layer =
      layer.has("backward_layer") ? inner_layer(layer, "backward_layer") : reversed.layer();
  Results forward_operands = {layer.input()};
  Results backward_operands = {layer.input()};
  const Results states = initial_states(layer);
  for (size_t i = 0; i < states.size(); ++i) {
    (i < states.size() / 2 ? forward_operands : backward_operands).push_back(states[i]);
  }
  Results forward = layer.call(forward_layer, "forward_layer", forward_operands);
  Results backward = layer.call(backward_layer, "backward_layer", backward_operands);
  if (forward.empty() || backward.empty()) layer.corrupt("the layers that it wraps give nothing");
  if (inner_flag(forward_layer, "return_sequences")) {
    backward[0] = layer.emit(Reverse{}, {backward[0], layer.constant({1})});
  }
  const JsonValue* mode = layer.config().find("merge_mode");
  const bool apart = mode != nullptr && mode->is_null();
  Results results = {forward[0], backward[0]};
  if (!apart) results = {merged(layer, layer.text("merge_mode", "concat"), forward[0], backward[0])};
  results.insert(results.end(), forward.begin() + 1, forward.end());
  results.insert(results.end(), backward.begin() + 1, backward.end());
  return results;
}

/// Layers whose work does not depend on where the axes in front of the last one end.
bool acts_on_last_axis(const JsonValue& layer) {
  static constexpr auto kNames =
      std::to_array<std::string_view>({"Activation", "Dense", "Dropout", "ELU", "LeakyReLU", "ReLU"});
  const JsonValue* name = layer.find("class_name");
  const std::string_view* text = name != nullptr ? name->text() : nullptr;
  return text != nullptr && std::ranges::find(kNames, *text) != kNames.end();
}

/// The sizes of the axes [first, rank) of x behind `front`. A last axis holds features: no file leaves its size open.
TensorId behind(LayerReader& layer, TensorId front, TensorId x, size_t first) {
  const Shape& shape = layer.shape(x);
  if (first >= shape.size()) return front;
  const TensorId rest =
      first + 1 == shape.size() ? layer.constant({shape.back()}) : sizes_of(layer, x, first, shape.size());
  return layer.emit(Concat{}, {front, rest});
}

/// A layer at each step: the steps become items of the batch.
Results time_distributed(LayerReader& layer) {
  const JsonValue& inner = inner_layer(layer, "layer");
  const TensorId x = layer.input();
  if (acts_on_last_axis(inner)) return layer.call(inner, "layer", {x});
  if (layer.shape(x).size() < 2) layer.corrupt("its input has no steps");
  const TensorId folded = layer.emit(Reshape{}, {x, behind(layer, layer.constant({-1}), x, 2)});
  Results results = layer.call(inner, "layer", {folded});
  const TensorId front = sizes_of(layer, x, 0, 2);
  for (TensorId& result : results) {
    result = layer.emit(Reshape{.zero_is_zero = true}, {result, behind(layer, front, result, 1)});
  }
  return results;
}

constexpr auto kLayers = std::to_array<Layer>({
    {"Bidirectional", bidirectional},
    {"ConvLSTM1D", conv_lstm<1>},
    {"ConvLSTM2D", conv_lstm<2>},
    {"ConvLSTM3D", conv_lstm<3>},
    {"CuDNNGRU", recurrent<Cell::gru>},
    {"CuDNNLSTM", recurrent<Cell::lstm>},
    {"GRU", recurrent<Cell::gru>},
    {"GRUCell", cell_alone<Cell::gru>},
    {"LSTM", recurrent<Cell::lstm>},
    {"LSTMCell", cell_alone<Cell::lstm>},
    {"RNN", rnn},
    {"SimpleRNN", recurrent<Cell::rnn>},
    {"SimpleRNNCell", cell_alone<Cell::rnn>},
    {"StackedRNNCells", stacked_cells},
    {"TimeDistributed", time_distributed},
});
static_assert(std::ranges::is_sorted(kLayers, {}, &Layer::name));

}  // namespace

std::span<const Layer> recurrent_layers() { return kLayers; }

}  // namespace flopstat::keras
