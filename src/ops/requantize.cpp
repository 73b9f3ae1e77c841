#include "ops/requantize.h"

namespace flopstat {
namespace {

/// Signed 16-bit activations are symmetric by definition (TensorFlow Lite's 16x8 scheme).
bool has_zero_point(const Operand& operand) { return operand.dtype() != DType::i16; }

}  // namespace

DType accumulator_type(const Operand& activation) {
  return bits_of(activation.dtype()) == 16 ? DType::i64 : DType::i32;
}

void add_requantize(Cost& cost, const Operand& y, Count elements, DType accumulator) {
  if (!y.quantized()) return;
  cost.add(Part::requantize, Unit::mul, accumulator, elements);
  cost.add(Part::requantize, Unit::add, accumulator, has_zero_point(y) ? elements * 2 : elements);
  cost.add(Part::requantize, Unit::compare, accumulator, elements * 2);
}

void add_requantize(Cost& cost, const Operand& y, Count elements) {
  add_requantize(cost, y, elements, accumulator_type(y));
}

void add_input_rescale(Cost& cost, const Operand& x, Count elements) {
  if (!x.quantized()) return;
  const DType type = accumulator_type(x);
  cost.add(Part::requantize, Unit::mul, type, elements);
  cost.add(Part::requantize, Unit::add, type, has_zero_point(x) ? elements * 2 : elements);
}

void add_zero_point(Cost& cost, const Operand& x, Count elements) {
  if (!x.quantized() || !has_zero_point(x)) return;
  cost.add(Part::requantize, Unit::add, accumulator_type(x), elements);
}

void add_rescale(Cost& cost, const Operand& x, const Operand& y, Count elements) {
  if (!x.quantized() || !y.quantized() || same_scale(x, y)) return;
  add_zero_point(cost, x, elements);
  add_requantize(cost, y, elements);
}

bool moves_clamps(UnaryFn fn) {
  switch (fn) {
    case UnaryFn::relu:
    case UnaryFn::relu6:
    case UnaryFn::relu_n1_to_1:
    case UnaryFn::relu_0_to_1:
    case UnaryFn::clip: return true;
    default: return false;
  }
}

bool same_scale(const Operand& a, const Operand& b) {
  if (!a.quantized() || !b.quantized()) return false;
  const Quantization& p = a.tensor->quantization;
  const Quantization& q = b.tensor->quantization;
  return p.scale == q.scale && p.zero_point == q.zero_point && p.scales == q.scales;
}

}  // namespace flopstat
