#include "formats/tensorflow/scope.h"

#include <charconv>
#include <string>

#include "flopstat/error.h"
#include "formats/names.h"
#include "formats/tensorflow/results.h"
#include "formats/tensorflow/schema.h"
#include "formats/tensorflow/tensor.h"

namespace flopstat::tensorflow {
namespace {

constexpr size_t kMaxNodes = 10'000'000;

/// Results of one operation: no graph has more.
constexpr uint32_t kMaxResults = 1'000'000;

std::optional<uint32_t> number_in(std::string_view text) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && number < kMaxResults;
  return is_number ? std::optional(number) : std::nullopt;
}

/// The text up to the next colon; what follows it stays in `rest`.
std::string_view take_part(std::string_view& rest) {
  const size_t colon = rest.find(':');
  const std::string_view part = rest.substr(0, colon);
  rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
  return part;
}

}  // namespace

void Scope::add(Definition node, uint64_t offset) {
  if (node.name.empty()) throw Error(ErrorCode::corrupt, "a node has no name", offset);
  if (nodes_.size() == kMaxNodes) {
    throw Error(ErrorCode::limit, "a graph has more than " + std::to_string(kMaxNodes) + " nodes", offset);
  }
  if (!by_name_.emplace(node.name, static_cast<NodeNumber>(nodes_.size())).second) {
    throw Error(ErrorCode::corrupt, "two nodes have the name " + quoted(node.name), offset,
                "inputs refer to nodes by their names");
  }
  nodes_.push_back(node);
}

void Scope::add_node(ProtoMessage message) {
  Definition node{.message = message};
  while (message.next()) {
    if (message.field() == NodeDef::name) node.name = name_in(message);
    if (message.field() == NodeDef::op) node.op = name_in(message);
  }
  if (node.op.empty()) {
    throw Error(ErrorCode::corrupt, "the node " + quoted(node.name) + " has no op", node.message.offset());
  }
  add(node, node.message.offset());
}

NodeNumber Scope::add_argument(std::string_view name, uint64_t offset) {
  add({.name = name, .op = "_Arg"}, offset);
  return static_cast<NodeNumber>(nodes_.size() - 1);
}

NodeNumber Scope::node_named(std::string_view name, std::string_view input, uint64_t offset) const {
  if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
  throw Error(ErrorCode::corrupt, "the input " + quoted(input) + " names no node", offset);
}

std::optional<Source> Scope::source_of(std::string_view input, uint64_t offset) const {
  if (input.starts_with('^')) return std::nullopt;
  std::string_view rest = input;
  const NodeNumber node = node_named(take_part(rest), input, offset);
  if (rest.empty()) return Source{node, 0};
  const std::string_view second = take_part(rest);
  const std::optional<uint32_t> plain = number_in(second);
  if (plain && rest.empty()) return Source{node, *plain};
  const std::optional<uint32_t> index = rest.empty() ? std::optional<uint32_t>(0) : number_in(rest);
  if (!is_function_ || !index) {
    throw Error(ErrorCode::corrupt, "the input " + quoted(input) + " names no result of its node", offset);
  }
  return Source{node, first_result(nodes_[node].op, second) + *index};
}

std::vector<Source> Scope::inputs_of(NodeNumber number) const {
  std::vector<Source> sources;
  ProtoMessage message = nodes_[number].message;
  while (message.next()) {
    if (message.field() != NodeDef::input) continue;
    if (const auto source = source_of(name_in(message), message.field_offset())) sources.push_back(*source);
  }
  return sources;
}

std::vector<NodeNumber> Scope::all_inputs_of(NodeNumber number) const {
  std::vector<NodeNumber> nodes;
  ProtoMessage message = nodes_[number].message;
  while (message.next()) {
    if (message.field() != NodeDef::input) continue;
    std::string_view name = name_in(message);
    if (name.starts_with('^')) name.remove_prefix(1);
    std::string_view rest = name;
    nodes.push_back(node_named(take_part(rest), name, message.field_offset()));
  }
  return nodes;
}

Source behind_identities(const Scope& scope, Source source) {
  constexpr size_t kMostIdentities = 64;
  for (size_t i = 0; i < kMostIdentities && scope[source.node].op == "Identity"; ++i) {
    const std::vector<Source> inputs = scope.inputs_of(source.node);
    if (inputs.empty()) break;
    source = inputs[0];
  }
  return source;
}

}  // namespace flopstat::tensorflow
