#include "ops/attention.h"
#include "count/backward/rules.h"
#include "ops/ops.h"

namespace flopstat::backward_rules {

namespace {

constexpr size_t kQuery = 0;
constexpr size_t kKey = 1;
constexpr size_t kValue = 2;
constexpr size_t kMask = 3;
constexpr size_t kPastKey = 4;
constexpr size_t kPastValue = 5;

}  // namespace

/// dV and dP = dy V^T: scores * Dv products each; dQ and dK: scores * D each. The softmax of each row of n scores 2n
/// mul and 2n - 1 add, a scale mul per score, a softcap 2 mul + add; the gradient of a mask adds up over what it was
/// broadcast to. Kept: q, k, v, y and a number in f32 for each row.
///
/// Source: docs/counting.md, section 5. Example: 4 heads of 8, 10 queries and keys: 2 * 6,400 mul_add.
Known<Backward> rule(const Attention& op, const Operands& operands, const Flow& flow) {
  const Known<AttentionSizes> found = attention_sizes(op, operands);
  const AttentionSizes* s = known(found);
  if (s == nullptr) return reason(found);
  const DType type = operands.in(0).dtype();
  const Count rows = Count{s->batch} * s->heads * s->queries;
  const Count scores = rows * s->keys;
  const bool wants_query = flow.wants(kQuery);
  const bool wants_key = flow.wants(kKey) || flow.wants(kPastKey);
  const bool wants_value = flow.wants(kValue) || flow.wants(kPastValue);
  const bool wants_scores = wants_query || wants_key || flow.wants(kMask);

  Backward result{.kept_operands = {kQuery, kKey, kValue}, .kept_results = {0}};
  result.kept_bytes = rows * 4;
  Cost& cost = result.input;
  if (wants_value) cost.add(Part::core, Unit::mul_add, type, scores * s->value_width);
  if (!wants_scores) return result;
  cost.add(Part::core, Unit::mul_add, type, scores * s->value_width);
  if (wants_query) cost.add(Part::core, Unit::mul_add, type, scores * s->width);
  if (wants_key) cost.add(Part::core, Unit::mul_add, type, scores * s->width);
  if (s->keys > 0) {
    cost.add(Part::core, Unit::mul, type, scores * 2);
    cost.add(Part::core, Unit::add, type, scores * 2 - rows);
  }
  if (op.scaled) cost.add(Part::core, Unit::mul, type, scores);
  if (op.softcap) {
    cost.add(Part::core, Unit::mul, type, scores * 2);
    cost.add(Part::core, Unit::add, type, scores);
  }
  if (flow.wants(kMask)) {
    const Count mask = operands.in(kMask).size();
    result.of(flow, kMask).add(Part::core, Unit::add, type, scores > mask ? scores - mask : Count{0});
  }
  return result;
}

/// The same turn the other way round: 2 mul and an add per turned element. The angles are no parameters.
/// Source: docs/counting.md, section 5.
Known<Backward> rule(const RotaryEmbedding& op, const Operands& operands, const Flow& flow) {
  Known<Cost> forward = count(op, operands);
  if (!known(forward)) return reason(forward);
  Backward result;
  result.of(flow, 0).append(*known(forward));
  return result;
}

}  // namespace flopstat::backward_rules
