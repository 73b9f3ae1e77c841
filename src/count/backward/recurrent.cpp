#include <algorithm>
#include <array>
#include <initializer_list>
#include <vector>

#include "count/backward/rules.h"
#include "ops/cell.h"

namespace flopstat::backward_rules {
namespace {

using Cell = Recurrent::Cell;
using Places = std::vector<size_t>;

/// A recurrent layer as its gradients see it: sizes, and where its operands stand.
struct Layer {
  CellSizes sizes = {};
  int64_t gates = 4;     ///< that are computed
  int64_t biases = 4;    ///< accumulators of a unit that have a bias of their own
  Places input_weights;  ///< one, or one for each gate
  Places recurrent_weights;
  Places bias = {};
  Places states = {};
  Places peepholes = {};
  std::vector<UnaryFn> functions = {};  ///< of one unit, each as often as a run of the cell applies it
  Count mul = 0;                        ///< of one unit besides the functions
  Count add = 0;
  Count compare = 0;
  Count kept = 0;  ///< numbers of one unit besides its new state
};

Places from_to(size_t first, size_t last) {
  Places places;
  for (size_t i = first; i <= last; ++i) places.push_back(i);
  return places;
}

/// The first of these operands whose gradient is wanted; null where none is.
const size_t* first_wanted(const Flow& flow, const Places& places) {
  const auto found = std::ranges::find_if(places, [&](size_t each) { return flow.wants(each); });
  return found == places.end() ? nullptr : &*found;
}

Count stored_elements(const Operands& operands, const Places& places) {
  Count sum = 0;
  for (const size_t i : places) {
    if (operands.in(i)) sum += operands.in(i).size();
  }
  return sum;
}

/// Whether a result holds the state of every step.
bool has_all_states(const Operands& operands, Count states) {
  return operands.out(0) && operands.out(0).size() == states;
}

/// The products behind the gates: of x and of the state before, each once for the activation and once for the weights.
///
/// Source: docs/counting.md, section 5: twice the forward products; less those of x where its gradient is not wanted,
/// less the recurrent ones of the first step where the initial state is a constant.
void add_products(Backward& result, const Layer& layer, DType type, const Flow& flow) {
  const CellSizes& s = layer.sizes;
  const Count accumulators = Count{s.batch} * s.directions * layer.gates * s.hidden;  // of one step
  if (flow.wants(0)) {
    result.of(flow, 0).add(Part::core, Unit::mul_add, type, accumulators * s.steps * s.inputs);
  }
  const bool begins_constant = first_wanted(flow, layer.states) == nullptr;
  const Count handed_back = begins_constant && s.steps > 0 ? s.steps - 1 : s.steps;
  result.input.add(Part::core, Unit::mul_add, type, accumulators * handed_back * s.state);
  if (const size_t* w = first_wanted(flow, layer.input_weights)) {
    result.of(flow, *w).add(Part::core, Unit::mul_add, type, accumulators * s.steps * s.inputs);
    result.kept_operands.push_back(0);
  }
  if (const size_t* r = first_wanted(flow, layer.recurrent_weights)) {
    result.of(flow, *r).add(Part::core, Unit::mul_add, type, accumulators * s.steps * s.state);
  }
}

/// What is done for each unit of each run, and the sums behind biases and peepholes.
Known<Backward> with_units(Backward result, const Layer& layer, DType type, const Operands& operands,
                           const Flow& flow) {
  const CellSizes& s = layer.sizes;
  const Count runs = Count{s.steps} * s.batch * s.directions;
  const Count units = runs * s.hidden;
  for (const UnaryFn fn : layer.functions) {
    Known<Cost> each = derivative(fn, type, units);
    if (!known(each)) return reason(each);
    result.input.append(*known(each));
  }
  result.input.add(Part::core, Unit::mul, type, units * layer.mul);
  result.input.add(Part::core, Unit::add, type, units * layer.add);
  result.input.add(Part::core, Unit::compare, type, units * layer.compare);
  if (const size_t* bias = first_wanted(flow, layer.bias)) {
    const Count sums = units * layer.biases;
    const Count different = Count{s.directions} * layer.biases * s.hidden;
    result.of(flow, *bias).add(Part::bias, Unit::add, type, sums > different ? sums - different : Count{0});
  }
  const Count peepholes = s.hidden == 0 ? Count{0} : stored_elements(operands, layer.peepholes) / s.hidden;
  result.input.add(Part::core, Unit::mul, type, Count{s.steps} * s.batch * s.hidden * peepholes);
  result.input.add(Part::core, Unit::add, type, Count{s.steps} * s.batch * s.hidden * peepholes);
  if (const size_t* peephole = first_wanted(flow, layer.peepholes)) {
    const Count products = Count{s.steps} * s.batch * s.hidden * peepholes;
    result.of(flow, *peephole).add(Part::core, Unit::mul, type, products);
    result.of(flow, *peephole).add(Part::core, Unit::add, type, products - peepholes * s.hidden);
  }
  result.kept_bytes += byte_size(type, units * layer.kept);
  if (has_all_states(operands, runs * s.state)) {
    result.kept_results.push_back(0);
  } else {
    result.kept_bytes += byte_size(type, runs * s.state);
  }
  return result;
}

Known<Backward> of_layer(const Layer& layer, const Operands& operands, const Flow& flow) {
  Backward result;
  const DType type = real_type(operands.in(0).dtype());
  add_products(result, layer, type, flow);
  return with_units(std::move(result), layer, type, operands, flow);
}

constexpr UnaryFn kSigmoid = UnaryFn::sigmoid;
constexpr UnaryFn kTanh = UnaryFn::tanh;

/// Of one unit of an LSTM: dh = dy + what the next step hands back (add); do = dh tanh(c), dc += dh o tanh'(c) (2 mul,
/// add); di, df, dg, dc before (4 mul). With the functions' derivatives 16 mul and 7 add. Coupled: one gate less, and
/// df - di (add). Kept: its gates, c and tanh c.
void make_lstm(Layer& layer, bool coupled, const std::vector<UnaryFn>& functions) {
  layer.functions = functions;
  layer.mul = 6;
  layer.add = coupled ? 3 : 2;
  layer.kept = layer.gates + 2;
}

std::vector<UnaryFn> lstm_functions(bool coupled) {
  return coupled ? std::vector<UnaryFn>{kSigmoid, kSigmoid, kTanh, kTanh}
                 : std::vector<UnaryFn>{kSigmoid, kSigmoid, kSigmoid, kTanh, kTanh};
}

/// Of one unit of a GRU, reset gate behind the product: dh (add); dz = dh (h - n) (mul, add); dn = dh (1 - z), dh z,
/// dr, d(r hn) (4 mul). With the derivatives 11 mul and 5 add. Reset gate before: what comes back through r h is added
/// to dh (add). Kept: z, r, n and the recurrent part of n, or r h.
void make_gru(Layer& layer, bool reset_after, const std::vector<UnaryFn>& functions) {
  layer.functions = functions;
  layer.mul = 5;
  layer.add = reset_after ? 2 : 3;
  layer.kept = 4;
}

/// Of one unit of a simple recurrent layer: dh (add). Kept: its new state alone.
void make_rnn(Layer& layer, UnaryFn function) {
  layer.functions = {function};
  layer.add = 1;
}

}  // namespace

/// Source: docs/counting.md, section 5. Example: 10 steps, I 8, H 16, x without gradient, state constant: 2 * 15,360 -
/// 10 * 64 * 8 - 64 * 16 = 24,576 mul_add.
Known<Backward> rule(const Recurrent& op, const Operands& operands, const Flow& flow) {
  const Known<CellSizes> found = cell_sizes(op, operands);
  if (!known(found)) return reason(found);
  Layer layer{.sizes = *known(found),
              .input_weights = {1},
              .recurrent_weights = {2},
              .bias = {3},
              .states = {5, 6},
              .peepholes = {7}};
  const size_t named = op.functions.size();
  if (named > 0 && layer.sizes.directions > 1) {
    const size_t each = named / 2;
    const auto half = op.functions.begin() + static_cast<std::ptrdiff_t>(each);
    if (!std::equal(op.functions.begin(), half, half, op.functions.end())) {
      return Unknown{"there is no gradient rule for a layer whose directions have different functions"};
    }
  }
  const auto function = [&](size_t i, UnaryFn usual) { return i < named ? op.functions[i] : usual; };
  const UnaryFn gate = function(0, kSigmoid);
  switch (op.cell) {
    case Cell::lstm: {
      layer.gates = layer.biases = op.coupled_gates ? 3 : 4;
      std::vector<UnaryFn> functions(op.coupled_gates ? 2 : 3, gate);
      functions.push_back(function(1, kTanh));
      functions.push_back(function(2, kTanh));
      make_lstm(layer, op.coupled_gates, functions);
      break;
    }
    case Cell::gru:
      layer.gates = 3;
      layer.biases = op.linear_before_reset ? 4 : 3;
      make_gru(layer, op.linear_before_reset, {gate, gate, function(1, kTanh)});
      break;
    case Cell::rnn:
      layer.gates = layer.biases = 1;
      make_rnn(layer, function(0, op.relu ? UnaryFn::relu : kTanh));
      break;
  }
  if (op.clip) layer.compare = layer.functions.size();
  return of_layer(layer, operands, flow);
}

Known<Backward> rule(const Lstm& op, const Operands& operands, const Flow& flow) {
  const Known<CellSizes> found = cell_sizes(op, operands);
  if (!known(found)) return reason(found);
  const CellSizes& s = *known(found);
  constexpr size_t kInputGate = 1, kForgetRecurrent = 6, kProjection = 16, kProjectionBias = 17, kNormalised = 20;
  if (operands.in(kForgetRecurrent).rank() == 1) {
    return Unknown{"there is no gradient rule for recurrent weights that are diagonals"};
  }
  for (size_t i = kNormalised; i < kNormalised + 4; ++i) {
    if (operands.in(i)) return Unknown{"there is no gradient rule for gates that are normalised"};
  }
  const bool coupled = !operands.in(kInputGate);
  Layer layer{.sizes = s,
              .input_weights = from_to(1, 4),
              .recurrent_weights = from_to(5, 8),
              .bias = from_to(12, 15),
              .states = {18, 19},
              .peepholes = from_to(9, 11)};
  layer.gates = layer.biases = coupled ? 3 : 4;
  make_lstm(layer, coupled, lstm_functions(coupled));
  layer.compare = op.cell_clip ? 1 : 0;
  Known<Backward> result = of_layer(layer, operands, flow);
  Backward* each = known(result);
  if (each == nullptr || !operands.in(kProjection)) return result;
  const DType type = real_type(operands.in(0).dtype());
  const Count runs = Count{s.steps} * s.batch;
  each->input.add(Part::core, Unit::mul_add, type, runs * s.hidden * s.state);
  if (op.projection_clip) each->input.add(Part::core, Unit::compare, type, runs * s.state);
  if (flow.wants(kProjection)) {
    each->of(flow, kProjection).add(Part::core, Unit::mul_add, type, runs * s.hidden * s.state);
    each->kept_bytes += byte_size(type, runs * s.hidden);
  }
  if (flow.wants(kProjectionBias)) {
    each->of(flow, kProjectionBias).add(Part::bias, Unit::add, type, (runs - 1) * s.state);
  }
  return result;
}

Known<Backward> rule(const BasicLstm& op, const Operands& operands, const Flow& flow) {
  const Known<CellSizes> found = cell_sizes(op, operands);
  if (!known(found)) return reason(found);
  Layer layer{.sizes = *known(found), .input_weights = {2}, .recurrent_weights = {2}, .bias = {3}, .states = {1, 4}};
  make_lstm(layer, false, lstm_functions(false));
  return of_layer(layer, operands, flow);
}

Known<Backward> rule(const BlockLstm& op, const Operands& operands, const Flow& flow) {
  const Known<CellSizes> found = cell_sizes(op, operands);
  if (!known(found)) return reason(found);
  Layer layer{.sizes = *known(found),
              .input_weights = {1},
              .recurrent_weights = {1},
              .bias = {2},
              .states = {3, 4},
              .peepholes = from_to(5, 7)};
  make_lstm(layer, false, lstm_functions(false));
  layer.compare = op.clip ? 1 : 0;
  return of_layer(layer, operands, flow);
}

/// Its activation is the node's.
Known<Backward> rule(const Rnn& op, const Operands& operands, const Flow& flow) {
  const Known<CellSizes> found = cell_sizes(op, operands);
  if (!known(found)) return reason(found);
  Layer layer{.sizes = *known(found), .input_weights = {1}, .recurrent_weights = {2}, .bias = {3}, .states = {4}};
  layer.gates = layer.biases = 1;
  layer.add = 1;
  return of_layer(layer, operands, flow);
}

/// Each layer as a `Recurrent`; those above the first read what the layer below gives, whose gradient is wanted.
Known<Backward> rule(const StackedRecurrent& op, const Operands& operands, const Flow& flow) {
  const Known<RecurrentLayers> found = layers_of(op, operands);
  if (!known(found)) return reason(found);
  const RecurrentLayers& stack = *known(found);
  Layer layer{.sizes = stack.cell, .input_weights = {1}, .recurrent_weights = {1}, .bias = {1}, .states = {2, 3}};
  switch (op.cell) {
    case Cell::lstm: make_lstm(layer, false, lstm_functions(false)); break;
    case Cell::gru:
      layer.gates = 3;
      make_gru(layer, true, {kSigmoid, kSigmoid, kTanh});
      break;
    case Cell::rnn:
      layer.gates = layer.biases = 1;
      make_rnn(layer, op.relu ? UnaryFn::relu : kTanh);
      break;
  }
  Known<Backward> result = of_layer(layer, operands, flow);
  layer.sizes.inputs = layer.sizes.directions * layer.sizes.hidden;
  constexpr std::array<bool, 1> kArrives{true};
  std::vector<Flow::Asked> asked(flow.operands().begin(), flow.operands().end());
  if (!asked.empty()) asked[0] = Flow::Asked::activation;
  for (int64_t i = 1; i < stack.layers && known(result); ++i) {
    const Known<Backward> above = of_layer(layer, operands, Flow(asked, kArrives));
    if (!known(above)) return above;
    known(result)->input.append(known(above)->input);
    known(result)->weight.append(known(above)->weight);
    known(result)->kept_bytes += known(above)->kept_bytes;
  }
  return result;
}

}  // namespace flopstat::backward_rules
