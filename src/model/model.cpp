#include "model/model.h"

namespace flopstat {

std::vector<GraphId> called_graphs(const Op& op) {
  if (const auto* call = std::get_if<Call>(&op)) return {call->body};
  if (const auto* once = std::get_if<CallOnce>(&op)) return {once->body};
  if (const auto* branch = std::get_if<If>(&op)) return {branch->then_graph, branch->else_graph};
  if (const auto* choice = std::get_if<Case>(&op)) return choice->graphs;
  if (const auto* loop = std::get_if<While>(&op)) return {loop->condition, loop->body};
  if (const auto* loop = std::get_if<Loop>(&op)) return {loop->body};
  if (const auto* scan = std::get_if<Scan>(&op)) return {scan->body};
  return {};
}

size_t first_handed_down(const Op& op) {
  return std::holds_alternative<If>(op) || std::holds_alternative<Case>(op) ? 1 : 0;
}

namespace {

TensorId add(Graph& graph, std::vector<Dim> dims, Elements elements) {
  graph.tensors.push_back({.dtype = DType::i64,
                           .dims = std::move(dims),
                           .elements = std::make_shared<const Elements>(std::move(elements))});
  return static_cast<TensorId>(graph.tensors.size() - 1);
}

}  // namespace

TensorId add_constant(Graph& graph, const std::vector<int64_t>& values) {
  return add(graph, {{static_cast<int64_t>(values.size()), {}}}, Elements(values.begin(), values.end()));
}

TensorId add_scalar(Graph& graph, int64_t value) { return add(graph, {}, {value}); }

}  // namespace flopstat
