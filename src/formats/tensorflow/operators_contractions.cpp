#include <algorithm>
#include <array>
#include <string>

#include "formats/tensorflow/operators.h"
#include "formats/tensorflow/windows.h"

namespace flopstat::tensorflow {
namespace {

Op matmul(NodeReader& node) {
  const MatMul op{.transpose_a = node.flag("transpose_a", false), .transpose_b = node.flag("transpose_b", false)};
  node.set_inputs({node.input(0), node.input(1)});
  return op;
}

Op batch_matmul(NodeReader& node) {
  return MatMul{.transpose_a = node.flag("adj_x", false), .transpose_b = node.flag("adj_y", false)};
}

Op einsum(NodeReader& node) { return Einsum{.equation = std::string(node.text("equation", {}))}; }

Op conv(NodeReader& node) {
  Known<Window> window = window_of(node, "strides", {});
  if (!known(window)) return Opaque{reason(window).why};
  node.set_inputs({node.input(0), node.input(1)});
  return Conv{.axes = {layout_of(node), FilterLayout::spatial_io}, .window = std::move(*known(window))};
}

/// The filter is [kh, kw, channels, multiplier].
Op depthwise_conv(NodeReader& node) {
  Known<Window> window = window_of(node, "strides", {});
  if (!known(window)) return Opaque{reason(window).why};
  node.set_inputs({node.input(0), node.input(1)});
  return Conv{.axes = {layout_of(node), FilterLayout::spatial_im}, .window = std::move(*known(window))};
}

/// Output shape, filter, data.
Op conv_transpose(NodeReader& node) {
  Known<Window> window = window_of(node, "strides", {});
  if (!known(window)) return Opaque{reason(window).why};
  node.set_inputs({node.input(2), node.input(1), kAbsent, node.input(0)});
  return ConvTranspose{.axes = {layout_of(node), FilterLayout::spatial_oi}, .window = std::move(*known(window))};
}

/// What is fused behind a convolution or a product, as operations of its own.
Op with_fused(NodeReader& node, Op core) {
  const std::vector<std::string_view> words = node.texts("fused_ops");
  const std::vector<TensorId> inputs = node.inputs();
  size_t next = 2;
  const auto operand = [&] { return next < inputs.size() ? inputs[next++] : kAbsent; };
  Op last = std::move(core);
  node.set_inputs({inputs[0], inputs[1]});
  for (const std::string_view word : words) {
    const TensorId before = node.emit(std::move(last), node.inputs());
    if (word == "BiasAdd") {
      node.set_inputs({before, operand()});
      last = layout_of(node) == DataLayout::channels_first ? Binary{BinaryFn::add, 1} : Binary{BinaryFn::add};
    } else if (word == "Add") {
      node.set_inputs({before, operand()});
      last = Binary{BinaryFn::add};
    } else if (word == "FusedBatchNorm") {
      const TensorId scale = operand();
      const TensorId shift = operand();
      const TensorId mean = operand();
      node.set_inputs({before, scale, shift, mean, operand()});
      last = BatchNorm{.layout = layout_of(node)};
    } else {
      node.set_inputs({before});
      if (word == "Relu")
        last = Unary{UnaryFn::relu};
      else if (word == "Relu6")
        last = Unary{UnaryFn::relu6};
      else if (word == "Elu")
        last = Unary{UnaryFn::elu};
      else if (word == "LeakyRelu")
        last = Unary{UnaryFn::leaky_relu};
      else if (word == "Sigmoid")
        last = Unary{UnaryFn::sigmoid};
      else if (word == "Tanh")
        last = Unary{UnaryFn::tanh};
      else if (word == "GeluExact")
        last = Unary{UnaryFn::gelu_erf};
      else if (word == "GeluApproximate")
        last = Unary{UnaryFn::gelu_tanh};
      else
        return Opaque{"what it fuses behind its product, '" + std::string(word.substr(0, 80)) + "', has no rule"};
    }
  }
  return last;
}

template <FilterLayout filter>
Op fused_conv(NodeReader& node) {
  Known<Window> window = window_of(node, "strides", {});
  if (!known(window)) return Opaque{reason(window).why};
  return with_fused(node, Conv{.axes = {layout_of(node), filter}, .window = *known(window)});
}

Op fused_matmul(NodeReader& node) {
  return with_fused(
      node, MatMul{.transpose_a = node.flag("transpose_a", false), .transpose_b = node.flag("transpose_b", false)});
}

Op determinant(NodeReader&) { return Determinant{}; }

constexpr auto kOperators = std::to_array<Operator>({
    {"BatchMatMul", 2, batch_matmul},
    {"BatchMatMulV2", 2, batch_matmul},
    {"BatchMatMulV3", 2, batch_matmul},
    {"Conv2D", 2, conv},
    {"Conv2DBackpropInput", 3, conv_transpose},
    {"Conv3D", 2, conv},
    {"Conv3DBackpropInputV2", 3, conv_transpose},
    {"DepthwiseConv2dNative", 2, depthwise_conv},
    {"Einsum", 1, einsum},
    {"MatMul", 2, matmul},
    {"MatrixDeterminant", 1, determinant},
    {"_FusedConv2D", 2, fused_conv<FilterLayout::spatial_io>},
    {"_FusedDepthwiseConv2dNative", 2, fused_conv<FilterLayout::spatial_im>},
    {"_FusedMatMul", 2, fused_matmul},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> contraction_operators() { return kOperators; }

}  // namespace flopstat::tensorflow
