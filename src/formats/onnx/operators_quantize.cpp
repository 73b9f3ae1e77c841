#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>

#include "flopstat/known.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

// --- quantization ---------------------------------------------------------------------------------------------------

/// How the operands scale and zero point quantize. Their bytes are those of the operands.
Quantization quantization_of(const NodeReader& node) {
  Quantization quantization = node.quantization_by(1, 2);
  quantization.stored_bytes = 0;
  return quantization;
}

Op quantize(NodeReader& node) {
  DType to = dtype_of(node.integer("output_dtype", 0));
  const Tensor* zero_point = node.operand(2);
  if (to == DType::unknown) to = zero_point == nullptr ? DType::u8 : zero_point->dtype;
  node.set_result(0, to, quantization_of(node));
  return Quantize{to};
}

/// An accumulator of 32 bits is no activation: nothing has brought it to the scale that dequantizes it.
Op dequantize(NodeReader& node) {
  DType to = dtype_of(node.integer("output_dtype", 0));
  if (to == DType::unknown) to = node.operand(1)->dtype;
  const Tensor* x = node.operand(0);
  const Tensor* zero_point = node.operand(2);
  if (x != nullptr && x->dtype == DType::unknown && zero_point != nullptr) {
    node.set_type(node.input(0), zero_point->dtype);
  }
  if (x != nullptr && (x->is_constant() || bits_of(x->dtype) <= 16)) {
    node.set_quantization(node.input(0), quantization_of(node));
  }
  if (to == DType::unknown) to = DType::f32;
  if (x == nullptr || !x->is_constant() || !x->dims || !node.wants(0)) return Dequantize{to};
  // Operators that read it look at the shape of their weight.
  std::vector<int64_t> shape;
  for (const Dim& dim : *x->dims) shape.push_back(dim.size);
  const TensorId y = node.take_result(0);
  node.set_type(y, to, shape);
  node.emit_into(y, Dequantize{to}, {node.input(0), node.input(1), node.input(2)});
  return node.last_emitted();
}

Op dynamic_quantize(NodeReader&) { return DynamicQuantize{}; }

/// The operand is quantized by these two.
void quantize_operand(NodeReader& node, size_t operand, size_t scale, size_t zero_point) {
  node.set_quantization(node.input(operand), node.quantization_by(scale, zero_point));
}

/// The result is quantized by these two; its type is the zero point's.
void quantize_result(NodeReader& node, size_t scale, size_t zero_point) {
  const Tensor* zero = node.operand(zero_point);
  node.set_result(0, zero == nullptr ? DType::unknown : zero->dtype, node.quantization_by(scale, zero_point));
}

/// Products of plain integers: there is no scale, a zero point is taken away.
void take_zero_point(NodeReader& node, size_t operand, size_t zero_point) {
  if (node.input(zero_point) == kAbsent) return;
  Quantization quantization = node.quantization_by(kAbsent, zero_point);
  quantization.scales = 0;
  node.set_quantization(node.input(operand), quantization);
}

Op integer_product(NodeReader& node, std::string_view name) {
  take_zero_point(node, 0, 2);
  take_zero_point(node, 1, 3);
  node.set_inputs({node.input(0), node.input(1)});
  node.set_result(0, DType::i32);
  return read_as(node, name);
}

Op conv_integer(NodeReader& node) { return integer_product(node, "Conv"); }
Op matmul_integer(NodeReader& node) { return integer_product(node, "MatMul"); }

/// x, its scale, its zero point, w, its scale, its zero point, scale and zero point of y, bias.
Op quantized_product(NodeReader& node, std::string_view name) {
  quantize_operand(node, 0, 1, 2);
  quantize_operand(node, 3, 4, 5);
  quantize_result(node, 6, 7);
  node.set_inputs({node.input(0), node.input(3), node.input(8)});
  return read_as(node, name);
}

Op qlinear_conv(NodeReader& node) { return quantized_product(node, "Conv"); }
Op qlinear_matmul(NodeReader& node) { return quantized_product(node, "MatMul"); }

constexpr auto kOperators = std::to_array<Operator>({
    {"ConvInteger", 2, conv_integer},
    {"DequantizeLinear", 2, dequantize},
    {"DynamicQuantizeLinear", 1, dynamic_quantize},
    {"MatMulInteger", 2, matmul_integer},
    {"QLinearConv", 8, qlinear_conv},
    {"QLinearMatMul", 8, qlinear_matmul},
    {"QuantizeLinear", 2, quantize},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> quantize_operators() { return kOperators; }

}  // namespace flopstat::onnx
