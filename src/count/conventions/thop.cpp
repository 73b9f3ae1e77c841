#include "count/conventions/families.h"
#include "count/conventions/modules.h"

namespace flopstat {
namespace {

/// exp, their sum and the division of each row: 3n - 1.
Count softmax(const CountedLayer& l) { return l.row == 0 ? 0 : l.x / l.row * (l.row * 3 - 1); }

/// Per element of the result. Source: thop/vision/calc_func.py, upsample.
Count upsample(const CountedLayer& l, Count nearest) {
  switch (l.resize) {
    case ResizeFn::nearest: return l.y * nearest;
    case ResizeFn::linear: return l.y * (l.axes == 1 ? 5 : l.axes == 3 ? 31 : 11);
    case ResizeFn::cubic: return l.y * 259;
  }
  return 0;
}

Count cell(const CountedLayer& l) {
  const Count h = l.hidden, biases = l.has_bias ? h * 2 : 0;
  const Count gate = (l.inputs + h) * h + h + biases;
  switch (l.cell) {
    case Recurrent::Cell::lstm: return l.runs * (gate * 4 + h * 4);
    case Recurrent::Cell::gru: return l.runs * (gate * 3 + h * 4);
    case Recurrent::Cell::rnn: return l.runs * gate;
  }
  return 0;
}

/// What all three say alike.
Said common(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::convolution: return {.core = l.macs, .inexact = modules::folded(l)};
    case LayerKind::dense: return {.core = l.macs};
    case LayerKind::batch_norm:
    case LayerKind::layer_norm:
    case LayerKind::instance_norm: return {.core = l.x * (l.affine ? 4 : 2)};
    case LayerKind::softmax: return {.core = l.in_attention ? Count{0} : softmax(l)};  // a function, not a module
    case LayerKind::recurrent: return {.core = cell(l)};
    case LayerKind::arithmetic: return {.core = l.arithmetic == BinaryFn::prelu ? l.x : Count{0}};
    case LayerKind::product: return {.inexact = l.in_attention ? modules::kAttention : std::string_view()};
    default: return {};
  }
}

/// Source: thop/vision/basic_hooks.py.
Said said_by_thop_0_1(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::transposed_convolution: return {.core = l.y * l.length, .inexact = modules::folded(l)};
    case LayerKind::average_pool: return {.core = l.adaptive ? (l.taps + 1) * l.y : l.y};
    case LayerKind::global_average_pool: return {.core = (l.row + 1) * l.y};
    case LayerKind::resize:
      if (l.resize == ResizeFn::linear && l.axes == 3) return {};
      return {.core = upsample(l, 1)};
    default: return common(l);
  }
}

/// Source: thop/vision/basic_hooks.py of ultralytics/thop.
Said said_by_ulthop_2_1(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::transposed_convolution: return {.core = l.macs, .inexact = modules::folded(l)};
    case LayerKind::group_norm: return {.core = l.x * (l.affine ? 4 : 2)};
    case LayerKind::average_pool: return {.core = l.all_taps + l.y};
    case LayerKind::log_softmax: return {.core = softmax(l) + (l.row == 0 ? 0 : l.x / l.row)};
    case LayerKind::global_average_pool: return {.core = l.x + l.y};
    case LayerKind::resize: return {.core = upsample(l, 0)};
    default: return common(l);
  }
}

/// As 2.1; products count wherever no module around them does.
Said said_by_ulthop_2_2(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::product: return {.core = l.macs, .inexact = l.in_attention ? modules::kAttention : ""};
    case LayerKind::attention: return {.core = l.macs};
    default: return said_by_ulthop_2_1(l);
  }
}

/// Source: ultralytics/utils/torch_utils.py, get_flops: twice what thop says.
Said said_by_ultralytics(const CountedLayer& l) {
  Said said = said_by_ulthop_2_2(l);
  said.core *= 2;
  return said;
}

}  // namespace

std::vector<Convention> thop_conventions() {
  return {
      {.info = {.name = "thop-0.1",
                .rule = "MACs without biases; batch norm 4 per element; transposed convolutions times stride squared",
                .source = "Lyken17/pytorch-OpCounter, thop/vision/basic_hooks.py",
                .version = "0.1.1",
                .unit = CountUnit::macs},
       .basis = Basis::modules,
       .say = said_by_thop_0_1,
       .formats = "onnx"},
      {.info = {.name = "ulthop-2.1",
                .rule =
                    "thop of Ultralytics: transposed convolutions right, windows of pools exact, nearest upsample 0",
                .source = "ultralytics/thop, thop/vision/basic_hooks.py",
                .version = "2.1.6",
                .unit = CountUnit::macs},
       .basis = Basis::modules,
       .say = said_by_ulthop_2_1,
       .formats = "onnx"},
      {.info = {.name = "ulthop-2.2",
                .rule = "as ulthop-2.1, and products of activations count: attention too",
                .source = "ultralytics/thop, thop/vision/basic_hooks.py",
                .version = "2.2.3",
                .unit = CountUnit::macs},
       .basis = Basis::modules,
       .say = said_by_ulthop_2_2,
       .formats = "onnx"},
      {.info = {.name = "ultralytics",
                .rule = "GFLOPs of model.info(): 2 x ulthop-2.2 at the model's size",
                .source = "ultralytics/ultralytics, ultralytics/utils/torch_utils.py",
                .version = "8.4"},
       .basis = Basis::modules,
       .say = said_by_ultralytics,
       .formats = "onnx"},
  };
}

}  // namespace flopstat
