#include "count/backward/rules.h"

namespace flopstat::backward_rules {

Known<Backward> moved() { return Backward{}; }

Known<Backward> copied(const Operands& operands, const Flow& flow) {
  const Operand& y = operands.out(0);
  Backward result;
  result.of(flow, 0).add(Part::core, Unit::add, real_type(y.dtype()), broadcast_sums(y, operands.in(0)));
  return result;
}

Known<Backward> gathered(const Operands& operands, const Flow& flow, size_t indices) {
  const Operand& y = operands.out(0);
  Backward result;
  result.of(flow, 0).add(Part::core, Unit::add, real_type(y.dtype()), y.size());
  if (operands.in(indices) && !operands.in(indices).value->constant) result.kept_operands.push_back(indices);
  return result;
}

/// As a gather by the places that it has found.
Known<Backward> rule(const TopK&, const Operands& operands, const Flow& flow) {
  const Operand& y = operands.out(0);
  Backward result{.kept_results = {1}};
  result.of(flow, 0).add(Part::core, Unit::add, real_type(y.dtype()), y.size());
  return result;
}

/// Weights that are stored in half precision: a cast. Whole numbers have no gradient.
Known<Backward> rule(const Dequantize&, const Operands& operands, const Flow&) {
  if (is_float(operands.in(0).dtype())) return moved();
  return Unknown{"whole numbers that stand for real ones have no gradient"};
}

/// Constant borders: the gradients inside are moved. Borders that repeat points of x add theirs to them.
Known<Backward> rule(const Pad& op, const Operands& operands, const Flow& flow) {
  return op.fn == PadFn::constant ? moved() : copied(operands, flow);
}

/// Updates that are put in their places, or added to what is there: the gradients are moved.
Known<Backward> rule(const ScatterReduce& op, const Operands& operands, const Flow& flow) {
  const bool adds = op.fn == BinaryFn::add;
  if (op.fn && !adds) return Unknown{"there is no gradient rule for a scatter that does more than add"};
  Backward result;
  if (operands.in(1) && !operands.in(1).value->constant && (flow.wants(0) || flow.wants(2))) {
    result.kept_operands.push_back(1);
  }
  return result;
}

Count broadcast_sums(const Operand& y, const Operand& b) {
  const Count all = y.size();
  const Count own = b.size();
  return all > own ? all - own : Count{0};
}

Count units_in(const Cost& cost, Unit unit, Part part) {
  Count sum = 0;
  for (const Work& work : cost.work) {
    if (work.unit == unit && work.part == part) sum += work.count;
  }
  return sum;
}

}  // namespace flopstat::backward_rules
