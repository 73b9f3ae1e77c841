#include <bit>
#include <optional>
#include <string>

#include "count/backward/rules.h"
#include "ops/arithmetic.h"
#include "ops/functions.h"

namespace flopstat::backward_rules {
namespace {

/// One function of several operands as its gradients see it: the result y of `elements` elements, in one type.
struct Elementwise {
  const Operands& operands;
  const Flow& flow;
  DType type;
  Count elements;
  Backward result = {};

  void add(size_t operand, Unit unit, Count count) { result.of(flow, operand).add(Part::core, unit, type, count); }

  /// What was broadcast is added up.
  void add_sums(size_t operand) { add(operand, Unit::add, broadcast_sums(operands.out(0), operands.in(operand))); }
  void add_negation(size_t operand) { add(operand, Unit::add, operands.in(operand).size()); }

  void keep_operands() {
    for (size_t i = 0; i < operands.all_in().size(); ++i) result.kept_operands.push_back(i);
  }
};

/// The first operand whose gradient is wanted: what all of them share is done for it.
size_t first_wanted(const Flow& flow) {
  size_t i = 0;
  while (i < flow.operands().size() && !flow.wants(i)) ++i;
  return i;
}

void add_sum(Elementwise& e, bool subtracts) {
  for (size_t i = 0; i < e.operands.all_in().size(); ++i) {
    if (!e.flow.wants(i)) continue;
    e.add_sums(i);
    if (subtracts && i > 0) e.add_negation(i);
  }
}

/// Each gradient is dy times all other operands.
void add_product(Elementwise& e) {
  const size_t operands = e.operands.all_in().size();
  for (size_t i = 0; i < operands; ++i) {
    if (!e.flow.wants(i)) continue;
    e.add(i, Unit::mul, e.elements * (operands - 1));
    e.add_sums(i);
    for (size_t other = 0; other < operands; ++other) {
      if (other != i) e.result.kept_operands.push_back(other);
    }
  }
}

/// da = dy / b, db = - da y.
void add_quotient(Elementwise& e) {
  e.add(first_wanted(e.flow), Unit::div, e.elements);
  e.result.kept_operands.push_back(1);
  if (e.flow.wants(0)) e.add_sums(0);
  if (!e.flow.wants(1)) return;
  e.result.kept_results.push_back(0);
  e.add(1, Unit::mul, e.elements);
  e.add_sums(1);
  e.add_negation(1);
}

/// Multiplications of a power with a constant whole exponent, by repeated squaring; nothing for another exponent.
std::optional<Count> multiplications_of_power(const Operand& exponent, Count elements) {
  const bool single = may_have_elements(exponent) && small_size(exponent.shape()) == 1;
  const std::optional<int64_t> whole = single ? integer_of(exponent) : std::nullopt;
  if (!whole || *whole < 1) return std::nullopt;
  const auto less = static_cast<uint64_t>(*whole - 1);
  return less == 0 ? Count{0} : elements * (std::bit_width(less) - 1 + std::popcount(less) - 1);
}

/// dx = dy e x^(e-1): the power and 2 mul. de = dy y log(x): t and 2 mul.
void add_power(Elementwise& e) {
  e.keep_operands();
  if (e.flow.wants(0)) {
    const std::optional<Count> power = multiplications_of_power(e.operands.in(1), e.elements);
    e.add(0, Unit::mul, e.elements * 2 + power.value_or(0));
    if (!power) e.add(0, Unit::transcendental, e.elements);
    e.add_sums(0);
  }
  if (!e.flow.wants(1)) return;
  e.result.kept_results.push_back(0);
  e.add(1, Unit::transcendental, e.elements);
  e.add(1, Unit::mul, e.elements * 2);
  e.add_sums(1);
}

/// Each gradient is dy where that operand was the result.
void add_choice(Elementwise& e) {
  e.keep_operands();
  for (size_t i = 0; i < e.operands.all_in().size(); ++i) {
    if (!e.flow.wants(i)) continue;
    e.add(i, Unit::compare, e.elements);
    e.add_sums(i);
  }
}

/// d = 2 (a - b) dy for a, - d for b.
void add_squared_difference(Elementwise& e) {
  e.keep_operands();
  const size_t first = first_wanted(e.flow);
  e.add(first, Unit::add, e.elements);
  e.add(first, Unit::mul, e.elements * 2);
  add_sum(e, true);
}

/// dx = dy, or dy times the slope; the slope's: dy x where x < 0.
void add_prelu(Elementwise& e) {
  e.result.kept_operands.push_back(0);
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (!e.flow.wants(i)) continue;
    e.add(i, Unit::compare, e.elements);
    e.add(i, Unit::mul, e.elements);
    e.add_sums(i);
  }
}

}  // namespace

/// Source: docs/counting.md, section 5. Example: sigmoid of 100 elements: 200 mul, 100 add.
Known<Backward> rule(const Unary& op, const Operands& operands, const Flow& flow) {
  const Operand& x = operands.in(0);
  if (is_complex(x.dtype())) return Unknown{"there is no gradient rule for functions of complex numbers"};
  Known<Cost> cost = derivative(op.fn, real_type(x.dtype()), x.size());
  if (!known(cost)) return reason(cost);
  Backward result;
  result.of(flow, 0).append(*known(cost));
  switch (kept_by(op.fn)) {
    case KeptOf::nothing: break;
    case KeptOf::argument: result.kept_operands.push_back(0); break;
    case KeptOf::result: result.kept_results.push_back(0); break;
  }
  return result;
}

/// Counts:  sum 0, product mul, quotient div (divisor: mul and its sign), each per element of y and operand; what was
///          broadcast is added up, |y| - |b|
/// Source:  docs/counting.md, section 5. Example: a product of two activations of 100: 200 mul.
Known<Backward> rule(const Binary& op, const Operands& operands, const Flow& flow) {
  const Operand& y = operands.out(0);
  if (is_complex(y.dtype())) return Unknown{"there is no gradient rule for functions of complex numbers"};
  Elementwise e{operands, flow, real_type(y.dtype()), y.size()};
  switch (op.fn) {
    case BinaryFn::add: add_sum(e, false); return e.result;
    case BinaryFn::sub: add_sum(e, true); return e.result;
    case BinaryFn::mul: add_product(e); return e.result;
    case BinaryFn::div: add_quotient(e); return e.result;
    case BinaryFn::pow: add_power(e); return e.result;
    case BinaryFn::maximum:
    case BinaryFn::minimum: add_choice(e); return e.result;
    case BinaryFn::mean:
      e.add(first_wanted(flow), Unit::div, e.elements);
      add_sum(e, false);
      return e.result;
    case BinaryFn::squared_difference: add_squared_difference(e); return e.result;
    case BinaryFn::prelu: add_prelu(e); return e.result;
    case BinaryFn::floor_div:
    case BinaryFn::mod:
    case BinaryFn::floor_mod:
    case BinaryFn::atan2:
    case BinaryFn::equal:
    case BinaryFn::not_equal:
    case BinaryFn::less:
    case BinaryFn::less_equal:
    case BinaryFn::greater:
    case BinaryFn::greater_equal:
    case BinaryFn::logical_and:
    case BinaryFn::logical_or:
    case BinaryFn::logical_xor:
    case BinaryFn::bitwise_and:
    case BinaryFn::bitwise_or:
    case BinaryFn::bitwise_xor:
    case BinaryFn::shift_left:
    case BinaryFn::shift_right:
    case BinaryFn::join_text: break;
  }
  return Unknown{"there is no gradient rule for the function " + std::string(name_of(op.fn))};
}

/// Each gradient is dy where its operand was taken: compare per element of y, and what was broadcast is added up.
/// Source: docs/counting.md, sections 1 (a selection is a comparison) and 5.
Known<Backward> rule(const Select&, const Operands& operands, const Flow& flow) {
  const Operand& z = operands.out(0);
  Elementwise e{operands, flow, real_type(z.dtype()), z.size()};
  e.result.kept_operands.push_back(0);
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (!flow.wants(i)) continue;
    e.add(i, Unit::compare, e.elements);
    e.add_sums(i);
  }
  return e.result;
}

}  // namespace flopstat::backward_rules
