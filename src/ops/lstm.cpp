#include "ops/cell.h"
#include "ops/contraction.h"
#include "ops/ops.h"
#include "ops/requantize.h"

namespace flopstat {
namespace {

// Where TensorFlow Lite's LSTM kernel has its operands (tensorflow/lite/kernels/lstm_shared.h).
constexpr size_t kInputGateWeights = 1;
constexpr size_t kForgetGateWeights = 2;
constexpr size_t kForgetGateRecurrent = 6;
constexpr size_t kPeepholes = 9;
constexpr size_t kBiases = 12;
constexpr size_t kProjection = 16;
constexpr size_t kProjectionBias = 17;
constexpr size_t kOutputState = 18;
constexpr size_t kCellState = 19;
constexpr size_t kNormalisations = 20;

/// How many of `size` operands from `first` on are present.
int64_t present(const Operands& operands, size_t first, size_t size) {
  int64_t found = 0;
  for (size_t i = first; i < first + size; ++i) found += operands.in(i) ? 1 : 0;
  return found;
}

/// Without weights of its own the input gate follows from the forget gate.
bool coupled(const Operands& operands) { return !operands.in(kInputGateWeights); }

Known<CellSizes> sizes(const Lstm& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& w = operands.in(kForgetGateWeights);
  const Operand& r = operands.in(kForgetGateRecurrent);
  if (!x || !w || !r) return Unknown{"an LSTM needs x and the weights of its forget gate"};
  if (x.rank() != 2 && (x.rank() != 3 || op.single_step)) {
    return Unknown{"x of an LSTM has shape " + to_string(x.shape()) + ", expected " +
                   (op.single_step ? "[batch, inputs]" : "[batch, inputs] or a sequence of them")};
  }
  CellSizes sizes = input_sizes(x.shape(), op.time_major);
  const bool diagonal = r.rank() == 1;
  if (w.rank() != 2 || (r.rank() != 2 && !diagonal) || w.shape()[1] != sizes.inputs || r.shape()[0] != w.shape()[0]) {
    return Unknown{"the LSTM's weights " + to_string(w.shape()) + " and " + to_string(r.shape()) +
                   " do not fit its x of shape " + to_string(x.shape())};
  }
  sizes.hidden = w.shape()[0];
  sizes.state = r.shape().back();
  const Operand& projection = operands.in(kProjection);
  if (projection && projection.shape() != Shape{sizes.state, sizes.hidden}) {
    return Unknown{"the LSTM's projection has shape " + to_string(projection.shape()) + ", expected " +
                   to_string({sizes.state, sizes.hidden})};
  }
  if (!projection && sizes.state != sizes.hidden) {
    return Unknown{"the LSTM's recurrent weights " + to_string(r.shape()) + " are not square and it has no projection"};
  }
  return sizes;
}

/// Layer normalisation of `rows` gates of n units, without the shift: that is the gate's bias.
void add_gate_normalisation(Cost& cost, DType dtype, Count rows, Count n) {
  if (n == 0) return;
  cost.add(Part::core, Unit::add, dtype, rows * (n * 3 - 1));
  cost.add(Part::core, Unit::mul, dtype, rows * n * 3);
  cost.add(Part::core, Unit::div, dtype, rows * 2);
  cost.add(Part::core, Unit::transcendental, dtype, rows);
}

/// Products with what the gates' sparse weights leave out: each element of a weight is used once in every run.
Count absent_gate_products(const Operands& operands, Count runs) {
  Count absent = 0;
  for (size_t i = kInputGateWeights; i < kPeepholes; ++i) {
    const Operand& w = operands.in(i);
    if (w && w.rank() == 2) absent += absent_products(w, runs * product(w.shape()));
  }
  return absent;
}

/// y = W h, from H units to P, for all runs.
void add_projection(Cost& cost, const Lstm& op, const Operands& operands, const CellCounts& s) {
  const Operand& x = operands.in(0);
  const Operand& y = operands.out(0);
  const Operand& w = operands.in(kProjection);
  const Count read = s.runs() * s.hidden;
  const Value units{.dtype = x.dtype(), .shape = {static_cast<int64_t>(read.value())}};
  const Count outputs = s.runs() * s.state;
  add_contraction(cost, {.x = {x.tensor, &units, read.how()},
                         .w = w,
                         .y = y,
                         .mul_adds = outputs * s.hidden,
                         .skippable = absent_products(w, outputs * s.hidden),
                         .outputs = outputs,
                         .rows = s.runs(),
                         .asymmetric_inputs = op.asymmetric_inputs});
  if (operands.in(kProjectionBias)) add_bias(cost, x, w, y, outputs);
  if (op.projection_clip) cost.add(Part::core, Unit::compare, y.dtype(), outputs * 2);
}

}  // namespace

Known<CellSizes> cell_sizes(const Lstm& op, const Operands& operands) { return sizes(op, operands); }

Inferred infer(const Lstm& op, const Operands& operands) {
  const Known<CellSizes> found = sizes(op, operands);
  const CellSizes* s = known(found);
  if (s == nullptr) return reason(found);
  const Operand& x = operands.in(0);
  const Operand& cell = operands.in(kCellState);
  Shape shape = x.shape();
  shape.back() = s->state;
  return std::vector<Value>{{.dtype = x.dtype(), .shape = std::move(shape)},
                            {.dtype = x.dtype(), .shape = {s->batch, s->state}},
                            {.dtype = cell ? cell.dtype() : x.dtype(), .shape = {s->batch, s->hidden}}};
}

/// Work of one direction of an LSTM.
///
/// Shapes:  x [T, B, I], gates' weights [H, I] and [H, R], projection [P, H] -> y [T, B, R]; R = P, or H without it
/// Counts:  per step and batch item: mul_add 4H(I+R) + H*P; bias add 4H + P; per unit 3 sigmoid, 2 tanh, 3 mul, add.
///          Coupled gates: 3 for 4, 2 for 3, one add more. Recurrent weights that are diagonals [H]: mul and add per
///          unit and gate instead of their products. Each peephole mul and add per unit, each normalised gate a
///          layer norm, clips 2 compare. Integers: 5 operations per gate, new state and projected output
/// Source:  docs/counting.md, sections 2 and 7; TFLite UNIDIRECTIONAL_SEQUENCE_LSTM. Example: 28 steps, I 28, H 20:
///          28 * 4 * 20 * (28 + 20) = 107,520 MACs.
Known<Cost> count(const Lstm& op, const Operands& operands) {
  const Known<CellSizes> found = sizes(op, operands);
  const CellSizes* s = known(found);
  if (s == nullptr) return reason(found);
  const Operand& x = operands.in(0);
  const Operand& w = operands.in(kForgetGateWeights);
  const Operand& cell = operands.in(kCellState);
  const Operand& y = operands.out(0);
  if (!y) return Unknown{"the LSTM has no result"};
  const DType dtype = cell ? join(x.dtype(), cell.dtype()) : x.dtype();
  const CellCounts c(operands, *s);
  const Count gates = operands.letter("G", "gates", coupled(operands) ? 3 : 4);
  const Count units = c.runs() * c.hidden;

  Cost cost;
  add_gate_products(cost, c,
                    {.x = x,
                     .w = w,
                     .r = operands.in(kForgetGateRecurrent),
                     .y = y,
                     .width = gates * c.hidden,
                     .asymmetric_inputs = op.asymmetric_inputs});
  cost.skippable += absent_gate_products(operands, c.runs());
  add_bias(cost, x, w, y, units * present(operands, kBiases, 4));
  const Count peepholes = units * present(operands, kPeepholes, 3);
  cost.add(Part::core, Unit::mul, dtype, peepholes);
  cost.add(Part::core, Unit::add, dtype, peepholes);
  const Count normalised = c.runs() * present(operands, kNormalisations, 4);
  add_gate_normalisation(cost, dtype, normalised, c.hidden);
  add_lstm_units(cost, dtype, units, coupled(operands));
  if (op.cell_clip) cost.add(Part::core, Unit::compare, dtype, units * 2);
  if (cell) add_requantize(cost, cell, units);
  add_requantize(cost, y, units);
  if (operands.in(kProjection)) add_projection(cost, op, operands, c);
  return cost;
}

Role role(const Lstm&, size_t operand) {
  if (operand == 0) return Role::data;
  return operand == kOutputState || operand == kCellState ? Role::state : Role::weight;
}

namespace {

/// x [B, I], previous y [B, H], w [4H, I + H], bias, previous state [B, H].
Known<CellSizes> sizes(const BasicLstm&, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& w = operands.in(2);
  const Operand& state = operands.in(4);
  if (!x || !w || !state) return Unknown{"a basic LSTM needs x, its weights and its previous state"};
  if (x.rank() != 2 || state.rank() != 2) {
    return Unknown{"x and the state of a basic LSTM have shapes " + to_string(x.shape()) + " and " +
                   to_string(state.shape()) + ", expected [batch, inputs] and [batch, units]"};
  }
  CellSizes sizes = input_sizes(x.shape(), false);
  sizes.hidden = sizes.state = state.shape()[1];
  if (w.shape() != Shape{4 * sizes.hidden, sizes.inputs + sizes.hidden}) {
    return Unknown{"the basic LSTM's weights have shape " + to_string(w.shape()) + ", expected " +
                   to_string({4 * sizes.hidden, sizes.inputs + sizes.hidden})};
  }
  return sizes;
}

}  // namespace

Known<CellSizes> cell_sizes(const BasicLstm& op, const Operands& operands) { return sizes(op, operands); }

Inferred infer(const BasicLstm& op, const Operands& operands) {
  const Known<CellSizes> found = sizes(op, operands);
  const CellSizes* s = known(found);
  if (s == nullptr) return reason(found);
  const DType x = operands.in(0).dtype();
  const DType state = operands.in(4).dtype();
  return std::vector<Value>{{.dtype = x, .shape = {s->batch, s->hidden}},
                            {.dtype = state, .shape = {s->batch, s->hidden}},
                            {.dtype = x, .shape = {s->batch, s->inputs + s->hidden}},
                            {.dtype = state, .shape = {s->batch, 4 * s->hidden}}};
}

/// Work of one step of TFLite's basic LSTM: one product of [x, previous y] with the stacked weights.
///
/// Shapes:  x [B, I], w [4H, I + H] -> y [B, H]
/// Counts:  per batch item mul_add 4H(I+H), bias add 4H, the units as in an LSTM. Integers: 5 per gate and new state
/// Source:  tensorflow/lite/kernels/lstm.cc. Example: I 2, H 3: 4 * 3 * (2 + 3) = 60 MACs.
Known<Cost> count(const BasicLstm& op, const Operands& operands) {
  const Known<CellSizes> found = sizes(op, operands);
  const CellSizes* s = known(found);
  if (s == nullptr) return reason(found);
  const Operand& x = operands.in(0);
  const Operand& w = operands.in(2);
  const Operand& state = operands.in(4);
  const Operand& y = operands.out(0);
  if (!y) return Unknown{"the LSTM has no result"};
  const CellCounts c(operands, *s);
  const Count units = c.runs() * c.hidden;

  Cost cost;
  add_gate_products(cost, c, {.x = x, .w = w, .r = w, .y = y, .width = Count{4} * c.hidden});
  if (operands.in(3)) add_bias(cost, x, w, y, units * 4);
  add_lstm_units(cost, join(x.dtype(), state.dtype()), units, false);
  add_requantize(cost, state, units);
  add_requantize(cost, y, units);
  return cost;
}

Role role(const BasicLstm&, size_t operand) {
  switch (operand) {
    case 0: return Role::data;
    case 1:
    case 4: return Role::state;
    default: return Role::weight;
  }
}

}  // namespace flopstat
