#include "ops/contraction.h"

#include "ops/requantize.h"

namespace flopstat {
namespace {

bool both_integer(const Operand& x, const Operand& w) { return is_integer(x.dtype()) && is_integer(w.dtype()); }

bool dynamic_range(const Operand& x, const Operand& w) { return is_float(x.dtype()) && is_integer(w.dtype()); }

void add_activation_zero_points(Cost& cost, const Operand& x, const Operand& w) {
  if (x.value->constant || w.value->constant) return;
  for (const Operand* operand : {&x, &w}) {
    if (operand->tensor->quantization.zero_point == 0) continue;
    cost.add(Part::requantize, Unit::add, accumulator_type(x), product(operand->shape()));
  }
}

/// Range of x, its quantization, the scale of each row, and the way back to float.
void add_dynamic_range(Cost& cost, const Contraction& c) {
  const DType real = c.x.dtype();
  const Count elements = c.x.size();
  cost.add(Part::requantize, Unit::compare, real, elements * 2);  // smallest and largest
  cost.add(Part::requantize, Unit::div, real, elements);
  cost.add(Part::requantize, Unit::compare, real, elements * 3);  // round, clamp to both ends
  cost.add(Part::requantize, Unit::div, real, c.rows);
  cost.add(Part::requantize, Unit::mul, real, c.outputs);
  if (!c.asymmetric_inputs) return;
  cost.add(Part::requantize, Unit::add, real, elements + c.rows);
  cost.add(Part::requantize, Unit::mul, DType::i32, c.outputs);
  cost.add(Part::requantize, Unit::add, DType::i32, c.outputs);
}

}  // namespace

void add_contraction(Cost& cost, const Contraction& c) {
  const Count products = is_complex(c.x.dtype()) ? 4 : 1;
  cost.skippable += c.skippable * products;
  if (dynamic_range(c.x, c.w)) {
    cost.add(Part::core, Unit::mul_add, DType::i8, c.mul_adds);
    add_dynamic_range(cost, c);
    return;
  }
  const DType type = real_type(join(c.x.dtype(), c.w.dtype()));
  cost.add(Part::core, Unit::mul_add, type, c.mul_adds * products);
  if (!both_integer(c.x, c.w)) return;
  add_activation_zero_points(cost, c.x, c.w);
  add_requantize(cost, c.y, c.outputs, accumulator_type(c.x));
  if (is_float(c.y.dtype())) cost.add(Part::requantize, Unit::mul, c.y.dtype(), c.outputs);
}

Count absent_products(const Operand& w, Count mul_adds) {
  if (!w || w.tensor == nullptr || !w.tensor->present) return 0;
  const Count elements = w.size();
  const Count stored = *w.tensor->present;
  const Expression* how = mul_adds.how();
  const Count present =
      how == nullptr ? stored : how->trace->letter("stored", "elements of w that sparse storage holds", stored);
  return elements > present ? mul_adds / elements * (elements - present) : Count{0};
}

void add_bias(Cost& cost, const Operand& x, const Operand& w, const Operand& y, Count outputs) {
  cost.add(Part::bias, Unit::add, both_integer(x, w) ? accumulator_type(x) : real_type(y.dtype()), outputs);
}

}  // namespace flopstat
