#include <algorithm>
#include <array>
#include <utility>

#include "formats/tensorflow/operators.h"
#include "formats/tensorflow/windows.h"

namespace flopstat::tensorflow {
namespace {

/// The range of the results is computed beside them from the ranges of the operands.
void pass_range(NodeReader& node, TensorId lowest, TensorId highest) {
  node.emit_result(2, Identity{}, {highest});
  node.emit_result(1, Identity{}, {lowest});
  node.set_quantized(0);
}

Op fake_quantize(NodeReader& node) {
  std::vector<TensorId> inputs = node.inputs();
  inputs.resize(std::min<size_t>(inputs.size(), 3));
  node.set_inputs(std::move(inputs));
  return FakeQuantize{};
}

/// x, lowest, highest.
Op quantize(NodeReader& node) {
  pass_range(node, node.input(1), node.input(2));
  node.set_inputs({node.input(0)});
  return Quantize{.to = node.type("T")};
}

Op dequantize(NodeReader& node) {
  const DType to = node.type("dtype");
  node.set_inputs({node.input(0)});
  return Dequantize{.to = to == DType::unknown ? DType::f32 : to};
}

/// x, lowest, highest, and two more of the range to come.
Op requantize(NodeReader& node) {
  pass_range(node, node.input(3), node.input(4));
  node.set_inputs({node.input(0)});
  return Quantize{.to = node.type("out_type")};
}

/// x, w, then the ranges of both.
Op quantized_conv(NodeReader& node) {
  Known<Window> window = window_of(node, "strides", {});
  if (!known(window)) return Opaque{reason(window).why};
  pass_range(node, node.input(2), node.input(3));
  node.set_inputs({node.input(0), node.input(1)});
  node.set_result(0, DType::i32);
  return Conv{.axes = {DataLayout::channels_last, FilterLayout::spatial_io}, .window = std::move(*known(window))};
}

Op quantized_matmul(NodeReader& node) {
  pass_range(node, node.input(2), node.input(3));
  node.set_inputs({node.input(0), node.input(1)});
  node.set_result(0, DType::i32);
  return MatMul{.transpose_a = node.flag("transpose_a", false), .transpose_b = node.flag("transpose_b", false)};
}

/// Two operands, then the ranges of both.
template <BinaryFn fn>
Op quantized_binary(NodeReader& node) {
  pass_range(node, node.input(2), node.input(3));
  node.set_inputs({node.input(0), node.input(1)});
  node.set_result(0, DType::i32);
  return Binary{fn};
}

/// x and its range.
template <UnaryFn fn>
Op quantized_unary(NodeReader& node) {
  pass_range(node, node.input(1), node.input(2));
  node.set_inputs({node.input(0)});
  return Unary{fn};
}

template <PoolFn fn>
Op quantized_pool(NodeReader& node) {
  Known<Window> window = window_of(node, "strides", "ksize");
  if (!known(window)) return Opaque{reason(window).why};
  pass_range(node, node.input(1), node.input(2));
  node.set_inputs({node.input(0)});
  return Pool{.fn = fn, .layout = DataLayout::channels_last, .window = std::move(*known(window))};
}

/// x, shape, then the range of x.
Op quantized_reshape(NodeReader& node) {
  pass_range(node, node.input(2), node.input(3));
  node.set_inputs({node.input(0), node.input(1)});
  return Reshape{.zero_is_zero = true};
}

constexpr auto kOperators = std::to_array<Operator>({
    {"Dequantize", 1, dequantize},
    {"FakeQuantWithMinMaxArgs", 1, fake_quantize},
    {"FakeQuantWithMinMaxVars", 3, fake_quantize},
    {"FakeQuantWithMinMaxVarsPerChannel", 3, fake_quantize},
    {"QuantizeAndDequantizeV2", 3, fake_quantize},
    {"QuantizeAndDequantizeV3", 3, fake_quantize},
    {"QuantizeAndDequantizeV4", 3, fake_quantize},
    {"QuantizeV2", 3, quantize},
    {"QuantizedAdd", 6, quantized_binary<BinaryFn::add>},
    {"QuantizedAvgPool", 3, quantized_pool<PoolFn::average>},
    {"QuantizedBiasAdd", 6, quantized_binary<BinaryFn::add>},
    {"QuantizedConv2D", 6, quantized_conv},
    {"QuantizedMatMul", 6, quantized_matmul},
    {"QuantizedMaxPool", 3, quantized_pool<PoolFn::max>},
    {"QuantizedMul", 6, quantized_binary<BinaryFn::mul>},
    {"QuantizedRelu", 3, quantized_unary<UnaryFn::relu>},
    {"QuantizedRelu6", 3, quantized_unary<UnaryFn::relu6>},
    {"QuantizedReshape", 4, quantized_reshape},
    {"Requantize", 5, requantize},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> quantize_operators() { return kOperators; }

}  // namespace flopstat::tensorflow
