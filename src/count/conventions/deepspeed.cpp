#include "count/conventions/families.h"
#include "count/conventions/modules.h"

namespace flopstat {
namespace {

/// Activations that are patched count one per element, others nothing.
bool is_patched(UnaryFn fn) {
  switch (fn) {
    case UnaryFn::relu:
    case UnaryFn::leaky_relu:
    case UnaryFn::elu:
    case UnaryFn::elu_alpha:
    case UnaryFn::silu:
    case UnaryFn::gelu_erf:
    case UnaryFn::gelu_tanh: return true;
    default: return false;
  }
}

/// A product of n sums counts (2k - 1) each; biases, additions and functions as ptflops has them.
Count cell(const CountedLayer& l) {
  const Count h = l.hidden, biased = l.has_bias ? 2 : 0;
  const auto products = [&](Count gates) {
    const Count rows = h * gates;
    return rows * (l.inputs + h) * 2 + rows * biased - rows * 2;
  };
  switch (l.cell) {
    case Recurrent::Cell::lstm: return l.runs * (products(4) + h * 10);
    case Recurrent::Cell::gru: return l.runs * (products(3) + h * 7);
    case Recurrent::Cell::rnn: return l.runs * (products(1) + h);
  }
  return 0;
}

/// 2 x products with the groups divided out twice; the bias of as many points as a convolution would give.
Said transposed(const CountedLayer& l) {
  if (l.groups == 0 || l.in_channels == 0 || l.channels == 0) return {};
  const Count filters = l.channels / l.groups;
  const Count macs = filters == 0 ? Count{0} : l.macs / filters * (filters / l.groups);
  const Count bias = l.bias == 0 ? Count{0} : l.batch * filters * l.conv_points;
  return {.core = macs * 2, .bias = bias, .macs = macs, .inexact = modules::folded(l)};
}

Said common(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::convolution:
      return {.core = l.macs * 2, .bias = l.biased, .macs = l.macs, .inexact = modules::folded(l)};
    case LayerKind::transposed_convolution: return transposed(l);
    case LayerKind::dense: return {.core = l.macs * 2, .macs = l.macs};
    case LayerKind::recurrent: return {.core = cell(l)};
    case LayerKind::batch_norm: return {.core = l.x * (l.affine ? 2 : 1)};
    case LayerKind::layer_norm:
    case LayerKind::group_norm:
    case LayerKind::instance_norm: return {.core = l.x * (l.affine ? 5 : 4)};
    case LayerKind::activation: return {.core = is_patched(l.function) ? l.x : Count{0}};
    case LayerKind::arithmetic: return {.core = l.arithmetic == BinaryFn::prelu ? l.x : Count{0}};
    case LayerKind::softmax:
    case LayerKind::max_pool:
    case LayerKind::average_pool:
    case LayerKind::global_average_pool:
    case LayerKind::global_max_pool: return {.core = l.x};
    default: return {};
  }
}

/// Transposed convolutions as calflops has them, and an upsample by the first factor.
Said said_by_deepspeed_38327e0(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::product:
      return {.core = l.macs * 2, .macs = l.macs, .inexact = l.in_attention ? modules::kAttention : ""};
    case LayerKind::attention: return {.core = l.macs * 2, .macs = l.macs};
    case LayerKind::resize:
      if (l.to_sizes) return {.core = l.points};
      return {.core = l.x * (l.factor ? Count{*l.factor} : Count{0})};
    default: return common(l);
  }
}

/// Source: deepspeed/profiling/flops_profiler/profiler.py.
Said said_by_deepspeed(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::transposed_convolution:
      return {.core = l.macs * 2, .bias = l.biased, .macs = l.macs, .inexact = modules::folded(l)};
    case LayerKind::resize: return {.core = l.to_sizes ? l.points : l.y};
    default: return said_by_deepspeed_38327e0(l);
  }
}

/// Source: calflops/pytorch_ops.py: only torch.matmul is patched, and a factor of an upsample is lost. Of sizes that
/// are given the batch and the channels are.
Said said_by_calflops(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::product: return {.inexact = l.in_attention ? modules::kAttention : modules::kProduct};
    case LayerKind::resize: return {.core = l.to_sizes ? l.points : l.x};
    default: return common(l);
  }
}

}  // namespace

std::vector<Convention> deepspeed_conventions() {
  return {
      {.info = {.name = "deepspeed",
                .rule = "2 x MACs, biases of convolutions, 1 per element of activations, pools and softmax",
                .source = "microsoft/DeepSpeed, deepspeed/profiling/flops_profiler/profiler.py",
                .version = "0.19.8"},
       .basis = Basis::modules,
       .say = said_by_deepspeed,
       .tells_macs = true,
       .formats = "onnx"},
      {.info = {.name = "deepspeed@38327e0",
                .rule = "as deepspeed; the bias of transposed convolutions and upsamples wrong",
                .source = "microsoft/DeepSpeed, deepspeed/profiling/flops_profiler/profiler.py",
                .version = "38327e0"},
       .basis = Basis::modules,
       .say = said_by_deepspeed_38327e0,
       .tells_macs = true,
       .formats = "onnx"},
      {.info = {.name = "calflops",
                .rule = "as deepspeed, but products of activations count only as torch.matmul",
                .source = "MrYxJ/calculate-flops.pytorch, calflops/pytorch_ops.py",
                .version = "0.3.2"},
       .basis = Basis::modules,
       .say = said_by_calflops,
       .tells_macs = true,
       .formats = "onnx"},
  };
}

}  // namespace flopstat
