#include "count/backward/rules.h"
#include "ops/ops.h"

namespace flopstat::backward_rules {
namespace {

/// Bytes of the place of a largest element.
constexpr uint64_t kIndexBytes = 8;

/// Each gradient goes where the largest element was.
Known<Backward> of_largest(const Operands& operands, const Flow& flow) {
  const Operand& y = operands.out(0);
  Backward result;
  result.of(flow, 0).add(Part::core, Unit::add, real_type(y.dtype()), y.size());
  result.kept_bytes = y.size() * kIndexBytes;
  return result;
}

}  // namespace

/// Max: add |y|. Average: div |y|, and add where windows overlap: taps - |x|, at least 0.
/// Source: docs/counting.md, section 5. Example: average 3 x 3, stride 1, 5 x 5 -> 3 x 3: 9 div, 81 - 25 add.
Known<Backward> rule(const Pool& op, const Operands& operands, const Flow& flow) {
  if (op.fn == PoolFn::max) return of_largest(operands, flow);
  if (op.fn != PoolFn::average) return Unknown{"there is no gradient rule for a pool of norms"};
  const Known<Cost> forward = count(op, operands);
  if (!known(forward)) return reason(forward);
  const Operand& x = operands.in(0);
  const Operand& y = operands.out(0);
  const Count taps = units_in(*known(forward), Unit::add) + y.size();
  Backward result;
  Cost& cost = result.of(flow, 0);
  cost.add(Part::core, Unit::div, x.dtype(), y.size());
  cost.add(Part::core, Unit::add, x.dtype(), taps > x.size() ? taps - x.size() : Count{0});
  return result;
}

/// Counts:  sum 0; mean div |y|; max, min add |y|; prod dy y / x: mul |y|, div |x|; L1 dy sign(x): compare, mul |x|; L2
///          dy x / y: div |y|, mul |x|; sum of squares 2 dy x: mul |y| + |x|; log of the sum dy / sum: div |y|;
///          log-sum-exp dy exp(x - y): add, t, mul |x|
/// Source:  docs/counting.md, section 5. Example: the mean of 8 x 8 points of 16 channels: 16 div.
Known<Backward> rule(const Reduce& op, const Operands& operands, const Flow& flow) {
  const Operand& x = operands.in(0);
  const Operand& y = operands.out(0);
  const DType type = real_type(x.dtype());
  Backward result;
  Cost& cost = result.of(flow, 0);
  switch (op.fn) {
    case ReduceFn::sum: return result;
    case ReduceFn::mean: cost.add(Part::core, Unit::div, type, y.size()); return result;
    case ReduceFn::max:
    case ReduceFn::min: return of_largest(operands, flow);
    case ReduceFn::prod:
      cost.add(Part::core, Unit::mul, type, y.size());
      cost.add(Part::core, Unit::div, type, x.size());
      result.kept_operands = result.kept_results = {0};
      return result;
    case ReduceFn::l1:
      cost.add(Part::core, Unit::compare, type, x.size());
      cost.add(Part::core, Unit::mul, type, x.size());
      result.kept_operands = {0};
      return result;
    case ReduceFn::l2:
      cost.add(Part::core, Unit::div, type, y.size());
      cost.add(Part::core, Unit::mul, type, x.size());
      result.kept_operands = result.kept_results = {0};
      return result;
    case ReduceFn::sum_square:
      cost.add(Part::core, Unit::mul, type, y.size() + x.size());
      result.kept_operands = {0};
      return result;
    case ReduceFn::log_sum:
      cost.add(Part::core, Unit::div, type, y.size());
      result.kept_bytes = y.bytes();
      return result;
    case ReduceFn::log_sum_exp:
      cost.add(Part::core, Unit::add, type, x.size());
      cost.add(Part::core, Unit::transcendental, type, x.size());
      cost.add(Part::core, Unit::mul, type, x.size());
      result.kept_operands = result.kept_results = {0};
      return result;
    case ReduceFn::any:
    case ReduceFn::all: break;
  }
  return Unknown{"there is no gradient rule for this reduction"};
}

/// The running sum of the gradients, from the end: as many additions as forward.
Known<Backward> rule(const Cumulate& op, const Operands& operands, const Flow& flow) {
  if (op.product) return Unknown{"there is no gradient rule for a running product"};
  const Known<Cost> forward = count(op, operands);
  if (!known(forward)) return reason(forward);
  Backward result;
  result.of(flow, 0).append(*known(forward));
  return result;
}

/// Each gradient is spread over the points that were blended: 2^a (linear) or 4^a (cubic) mul and add per element of y
/// for a axes that change; nearest: add |y|.
///
/// Source: docs/counting.md, section 5. Example: bilinear to 26 x 26: 4 * 676 mul and add.
Known<Backward> rule(const Resize& op, const Operands& operands, const Flow& flow) {
  const Operand& x = operands.in(0);
  const Operand& y = operands.out(0);
  size_t axes = 0;
  for (size_t i = 0; i < x.rank(); ++i) axes += x.shape()[i] != y.shape()[i] ? 1 : 0;
  Count points = 1;
  for (size_t i = 0; i < axes; ++i) points *= op.fn == ResizeFn::cubic ? 4 : 2;
  const DType type = real_type(x.dtype());
  Backward result;
  Cost& cost = result.of(flow, 0);
  if (axes == 0) return result;
  if (op.fn == ResizeFn::nearest) {
    cost.add(Part::core, Unit::add, type, y.size());
    return result;
  }
  cost.add(Part::core, Unit::mul, type, y.size() * points);
  cost.add(Part::core, Unit::add, type, y.size() * points);
  return result;
}

}  // namespace flopstat::backward_rules
