#include "count/conventions/families.h"

namespace flopstat {
namespace {

/// Source: tflite_flops of lisosia/tflite-flops: two operators, without batch and bias.
Said said_by_tflite_flops(const CountedLayer& l) {
  const bool counted = l.kind == LayerKind::convolution && l.node->type != "CONV_3D";
  return {.core = counted && l.batch != 0 ? l.macs * 2 / l.batch : Count{0}};
}

/// Source: opencv/modules/dnn/src/layers, getFLOPS of each layer; its convolutions do not divide by the groups.
Said said_by_opencv(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::convolution: return {.core = l.y * (l.length * l.groups * 2 + 1)};
    case LayerKind::dense: return {.core = l.y * l.length * 3};
    case LayerKind::batch_norm: return {.core = l.x * 3};
    case LayerKind::arithmetic: return {.core = l.y * l.operands};
    default: return {};
  }
}

}  // namespace

std::vector<Convention> engine_conventions() {
  return {
      {.info = {.name = "tflite-flops",
                .rule = "2 x MACs of CONV_2D and DEPTHWISE_CONV_2D, nothing else",
                .source = "lisosia/tflite-flops",
                .version = "0546cfc",
                .by_formula_only = true},
       .say = said_by_tflite_flops,
       .formats = "tflite"},
      {.info = {.name = "opencv",
                .rule = "getFLOPS of OpenCV's dnn module: 2 x MACs + 1 per result of convolutions, dense layers x 3",
                .source = "opencv/opencv, modules/dnn/src/layers",
                .by_formula_only = true},
       .say = said_by_opencv,
       .formats = "onnx tflite tensorflow"},
  };
}

}  // namespace flopstat
