#include "count/conventions/families.h"
#include "count/conventions/modules.h"

namespace flopstat {
namespace {

/// Times that a module's elements count: a module whose forward calls a patched function counts twice.
Count times(UnaryFn fn) {
  switch (fn) {
    case UnaryFn::relu:
    case UnaryFn::elu:
    case UnaryFn::elu_alpha:
    case UnaryFn::gelu_erf:
    case UnaryFn::gelu_tanh: return 2;
    case UnaryFn::relu6:
    case UnaryFn::leaky_relu:
    case UnaryFn::silu: return 1;
    default: return 0;
  }
}

/// Products of a cell and what it adds and multiplies: per run, with H the hidden size and b 1 with biases.
Count cell(const CountedLayer& l) {
  const Count h = l.hidden, biased = l.has_bias ? 2 : 0;
  switch (l.cell) {
    case Recurrent::Cell::lstm: return l.runs * (h * l.inputs * 4 + h * h * 4 + h * 10 + h * 4 * biased);
    case Recurrent::Cell::gru: return l.runs * (h * l.inputs * 3 + h * h * 3 + h * 7 + h * 3 * biased);
    case Recurrent::Cell::rnn: return l.runs * (h * l.inputs + h * h + h + h * biased);
  }
  return 0;
}

/// Source: ptflops/pytorch_ops.py, by modules: nn.ReLU and the like, not their functions; '+' and '*' are operators.
Said said_by_ptflops(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::convolution:
    case LayerKind::transposed_convolution: return {.core = l.macs, .bias = l.biased, .inexact = modules::folded(l)};
    case LayerKind::dense: return {.core = l.macs, .bias = l.biased};
    case LayerKind::product: return {.inexact = l.in_attention ? modules::kAttention : modules::kProduct};
    case LayerKind::recurrent: return {.core = cell(l)};
    case LayerKind::batch_norm:
    case LayerKind::group_norm:
    case LayerKind::instance_norm: return {.core = l.x * (l.affine ? 2 : 1)};
    case LayerKind::layer_norm:
    case LayerKind::softmax: return {.core = l.x};
    case LayerKind::activation: return {.core = l.x * times(l.function)};
    case LayerKind::arithmetic: return {.core = l.arithmetic == BinaryFn::prelu ? l.x * 2 : Count{0}};
    case LayerKind::max_pool:
    case LayerKind::average_pool:
    case LayerKind::global_average_pool:
    case LayerKind::global_max_pool: return {.core = l.x * 2};
    case LayerKind::resize: return {.core = l.y * 2};
    default: return {};
  }
}

/// Source: ptflops/aten_engine.py.
Said said_by_ptflops_aten(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::convolution:
    case LayerKind::transposed_convolution: return {.core = l.macs, .bias = l.biased, .inexact = modules::folded(l)};
    case LayerKind::dense: return {.core = l.macs, .bias = l.biased};
    case LayerKind::product:
      return {.core = l.macs, .inexact = l.in_attention ? modules::kAttention : std::string_view()};
    case LayerKind::recurrent:
      // An LSTM is one kernel on a CPU; other cells are products.
      if (l.cell == Recurrent::Cell::lstm) return {};
      return {.core = l.macs, .bias = l.runs * l.bias / l.directions};
    default: return {};
  }
}

}  // namespace

std::vector<Convention> ptflops_conventions() {
  constexpr std::string_view kVersion = "0.7.5";
  return {
      {.info = {.name = "ptflops",
                .rule =
                    "MACs with biases; 2 per element of nn.ReLU, pools and upsamples (module and function both count)",
                .source = "sovrasov/flops-counter.pytorch, ptflops/pytorch_ops.py (backend pytorch)",
                .version = kVersion,
                .unit = CountUnit::macs},
       .basis = Basis::modules,
       .say = said_by_ptflops,
       .formats = "onnx"},
      {.info = {.name = "ptflops-aten",
                .rule = "MACs with biases of convolutions and products; nothing else",
                .source = "sovrasov/flops-counter.pytorch, ptflops/aten_engine.py (backend aten)",
                .version = kVersion,
                .unit = CountUnit::macs},
       .basis = Basis::modules,
       .say = said_by_ptflops_aten,
       .formats = "onnx"},
  };
}

}  // namespace flopstat
