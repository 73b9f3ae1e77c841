#include "ops/cell.h"
#include "ops/contraction.h"
#include "ops/ops.h"

namespace flopstat {
namespace {

using Cell = Recurrent::Cell;

int64_t gates(Cell cell) {
  switch (cell) {
    case Cell::lstm: return 4;
    case Cell::gru: return 3;
    case Cell::rnn: return 1;
  }
  return 0;
}

/// What a coupled LSTM stores as a fourth gate is not computed.
int64_t computed_gates(const Recurrent& op) {
  return gates(op.cell) - (op.cell == Cell::lstm && op.coupled_gates ? 1 : 0);
}

/// Weights as TensorFlow stores them, [I, G*H] and [H, G*H]: then nothing has an axis of directions.
bool gates_last(const Operand& w) { return w.rank() == 2; }

Known<CellSizes> sizes(const Recurrent& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& w = operands.in(1);
  const Operand& r = operands.in(2);
  if (!x || !w || !r) return Unknown{"a recurrent layer needs x, its input weights and its recurrent weights"};
  if (x.rank() != 3 || w.rank() != r.rank() || (w.rank() != 3 && w.rank() != 2)) {
    return Unknown{"x and the weights of a recurrent layer have shapes " + to_string(x.shape()) + ", " +
                   to_string(w.shape()) + " and " + to_string(r.shape()) +
                   ", expected three axes each, or two of the weights"};
  }
  CellSizes sizes = input_sizes(x.shape(), !op.batch_major);
  if (gates_last(w)) {
    sizes.hidden = sizes.state = r.shape()[0];
    const int64_t width = gates(op.cell) * sizes.hidden;
    if (w.shape() == Shape{sizes.inputs, width} && r.shape() == Shape{sizes.hidden, width}) return sizes;
    return Unknown{"the recurrent layer's weights have shapes " + to_string(w.shape()) + " and " +
                   to_string(r.shape()) + ", expected " + to_string({sizes.inputs, width}) + " and " +
                   to_string({sizes.hidden, width})};
  }
  sizes.directions = op.direction == Direction::bidirectional ? 2 : 1;
  sizes.hidden = sizes.state = r.shape()[2];
  const int64_t width = gates(op.cell) * sizes.hidden;
  if (w.shape() != Shape{sizes.directions, width, sizes.inputs} ||
      r.shape() != Shape{sizes.directions, width, sizes.hidden}) {
    return Unknown{"the recurrent layer's weights have shapes " + to_string(w.shape()) + " and " +
                   to_string(r.shape()) + ", expected " + to_string({sizes.directions, width, sizes.inputs}) + " and " +
                   to_string({sizes.directions, width, sizes.hidden})};
  }
  return sizes;
}

void add_peepholes(Cost& cost, DType dtype, Count elements) {
  cost.add(Part::core, Unit::mul, dtype, elements);
  cost.add(Part::core, Unit::add, dtype, elements);
}

/// Gates behind their products: z, r sigmoid, n tanh; r * h, h' = (1 - z) * n + z * h. A reset gate that acts behind
/// the recurrent product keeps it apart from the input product: one addition more.
void add_gru_units(Cost& cost, DType dtype, Count units, bool reset_after) {
  add_function(cost, Part::core, UnaryFn::sigmoid, dtype, units * 2);
  add_function(cost, Part::core, UnaryFn::tanh, dtype, units);
  cost.add(Part::core, Unit::mul, dtype, units * 3);
  cost.add(Part::core, Unit::add, dtype, reset_after ? units * 3 : units * 2);
}

/// Biases that remain when those of one sum are added up beforehand. A reset gate that acts behind the recurrent
/// product keeps the candidate's two apart.
int64_t biases(const Recurrent& op) {
  return computed_gates(op) + (op.cell == Cell::gru && op.linear_before_reset ? 1 : 0);
}

/// Activation functions of one unit: each of their arguments is clipped. The LSTM has one on its new cell state too.
int64_t activations(const Recurrent& op) { return computed_gates(op) + (op.cell == Cell::lstm ? 1 : 0); }

/// The cell with functions of its own: those of the gates, of the cell and, for an LSTM, of its result, per direction.
/// The rest is as with the usual ones: LSTM 3 mul, add, GRU 3 mul, 2 add (reset behind: 3), coupled gates an add more.
bool add_given_functions(Cost& cost, const Recurrent& op, DType dtype, const CellCounts& sizes) {
  const size_t each = op.cell == Cell::lstm ? 3 : op.cell == Cell::gru ? 2 : 1;
  if (op.functions.size() < each * sizes.directions.value()) return false;
  const Count units = sizes.steps * sizes.batch * sizes.hidden;
  for (size_t d = 0; d < sizes.directions.value(); ++d) {
    const UnaryFn* fn = op.functions.data() + d * each;
    switch (op.cell) {
      case Cell::lstm:
        add_function(cost, Part::core, fn[0], dtype, units * (computed_gates(op) - 1));
        add_function(cost, Part::core, fn[1], dtype, units);
        add_function(cost, Part::core, fn[2], dtype, units);
        cost.add(Part::core, Unit::mul, dtype, units * 3);
        cost.add(Part::core, Unit::add, dtype, units * (op.coupled_gates ? 2 : 1));
        break;
      case Cell::gru:
        add_function(cost, Part::core, fn[0], dtype, units * 2);
        add_function(cost, Part::core, fn[1], dtype, units);
        cost.add(Part::core, Unit::mul, dtype, units * 3);
        cost.add(Part::core, Unit::add, dtype, units * (op.linear_before_reset ? 3 : 2));
        break;
      case Cell::rnn: add_function(cost, Part::core, fn[0], dtype, units); break;
    }
  }
  return true;
}

const Operand& first_result(const Operands& operands) {
  for (const Operand& result : operands.all_out()) {
    if (result) return result;
  }
  return operands.out(0);
}

}  // namespace

Known<CellSizes> cell_sizes(const Recurrent& op, const Operands& operands) { return sizes(op, operands); }

Inferred infer(const Recurrent& op, const Operands& operands) {
  const Known<CellSizes> found = sizes(op, operands);
  const CellSizes* s = known(found);
  if (s == nullptr) return reason(found);
  const DType dtype = operands.in(0).dtype();
  Shape y = op.batch_major ? Shape{s->batch, s->steps, s->directions, s->hidden}
                           : Shape{s->steps, s->directions, s->batch, s->hidden};
  Shape last = op.batch_major ? Shape{s->batch, s->directions, s->hidden}  //
                              : Shape{s->directions, s->batch, s->hidden};
  if (gates_last(operands.in(1))) {
    y.erase(y.begin() + (op.batch_major ? 2 : 1));
    last.erase(last.begin() + (op.batch_major ? 1 : 0));
  }
  std::vector<Value> results{{.dtype = dtype, .shape = y}, {.dtype = dtype, .shape = last}};
  if (op.cell == Cell::lstm) results.push_back({.dtype = dtype, .shape = last});
  return results;
}

/// Work of a recurrent layer of one or two directions, gates stacked.
///
/// Shapes:  x [T, B, I], w [D, G*H, I], r [D, G*H, H] -> y [T, D, B, H]; or w [I, G*H], r [H, G*H] -> y [T, B, H]
/// Counts:  per step, direction and batch item: mul_add G*H(I+H); bias add G*H, of a GRU with its reset behind the
///          product 4H. Per unit: LSTM 3 sigmoid, 2 tanh, 3 mul, 1 add; GRU 2 sigmoid, tanh, 3 mul, 2 add (reset
///          behind: 3); RNN its activation. Peepholes 3 mul, 3 add; a clip 2 compare for each argument of an
///          activation. Sequences shorter than T count in full
/// Source:  ONNX LSTM, GRU and RNN. Example: LSTM of 5 steps, I 10, H 20: 5 * 4 * 20 * (10 + 20) = 12,000 MACs.
Known<Cost> count(const Recurrent& op, const Operands& operands) {
  const Known<CellSizes> found = sizes(op, operands);
  const CellSizes* s = known(found);
  if (s == nullptr) return reason(found);
  const Operand& x = operands.in(0);
  const Operand& w = operands.in(1);
  const Operand& y = first_result(operands);
  if (!y) return Unknown{"no result of the recurrent layer is used"};
  const DType dtype = x.dtype();
  const CellCounts c(operands, *s);
  const Count units = c.runs() * c.hidden;
  const Count width = operands.letter("G", "gates", computed_gates(op)) * c.hidden;

  Cost cost;
  add_gate_products(cost, c, {.x = x, .w = w, .r = operands.in(2), .y = y, .width = width});
  if (operands.in(3)) add_bias(cost, x, w, y, units * biases(op));
  if (!op.functions.empty()) {
    if (!add_given_functions(cost, op, dtype, c)) return Unknown{"the layer names too few functions for its cell"};
    if (op.cell == Cell::lstm && operands.in(7)) add_peepholes(cost, dtype, units * (op.coupled_gates ? 2 : 3));
    if (op.clip) cost.add(Part::core, Unit::compare, dtype, units * activations(op) * 2);
    return cost;
  }
  switch (op.cell) {
    case Cell::lstm:
      add_lstm_units(cost, dtype, units, op.coupled_gates);
      if (operands.in(7)) add_peepholes(cost, dtype, op.coupled_gates ? units * 2 : units * 3);
      break;
    case Cell::gru: add_gru_units(cost, dtype, units, op.linear_before_reset); break;
    case Cell::rnn: add_function(cost, Part::core, op.relu ? UnaryFn::relu : UnaryFn::tanh, dtype, units); break;
  }
  if (op.clip) cost.add(Part::core, Unit::compare, dtype, units * activations(op) * 2);
  return cost;
}

Role role(const Recurrent&, size_t operand) {
  switch (operand) {
    case 0: return Role::data;
    case 4: return Role::index;
    case 5:
    case 6: return Role::state;
    default: return Role::weight;
  }
}

namespace {

// Operands of a block LSTM.
constexpr size_t kBlockWeights = 1;
constexpr size_t kBlockBias = 2;
constexpr size_t kBlockPeepholes = 5;

Known<CellSizes> sizes(const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& w = operands.in(kBlockWeights);
  if (!x || !w) return Unknown{"a block LSTM needs x and its weights"};
  if ((x.rank() != 2 && x.rank() != 3) || w.rank() != 2) {
    return Unknown{"x of the block LSTM has shape " + to_string(x.shape()) + ", its weights " + to_string(w.shape())};
  }
  CellSizes sizes = input_sizes(x.shape(), true);
  sizes.hidden = sizes.state = w.shape()[1] / gates(Cell::lstm);
  const Shape expected{sizes.inputs + sizes.hidden, gates(Cell::lstm) * sizes.hidden};
  if (w.shape() == expected) return sizes;
  return Unknown{"the block LSTM's weights have shape " + to_string(w.shape()) + ", expected " + to_string(expected)};
}

}  // namespace

Known<CellSizes> cell_sizes(const BlockLstm&, const Operands& operands) { return sizes(operands); }

Inferred infer(const BlockLstm&, const Operands& operands) {
  const Known<CellSizes> found = sizes(operands);
  const CellSizes* s = known(found);
  if (s == nullptr) return reason(found);
  constexpr size_t kResults = 7;
  Value result{.dtype = operands.in(0).dtype(), .shape = operands.in(0).shape()};
  result.shape.back() = s->hidden;
  return std::vector<Value>(kResults, result);
}

/// Work of TensorFlow's block LSTM.
///
/// Shapes:  x [T, B, I], w [I + H, 4H] -> 7 results [T, B, H]
/// Counts:  per step and batch item: mul_add 4H(I+H), bias add 4H; per unit 3 sigmoid, 2 tanh, 3 mul, add; a number
///          added to the forget gates add; each peephole mul and add; a clip 2 compare
/// Source:  docs/counting.md, section 2; TensorFlow BlockLSTMV2. Example: 5 steps, I 10, H 20: 5 * 4 * 20 * (10 + 20)
///          = 12,000 MACs.
Known<Cost> count(const BlockLstm& op, const Operands& operands) {
  const Known<CellSizes> found = sizes(operands);
  const CellSizes* s = known(found);
  if (s == nullptr) return reason(found);
  const Operand& x = operands.in(0);
  const Operand& w = operands.in(kBlockWeights);
  const Operand& y = first_result(operands);
  if (!y) return Unknown{"no result of the recurrent layer is used"};
  const DType dtype = x.dtype();
  const CellCounts c(operands, *s);
  const Count units = c.runs() * c.hidden;
  const Count width = operands.letter("G", "gates", gates(Cell::lstm)) * c.hidden;

  Cost cost;
  add_gate_products(cost, c, {.x = x, .w = w, .r = w, .y = y, .width = width});
  if (operands.in(kBlockBias)) add_bias(cost, x, w, y, c.runs() * width);
  add_lstm_units(cost, dtype, units, false);
  if (op.forget_bias) cost.add(Part::core, Unit::add, dtype, units);
  for (size_t i = kBlockPeepholes; i < kBlockPeepholes + 3; ++i) {
    if (operands.in(i)) add_peepholes(cost, dtype, units);
  }
  if (op.clip) cost.add(Part::core, Unit::compare, dtype, units * 2);
  return cost;
}

Role role(const BlockLstm&, size_t operand) {
  if (operand == 0) return Role::data;
  return operand == 3 || operand == 4 ? Role::state : Role::weight;
}

namespace {

Known<RecurrentLayers> stack_of(const StackedRecurrent& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& h = operands.in(2);
  if (!x || !h) return Unknown{"stacked recurrent layers need x and their first state"};
  const int64_t directions = op.bidirectional ? 2 : 1;
  if (x.rank() == 3 && h.rank() == 3) {
    RecurrentLayers stack{.cell = input_sizes(x.shape(), !op.batch_major)};
    stack.cell.directions = directions;
    stack.cell.hidden = stack.cell.state = h.shape()[2];
    const int64_t cells = h.shape()[op.batch_major ? 1 : 0];
    stack.layers = cells / directions;
    if (cells > 0 && cells % directions == 0 && h.shape()[op.batch_major ? 0 : 1] == stack.cell.batch) return stack;
  }
  return Unknown{"x " + to_string(x.shape()) + " and the states " + to_string(h.shape()) +
                 " of stacked recurrent layers in " + std::to_string(directions) + " directions do not fit"};
}

}  // namespace

Known<RecurrentLayers> layers_of(const StackedRecurrent& op, const Operands& operands) {
  return stack_of(op, operands);
}

Inferred infer(const StackedRecurrent& op, const Operands& operands) {
  const Known<RecurrentLayers> found = stack_of(op, operands);
  const RecurrentLayers* stack = known(found);
  if (stack == nullptr) return reason(found);
  Value y{.dtype = operands.in(0).dtype(), .shape = operands.in(0).shape()};
  y.shape.back() = stack->cell.directions * stack->cell.hidden;
  const Value state{.dtype = y.dtype, .shape = operands.in(2).shape()};
  const Value none{.dtype = y.dtype, .shape = {0}};
  return std::vector<Value>{y, state, op.cell == Cell::lstm ? state : none};
}

/// Work of L recurrent layers, each in D directions, a layer reading all directions of the one below.
///
/// Shapes:  x [T, B, I], states [L * D, B, H] -> y [T, B, D*H]
/// Counts:  each layer and direction as `Recurrent` with two biases and its reset gate behind the product: the first
///          layers mul_add G*H(I+H) per step and batch item, those above G*H(D*H+H)
/// Source:  docs/counting.md, section 2; TensorFlow CudnnRNNV3. Example: LSTM, 5 steps, I 10, H 20, 2 layers:
///          5 * 4 * 20 * (10 + 20) + 5 * 4 * 20 * (20 + 20) = 28,000 MACs.
Known<Cost> count(const StackedRecurrent& op, const Operands& operands) {
  const Known<RecurrentLayers> found = stack_of(op, operands);
  const RecurrentLayers* stack = known(found);
  if (stack == nullptr) return reason(found);
  const Operand& x = operands.in(0);
  const DType dtype = x.dtype();
  CellCounts c(operands, stack->cell);
  c.directions = operands.letter("D", "directions", stack->cell.directions);
  const Count layers = operands.letter("L", "layers", stack->layers);
  const Count runs = c.runs();
  const Count width = operands.letter("G", "gates", gates(op.cell)) * c.hidden;
  const Recurrent layer{.cell = op.cell};

  Cost cost;
  cost.add(Part::core, Unit::mul_add, dtype, runs * width * (c.inputs + c.hidden));
  cost.add(Part::core, Unit::mul_add, dtype, runs * (layers - 1) * width * (c.directions * c.hidden + c.hidden));
  const Count units = runs * layers * c.hidden;
  cost.add(Part::bias, Unit::add, dtype, units * biases(layer));
  switch (op.cell) {
    case Cell::lstm: add_lstm_units(cost, dtype, units, false); break;
    case Cell::gru: add_gru_units(cost, dtype, units, true); break;
    case Cell::rnn: add_function(cost, Part::core, op.relu ? UnaryFn::relu : UnaryFn::tanh, dtype, units); break;
  }
  return cost;
}

Role role(const StackedRecurrent&, size_t operand) {
  constexpr Role kRoles[] = {Role::data, Role::weight, Role::state, Role::state};
  return operand < 4 ? kRoles[operand] : Role::index;
}

namespace {

/// x [B, I] or a sequence of them, w [H, I], r [H, H].
Known<CellSizes> sizes(const Rnn& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& w = operands.in(1);
  const Operand& r = operands.in(2);
  if (!x || !w || !r) return Unknown{"a recurrent layer needs x, its input weights and its recurrent weights"};
  if (x.rank() != (op.sequence ? 3 : 2)) {
    return Unknown{"x of the recurrent layer has shape " + to_string(x.shape()) + ", expected " +
                   (op.sequence ? "a sequence of [batch, inputs]" : "[batch, inputs]")};
  }
  CellSizes sizes = input_sizes(x.shape(), op.time_major);
  if (w.rank() != 2 || w.shape()[1] != sizes.inputs || r.shape() != Shape{w.shape()[0], w.shape()[0]}) {
    return Unknown{"the recurrent layer's weights " + to_string(w.shape()) + " and " + to_string(r.shape()) +
                   " do not fit its x of shape " + to_string(x.shape())};
  }
  sizes.hidden = sizes.state = w.shape()[0];
  return sizes;
}

}  // namespace

Known<CellSizes> cell_sizes(const Rnn& op, const Operands& operands) { return sizes(op, operands); }

Inferred infer(const Rnn& op, const Operands& operands) {
  const Known<CellSizes> found = sizes(op, operands);
  const CellSizes* s = known(found);
  if (s == nullptr) return reason(found);
  Shape shape = operands.in(0).shape();
  shape.back() = s->hidden;
  return one_result(operands.in(0).dtype(), std::move(shape));
}

/// Work of a simple recurrent layer. Its activation is the node's.
///
/// Shapes:  x [T, B, I], w [H, I], r [H, H] -> y [T, B, H]
/// Counts:  per step and batch item mul_add H(I+H), bias add H. Integers: 5 operations per new state
/// Source:  TFLite RNN, UNIDIRECTIONAL_SEQUENCE_RNN. Example: I 8, H 16: 16 * (8 + 16) = 384 MACs a step.
Known<Cost> count(const Rnn& op, const Operands& operands) {
  const Known<CellSizes> found = sizes(op, operands);
  const CellSizes* s = known(found);
  if (s == nullptr) return reason(found);
  const Operand& x = operands.in(0);
  const Operand& w = operands.in(1);
  const Operand& y = operands.out(0);
  if (!y) return Unknown{"the recurrent layer has no result"};

  const CellCounts c(operands, *s);
  Cost cost;
  add_gate_products(
      cost, c,
      {.x = x, .w = w, .r = operands.in(2), .y = y, .width = c.hidden, .asymmetric_inputs = op.asymmetric_inputs});
  if (operands.in(3)) add_bias(cost, x, w, y, c.runs() * c.hidden);
  return cost;
}

Role role(const Rnn&, size_t operand) {
  if (operand == 0) return Role::data;
  return operand == 4 ? Role::state : Role::weight;
}

}  // namespace flopstat
