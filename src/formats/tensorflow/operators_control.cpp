#include <algorithm>
#include <array>
#include <utility>

#include "formats/tensorflow/operators.h"

namespace flopstat::tensorflow {
namespace {

Op identity(NodeReader& node) {
  node.set_inputs({node.input(0)});
  return Identity{};
}

Op identities(NodeReader& node) {
  node.set_result_count(node.input_count());
  return Identity{};
}

Op call(NodeReader& node) { return Call{node.function("f")}; }

Op branch(NodeReader& node) {
  const GraphId then_graph = node.function("then_branch");
  return If{.then_graph = then_graph, .else_graph = node.function("else_branch")};
}

Op choice(NodeReader& node) {
  std::vector<GraphId> graphs = node.functions("branches");
  if (graphs.empty()) return Opaque{"it has no branches"};
  return Case{.graphs = std::move(graphs)};
}

Op loop(NodeReader& node) {
  const GraphId condition = node.function("cond");
  return While{.condition = condition, .body = node.function("body")};
}

/// Variable, value. What a run leaves for the next one changes nothing in this one.
Op assign(NodeReader& node) {
  node.set_inputs({node.input(1)});
  return Identity{};
}

template <BinaryFn fn>
Op assign_by(NodeReader&) {
  return Binary{fn};
}

Op compiled_module(NodeReader&) {
  return Opaque{
      "its work is compiled StableHLO inside the operator, which is not read: export the model with "
      "native_serialization off, or from TensorFlow itself"};
}

Op hash_table(NodeReader&) { return HashTable{}; }
Op table_find(NodeReader& node) {
  const DType to = node.type("Tout");
  return HashTableFind{.to = to};
}
Op table_size(NodeReader&) { return HashTableSize{}; }

constexpr auto kOperators = std::to_array<Operator>({
    {"Assign", 2, assign},
    {"AssignAddVariableOp", 2, assign_by<BinaryFn::add>},
    {"AssignSubVariableOp", 2, assign_by<BinaryFn::sub>},
    {"AssignVariableOp", 2, assign},
    {"Case", 1, choice},
    {"CheckNumerics", 1, identity},
    {"CheckNumericsV2", 1, identity},
    {"DebugGradientIdentity", 1, identity},
    {"DeepCopy", 1, identity},
    {"DisableCopyOnRead", 1, identity},
    {"EnsureShape", 1, identity},
    {"Enter", 1, identity},
    {"HashTable", 0, hash_table},
    {"HashTableV2", 0, hash_table},
    {"Identity", 1, identity},
    {"IdentityN", 1, identities},
    {"If", 1, branch},
    {"LookupTableFind", 2, table_find},
    {"LookupTableFindV2", 2, table_find},
    {"LookupTableSize", 1, table_size},
    {"LookupTableSizeV2", 1, table_size},
    {"MutableHashTableV2", 0, hash_table},
    {"PartitionedCall", 0, call},
    {"PlaceholderWithDefault", 1, identity},
    {"PreventGradient", 1, identity},
    {"Print", 1, identity},
    {"ReadVariableOp", 1, identity},
    {"RefEnter", 1, identity},
    {"RefIdentity", 1, identity},
    {"Snapshot", 1, identity},
    {"StatefulPartitionedCall", 0, call},
    {"StatelessCase", 1, choice},
    {"StatelessIf", 1, branch},
    {"StatelessWhile", 0, loop},
    {"StopGradient", 1, identity},
    {"While", 0, loop},
    {"XlaCallModule", 0, compiled_module},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> control_operators() { return kOperators; }

}  // namespace flopstat::tensorflow
