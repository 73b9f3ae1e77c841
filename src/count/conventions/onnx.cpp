#include "count/conventions/families.h"

#include <algorithm>
#include <array>

namespace flopstat {
namespace {

constexpr std::string_view kUnread = "onnx-tool's cost of this operator has not been read";
constexpr std::string_view kNoShape = "NotImplementedError: it infers no shape for an operator of this type";

/// Operators that onnx-tool knows; it stops at any other one. In order. Source: NODE_REGISTRY in onnx_tool/node.py.
constexpr auto kRegistered = std::to_array<std::string_view>({"Abs",
                                                              "Add",
                                                              "And",
                                                              "ArgMax",
                                                              "ArrayFeatureExtractor",
                                                              "Atan",
                                                              "AveragePool",
                                                              "BatchNormalization",
                                                              "Cast",
                                                              "CategoryMapper",
                                                              "Ceil",
                                                              "Clip",
                                                              "Compress",
                                                              "Concat",
                                                              "Constant",
                                                              "ConstantOfShape",
                                                              "Conv",
                                                              "ConvInteger",
                                                              "ConvTranspose",
                                                              "Cos",
                                                              "CumSum",
                                                              "DepthToSpace",
                                                              "DequantizeLinear",
                                                              "Div",
                                                              "Dropout",
                                                              "Einsum",
                                                              "Elu",
                                                              "Equal",
                                                              "Erf",
                                                              "Exp",
                                                              "Expand",
                                                              "Flatten",
                                                              "Floor",
                                                              "GQA",
                                                              "GRU",
                                                              "Gather",
                                                              "GatherElements",
                                                              "GatherND",
                                                              "GeGelu",
                                                              "Gelu",
                                                              "Gemm",
                                                              "GlobalAveragePool",
                                                              "Greater",
                                                              "GreaterOrEqual",
                                                              "GridSample",
                                                              "HardSigmoid",
                                                              "HardSwish",
                                                              "Hardmax",
                                                              "Identity",
                                                              "ImageScaler",
                                                              "InstanceNormalization",
                                                              "LRN",
                                                              "LSTM",
                                                              "LayerNormalization",
                                                              "LeakyRelu",
                                                              "Less",
                                                              "LessOrEqual",
                                                              "Log",
                                                              "LogSoftmax",
                                                              "LogitSoftCapping",
                                                              "LpNormalization",
                                                              "MHA",
                                                              "MQA",
                                                              "MatMul",
                                                              "MatMulInteger",
                                                              "Max",
                                                              "MaxPool",
                                                              "Min",
                                                              "Mod",
                                                              "Mul",
                                                              "Neg",
                                                              "NonMaxSuppression",
                                                              "NonZero",
                                                              "Not",
                                                              "OneHot",
                                                              "Or",
                                                              "PRelu",
                                                              "Pad",
                                                              "Pow",
                                                              "QLinearConv",
                                                              "QLinearMatMul",
                                                              "QuantizeLinear",
                                                              "RandomNormalLike",
                                                              "RandomUniformLike",
                                                              "Range",
                                                              "Reciprocal",
                                                              "ReduceL2",
                                                              "ReduceMax",
                                                              "ReduceMean",
                                                              "ReduceMin",
                                                              "ReduceProd",
                                                              "ReduceSum",
                                                              "Relu",
                                                              "Relu6",
                                                              "Reshape",
                                                              "Resize",
                                                              "RoiAlign",
                                                              "Rope",
                                                              "Round",
                                                              "Scan",
                                                              "ScatterElements",
                                                              "ScatterND",
                                                              "Shape",
                                                              "Sigmoid",
                                                              "Sign",
                                                              "Silu",
                                                              "Sin",
                                                              "Slice",
                                                              "Softmax",
                                                              "Softplus",
                                                              "Split",
                                                              "Sqrt",
                                                              "Squeeze",
                                                              "Sub",
                                                              "Sum",
                                                              "Tanh",
                                                              "Tile",
                                                              "TopK",
                                                              "Transpose",
                                                              "Trilu",
                                                              "Unsqueeze",
                                                              "Upsample",
                                                              "Where",
                                                              "Xor",
                                                              "ZipMap"});
static_assert(std::ranges::is_sorted(kRegistered));

/// onnx-tool's cost of one element, in instructions. Source: onnx_tool/node.py.
struct Instructions {
  std::string_view type;
  uint64_t each;
};
constexpr std::array kInstructions = {
    Instructions{"Add", 1},
    Instructions{"Sub", 1},
    Instructions{"Mul", 1},
    Instructions{"Div", 4},
    Instructions{"Relu", 1},
    Instructions{"LeakyRelu", 2},
    Instructions{"PRelu", 2},
    Instructions{"Sigmoid", 32},
    Instructions{"Tanh", 76},
    Instructions{"HardSigmoid", 4},
    Instructions{"HardSwish", 5},
    Instructions{"Elu", 35},
    Instructions{"Clip", 2},
    Instructions{"Exp", 32},
    Instructions{"Log", 43},
    Instructions{"Sqrt", 24},
    Instructions{"Pow", 32},
    Instructions{"Erf", 0},
    Instructions{"Gelu", 34},
    Instructions{"QuantizeLinear", 2},
    Instructions{"DequantizeLinear", 2},
    Instructions{"Abs", 1},
    Instructions{"Softplus", 76},
    Instructions{"Mod", 1},
    Instructions{"Cast", 0},
    Instructions{"Where", 0},
    Instructions{"Identity", 0},
    Instructions{"Dropout", 0},
};

Said said_by_onnx_tool(const CountedLayer& l) {
  if (l.mark == Mark::constant) return {};
  if (l.format == "onnx" && !std::ranges::binary_search(kRegistered, l.node->type)) return {.fails = kNoShape};
  switch (l.kind) {
    case LayerKind::convolution: return {.core = l.macs, .bias = l.biased};
    case LayerKind::transposed_convolution:
      return {.core = l.in_channels == 0 ? 0 : l.y * (l.w / l.in_channels), .bias = l.biased};
    case LayerKind::dense:
    case LayerKind::product: return {.core = l.macs, .bias = l.biased};
    case LayerKind::recurrent: {
      const Count parameters = l.w + l.bias;
      const Count cell = l.cell == Recurrent::Cell::gru ? 110 : 180;
      const Count steps = l.runs / l.directions;
      return {.core = steps * parameters + steps * l.hidden * cell};
    }
    case LayerKind::batch_norm: return {.core = l.x * 31};
    case LayerKind::layer_norm:  // only the first of its axes is taken to be reduced
      return {.core = l.x * 7 + (l.first_of_row == 0 ? Count{0} : l.x / l.first_of_row) * 29};
    case LayerKind::group_norm: return {.core = l.x * 7, .inexact = kUnread};
    case LayerKind::instance_norm: return {.core = l.x * 7};
    case LayerKind::softmax: return {.core = l.x * 36};
    case LayerKind::log_softmax: return {.core = l.x * 80};
    case LayerKind::max_pool:
    case LayerKind::average_pool: return {.core = (l.axes == 2 ? l.taps : l.first_taps) * l.y};
    case LayerKind::global_average_pool:
      return {.core = l.x + (l.node->type == "GlobalAveragePool" ? l.y * 4 : Count{0})};
    case LayerKind::global_max_pool:
    case LayerKind::reduction: return {.core = l.x};
    case LayerKind::resize:
      return {.core = l.y * (l.resize == ResizeFn::nearest ? 0 : l.resize == ResizeFn::linear ? 4 : 8)};
    case LayerKind::movement:
    case LayerKind::embedding: return {};
    default: break;
  }
  if (l.node->type == "Sum") return {.core = l.operands == 0 ? Count{0} : (l.operands - 1) * l.y};
  for (const Instructions& each : kInstructions) {
    if (each.type == l.node->type) return {.core = l.y * each.each};
  }
  return {.inexact = l.cost->work.empty() ? std::string_view() : kUnread};
}

constexpr std::string_view kNoSizes =
    "what ONNX's own shape inference does not compute: results of a size that follows from it count nothing";

/// Operators that onnx-opcounter counts nothing of.
constexpr auto kFree =
    std::to_array<std::string_view>({"Cast", "Constant", "Gather", "Reshape", "ScatterND", "Shape", "Sign", "Slice",
                                     "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze"});

/// Source: calculate_macs in onnx_opcounter/onnx_opcounter.py. Operators that it does not know count one per result.
Said said_by_onnx_opcounter(const CountedLayer& l) {
  switch (l.kind) {
    case LayerKind::convolution: return {.core = l.macs};
    case LayerKind::transposed_convolution: return {.core = l.y * l.length};
    case LayerKind::dense:
    case LayerKind::product: return {.core = l.x * l.channels};
    case LayerKind::batch_norm: return {.core = l.y * 2};
    case LayerKind::resize:
      if (l.resize == ResizeFn::cubic) return {.fails = "TypeError: a cubic resize has no number"};
      return {.core = l.resize == ResizeFn::linear ? l.y * 11 : Count{0}};
    default: break;
  }
  if (std::ranges::find(kFree, l.node->type) != kFree.end()) return {};
  if (l.node->type == "Relu" || l.node->type == "Add") return {.core = l.x};
  const bool computes_sizes = l.mark == Mark::index && l.node->type != "Sub" && l.node->type != "Mul";
  return {.core = l.y, .inexact = computes_sizes ? kNoSizes : std::string_view()};
}

}  // namespace

std::vector<Convention> onnx_conventions() {
  return {
      {.info = {.name = "onnx-tool",
                .rule = "MACs with biases, and instructions: batch norm 31, softmax 36, sigmoid 32 per element",
                .source = "ThanatosShinji/onnx-tool, onnx_tool/node.py",
                .version = "1.0.1",
                .unit = CountUnit::operations},
       .say = said_by_onnx_tool,
       .formats = "onnx"},
      {.info = {.name = "onnx-opcounter",
                .rule = "MACs of convolutions and products, 1 per result of any operator that it does not know",
                .source = "gmalivenko/onnx-opcounter, onnx_opcounter/onnx_opcounter.py",
                .version = "0.0.4",
                .unit = CountUnit::macs},
       .say = said_by_onnx_opcounter,
       .formats = "onnx"},
  };
}

}  // namespace flopstat
