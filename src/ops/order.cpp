#include <bit>
#include <set>
#include <string>

#include "ops/elements.h"
#include "ops/ops.h"

/// Operations that compare elements with each other or with boundaries.
namespace flopstat {
namespace {

/// Halvings that find one of n, or merge n: log2 n, rounded up.
Count halvings(const Operands& operands, Count n) {
  return operands.letter("h", "halvings: log2 of the number of places, rounded up",
                         n < Count{2} ? 0 : std::bit_width(n.value() - 1));
}

bool is_number(DType dtype) { return is_float(dtype) || is_integer(dtype); }

}  // namespace

Inferred infer(const Sort& op, const Operands& operands) {
  if (!operands.in(0)) return no_operand();
  if (!wrap_axis(op.axis, operands.in(0).rank())) return no_axis(op.axis, operands.in(0));
  std::vector<Value> values;
  for (const Operand& x : operands.all_in()) {
    if (!x || x.shape() != operands.in(0).shape()) return Unknown{"what is sorted together must have one shape"};
    values.push_back({.dtype = x.dtype(), .shape = x.shape()});
  }
  return values;
}

/// Counts:  n * ceil(log2 n) compare per row of n, an upper bound
/// Source:  docs/counting.md, section 2. Example: 3 rows of 10: 3 * 10 * 4 = 120.
Known<Cost> count(const Sort& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::optional<size_t> axis = wrap_axis(op.axis, x.rank());
  if (!axis) return no_axis(op.axis, x);
  Cost cost;
  if (is_number(x.dtype())) {
    cost.add(Part::core, Unit::compare, x.dtype(), x.size() * halvings(operands, x.shape()[*axis]), Certainty::bound);
  }
  return cost;
}
Role role(const Sort&, size_t) { return Role::data; }

/// The distinct elements of a constant are known; of anything else their number depends on the data.
Inferred infer(const Unique& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::optional<std::vector<int64_t>> values = integers_of(x);
  if (!values) return Unknown{"the number of distinct elements depends on input data"};
  const std::set<int64_t> distinct(values->begin(), values->end());
  if (op.counted) {
    if (op.axis && x.rank() != 1) return Unknown{"the number of distinct entries depends on input data"};
    const Shape list{static_cast<int64_t>(distinct.size())};
    const Shape places{static_cast<int64_t>(values->size())};
    return std::vector<Value>{{.dtype = x.dtype(), .shape = list},
                              {.dtype = op.index, .shape = list},
                              {.dtype = op.index, .shape = places},
                              {.dtype = op.index, .shape = list}};
  }
  return std::vector<Value>{{.dtype = x.dtype(), .shape = {static_cast<int64_t>(distinct.size())}},
                            {.dtype = op.index, .shape = x.shape()}};
}

/// Counts:  n * ceil(log2 n) compare, an upper bound
/// Source:  docs/counting.md, section 2. Example: 10 elements: 10 * 4 = 40.
Known<Cost> count(const Unique&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const Count n = x.size();
  Cost cost;
  if (is_number(x.dtype())) cost.add(Part::core, Unit::compare, x.dtype(), n * halvings(operands, n), Certainty::bound);
  return cost;
}
Role role(const Unique&, size_t) { return Role::data; }

Inferred infer(const Bucketize&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  return single({.dtype = DType::i32, .shape = x.shape()});
}

/// Counts:  the place of each element among b boundaries by halving: ceil(log2(b + 1)) compare, an upper bound
/// Source:  tensorflow/lite/kernels/bucketize.cc. Example: 10 elements, 3 boundaries: 20.
Known<Cost> count(const Bucketize& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  Cost cost;
  cost.add(Part::core, Unit::compare, x.dtype(), x.size() * halvings(operands, Count{op.boundaries} + 1),
           Certainty::bound);
  return cost;
}
Role role(const Bucketize&, size_t) { return Role::data; }

}  // namespace flopstat
