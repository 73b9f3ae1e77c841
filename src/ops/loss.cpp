#include "ops/ops.h"

namespace flopstat {

using Reduction = NegativeLogLikelihood::Reduction;

Inferred infer(const NegativeLogLikelihood& op, const Operands& operands) {
  const Shape& classes = operands.in(1).shape();
  return one_result(operands.in(0).dtype(), op.reduction == Reduction::none ? classes : Shape{});
}

/// Operands:  logs of probabilities [N, C, ...], classes [N, ...], weights [C] or absent -> loss
/// Counts:    n = |classes|: n add (the sign), weights n mul; sum and mean n - 1 add; mean a div, with weights n - 1
/// add
///            more (their sum)
/// Source:    docs/counting.md, sections 2 and 5; ONNX operator NegativeLogLikelihoodLoss. Example: mean of 3: 3 + 2
///            add, 1 div.
Known<Cost> count(const NegativeLogLikelihood& op, const Operands& operands) {
  const DType type = operands.in(0).dtype();
  const Count n = operands.in(1).size();
  const bool weighted = bool{operands.in(2)};
  Cost cost;
  if (n == 0) return cost;
  cost.add(Part::core, Unit::add, type, n);
  if (weighted) cost.add(Part::core, Unit::mul, type, n);
  if (op.reduction == Reduction::none) return cost;
  cost.add(Part::core, Unit::add, type, n - 1);
  if (op.reduction == Reduction::sum) return cost;
  if (weighted) cost.add(Part::core, Unit::add, type, n - 1);
  cost.add(Part::core, Unit::div, type, 1);
  return cost;
}

Role role(const NegativeLogLikelihood&, size_t operand) {
  if (operand == 1) return Role::index;
  return operand == 0 ? Role::data : Role::weight;
}

}  // namespace flopstat
