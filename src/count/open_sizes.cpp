#include "count/open_sizes.h"

#include <algorithm>

namespace flopstat {
namespace {

/// The shape of the result is written in the graph, whatever the operands are.
bool states_its_shape(const Node& node) {
  return node.type == "TensorListStack" || node.type == "TensorListGetItem" || std::holds_alternative<Fill>(node.op);
}

/// The result has the shape of the first operand, or one that follows from it alone.
bool follows_first(const Node& node) { return node.type == "BiasAdd" || std::holds_alternative<Gather>(node.op); }

bool is_loop(const Node& node) { return std::holds_alternative<While>(node.op); }

bool calls(const Node& node) { return !called_graphs(node.op).empty(); }

/// Shapes of TensorFlow get through a function whose own operators all tell theirs.
bool loses_shapes(const Model& model, const Node& function) {
  return std::ranges::any_of(called_graphs(function.op),
                             [&](GraphId id) { return std::ranges::any_of(model.graphs[id].nodes, calls); });
}

class OpenSizes {
 public:
  /// With a model: what comes from its functions, instead of from loops.
  OpenSizes(const Graph& graph, const Model* model)
      : graph_(graph), model_(model), open_(graph.tensors.size(), false) {}

  /// What goes round is open, even as it came. What a body reads from outside of the loop is known.
  void open_carried(LoopPart part) {
    for (const TensorId in : graph_.inputs) {
      if (in != kAbsent) open_[in] = !comes_from_outside(graph_.tensors[in], part);
    }
  }

  std::vector<bool> find() {
    for (const Node& node : graph_.nodes) {
      const bool open = gives_open(node);
      for (const TensorId id : node.outputs) {
        if (id != kAbsent && open) open_[id] = true;
      }
    }
    return std::move(open_);
  }

 private:
  /// A variable of a body is the second result of its Switch, else it is a constant of the loop. Of a function,
  /// freezing makes those of its resources, which are the stored variables.
  static bool comes_from_outside(const Tensor& input, LoopPart part) {
    if (part == LoopPart::body) return !input.name.ends_with(":1");
    return part == LoopPart::function_body && input.dtype == DType::resource;
  }

  bool gives_open(const Node& node) const {
    if (states_its_shape(node)) return false;
    if (calls(node)) return model_ == nullptr ? is_loop(node) : !is_loop(node) && loses_shapes(*model_, node);
    const size_t read = follows_first(node) ? 1 : node.inputs.size();
    for (size_t i = 0; i < read && i < node.inputs.size(); ++i) {
      if (node.inputs[i] != kAbsent && open_[node.inputs[i]]) return true;
    }
    return false;
  }

  const Graph& graph_;
  const Model* model_;
  std::vector<bool> open_;
};

}  // namespace

std::vector<bool> open_sizes(const Graph& graph, LoopPart part) {
  OpenSizes sizes(graph, nullptr);
  if (part != LoopPart::none) sizes.open_carried(part);
  return sizes.find();
}

std::vector<bool> behind_functions(const Model& model, const Graph& graph) { return OpenSizes(graph, &model).find(); }

}  // namespace flopstat
