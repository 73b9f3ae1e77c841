#include "count/training/gradients.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "count/backward/backward.h"
#include "graph/loop.h"

namespace flopstat {
namespace {

/// Most distinct trips of a loop that are looked at: in each, the gradient reaches at least one tensor more.
constexpr size_t kMaxTrips = 64;

class Finder {
 public:
  Finder(const Model& model, const TrainedParameters& parameters, const RowsOfFrames& rows, const Report& report)
      : model_(model), parameters_(parameters), rows_(rows), report_(report) {}

  RunGradients run(const Frame& frame, const std::vector<bool>& inputs) const {
    const Graph& graph = model_.graphs[frame.graph];
    RunGradients found{.has = std::vector<bool>(graph.tensors.size(), false)};
    for (size_t i = 0; i < graph.inputs.size() && i < inputs.size(); ++i) {
      if (graph.inputs[i] != kAbsent && inputs[i]) found.has[graph.inputs[i]] = true;
    }
    for (TensorId id = 0; id < graph.tensors.size(); ++id) {
      const StoredParameter* parameter = parameters_.find(graph.tensors[id]);
      if (parameter != nullptr && parameter->trained()) found.has[id] = true;
    }
    for (NodeIndex i = 0; i < graph.nodes.size(); ++i) {
      const auto child = frame.children.find(i);
      if (child == frame.children.end()) {
        pass(frame, graph.nodes[i], found);
      } else {
        call(graph.nodes[i], child->second, i, found);
      }
    }
    return found;
  }

 private:
  /// A result of whole numbers or truth values has no gradient; of one that is not known nobody can say so.
  static bool may_have(const Frame& frame, TensorId id) {
    const Value* value = known(frame.values[id]);
    return value == nullptr || is_float(value->dtype) || is_complex(value->dtype) || value->dtype == DType::variant ||
           value->dtype == DType::resource;
  }

  static void pass(const Frame& frame, const Node& node, RunGradients& found) {
    if (stops_gradient(node.op)) return;
    bool any = false;
    for (size_t i = 0; i < node.inputs.size() && !any; ++i) {
      any = node.inputs[i] != kAbsent && found.has[node.inputs[i]] && takes_gradient(node, i);
    }
    for (const TensorId id : node.outputs) {
      if (any && id != kAbsent && may_have(frame, id)) found.has[id] = true;
    }
  }

  void call(const Node& node, const Child& child, NodeIndex index, RunGradients& found) const {
    const size_t first = first_handed_down(node.op);
    const size_t skipped = first_delivered(node.op);
    const bool loops = repeats(node.op);
    std::vector<RunGradients::Trips>& calls = found.calls[index];
    std::vector<bool> handed;
    for (size_t c = 0; c < child.calls.size(); ++c) {
      const Called& called = child.calls[c];
      const Graph& callee = model_.graphs[called.frame.graph];
      RunGradients::Trips& trips = calls.emplace_back();
      const bool condition = std::holds_alternative<While>(node.op) && c == 0;
      if (condition || !is_taken(called, rows_, report_)) continue;
      std::vector<bool> inputs(callee.inputs.size(), false);
      for (size_t i = 0; i < inputs.size() && first + i < node.inputs.size(); ++i) {
        const TensorId operand = node.inputs[first + i];
        inputs[i] = operand != kAbsent && found.has[operand];
      }
      if (loops && !handed.empty()) inputs = handed;  // behind an earlier trip that is a call of its own
      trips.push_back(run(called.frame, inputs));
      const uint64_t runs = trips_of(called);
      handed = next_inputs(node.op, callee, inputs, trips.back());
      while (loops && handed != inputs && trips.size() < std::min<uint64_t>(runs, kMaxTrips)) {
        inputs = handed;
        trips.push_back(run(called.frame, inputs));
        handed = next_inputs(node.op, callee, inputs, trips.back());
      }
      for (size_t i = 0; i < node.outputs.size(); ++i) {
        const TensorId result = skipped + i < callee.outputs.size() ? callee.outputs[skipped + i] : kAbsent;
        if (node.outputs[i] == kAbsent || result == kAbsent) continue;
        for (const RunGradients& trip : trips) {
          if (trip.has[result]) found.has[node.outputs[i]] = true;
        }
      }
    }
  }

  static std::vector<bool> next_inputs(const Op& op, const Graph& body, const std::vector<bool>& inputs,
                                       const RunGradients& trip) {
    std::vector<bool> next = inputs;
    for (size_t i = 0; i < body.outputs.size(); ++i) {
      const std::optional<size_t> input = next_input(op, i);
      if (input && *input < next.size() && body.outputs[i] != kAbsent) next[*input] = trip.has[body.outputs[i]];
    }
    return next;
  }

  const Model& model_;
  const TrainedParameters& parameters_;
  const RowsOfFrames& rows_;
  const Report& report_;
};

}  // namespace

RunGradients gradients_of(const Model& model, const Frame& root, const TrainedParameters& parameters,
                          const RowsOfFrames& rows, const Report& report) {
  if (model.graphs.empty()) return {};
  return Finder(model, parameters, rows, report).run(root, {});
}

bool takes_gradient(const Node& node, size_t operand) {
  if (is_never_trained(node.op, operand)) return false;
  const Role role = role_of(node.op, operand);
  return role == Role::data || role == Role::weight || role == Role::state;
}

bool is_taken(const Called& called, const RowsOfFrames& rows, const Report& report) {
  const uint64_t* repeat = known(called.repeat);
  if (repeat != nullptr && *repeat == 0) return false;
  const std::vector<uint32_t>& own = rows.at(&called.frame);
  return own.empty() || report.rows[own.front()].repeat != Figure{0};
}

uint64_t trips_of(const Called& called) {
  const uint64_t* repeat = known(called.repeat);
  return repeat == nullptr ? 1 : *repeat;
}

std::optional<size_t> next_input(const Op& op, size_t result) {
  if (std::holds_alternative<While>(op)) return result;
  if (const auto* loop = std::get_if<Loop>(&op)) {
    return result <= loop->carried ? std::optional(result + 1) : std::nullopt;
  }
  if (const auto* scan = std::get_if<Scan>(&op)) {
    return result < scan->states ? std::optional(result) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace flopstat
