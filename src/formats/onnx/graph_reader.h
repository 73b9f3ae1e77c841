#pragma once

#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "bytes/protobuf.h"
#include "formats/onnx/external.h"
#include "formats/onnx/node.h"
#include "model/model.h"

/// Graphs of an ONNX file: the main one, those in attributes of nodes, and the bodies of the model's own functions.
namespace flopstat::onnx {

/// Versions of the operator sets that a graph's nodes belong to, by domain ("" is ai.onnx).
struct OperatorSets {
  int64_t ir_version = 0;
  std::vector<std::pair<std::string_view, int64_t>> versions = {};

  std::optional<int64_t> version_of(std::string_view domain) const;
};

/// A function of the model, not read yet: its body becomes a graph for each call that gives it attributes.
struct Function {
  std::string_view name = {};
  std::vector<std::string_view> inputs = {};
  std::vector<std::string_view> outputs = {};
  std::vector<Attribute> defaults = {};
  std::vector<ProtoMessage> nodes = {};
  OperatorSets operator_sets = {};
};

/// Domain, name and overload.
using FunctionKey = std::tuple<std::string_view, std::string_view, std::string_view>;

/// What all graphs of one file share while they are read.
struct Library {
  Model& model;
  std::map<FunctionKey, Function> functions = {};
  std::map<const Function*, GraphId> bodies = {};            ///< of functions called without attributes
  std::vector<const Function*> active = {};                  ///< whose bodies are being read
  std::map<std::string_view, std::string_view> scopes = {};  ///< layer paths by the texts that note them
  ExternalFiles external_files = {};
  uint64_t nodes = 0;           ///< in all graphs
  uint64_t function_nodes = 0;  ///< of them, in bodies of functions
  uint32_t storage = 0;         ///< number of the last stored tensor
};

/// "ai.onnx" is the long form of the default domain's name.
inline std::string_view short_domain(std::string_view domain) {
  return domain == "ai.onnx" ? std::string_view{} : domain;
}

/// An OperatorSetIdProto.
std::pair<std::string_view, int64_t> read_operator_set(ProtoMessage message);

/// A FunctionProto and its key. What its own list of operator sets does not name is as in `model`.
std::pair<FunctionKey, Function> read_function(ProtoMessage message, const OperatorSets& model);

/// Reads the main graph from its messages (a file may have it in parts); graphs inside it join `library.model`. Throws
/// `Error`: corrupt where a name is defined twice or by nothing, where nodes wait for each other or a function calls
/// itself; limit where there are too many nodes.
Graph read_main_graph(Library& library, const OperatorSets& operator_sets, const std::vector<ProtoMessage>& messages);

}  // namespace flopstat::onnx
