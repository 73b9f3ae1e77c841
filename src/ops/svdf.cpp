#include "ops/contraction.h"
#include "ops/ops.h"
#include "ops/requantize.h"

namespace flopstat {
namespace {

struct Sizes {
  int64_t batch = 0;
  int64_t inputs = 0;
  int64_t filters = 0;
  int64_t memory = 0;
  int64_t units = 0;
};

Known<Sizes> sizes(const Svdf& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& feature = operands.in(1);
  const Operand& time = operands.in(2);
  if (!x || !feature || !time || !operands.in(4)) {
    return Unknown{"SVDF needs x, feature weights, time weights and a state"};
  }
  if (x.rank() != 2 || feature.rank() != 2 || time.rank() != 2 || feature.shape()[1] != x.shape()[1] ||
      time.shape()[0] != feature.shape()[0]) {
    return Unknown{"SVDF's weights " + to_string(feature.shape()) + " and " + to_string(time.shape()) +
                   " do not fit its x of shape " + to_string(x.shape())};
  }
  const int64_t filters = feature.shape()[0];
  if (op.rank < 1 || filters % op.rank != 0) {
    return Unknown{"SVDF has " + std::to_string(filters) + " filters, which do not make units of rank " +
                   std::to_string(op.rank)};
  }
  return Sizes{x.shape()[0], x.shape()[1], filters, time.shape()[1], filters / op.rank};
}

}  // namespace

Inferred infer(const Svdf& op, const Operands& operands) {
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  return one_result(operands.in(0).dtype(), {s->batch, s->units});
}

/// Work of one step of an SVDF layer: filters over the inputs, whose results over time are filtered again.
///
/// Shapes:  x [B, I], feature weights [F, I], time weights [F, memory], state [B, F * memory] -> y [B, F / rank]
/// Counts:  per batch item mul_add F*I + F*memory; add units * (rank - 1); bias add units. Integers: both stages
///          requantize, the first towards the state. Time weights stored as integers behind a float state are decoded
///          when the model is loaded
/// Source:  docs/counting.md, section 2; tensorflow/lite/kernels/svdf.cc. Example: I 96, F 64, memory 8, rank 1:
///          64 * 96 + 64 * 8 = 6,656 MACs.
Known<Cost> count(const Svdf& op, const Operands& operands) {
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  const Operand& x = operands.in(0);
  const Operand& feature = operands.in(1);
  const Operand& time = operands.in(2);
  const Operand& state = operands.in(4);
  const Operand& y = operands.out(0);
  if (!y) return Unknown{"the SVDF has no result"};
  const Count batch = operands.letter("B", "batch", s->batch);
  const Count filters = batch * operands.letter("F", "filters", s->filters);
  const Count units = batch * operands.letter("U", "units: filters / rank", s->units);
  const Count memory = operands.letter("M", "steps that the state remembers", s->memory);

  Cost cost;
  add_contraction(cost, {.x = x,
                         .w = feature,
                         .y = state,
                         .mul_adds = filters * operands.letter("I", "elements of x per batch item", s->inputs),
                         .skippable = 0,
                         .outputs = filters,
                         .rows = batch,
                         .asymmetric_inputs = op.asymmetric_inputs});
  if (is_float(state.dtype())) {
    cost.add(Part::core, Unit::mul_add, join(state.dtype(), time.dtype()), filters * memory);
  } else {
    add_contraction(
        cost,
        {.x = state, .w = time, .y = y, .mul_adds = filters * memory, .skippable = 0, .outputs = units, .rows = batch});
  }
  const DType sums = is_integer(x.dtype()) ? accumulator_type(x) : y.dtype();
  cost.add(Part::core, Unit::add, sums, units * (operands.letter("rank", "filters of one unit", op.rank) - 1));
  if (operands.in(3)) add_bias(cost, x, feature, y, units);
  return cost;
}

Role role(const Svdf&, size_t operand) {
  if (operand == 0) return Role::data;
  return operand == 4 ? Role::state : Role::weight;
}

}  // namespace flopstat
