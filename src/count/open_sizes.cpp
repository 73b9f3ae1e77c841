#include "count/open_sizes.h"

#include <algorithm>
#include <numeric>

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

  /// Of a body, what it gives back as it got it stays known.
  void open_carried(LoopPart part) {
    const std::vector<TensorId> same = part == LoopPart::body ? behind_identities() : std::vector<TensorId>();
    for (size_t i = 0; i < graph_.inputs.size(); ++i) {
      const TensorId in = graph_.inputs[i];
      if (in == kAbsent) continue;
      const bool given_back = i < graph_.outputs.size() && i < same.size() && same[i] == in;
      open_[in] = !given_back;
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
  /// Of each output, the tensor that it is the same as.
  std::vector<TensorId> behind_identities() const {
    std::vector<TensorId> same(graph_.tensors.size());
    std::iota(same.begin(), same.end(), TensorId{0});
    for (const Node& node : graph_.nodes) {
      const bool hands_on = std::holds_alternative<Identity>(node.op) && node.inputs.size() == 1 &&
                            node.outputs.size() == 1 && node.inputs[0] != kAbsent && node.outputs[0] != kAbsent;
      if (hands_on) same[node.outputs[0]] = same[node.inputs[0]];
    }
    std::vector<TensorId> outputs;
    for (const TensorId id : graph_.outputs) outputs.push_back(id == kAbsent ? kAbsent : same[id]);
    return outputs;
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
