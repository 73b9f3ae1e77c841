#include "count/conventions/families.h"

#include <algorithm>
#include <array>

namespace flopstat {
namespace {

constexpr std::string_view kUnmapped = "KeyError: it has no rule for a layer of this class";
constexpr std::string_view kTwoShapes = "AttributeError: a layer that is called on two shapes has no input shape";

/// Part of another model, or wrapped in another layer: the tool sees that one.
bool is_nested(const CountedLayer& l) {
  return l.format.starts_with("keras") && l.node->scope.find('/') != std::string_view::npos;
}

/// Other formats move tensors where Keras has no layer.
bool is_no_layer(const CountedLayer& l) { return l.kind == LayerKind::movement && !l.format.starts_with("keras"); }

/// The layer's class, of a file of Keras; the class that a node of another format is most like.
std::string_view class_of(const CountedLayer& l) {
  if (l.format.starts_with("keras")) return l.node->type;
  switch (l.kind) {
    case LayerKind::convolution: return l.axes == 2 ? "Conv2D" : "Conv";
    case LayerKind::dense: return "Dense";
    case LayerKind::batch_norm: return "BatchNormalization";
    case LayerKind::max_pool: return l.axes == 2 ? "MaxPooling2D" : "MaxPooling";
    case LayerKind::average_pool: return l.axes == 2 ? "AveragePooling2D" : "AveragePooling";
    case LayerKind::global_average_pool: return "GlobalAveragePooling2D";
    case LayerKind::resize: return "UpSampling2D";
    case LayerKind::activation:
    case LayerKind::softmax: return "Activation";
    case LayerKind::arithmetic: return l.arithmetic == BinaryFn::add ? "Add" : "Multiply";
    default: return "";
  }
}

/// Source: flopco_keras/layer_handlers and its table of classes.
bool is_mapped(std::string_view type) {
  constexpr std::array<std::string_view, 9> kClasses = {"Conv2D", "Dense",        "BatchNormalization",
                                                        "ReLU",   "MaxPooling2D", "GlobalAveragePooling2D",
                                                        "Add",    "Activation",   "ZeroPadding2D"};
  return std::ranges::find(kClasses, type) != kClasses.end();
}

bool is_mapped_by_demo(std::string_view type) {
  constexpr std::array<std::string_view, 5> kClasses = {"AveragePooling2D", "Flatten", "Dropout", "UpSampling2D",
                                                        "TensorFlowOpLayer"};
  return is_mapped(type) || std::ranges::find(kClasses, type) != kClasses.end();
}

Count per_item(Count size, const CountedLayer& l) { return l.batch == 0 ? size : size / l.batch; }

/// The rules that both have. A fused activation counts nothing.
Said common(const CountedLayer& l) {
  if (l.weights_seen && l.other_size) return {.fails = kTwoShapes};
  if (l.weights_seen) return {};
  switch (l.kind) {
    case LayerKind::convolution: {
      const Count y = per_item(l.y, l);
      const Count macs = y * l.length * l.groups;  // the groups are not divided out
      return {.core = macs * 2, .bias = y, .macs = macs};
    }
    case LayerKind::dense: return {.core = l.w * 2, .bias = l.channels, .macs = l.w};
    case LayerKind::batch_norm: return {.core = l.x * 4, .macs = l.x * 2};
    case LayerKind::activation: return {.core = class_of(l) == "ReLU" ? l.x : Count{0}};
    case LayerKind::max_pool: return {.core = l.first_taps * l.first_taps * per_item(l.y, l)};
    case LayerKind::global_average_pool: {
      const Count points = l.row;  // the channels are dropped
      return {.core = points, .macs = points};
    }
    default: return {};
  }
}

/// Dense layers and what is fused behind them, no biases.
Said said_by_notebook(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::dense: return {.core = l.macs * 2};
    case LayerKind::activation: return {.core = l.behind_dense && l.function == UnaryFn::relu ? l.y : Count{0}};
    case LayerKind::softmax: return {.core = l.behind_dense ? l.y * 5 : Count{0}};
    default: return {};
  }
}

Said said_by_flopco_keras(const CountedLayer& l) {
  if (is_no_layer(l)) return {};
  if (is_nested(l) || !is_mapped(class_of(l))) return {.fails = kUnmapped};
  return common(l);
}

Said said_by_flopco_demo(const CountedLayer& l) {
  if (is_no_layer(l)) return {};
  if (is_nested(l) || !is_mapped_by_demo(class_of(l))) return {.fails = kUnmapped};
  if (l.kind == LayerKind::average_pool) return {.core = l.first_taps * l.first_taps * per_item(l.y, l)};
  return common(l);
}

}  // namespace

std::vector<Convention> keras_conventions() {
  return {
      {.info = {.name = "notebook",
                .rule = "dense layers 2 x in x out; behind them relu 1, softmax 5 per unit; nothing else",
                .source = "docs/conventions.md"},
       .basis = Basis::layers,
       .say = said_by_notebook},
      {.info = {.name = "flopco-keras",
                .rule = "2 x MACs and a bias of Conv2D (groups ignored) and Dense; batch norm 4, ReLU 1 per element",
                .source = "evgps/flopco-keras, flopco_keras/compute_layer_flops.py",
                .version = "0.1.2"},
       .basis = Basis::layers,
       .say = said_by_flopco_keras,
       .tells_macs = true,
       .needs_macs = true,
       .formats = "keras"},
      {.info = {.name = "flopco-demo",
                .rule = "flopco-keras with average pools, flatten, dropout and upsampling",
                .source = "docs/conventions.md"},
       .basis = Basis::layers,
       .say = said_by_flopco_demo,
       .tells_macs = true,
       .formats = "keras"},
  };
}

}  // namespace flopstat
