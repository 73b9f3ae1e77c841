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

void make_float(Tensor& tensor) {
  tensor.dtype = DType::f32;
  tensor.quantization = {};
  tensor.data = {};
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
      if (only_quantizes(node.op)) node.op = Identity{};
    }
  }
  return result;
}

}  // namespace flopstat
