#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bytes/protobuf.h"
#include "flopstat/dtype.h"

namespace flopstat::tensorflow {

/// The place of a node among those of its scope.
using NodeNumber = uint32_t;

/// A result of a node.
struct Source {
  NodeNumber node = 0;
  uint32_t result = 0;

  friend bool operator==(const Source&, const Source&) = default;
};

/// As a key of maps.
inline uint64_t key_of(const Source& source) { return uint64_t{source.node} << 32 | source.result; }

/// A NodeDef, or an argument of a function (op "_Arg"), whose message is empty.
struct Definition {
  std::string_view name = {};
  std::string_view op = {};
  ProtoMessage message = {};
};

/// The nodes of one GraphDef or FunctionDef by their names.
class Scope {
 public:
  /// In a function a result is named by its argument in the operation's definition ("split:output:1"), in a graph by
  /// its number ("split:1").
  explicit Scope(bool is_function) : is_function_(is_function) {}

  /// Both throw `Error` (corrupt) where a name is missing or there twice; limit for more than 10 million nodes.
  void add_node(ProtoMessage message);
  NodeNumber add_argument(std::string_view name, uint64_t offset);

  size_t size() const { return nodes_.size(); }
  const Definition& operator[](NodeNumber number) const { return nodes_[number]; }

  /// What an input names. None: a control dependency ("^name"). Throws `Error` (corrupt) at `offset` where no node has
  /// the name.
  std::optional<Source> source_of(std::string_view input, uint64_t offset) const;

  /// The data inputs of a node, as the file has them.
  std::vector<Source> inputs_of(NodeNumber number) const;

  /// Every node that an input of that node names, control dependencies too.
  std::vector<NodeNumber> all_inputs_of(NodeNumber number) const;

 private:
  NodeNumber node_named(std::string_view name, std::string_view input, uint64_t offset) const;
  void add(Definition node, uint64_t offset);

  bool is_function_;
  std::vector<Definition> nodes_;
  std::unordered_map<std::string_view, NodeNumber> by_name_;
};

/// The result that some Identity nodes hand on.
Source behind_identities(const Scope& scope, Source source);

}  // namespace flopstat::tensorflow
