#include <algorithm>
#include <string>

#include "ops/attention.h"
#include "ops/elements.h"
#include "ops/ops.h"

namespace flopstat {
namespace {

/// An operand [B, heads, S, D] or [B, S, heads * D].
struct Heads {
  int64_t batch = 0;
  int64_t heads = 0;
  int64_t length = 0;
  int64_t width = 0;
};

Known<Heads> heads_of(const Operand& x, int64_t heads) {
  const Shape& shape = x.shape();
  if (shape.size() == 4) return Heads{shape[0], shape[1], shape[2], shape[3]};
  if (shape.size() != 3 || heads < 1 || shape[2] % heads != 0) {
    return Unknown{"an operand of the attention has shape " + to_string(shape) + ", which does not hold " +
                   std::to_string(heads) + " heads"};
  }
  return Heads{shape[0], heads, shape[1], shape[2] / heads};
}

struct Sizes {
  Heads q;
  Heads k;
  Heads v;
  int64_t past = 0;
  int64_t total = 0;  ///< keys that there are in the end
};

Known<Sizes> sizes(const Attention& op, const Operands& operands) {
  const int64_t kv_heads = op.kv_heads > 0 ? op.kv_heads : op.heads;
  const Known<Heads> q = heads_of(operands.in(0), op.heads);
  const Known<Heads> k = heads_of(operands.in(1), kv_heads);
  const Known<Heads> v = heads_of(operands.in(2), kv_heads);
  for (const Known<Heads>* each : {&q, &k, &v}) {
    if (known(*each) == nullptr) return reason(*each);
  }
  Sizes s{.q = *known(q), .k = *known(k), .v = *known(v)};
  const bool fit = s.q.width == s.k.width && s.k.length == s.v.length && s.k.heads == s.v.heads && s.k.heads > 0 &&
                   s.q.heads % s.k.heads == 0;
  if (!fit) {
    return Unknown{"the operands " + to_string(operands.in(0).shape()) + ", " + to_string(operands.in(1).shape()) +
                   " and " + to_string(operands.in(2).shape()) + " of the attention do not fit together"};
  }
  if (operands.in(4)) s.past = operands.in(4).shape()[2];
  s.total = op.past_full && s.past > 0 ? s.past : s.past + s.k.length;
  return s;
}

/// The sum of min(max(first + i, 0), cap) over i < n.
Count ramp(int64_t n, int64_t first, int64_t cap) {
  if (first < 0) {
    n = std::max<int64_t>(0, n + first);
    first = 0;
  }
  const int64_t rising = std::clamp<int64_t>(cap - first, 0, n);
  const Count steps = rising == 0 ? Count{0} : Count{rising} * (rising - 1) / 2;
  return Count{rising} * first + steps + Count{n - rising} * cap;
}

/// Pairs of a query and a key that it may see, per head.
Count visible_pairs(const Attention& op, const Sizes& s) {
  if (!op.causal) return Count{s.q.length} * s.total;
  const int64_t offset = op.past_full ? s.total - s.q.length : s.past;
  const Count seen = ramp(s.q.length, offset + 1, s.total);
  return op.window < 0 ? seen : seen - ramp(s.q.length, offset - op.window, s.total);
}

}  // namespace

// --- Attention -------------------------------------------------------------------------------------------------------

Known<AttentionSizes> attention_sizes(const Attention& op, const Operands& operands) {
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  return AttentionSizes{.batch = s->q.batch,
                        .heads = s->q.heads,
                        .queries = s->q.length,
                        .keys = s->total,
                        .width = s->q.width,
                        .value_width = s->v.width};
}

Inferred infer(const Attention& op, const Operands& operands) {
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  const DType type = operands.in(0).dtype();
  Shape y{s->q.batch, s->q.heads, s->q.length, s->v.width};
  if (operands.in(0).rank() == 3) y = {s->q.batch, s->q.length, s->q.heads * s->v.width};
  return std::vector<Value>{{.dtype = type, .shape = y},
                            {.dtype = operands.in(1).dtype(), .shape = {s->q.batch, s->k.heads, s->total, s->k.width}},
                            {.dtype = operands.in(2).dtype(), .shape = {s->q.batch, s->k.heads, s->total, s->v.width}},
                            {.dtype = type, .shape = {s->q.batch, s->q.heads, s->q.length, s->total}}};
}

/// Operands:  q, k, v, mask or absent, past k and v or absent, h query heads of widths D and Dv -> y
/// Counts:    scores = B * h * Sq * S, S keys with the past. mul_add = scores * (D + Dv). Per score: scale mul, mask
/// add
///            (boolean: compare), softcap mul + div + t; softmax over S. What a causal or sliding window hides is
///            skippable
/// Source:    docs/counting.md, sections 1 and 2; ONNX operator Attention. Example: 8 heads of 64, 10 queries, 10 keys:
///            8 * 10 * 10 * 128 = 102,400 MACs, causal 8 * 55 * 128 = 56,320 of them valid.
Known<Cost> count(const Attention& op, const Operands& operands) {
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  const DType type = operands.in(0).dtype();
  const Count heads = operands.letter("B·h", "batch items and query heads", {s->q.batch, s->q.heads});
  const Count queries = operands.letter("Sq", "queries", s->q.length);
  const Count keys = operands.letter("Sk", "keys, those of the past too", s->total);
  const Count rows = heads * queries;
  const Count scores = rows * keys;
  const Count width = operands.letter("D", "width of a head", s->q.width) +
                      operands.letter("Dv", "width of a head of values", s->v.width);

  Cost cost;
  cost.add(Part::core, Unit::mul_add, type, scores * width);
  cost.skippable = operands.letter("hidden", "pairs of a query and a key that it does not see, per head",
                                   Count{s->q.length} * s->total - visible_pairs(op, *s)) *
                   heads * width;
  if (op.scaled) cost.add(Part::core, Unit::mul, type, scores);
  if (operands.in(3)) {
    cost.add(Part::core, operands.in(3).dtype() == DType::boolean ? Unit::compare : Unit::add, type, scores);
  }
  if (op.softcap) {
    cost.add(Part::core, Unit::mul, type, scores);
    cost.add(Part::core, Unit::div, type, scores);
    cost.add(Part::core, Unit::transcendental, type, scores);
  }
  if (s->total == 0) return cost;
  cost.add(Part::core, Unit::compare, type, scores - rows);
  cost.add(Part::core, Unit::add, type, scores * 2 - rows);
  cost.add(Part::core, Unit::transcendental, type, scores);
  cost.add(Part::core, Unit::div, type, scores);
  return cost;
}

Role role(const Attention&, size_t operand) { return operand == 4 || operand == 5 ? Role::state : Role::data; }

// --- LinearAttention -------------------------------------------------------------------------------------------------

namespace {

Known<Sizes> sizes(const LinearAttention& op, const Operands& operands) {
  return sizes(Attention{.heads = op.heads, .kv_heads = op.kv_heads}, Operands(operands.all_in().first(3), {}));
}

}  // namespace

Inferred infer(const LinearAttention& op, const Operands& operands) {
  if (operands.all_in().size() < 3) return no_operand();
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  const DType state = operands.in(3) ? operands.in(3).dtype() : operands.in(0).dtype();
  return std::vector<Value>{
      {.dtype = operands.in(0).dtype(), .shape = {s->q.batch, s->q.length, s->q.heads * s->v.width}},
      {.dtype = state, .shape = {s->q.batch, s->k.heads, s->k.width, s->v.width}}};
}

/// Operands:  q, k, v, state or absent, decay or absent, beta or absent -> y, state
/// Counts:    per token and query head D * Dv mul_add (q by the state); per token and key head D * Dv mul and add (the
///            outer product, which sums nothing). Decay: t per element of it, D * Dv mul. Delta: D * Dv mul_add (k by
///            the state), Dv add, Dv mul. Scale: Dv mul per query head
/// Source:    ONNX operator LinearAttention, the recurrence as written. Example: linear, 1 head of 4 x 4, 3 tokens: 48
///            MACs, 48 mul and 48 add.
Known<Cost> count(const LinearAttention& op, const Operands& operands) {
  if (operands.all_in().size() < 3) return no_operand();
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  const DType type = operands.in(0).dtype();
  const Count tokens = operands.letter("B·T", "batch items and tokens", {s->q.batch, s->q.length});
  const Count value_width = operands.letter("Dv", "width of a head of values", s->v.width);
  const Count state = operands.letter("D", "width of a head", s->k.width) * value_width;
  const Count states = tokens * operands.letter("hk", "key heads", s->k.heads);
  const Count queries = tokens * operands.letter("h", "query heads", s->q.heads);

  Cost cost;
  cost.add(Part::core, Unit::mul_add, type, queries * state + (op.delta ? states * state : Count{0}));
  cost.add(Part::core, Unit::mul, type, states * state);
  cost.add(Part::core, Unit::add, type, states * state);
  if (operands.in(4)) {
    cost.add(Part::core, Unit::transcendental, type, operands.in(4).size());
    cost.add(Part::core, Unit::mul, type, states * state);
  }
  if (op.delta) {
    cost.add(Part::core, Unit::add, type, states * value_width);
    cost.add(Part::core, Unit::mul, type, states * value_width);
  }
  if (op.scaled) cost.add(Part::core, Unit::mul, type, queries * value_width);
  return cost;
}

Role role(const LinearAttention&, size_t operand) { return operand == 3 ? Role::state : Role::data; }

// --- RotaryEmbedding -------------------------------------------------------------------------------------------------

Inferred infer(const RotaryEmbedding&, const Operands& operands) {
  return one_result(operands.in(0).dtype(), operands.in(0).shape());
}

/// Operands:  x, cosines, sines, positions or absent -> y
/// Counts:    2 mul and an add per turned element
/// Source:    docs/counting.md, section 2. Example: 2 tokens, 4 heads of 8: 128 mul, 64 add.
Known<Cost> count(const RotaryEmbedding& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  Count elements = x.size();
  if (op.width > 0) {
    const Known<Heads> heads = heads_of(x, op.heads);
    if (known(heads) == nullptr) return reason(heads);
    const int64_t width = known(heads)->width;
    if (op.width > width) return Unknown{"more elements are turned than a head has"};
    elements = width == 0 ? Count{0}
                          : elements / operands.letter("D", "width of a head", width) *
                                operands.letter("turned", "elements of a head that are turned", op.width);
  }
  Cost cost;
  cost.add(Part::core, Unit::mul, x.dtype(), elements * 2);
  cost.add(Part::core, Unit::add, x.dtype(), elements);
  return cost;
}

Role role(const RotaryEmbedding&, size_t operand) { return operand == 3 ? Role::index : Role::data; }

}  // namespace flopstat
