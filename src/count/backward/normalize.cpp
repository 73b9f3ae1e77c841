#include "count/backward/rules.h"
#include "ops/ops.h"

namespace flopstat::backward_rules {
namespace {

/// A mean and a deviation in f32 for each row or channel.
constexpr uint64_t kStatisticsBytes = 8;

/// The gradients of a scale and a shift, as far as they are wanted: dy times the normalised x, and dy, each added up
/// over what shares them.
void add_affine(Backward& result, const Operands& operands, const Flow& flow, DType type) {
  const Operand& x = operands.in(0);
  if (flow.wants(1)) {
    result.of(flow, 1).add(Part::core, Unit::mul, type, x.size());
    result.of(flow, 1).add(Part::core, Unit::add, type, broadcast_sums(x, operands.in(1)));
  }
  if (flow.wants(2)) result.of(flow, 2).add(Part::core, Unit::add, type, broadcast_sums(x, operands.in(2)));
}

}  // namespace

/// dx = y (dy - sum(y dy)) per row of n: 2n mul, 2n - 1 add. Log: dx = dy - exp(y) sum(dy): n t, n mul, 2n - 1 add.
/// A beta other than 1: n mul.
///
/// Source: docs/counting.md, section 5. Example: a row of 10: 20 mul, 19 add.
Known<Backward> rule(const Softmax& op, const Operands& operands, const Flow& flow) {
  const Known<Cost> forward = count(op, operands);
  if (!known(forward)) return reason(forward);
  const Operand& x = operands.in(0);
  const Count elements = x.size();
  const Count rows = elements - units_in(*known(forward), Unit::compare);  // n - 1 comparisons each
  Backward result{.kept_results = {0}};
  Cost& cost = result.of(flow, 0);
  if (op.log) cost.add(Part::core, Unit::transcendental, x.dtype(), elements);
  cost.add(Part::core, Unit::mul, x.dtype(), elements * ((op.log ? 1 : 2) + (op.scaled ? 1 : 0)));
  cost.add(Part::core, Unit::add, x.dtype(), elements * 2 - rows);
  return result;
}

/// C channels of m values, by the statistics of the batch (`op.training`): the sums of dy and of dy times the
/// normalised x, 2(m - 1) add and m mul; dx from them 2m + 1 mul, 2m add, 2 div. Statistics that stay: dx mul |x|; the
/// scale mul |x|, it and the shift add |x| - C each.
///
/// Source: docs/counting.md, section 5. Example: 64 channels of 56 x 56: mul 64 (3 m + 1), add 64 (4 m - 2), div 128.
Known<Backward> rule(const BatchNorm& op, const Operands& operands, const Flow& flow) {
  const Operand& x = operands.in(0);
  const DType type = real_type(x.dtype());
  const Count elements = x.size();
  Backward result;
  if (elements == 0) return result;
  const Count channels = op.layout == DataLayout::channels_first ? x.shape()[1] : x.shape().back();
  if (op.training || flow.wants(1)) result.kept_operands.push_back(0);
  if (!op.training) {
    if (flow.wants(0)) result.of(flow, 0).add(Part::core, Unit::mul, type, elements);
    add_affine(result, operands, flow, type);
    return result;
  }
  result.kept_bytes = channels * kStatisticsBytes;
  const size_t sums_for = flow.wants(1) ? 1 : flow.wants(2) ? 2 : 0;
  Cost& sums = result.of(flow, sums_for);
  sums.add(Part::core, Unit::mul, type, elements);
  sums.add(Part::core, Unit::add, type, (elements - channels) * 2);
  if (!flow.wants(0)) return result;
  Cost& cost = result.of(flow, 0);
  cost.add(Part::core, Unit::mul, type, elements * 2 + channels);
  cost.add(Part::core, Unit::add, type, elements * 2);
  cost.add(Part::core, Unit::div, type, channels * 2);
  return result;
}

/// R rows of n: dx 3Rn mul (with a scale Rn more), 2R(n - 1) + 2Rn add, 2R div; root mean square: 3Rn mul (Rn more),
/// R(n - 1) + Rn add, R div. Scale and shift: Rn mul, |x| less their size add each.
///
/// Source: docs/counting.md, section 5. Example: 5 rows of 32 with scale and shift: 800 mul, 886 add, 10 div.
Known<Backward> rule(const Normalize& op, const Operands& operands, const Flow& flow) {
  const Known<Cost> forward = count(op, operands);
  if (!known(forward)) return reason(forward);
  const Operand& x = operands.in(0);
  const DType type = real_type(x.dtype());
  const Count elements = x.size();
  const Count rows = units_in(*known(forward), Unit::transcendental);  // one root each
  Backward result{.kept_operands = {0}};
  result.kept_bytes = rows * (op.root_mean_square ? kStatisticsBytes / 2 : kStatisticsBytes);
  add_affine(result, operands, flow, type);
  if (!flow.wants(0)) return result;
  const uint64_t sums = op.root_mean_square ? 1 : 2;
  Cost& cost = result.of(flow, 0);
  cost.add(Part::core, Unit::mul, type, elements * (operands.in(1) ? 4 : 3));
  cost.add(Part::core, Unit::add, type, (elements * 2 - rows) * sums);
  cost.add(Part::core, Unit::div, type, rows * sums);
  return result;
}

/// dx = (dy - y sum(y dy)) / |x| per row of n: 2n mul, 2n - 1 add, n div. Sum of absolute values: dx = (dy - sign(x)
/// sum(y dy)) / |x|: n mul, n compare, 2n - 1 add, n div.
///
/// Source: the derivative of the definition in docs/counting.md, section 2. Example: a row of 4: 8 mul, 7 add, 4 div.
Known<Backward> rule(const L2Norm& op, const Operands& operands, const Flow& flow) {
  const Known<Cost> forward = count(op, operands);
  if (!known(forward)) return reason(forward);
  const Operand& x = operands.in(0);
  const Count elements = x.size();
  const Count rows = elements - units_in(*known(forward), Unit::add);  // n - 1 additions each
  Backward result{.kept_operands = {0}, .kept_results = {0}};
  result.kept_bytes = byte_size(x.dtype(), rows);
  Cost& cost = result.of(flow, 0);
  cost.add(Part::core, Unit::mul, x.dtype(), op.absolute ? elements : elements * 2);
  if (op.absolute) cost.add(Part::core, Unit::compare, x.dtype(), elements);
  cost.add(Part::core, Unit::add, x.dtype(), elements * 2 - rows);
  cost.add(Part::core, Unit::div, x.dtype(), elements);
  return result;
}

/// Each class gets - dy (add) times its weight and its share of the mean (mul each).
/// Source: docs/counting.md, section 5. Example: the mean of 3: 3 mul, 3 add.
Known<Backward> rule(const NegativeLogLikelihood& op, const Operands& operands, const Flow& flow) {
  const Count n = operands.in(1).size();
  const uint64_t factors = (operands.in(2) ? 1 : 0) + (op.reduction == NegativeLogLikelihood::Reduction::mean ? 1 : 0);
  Backward result;
  result.of(flow, 0).add(Part::core, Unit::mul, operands.in(0).dtype(), n * factors);
  result.of(flow, 0).add(Part::core, Unit::add, operands.in(0).dtype(), n);
  return result;
}

}  // namespace flopstat::backward_rules
