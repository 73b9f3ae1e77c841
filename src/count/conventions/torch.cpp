#include "count/conventions/families.h"
#include "count/conventions/modules.h"

namespace flopstat {
namespace {

/// Source: fvcore/nn/jit_handles.py and flop_count.py. Element-wise functions are ignored or not known: 0.
Said said_by_fvcore(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::convolution:
    case LayerKind::transposed_convolution: return {.core = l.macs, .inexact = modules::folded(l)};
    case LayerKind::dense: return {.core = l.macs};
    case LayerKind::product:
      return {.core = l.macs, .inexact = l.in_attention ? modules::kAttention : std::string_view()};
    case LayerKind::batch_norm: return {.core = l.x * (l.affine ? 2 : 1)};
    case LayerKind::layer_norm:
    case LayerKind::group_norm:
    case LayerKind::instance_norm: return {.core = l.x * (l.affine ? 5 : 4)};
    case LayerKind::global_average_pool: return {.core = l.axes == 2 ? l.x : Count{0}};
    case LayerKind::average_pool: return {.core = l.adaptive && l.axes == 2 ? l.x : Count{0}};
    case LayerKind::resize:
      if (l.axes != 2) return {};
      if (l.resize == ResizeFn::nearest) return {.core = l.y};
      if (l.resize == ResizeFn::linear) return {.core = l.y * 4};
      return {};
    case LayerKind::grid_sample: return {.core = l.y * 4};
    default: return {};
  }
}

/// Source: torch/utils/flop_counter.py. An LSTM on a CPU is one kernel that is not registered; other cells are
/// products.
Said said_by_torch(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::convolution:
    case LayerKind::transposed_convolution:
    case LayerKind::dense:
    case LayerKind::attention: return {.core = l.macs * 2};
    case LayerKind::product:
      return {.core = l.macs * 2, .inexact = l.in_attention ? modules::kAttention : std::string_view()};
    case LayerKind::recurrent:
      if (l.cell == Recurrent::Cell::lstm) return {};
      return {.core = l.macs * 2};
    default: return {};
  }
}

/// A layer's parameters times the results that share them; of a dense layer, as `dense` says.
Said by_parameters(const CountedLayer& l, Count dense) {
  const Count parameters = l.w + l.bias;
  switch (l.kind) {
    case LayerKind::convolution:
    case LayerKind::transposed_convolution:
      return {.core = l.channels == 0 ? 0 : parameters * (l.y / l.channels), .inexact = modules::folded(l)};
    case LayerKind::dense: return {.core = parameters * dense};
    case LayerKind::recurrent: return {.core = parameters * (l.runs / l.directions)};
    case LayerKind::batch_norm: return {.core = l.affine ? l.channels * 2 : 0};
    case LayerKind::layer_norm:
    case LayerKind::group_norm:
    case LayerKind::instance_norm: return {.core = parameters};
    case LayerKind::embedding: return {.core = l.w};
    case LayerKind::arithmetic: return {.core = l.arithmetic == BinaryFn::prelu ? l.w : Count{0}};
    case LayerKind::product: return {.inexact = l.in_attention ? modules::kAttention : std::string_view()};
    default: return {};
  }
}

/// A dense layer counts once for each item of the batch, whatever axes lie between.
Said said_by_torchinfo(const CountedLayer& l) { return by_parameters(l, l.batch); }

/// It counts once for each of its rows.
Said said_by_torchinfo_5c4164f(const CountedLayer& l) {
  return by_parameters(l, l.channels == 0 ? Count{0} : l.y / l.channels);
}

}  // namespace

std::vector<Convention> torch_conventions() {
  return {
      {.info = {.name = "fvcore",
                .rule = "MACs of convolutions and products; batch norm 2, layer norm 5, nearest upsample 1 per element",
                .source = "facebookresearch/fvcore, fvcore/nn/jit_handles.py",
                .version = "3378afe",
                .unit = CountUnit::macs},
       .basis = Basis::modules,
       .say = said_by_fvcore,
       .formats = "onnx"},
      {.info = {.name = "torch",
                .rule = "2 x MACs of convolutions, products and attention; nothing else",
                .source = "pytorch/pytorch, torch/utils/flop_counter.py (FlopCounterMode)",
                .version = "2.15"},
       .basis = Basis::modules,
       .say = said_by_torch,
       .formats = "onnx"},
      {.info = {.name = "torchinfo",
                .rule = "mult-adds: a layer's parameters times the points of a convolution, else times the batch",
                .source = "TylerYep/torchinfo, torchinfo/layer_info.py",
                .version = "1.8.0",
                .unit = CountUnit::macs},
       .basis = Basis::modules,
       .say = said_by_torchinfo,
       .formats = "onnx"},
      {.info = {.name = "torchinfo@5c4164f",
                .rule = "as torchinfo, but a dense layer counts once for each of its rows",
                .source = "TylerYep/torchinfo, torchinfo/layer_info.py",
                .version = "5c4164f",
                .unit = CountUnit::macs},
       .basis = Basis::modules,
       .say = said_by_torchinfo_5c4164f,
       .formats = "onnx"},
  };
}

}  // namespace flopstat
