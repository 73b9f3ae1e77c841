#include "graph/uses.h"

#include <algorithm>

#include "graph/loop.h"
#include "ops/ops.h"

namespace flopstat {
namespace {

class Analysis {
 public:
  explicit Analysis(const Model& model) : model_(model) {}

  Uses run(const Frame& frame, const std::vector<Roles>& outputs) const {
    const Graph& graph = model_.graphs[frame.graph];
    Uses uses{.roles = std::vector<Roles>(graph.tensors.size())};
    for (size_t i = 0; i < graph.outputs.size(); ++i) {
      if (graph.outputs[i] != kAbsent) uses.roles[graph.outputs[i]] |= i < outputs.size() ? outputs[i] : Role::data;
    }
    for (auto i = static_cast<NodeIndex>(graph.nodes.size()); i-- > 0;) visit(graph, frame, i, uses);
    return uses;
  }

 private:
  void visit(const Graph& graph, const Frame& frame, NodeIndex index, Uses& uses) const {
    const Node& node = graph.nodes[index];
    if (const auto child = frame.children.find(index); child != frame.children.end()) {
      visit_calls(node, child->second, index, uses);
      return;
    }
    const Roles passed = passed_on(graph, frame, node, uses);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == kAbsent) continue;
      const Role role = role_of(node.op, i);
      uses.roles[node.inputs[i]] |= role == Role::data ? passed : Roles(role);
      if (role == Role::weight) uses.roles[node.inputs[i]] |= Role::data;
    }
  }

  /// What a data operand is needed for: what the results are needed for where they are plain whole numbers, or where
  /// constants alone become a state; else data.
  static Roles passed_on(const Graph& graph, const Frame& frame, const Node& node, const Uses& uses) {
    const bool of_constants = data_is_constant(frame, node);
    Roles needed;
    for (const TensorId id : node.outputs) {
      if (id == kAbsent) continue;
      const Value* value = known(frame.values[id]);
      const bool index_like = value != nullptr && (is_integer(value->dtype) || value->dtype == DType::boolean) &&
                              graph.tensors[id].quantization.scales == 0;
      const bool becomes_state = of_constants && uses.roles[id].only(Role::state);
      if (!index_like && !becomes_state) return Role::data;
      needed |= uses.roles[id];
    }
    return needed.any() ? needed : Roles(Role::data);
  }

  static bool data_is_constant(const Frame& frame, const Node& node) {
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == kAbsent || role_of(node.op, i) != Role::data) continue;
      const Value* value = known(frame.values[node.inputs[i]]);
      if (value == nullptr || !value->constant) return false;
    }
    return true;
  }

  void visit_calls(const Node& node, const Child& child, NodeIndex index, Uses& uses) const {
    std::vector<Roles> results;
    for (const TensorId id : node.outputs) results.push_back(id == kAbsent ? Roles{} : uses.roles[id]);
    results.insert(results.begin(), first_delivered(node.op), Role::index);
    const bool loops = repeats(node.op);
    const bool has_condition = std::holds_alternative<While>(node.op);
    const size_t first_operand = first_handed_down(node.op);
    if (first_operand == 1 && !node.inputs.empty() && node.inputs[0] != kAbsent) {
      uses.roles[node.inputs[0]] |= Role::index;
    }
    std::vector<Uses>& called = uses.children[index];
    std::vector<Roles> by_condition;
    for (size_t c = 0; c < child.calls.size(); ++c) {
      const Frame& frame = child.calls[c].frame;
      const bool condition = has_condition && c == 0;
      const std::vector<Roles> condition_result{Role::index};
      if (loops && !condition) {
        // What the condition and the next trip need of what is carried, each trip has to deliver.
        const std::vector<Roles> delivered = united(results, by_condition);
        called.push_back(run(frame, delivered));
        called.back() = run(frame, united(delivered, next_trip(node.op, frame, called.back())));
      } else {
        called.push_back(run(frame, condition ? condition_result : results));
      }
      const std::vector<Roles> needed = input_roles(frame, called.back());
      if (condition) by_condition = needed;
      for (size_t i = 0; i < needed.size() && first_operand + i < node.inputs.size(); ++i) {
        const TensorId operand = node.inputs[first_operand + i];
        if (operand == kAbsent) continue;
        uses.roles[operand] |= loops && !condition ? by_body(node.op, frame, i, needed[i]) : needed[i];
      }
    }
  }

  /// What a loop needs an operand for whose body needs its i-th input for something.
  Roles by_body(const Op& op, const Frame& body, size_t i, Roles needed) const {
    if (std::holds_alternative<Loop>(op) && i < 2) return Role::index;
    return keeps(op, model_.graphs[body.graph], i) ? needed : Roles(Role::state);
  }

  /// What the next trip needs of the results of this one.
  std::vector<Roles> next_trip(const Op& op, const Frame& frame, const Uses& uses) const {
    std::vector<Roles> roles = input_roles(frame, uses);
    if (std::holds_alternative<Loop>(op)) {
      const auto& loop = std::get<Loop>(op);
      if (!roles.empty()) roles.erase(roles.begin());  // the number of the trip is no result
      roles.resize(std::min(roles.size(), loop.carried + 1));
    }
    if (const auto* scan = std::get_if<Scan>(&op)) roles.resize(std::min(roles.size(), scan->states));
    return roles;
  }

  std::vector<Roles> input_roles(const Frame& frame, const Uses& uses) const {
    std::vector<Roles> roles;
    for (const TensorId id : model_.graphs[frame.graph].inputs)
      roles.push_back(id == kAbsent ? Roles{} : uses.roles[id]);
    return roles;
  }

  static std::vector<Roles> united(std::vector<Roles> a, const std::vector<Roles>& b) {
    if (a.size() < b.size()) a.resize(b.size());
    for (size_t i = 0; i < b.size(); ++i) a[i] |= b[i];
    return a;
  }

  const Model& model_;
};

}  // namespace

Uses analyze(const Model& model, const Frame& root) {
  if (model.graphs.empty()) return {};
  return Analysis(model).run(root, {});
}

Role role_of(const Op& op, size_t operand) {
  return std::visit([operand](const auto& each) { return role(each, operand); }, op);
}

}  // namespace flopstat
