#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>
#include <string>

#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

/// Operators that run graphs in their attributes, sequences and what may be absent.

GraphId needed_graph(const NodeReader& node, const char* attribute) {
  if (const std::optional<GraphId> graph = node.graph(attribute)) return *graph;
  node.corrupt("it has no graph " + std::string(attribute));
}

/// `first` operands, absent ones included, then what the graphs capture.
void append_captured(NodeReader& node, size_t first) {
  std::vector<TensorId> inputs;
  for (size_t i = 0; i < first; ++i) inputs.push_back(node.input(i));
  inputs.insert(inputs.end(), node.captured().begin(), node.captured().end());
  node.set_inputs(std::move(inputs));
}

Op branch(NodeReader& node) {
  const If op{needed_graph(node, "then_branch"), needed_graph(node, "else_branch")};
  append_captured(node, 1);
  return op;
}

/// The number of trips and the condition may be left out.
Op loop(NodeReader& node) {
  const size_t own = std::max<size_t>(node.input_count(), 2);
  const Loop op{.body = needed_graph(node, "body"), .carried = own - 2};
  append_captured(node, own);
  return op;
}

/// Operator set 8 has the lengths of the sequences first, and a batch in front of all operands.
Op scan(NodeReader& node) {
  const bool batched = node.version() < 9;
  const size_t first = batched ? 1 : 0;
  const int64_t sequences = node.integer("num_scan_inputs", 0);
  const auto own = static_cast<int64_t>(node.input_count()) - static_cast<int64_t>(first);
  if (sequences < 1 || sequences > own) node.corrupt("num_scan_inputs is " + std::to_string(sequences));
  const auto count = static_cast<size_t>(sequences);
  Scan op{.body = needed_graph(node, "body"), .states = static_cast<size_t>(own - sequences), .batched = batched};
  op.axes = node.integers("scan_input_axes").value_or(std::vector<int64_t>(count, 0));
  op.result_axes = node.integers("scan_output_axes").value_or(std::vector<int64_t>{});
  if (op.axes.size() != count) node.corrupt("scan_input_axes has not one value per sequence");
  std::vector<TensorId> inputs;
  for (size_t i = 0; i < static_cast<size_t>(own); ++i) inputs.push_back(node.input(first + i));
  inputs.insert(inputs.end(), node.captured().begin(), node.captured().end());
  node.set_inputs(std::move(inputs));
  return op;
}

Op identity(NodeReader&) { return Identity{}; }
Op has_value(NodeReader&) { return HasValue{}; }

/// An optional that holds nothing.
Op optional(NodeReader& node) {
  if (node.input(0) == kAbsent) return Opaque{"an optional without a value has no shape"};
  return Identity{};
}

Op make_sequence(NodeReader&) { return MakeSequence{}; }
Op sequence_at(NodeReader&) { return SequenceAt{}; }
Op sequence_insert(NodeReader&) { return SequenceInsert{}; }
Op sequence_erase(NodeReader&) { return SequenceErase{}; }
Op sequence_length(NodeReader&) { return SequenceLength{}; }

Op split_to_sequence(NodeReader& node) {
  return SplitToSequence{.axis = node.integer("axis", 0), .keep_axis = node.integer("keepdims", 1) != 0};
}

Op concat_sequence(NodeReader& node) {
  return ConcatSequence{.axis = node.integer("axis", 0), .stacked = node.integer("new_axis", 0) != 0};
}

Op sequence_map(NodeReader&) {
  return Opaque{"a graph for each tensor of a sequence is not followed; its form with a Loop is"};
}

constexpr auto kOperators = std::to_array<Operator>({
    {"ConcatFromSequence", 1, concat_sequence},
    {"If", 1, branch},
    {"Loop", 0, loop},
    {"Optional", 0, optional},
    {"OptionalGetElement", 1, identity},
    {"OptionalHasElement", 0, has_value},
    {"Scan", 0, scan},
    {"SequenceAt", 2, sequence_at},
    {"SequenceConstruct", 1, make_sequence},
    {"SequenceEmpty", 0, make_sequence},
    {"SequenceErase", 1, sequence_erase},
    {"SequenceInsert", 2, sequence_insert},
    {"SequenceLength", 1, sequence_length},
    {"SequenceMap", 1, sequence_map},
    {"SplitToSequence", 1, split_to_sequence},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> control_operators() { return kOperators; }

}  // namespace flopstat::onnx
