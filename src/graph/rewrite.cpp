#include "graph/rewrite.h"

#include <algorithm>

namespace flopstat {
namespace {

bool stands_for_reals(const Tensor& tensor) { return tensor.quantization.scales > 0 && is_integer(tensor.dtype); }

bool only_quantizes(const Op& op) {
  return std::holds_alternative<Quantize>(op) || std::holds_alternative<Dequantize>(op) ||
         std::holds_alternative<FakeQuantize>(op);
}

bool is_quantized(const Graph& graph) {
  return std::any_of(graph.tensors.begin(), graph.tensors.end(), stands_for_reals) ||
         std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const Node& node) { return only_quantizes(node.op); });
}

/// Stored contents take as many bytes as f32 would.
void make_float(Tensor& tensor) {
  tensor.dtype = DType::f32;
  tensor.quantization = {};
  tensor.data = {};
  if (tensor.storage == 0 || !tensor.dims) return;
  Shape shape;
  for (const Dim& dim : *tensor.dims) shape.push_back(std::max<int64_t>(dim.size, 0));
  try {
    tensor.stored_bytes = byte_size(tensor.dtype, tensor.present ? Count{*tensor.present} : product(shape)).value();
  } catch (const Overflow&) {
    return;  // inference refuses such a shape
  }
}

/// Hands the first operand on; scale and zero point are of no use any more.
void make_identity(Graph& graph, Node& node) {
  node.op = Identity{};
  if (node.inputs.size() > 1) node.inputs.resize(1);
  for (const std::vector<TensorId>* ids : {&node.inputs, &node.outputs}) {
    for (const TensorId id : *ids) {
      if (id != kAbsent && is_integer(graph.tensors[id].dtype)) make_float(graph.tensors[id]);
    }
  }
}

}  // namespace

std::optional<Model> without_quantization(const Model& model) {
  if (std::none_of(model.graphs.begin(), model.graphs.end(), is_quantized)) return std::nullopt;
  Model result = model;
  for (Graph& graph : result.graphs) {
    for (Tensor& tensor : graph.tensors) {
      if (stands_for_reals(tensor)) make_float(tensor);
    }
    for (Node& node : graph.nodes) {
      if (only_quantizes(node.op)) make_identity(graph, node);
    }
  }
  return result;
}

}  // namespace flopstat
