#include "formats/words.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "flopstat/error.h"
#include "formats/onnx/node.h"
#include "formats/onnx/operators.h"
#include "formats/tensorflow/operators.h"
#include "formats/tflite/operators.h"

namespace flopstat {
namespace {

struct Windowed {
  std::string_view word;
  Op op;
};

/// Words whose operation is sure, though an operator without attributes has no window and reads as opaque.
std::span<const Windowed> windowed() {
  static const std::array words{
      Windowed{"CONV_2D", Conv{}},
      Windowed{"DEPTHWISE_CONV_2D", Conv{}},
      Windowed{"CONV_3D", Conv{}},
      Windowed{"STABLEHLO_CONVOLUTION", GeneralConv{}},
      Windowed{"TRANSPOSE_CONV", ConvTranspose{}},
      Windowed{"CONV_3D_TRANSPOSE", ConvTranspose{}},
      Windowed{"Convolution2DTransposeBias", ConvTranspose{}},
      Windowed{"AVERAGE_POOL_2D", Pool{.fn = PoolFn::average}},
      Windowed{"MAX_POOL_2D", Pool{.fn = PoolFn::max}},
      Windowed{"L2_POOL_2D", Pool{.fn = PoolFn::l2}},
      Windowed{"AveragePool", Pool{.fn = PoolFn::average}},
      Windowed{"LpPool", Pool{.fn = PoolFn::l2}},
      Windowed{"MaxPool", Pool{.fn = PoolFn::max}},
      Windowed{"Conv2D", Conv{}},
      Windowed{"Conv3D", Conv{}},
      Windowed{"DepthwiseConv2dNative", Conv{}},
      Windowed{"_FusedConv2D", Conv{}},
      Windowed{"_FusedDepthwiseConv2dNative", Conv{}},
      Windowed{"QuantizedConv2D", Conv{}},
      Windowed{"Conv2DBackpropInput", ConvTranspose{}},
      Windowed{"Conv3DBackpropInputV2", ConvTranspose{}},
      Windowed{"AvgPool", Pool{.fn = PoolFn::average}},
      Windowed{"AvgPool3D", Pool{.fn = PoolFn::average}},
      Windowed{"QuantizedAvgPool", Pool{.fn = PoolFn::average}},
      Windowed{"MaxPool3D", Pool{.fn = PoolFn::max}},
      Windowed{"MaxPoolWithArgmax", Pool{.fn = PoolFn::max}},
      Windowed{"QuantizedMaxPool", Pool{.fn = PoolFn::max}},
      Windowed{"STABLEHLO_REDUCE_WINDOW", ReduceWindow{}},
      Windowed{"STABLEHLO_REDUCE", Reduce{}},
      Windowed{"STABLEHLO_DOT_GENERAL", Einsum{}},
  };
  return words;
}

/// More operands than any operator looks at before it knows its attributes.
constexpr size_t kOperands = 48;

/// A node whose operands say nothing.
struct Blank {
  Graph graph;
  Node node;

  explicit Blank(std::string_view type, size_t operands) {
    node.type = type;
    for (TensorId id = 0; id < operands; ++id) {
      graph.tensors.push_back({.dtype = DType::f32});
      node.inputs.push_back(id);
    }
    graph.tensors.push_back({.dtype = DType::f32});
    node.outputs.push_back(static_cast<TensorId>(operands));
  }
};

Op tflite_builtin(uint32_t code) {
  Blank blank(tflite::builtin_name(code), kOperands);
  tflite::OperatorReader reader{blank.graph, blank.node, std::nullopt, {}};
  return tflite::read_builtin(code, reader);
}

std::optional<Op> tflite_custom(std::string_view word) {
  Blank blank(word, kOperands);
  tflite::OperatorReader reader{blank.graph, blank.node, std::nullopt, {}};
  Op op = tflite::read_custom(word, reader);
  return std::holds_alternative<Opaque>(op) ? std::nullopt : std::optional(std::move(op));
}

Op onnx_operator(const onnx::Operator& row) {
  constexpr int64_t kNewest = 28;
  Blank blank(row.name, std::max<size_t>(row.required, 2));
  uint32_t storage = 0;
  const onnx::InnerGraphs none;
  onnx::NodeReader reader(blank.graph, blank.node, {}, none, kNewest, storage);
  return row.read(reader);
}

/// A node outside of any file.
class NoFile final : public tensorflow::FileReader {
 public:
  GraphId graph_of(std::string_view, uint64_t) override { return 0; }
};

Op tensorflow_operator(const tensorflow::Operator& row) {
  Blank blank(row.name, std::max<size_t>(row.required, 2));
  NoFile file;
  const std::vector<size_t> no_producers;
  tensorflow::NodeReader reader(file, blank.graph, blank.node, {}, no_producers);
  return row.read(reader);
}

/// What reading says; opaque where the attributes are missed.
template <class Read>
Op op_or_opaque(Read read) {
  try {
    return read();
  } catch (const Error& error) {
    return Opaque{error.message};
  }
}

}  // namespace

std::optional<Op> operation_named(std::string_view word) {
  for (const Windowed& each : windowed()) {
    if (each.word == word) return each.op;
  }
  for (uint32_t code = 0; code < tflite::builtin_count(); ++code) {
    if (tflite::builtin_name(code) == word) return op_or_opaque([code] { return tflite_builtin(code); });
  }
  if (const onnx::Operator* row = onnx::find_operator(word)) {
    return op_or_opaque([row] { return onnx_operator(*row); });
  }
  if (const tensorflow::Operator* row = tensorflow::find_operator(word)) {
    return op_or_opaque([row] { return tensorflow_operator(*row); });
  }
  return tflite_custom(word);
}

}  // namespace flopstat
