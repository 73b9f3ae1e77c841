#include <array>
#include <optional>

#include "ops/cell.h"
#include "ops/contraction.h"
#include "ops/ops.h"

/// Recurrent layers of two directions: each is a layer of its own, whose operands are picked from the node's.
namespace flopstat {
namespace {

/// Where one direction finds its operands, in the order of its own operation.
template <size_t n>
using Picks = std::array<size_t, n>;

// Source of all places: tensorflow/lite/kernels/bidirectional_sequence_lstm.cc, bidirectional_sequence_rnn.cc.
constexpr Picks<20> kLstmForward{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 35, 36};
constexpr Picks<20> kLstmBackward{0, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 37, 38};
constexpr size_t kLstmSecondInput = 39;
constexpr size_t kLstmSecondForward = 40;
constexpr size_t kLstmSecondBackward = 44;
constexpr Picks<5> kRnnForward{0, 1, 2, 3, 4};
constexpr Picks<5> kRnnBackward{0, 5, 6, 7, 8};
constexpr size_t kRnnSecondInput = 9;
constexpr size_t kRnnSecondForward = 10;
constexpr size_t kRnnSecondBackward = 11;

/// One direction of a layer as the node of its own that it could be.
struct Side {
  std::vector<Operand> in;
  std::vector<Operand> out;
  Trace* trace;

  Operands operands() const { return {in, out, trace}; }
};

template <size_t n>
Side side(const Operands& operands, const Picks<n>& picks, size_t x, size_t result) {
  Side side{.in = {}, .out = {}, .trace = operands.trace()};
  for (const size_t i : picks) side.in.push_back(operands.in(i));
  side.in[0] = operands.in(x);
  side.out.push_back(operands.out(result));
  return side;
}

/// Results of two layers side by side: two tensors, or one with both on its last axis.
Inferred joined(const Inferred& forward, const Inferred& backward, bool merge) {
  if (!known(forward)) return reason(forward);
  if (!known(backward)) return reason(backward);
  Value first = known(forward)->front();
  const Value& second = known(backward)->front();
  if (!merge) return std::vector<Value>{std::move(first), second};
  first.shape.back() += second.shape.back();
  return std::vector<Value>{std::move(first)};
}

/// The product of the second input with weights of its own, added to that of x: `gates` of them, each [H, I].
Known<Cost> second_product(const Operands& operands, size_t input, size_t weights, size_t gates, bool asymmetric) {
  Cost cost;
  const Operand& x = operands.in(input);
  int64_t width = 0;
  const Operand* w = nullptr;
  for (size_t i = weights; i < weights + gates; ++i) {
    if (!operands.in(i)) continue;
    w = &operands.in(i);
    if (!x || x.rank() != 3 || w->rank() != 2 || w->shape()[1] != x.shape()[2]) {
      return Unknown{"the second input of a recurrent layer does not fit its weights " + to_string(w->shape())};
    }
    width += w->shape()[0];
  }
  if (w == nullptr) return cost;
  const Count rows = operands.letter("T·B", "steps and batch items of the second input", {x.shape()[0], x.shape()[1]});
  const Count accumulators = rows * operands.letter("G·H", "accumulators of one run of the cell", width);
  add_contraction(cost, {.x = x,
                         .w = *w,
                         .y = operands.out(0),
                         .mul_adds = accumulators * operands.letter("I2", "elements of the second input", x.shape()[2]),
                         .skippable = 0,
                         .outputs = accumulators,
                         .rows = rows,
                         .asymmetric_inputs = asymmetric});
  return cost;
}

/// Both sides of a layer and what they read of a second input.
struct Sides {
  Side forward;
  Side backward;
  size_t second_input;
  std::array<size_t, 2> second_weights;
  size_t gates;
};

/// Without weights for the second input the backward cell reads it instead of x.
size_t backward_input(const Operands& operands, size_t second_input, size_t first_weights, size_t weights) {
  for (size_t i = first_weights; i < first_weights + weights; ++i) {
    if (operands.in(i)) return 0;
  }
  return operands.in(second_input) ? second_input : 0;
}

Sides sides(const BidirectionalLstm& op, const Operands& operands) {
  const size_t x = backward_input(operands, kLstmSecondInput, kLstmSecondForward, 8);
  return {.forward = side(operands, kLstmForward, 0, 0),
          .backward = side(operands, kLstmBackward, x, op.merge_outputs ? 0 : 1),
          .second_input = kLstmSecondInput,
          .second_weights = {kLstmSecondForward, kLstmSecondBackward},
          .gates = 4};
}

Sides sides(const BidirectionalRnn& op, const Operands& operands) {
  const size_t x = backward_input(operands, kRnnSecondInput, kRnnSecondForward, 2);
  return {.forward = side(operands, kRnnForward, 0, 0),
          .backward = side(operands, kRnnBackward, x, op.merge_outputs ? 0 : 1),
          .second_input = kRnnSecondInput,
          .second_weights = {kRnnSecondForward, kRnnSecondBackward},
          .gates = 1};
}

/// The layer that each direction is.
Lstm one_way(const BidirectionalLstm& op) {
  return {.time_major = op.time_major,
          .cell_clip = op.cell_clip,
          .projection_clip = op.projection_clip,
          .asymmetric_inputs = op.asymmetric_inputs};
}
Rnn one_way(const BidirectionalRnn& op) {
  return {.sequence = true, .time_major = op.time_major, .asymmetric_inputs = op.asymmetric_inputs};
}

template <class Layer>
Inferred infer_both(const Layer& op, const Operands& operands) {
  const Sides both = sides(op, operands);
  return joined(infer(one_way(op), both.forward.operands()), infer(one_way(op), both.backward.operands()),
                op.merge_outputs);
}

template <class Layer>
Known<Cost> count_both(const Layer& op, const Operands& operands) {
  const Sides both = sides(op, operands);
  Cost cost;
  for (const Side* side : {&both.forward, &both.backward}) {
    const Known<Cost> each = count(one_way(op), side->operands());
    if (!known(each)) return each;
    cost.append(*known(each));
  }
  for (const size_t weights : both.second_weights) {
    const Known<Cost> each = second_product(operands, both.second_input, weights, both.gates, op.asymmetric_inputs);
    if (!known(each)) return each;
    cost.append(*known(each));
  }
  return cost;
}

}  // namespace

Inferred infer(const BidirectionalLstm& op, const Operands& operands) { return infer_both(op, operands); }

/// Work of an LSTM in each direction, and of the products with a second input.
///
/// Counts:  that of two layers; a second input with weights adds mul_add G*H*I2 per step, batch item and direction
/// Source:  docs/counting.md, section 2; TFLite BIDIRECTIONAL_SEQUENCE_LSTM. Example: 5 steps, I 3, H 4: 2 * 5 * 4 * 4
/// *
///          (3 + 4) = 1,120 MACs.
Known<Cost> count(const BidirectionalLstm& op, const Operands& operands) { return count_both(op, operands); }

Role role(const BidirectionalLstm&, size_t operand) {
  if (operand == 0 || operand == kLstmSecondInput) return Role::data;
  return operand >= kLstmForward[18] && operand < kLstmSecondInput ? Role::state : Role::weight;
}

Inferred infer(const BidirectionalRnn& op, const Operands& operands) { return infer_both(op, operands); }

/// Work of a simple recurrent layer in each direction, and of the products with a second input.
///
/// Counts:  that of two layers; a second input with weights adds mul_add H*I2 per step, batch item and direction
/// Source:  docs/counting.md, section 2; TFLite BIDIRECTIONAL_SEQUENCE_RNN. Example: 5 steps, I 3, H 4: 2 * 5 * 4 *
///          (3 + 4) = 280 MACs.
Known<Cost> count(const BidirectionalRnn& op, const Operands& operands) { return count_both(op, operands); }

Role role(const BidirectionalRnn&, size_t operand) {
  if (operand == 0 || operand == kRnnSecondInput) return Role::data;
  return operand == kRnnForward[4] || operand == kRnnBackward[4] ? Role::state : Role::weight;
}

}  // namespace flopstat
