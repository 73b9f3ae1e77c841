#include "ops/quantize.h"

#include <algorithm>

#include "ops/ops.h"
#include "ops/requantize.h"

namespace flopstat {
namespace {

Inferred same_shape(const Operand& x, DType type) {
  if (!x) return Unknown{"the operand x is missing"};
  return one_result(type, x.shape());
}

/// There is a zero point to add: one that is not known, or one that is stored and not all zeros. `carrier` is the
/// quantized tensor, which holds it where scale and zero point are no operands.
bool has_zero_point(const Operand& zero_point, bool has_scale_operand, const Operand& carrier) {
  if (zero_point) {
    const auto is_zero = [](const auto& each) { return each == std::remove_cvref_t<decltype(each)>{}; };
    const Bytes data = zero_point.tensor->data;
    if (!data.empty()) return !std::all_of(data.begin(), data.end(), is_zero);
    const std::optional<std::vector<int64_t>> values = integers_of(zero_point);
    return !values || !std::all_of(values->begin(), values->end(), is_zero);
  }
  return !has_scale_operand && carrier && carrier.tensor->quantization.asymmetric;
}

void add_quantize(Cost& cost, DType type, Count elements, bool zero_point) {
  cost.add(Part::core, Unit::div, type, elements);
  cost.add(Part::core, Unit::compare, type, elements * 3);
  if (zero_point) cost.add(Part::core, Unit::add, type, elements);
}

void add_dequantize(Cost& cost, DType type, Count elements, bool zero_point) {
  cost.add(Part::core, Unit::mul, type, elements);
  if (zero_point) cost.add(Part::core, Unit::add, type, elements);
}

bool is_half(DType dtype) { return dtype == DType::f16 || dtype == DType::bf16; }

}  // namespace

// --- Quantize --------------------------------------------------------------------------------------------------------

/// The type is the operation's, else the zero point's, else the one that the file gives the result.
Inferred infer(const Quantize& quantize, const Operands& operands) {
  DType type = quantize.to;
  if (type == DType::unknown && operands.in(2)) type = operands.in(2).dtype();
  if (type == DType::unknown && operands.out(0).tensor != nullptr) type = operands.out(0).tensor->dtype;
  return same_shape(operands.in(0), type);
}

/// Operands:  x, scale or absent, zero point or absent -> y
/// Counts:    float x, per element: div, compare (round), add unless the zero point is stored as 0, 2 compare (clamp).
///            Integer x: rescaled where the scales differ.
/// Source:    docs/counting.md, section 2, "quantize", and section 7. Example: 10 elements with a zero point: 50.
Known<Cost> count(const Quantize&, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& y = operands.out(0);
  if (!x || !y) return Unknown{"an operand or the result is missing"};
  const Count elements = x.size();
  Cost cost;
  if (is_float(x.dtype())) {
    add_quantize(cost, x.dtype(), elements, has_zero_point(operands.in(2), bool{operands.in(1)}, y));
  } else {
    add_rescale(cost, x, y, elements);
  }
  return cost;
}

Role role(const Quantize&, size_t operand) { return operand == 0 ? Role::data : Role::quantization; }

// --- Dequantize ------------------------------------------------------------------------------------------------------

Inferred infer(const Dequantize& dequantize, const Operands& operands) {
  return same_shape(operands.in(0), dequantize.to);
}

/// Operands:  x, scale or absent, zero point or absent -> y
/// Counts:    per element: add unless the zero point is stored as 0, mul. Half-precision x: a cast, 0. Weights are
///            decoded where they are read: only their scales and zero points are read here, and nothing is written.
/// Source:    docs/counting.md, section 2, "dequantize", and section 7, "weight-only". Example: 10 elements with a zero
///            point: 20.
Known<Cost> count(const Dequantize& dequantize, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  Cost cost;
  if (is_half(x.dtype())) return cost;
  const bool zero_point = has_zero_point(operands.in(2), bool{operands.in(1)}, x);
  add_dequantize(cost, dequantize.to, x.size(), zero_point);
  if (decodes_weights(dequantize, operands)) {
    cost.read_bytes = operands.in(1).bytes();
    if (operands.in(2)) *cost.read_bytes += operands.in(2).bytes();
    cost.written_bytes = Count{0};
  }
  return cost;
}

Role role(const Dequantize&, size_t operand) { return operand == 0 ? Role::data : Role::quantization; }

bool decodes_weights(const Op& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  return std::holds_alternative<Dequantize>(op) && x && x.value->constant && operands.in(1) && !is_half(x.dtype());
}

// --- DynamicQuantize -------------------------------------------------------------------------------------------------

Inferred infer(const DynamicQuantize&, const Operands& operands) {
  const Operand& x = operands.in(0);
  return std::vector<Value>{
      {.dtype = DType::u8, .shape = x.shape()}, {.dtype = x.dtype(), .shape = {}}, {.dtype = DType::u8, .shape = {}}};
}

/// Operands:  x -> y, scale, zero point
/// Counts:    per element 2 compare (the range), then as quantize: div, round, add, 2 compare; 2 div for the scale and
///            the zero point
/// Source:    docs/counting.md, section 7, "dynamic range". Example: 10 elements: 50 compare, 12 div, 10 add.
Known<Cost> count(const DynamicQuantize&, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Count elements = x.size();
  Cost cost;
  cost.add(Part::core, Unit::compare, x.dtype(), elements * 2);
  add_quantize(cost, x.dtype(), elements, true);
  cost.add(Part::core, Unit::div, x.dtype(), 2);
  return cost;
}

Role role(const DynamicQuantize&, size_t) { return Role::data; }

// --- FakeQuantize ----------------------------------------------------------------------------------------------------

Inferred infer(const FakeQuantize&, const Operands& operands) {
  const Operand& x = operands.in(0);
  return same_shape(x, x ? x.dtype() : DType::unknown);
}

/// Operands:  x, its range or scale and zero point -> y of the same type
/// Counts:    as quantize and dequantize together: div, 2 add, 3 compare, mul per element. The zero point follows from
///            the range while running, so it is always added.
/// Source:    docs/counting.md, section 2, "fake-quant both". Example: 10 elements: 70.
Known<Cost> count(const FakeQuantize&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  Cost cost;
  const Count elements = x.size();
  add_quantize(cost, x.dtype(), elements, true);
  add_dequantize(cost, x.dtype(), elements, true);
  return cost;
}

Role role(const FakeQuantize&, size_t operand) { return operand == 0 ? Role::data : Role::quantization; }

// --- Densify ---------------------------------------------------------------------------------------------------------

Inferred infer(const Densify&, const Operands& operands) {
  const Operand& x = operands.in(0);
  return same_shape(x, x ? x.dtype() : DType::unknown);
}

/// A copy: no work.
Known<Cost> count(const Densify&, const Operands&) { return Cost{}; }

Role role(const Densify&, size_t) { return Role::data; }

}  // namespace flopstat
