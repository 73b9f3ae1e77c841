#include "formats/tensorflow/tensorflow.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bytes/protobuf.h"
#include "flopstat/error.h"
#include "formats/names.h"
#include "formats/tensorflow/graph_reader.h"
#include "formats/tensorflow/schema.h"
#include "formats/tensorflow/tensor.h"
#include "formats/tensorflow/text.h"

namespace flopstat {
namespace tensorflow {
namespace {

bool is_graph_field(const ProtoMessage& message) {
  switch (message.field()) {
    case GraphDef::node:
    case GraphDef::library:
    case GraphDef::versions:
    case GraphDef::debug_info: return message.type() == WireType::delimited;
    case GraphDef::version: return message.type() == WireType::varint;
    default: return false;
  }
}

bool is_node_field(const ProtoMessage& message) {
  return message.field() >= NodeDef::name && message.field() <= NodeDef::experimental_type &&
         message.type() == WireType::delimited;
}

/// Whether a message begins as a NodeDef does: with a name and an operation, in letters.
bool begins_as_node(ProtoMessage message) {
  bool has_operation = false;
  for (int i = 0; i < 2 && message.next(); ++i) {
    if (!is_node_field(message)) return false;
    if (message.field() != NodeDef::op) continue;
    const std::string_view op = message.text();
    has_operation = !op.empty() && std::ranges::all_of(op, [](char c) {
      return c == '_' || c == '>' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    });
  }
  return has_operation;
}

void read_nodes(ProtoMessage graph, Nodes& nodes, GraphReader& reader) {
  while (graph.next()) {
    if (graph.field() == GraphDef::node) nodes.scope.add_node(graph.child());
    if (graph.field() == GraphDef::library) reader.add_library(graph.child());
  }
  for (NodeNumber n = 0; n < nodes.scope.size(); ++n) {
    if (nodes.scope[n].op == "VarHandleOp" || nodes.scope[n].op == "VariableV2") reader.set_weights_are_variables();
  }
  find_control_flow(nodes);
}

/// An entry of a map whose values are messages.
std::pair<std::string_view, ProtoMessage> read_entry(ProtoMessage message) {
  std::pair<std::string_view, ProtoMessage> entry;
  while (message.next()) {
    if (message.field() == MapEntry::key) entry.first = name_in(message);
    if (message.field() == MapEntry::value) entry.second = message.child();
  }
  return entry;
}

/// What a meta graph says of itself.
struct MetaGraph {
  ProtoMessage message = {};
  std::vector<std::string_view> tags = {};
  std::string_view version = {};
};

MetaGraph read_meta_graph(ProtoMessage message) {
  MetaGraph graph{.message = message};
  while (message.next()) {
    if (message.field() != MetaGraphDef::meta_info) continue;
    for (ProtoMessage info = message.child(); info.next();) {
      if (info.field() == MetaInfoDef::tags) graph.tags.push_back(name_in(info));
      if (info.field() == MetaInfoDef::tensorflow_version) graph.version = name_in(info);
    }
  }
  return graph;
}

/// "eval+tpu"
std::string joined_tags(const MetaGraph& graph) {
  std::string tags;
  for (const std::string_view tag : graph.tags) tags += (tags.empty() ? "" : "+") + std::string(tag.substr(0, 80));
  return tags;
}

/// The graph with these tags and no others, else the first one that has the tag. Without a tag that for inference,
/// "serve", or the only one.
const MetaGraph& chosen(const std::vector<MetaGraph>& graphs, std::string_view tag) {
  if (graphs.empty()) throw Error(ErrorCode::corrupt, "the SavedModel has no graph", 0);
  const std::string_view wanted = tag.empty() ? "serve" : tag;
  for (const MetaGraph& graph : graphs) {
    if (joined_tags(graph) == wanted) return graph;
  }
  for (const MetaGraph& graph : graphs) {
    if (std::ranges::find(graph.tags, wanted) != graph.tags.end()) return graph;
  }
  if (graphs.size() == 1 && tag.empty()) return graphs.front();
  std::string tags;
  for (const MetaGraph& graph : graphs) tags += (tags.empty() ? "" : ", ") + joined_tags(graph);
  if (!tag.empty()) {
    throw Error(ErrorCode::usage, "the SavedModel has no graph tagged " + quoted(tag), std::nullopt,
                "the tags of its graphs are: " + tags, "name one of them with --tag");
  }
  throw Error(ErrorCode::unsupported,
              "the SavedModel has " + std::to_string(graphs.size()) + " graphs, and none is tagged 'serve'", 0,
              "their tags are: " + tags, "name one of them with --tag");
}

/// A TensorInfo by the name that a signature gives it.
struct NamedInfo {
  std::string_view key = {};
  std::string_view tensor = {};
};

struct SignatureInfo {
  std::string_view name = {};
  std::vector<NamedInfo> inputs = {};
  std::vector<NamedInfo> outputs = {};
  uint64_t offset = 0;
};

NamedInfo read_info(ProtoMessage message) {
  const auto [key, info] = read_entry(message);
  NamedInfo result{.key = key};
  for (ProtoMessage fields = info; fields.next();) {
    if (fields.field() == TensorInfo::name) result.tensor = name_in(fields);
  }
  return result;
}

/// A SignatureDef. The file keeps maps in any order: by name they are the same in every file.
SignatureInfo read_signature(std::string_view name, ProtoMessage message) {
  SignatureInfo signature{.name = name, .offset = message.offset()};
  while (message.next()) {
    if (message.field() == SignatureDef::inputs) signature.inputs.push_back(read_info(message.child()));
    if (message.field() == SignatureDef::outputs) signature.outputs.push_back(read_info(message.child()));
  }
  std::ranges::sort(signature.inputs, {}, &NamedInfo::key);
  std::ranges::sort(signature.outputs, {}, &NamedInfo::key);
  return signature;
}

/// What the objects of the program that saved the model say of its variables.
struct Objects {
  std::vector<std::optional<bool>> trainable = {};                 ///< per object, if it is a variable
  std::map<std::string_view, std::vector<int64_t>> captured = {};  ///< per function the objects it takes at the end
};

Objects read_objects(ProtoMessage message) {
  Objects objects;
  while (message.next()) {
    if (message.field() == SavedObjectGraph::nodes) {
      std::optional<bool>& trainable = objects.trainable.emplace_back();
      for (ProtoMessage object = message.child(); object.next();) {
        if (object.field() != SavedObject::variable) continue;
        trainable = false;
        for (ProtoMessage variable = object.child(); variable.next();) {
          if (variable.field() == SavedVariable::trainable) trainable = variable.integer() != 0;
        }
      }
    }
    if (message.field() == SavedObjectGraph::concrete_functions) {
      const auto [name, function] = read_entry(message.child());
      std::vector<int64_t>& captured = objects.captured[name];
      for (ProtoMessage fields = function; fields.next();) {
        if (fields.field() == SavedConcreteFunction::bound_inputs) fields.append_integers(captured, kMaxElements);
      }
    }
  }
  return objects;
}

/// The function that a node calls, by its attribute "f".
std::string_view called_function(ProtoMessage node) {
  std::string_view function;
  while (node.next()) {
    if (node.field() != NodeDef::attr) continue;
    const auto [key, value] = read_entry(node.child());
    if (key != "f") continue;
    for (ProtoMessage fields = value; fields.next();) {
      if (fields.field() != AttrValue::func || fields.type() != WireType::delimited) continue;
      for (ProtoMessage called = fields.child(); called.next();) {
        if (called.field() == NameAttrList::name) function = name_in(called);
      }
    }
  }
  return function;
}

/// Objects and nodes of variables go by different names. A call hands its function at the end what that captured: the
/// nodes in the same order as the function's objects.
void note_trainable(const Scope& scope, const Objects& objects, GraphReader& reader) {
  for (NodeNumber n = 0; n < scope.size(); ++n) {
    if (scope[n].op != "StatefulPartitionedCall" && scope[n].op != "PartitionedCall") continue;
    const auto function = objects.captured.find(called_function(scope[n].message));
    if (function == objects.captured.end()) continue;
    const std::vector<int64_t>& captured = function->second;
    const std::vector<Source> inputs = scope.inputs_of(n);
    if (captured.size() > inputs.size()) continue;
    for (size_t i = 0; i < captured.size(); ++i) {
      const auto object = static_cast<uint64_t>(captured[i]);
      if (object >= objects.trainable.size() || !objects.trainable[object]) continue;
      reader.set_trainable(scope[inputs[inputs.size() - captured.size() + i].node].name, *objects.trainable[object]);
    }
  }
}

std::vector<Source> sources_of(const Scope& scope, const std::vector<NamedInfo>& infos, uint64_t offset) {
  std::vector<Source> sources;
  for (const NamedInfo& info : infos) {
    if (info.tensor.empty()) throw Error(ErrorCode::unsupported, "a signature takes or gives no plain tensor", offset);
    const std::optional<Source> source = scope.source_of(info.tensor, offset);
    if (!source) throw Error(ErrorCode::corrupt, "a signature names no tensor: " + quoted(info.tensor), offset);
    sources.push_back(*source);
  }
  return sources;
}

std::vector<NamedTensor> named(const std::vector<NamedInfo>& infos, const std::vector<TensorId>& tensors) {
  std::vector<NamedTensor> result;
  for (size_t i = 0; i < infos.size() && i < tensors.size(); ++i) {
    if (tensors[i] != kAbsent) result.push_back({infos[i].key, tensors[i]});
  }
  return result;
}

void add_signature(Model& model, GraphReader& reader, const Nodes& nodes, const SignatureInfo& signature) {
  const GraphId graph =
      reader.read_between(nodes, signature.name, sources_of(nodes.scope, signature.inputs, signature.offset),
                          sources_of(nodes.scope, signature.outputs, signature.offset));
  model.signatures.push_back({signature.name, graph, named(signature.inputs, model.graphs[graph].inputs),
                              named(signature.outputs, model.graphs[graph].outputs)});
}

void read_graph(Model& model, Bytes bytes) {
  GraphReader reader(model);
  Nodes nodes(false);
  read_nodes(ProtoMessage(bytes), nodes, reader);
  model.main = reader.read_whole(nodes);
  reader.read_called();
}

void read_meta_graphs(Model& model, Bytes bytes, std::string_view tag) {
  std::vector<MetaGraph> graphs;
  for (ProtoMessage message(bytes); message.next();) {
    if (message.field() == SavedModelProto::meta_graphs) graphs.push_back(read_meta_graph(message.child()));
  }
  const MetaGraph& graph = chosen(graphs, tag);
  model.producer = "TensorFlow " + std::string(graph.version.substr(0, 80));

  GraphReader reader(model);
  Nodes nodes(false);
  std::vector<SignatureInfo> signatures;
  Objects objects;
  for (ProtoMessage message = graph.message; message.next();) {
    if (message.field() == MetaGraphDef::graph_def) read_nodes(message.child(), nodes, reader);
    if (message.field() == MetaGraphDef::object_graph) objects = read_objects(message.child());
    if (message.field() != MetaGraphDef::signature_def) continue;
    const auto [name, signature] = read_entry(message.child());
    if (!name.starts_with("__saved_model_")) signatures.push_back(read_signature(name, signature));
  }
  if (!nodes.loops) find_control_flow(nodes);
  note_trainable(nodes.scope, objects, reader);
  std::ranges::sort(signatures, {}, &SignatureInfo::name);
  if (signatures.empty()) {
    model.main = reader.read_whole(nodes);
    model.warnings.push_back({"no_signature", "the SavedModel has no signature: the whole graph is counted"});
  }
  for (const SignatureInfo& signature : signatures) add_signature(model, reader, nodes, signature);
  const auto usual = std::ranges::find(model.signatures, "serving_default", &Signature::name);
  if (!signatures.empty()) model.main = (usual == model.signatures.end() ? model.signatures.front() : *usual).graph;
  reader.read_called();
}

/// Reads a file of either form. What is text is read from its wire format, which stays with the model: errors that are
/// no longer those of the text have no place in it.
template <class Read>
Model read_either(Model model, bool (*is_text)(Bytes), std::string (*wire_of)(Bytes), Read read) {
  const Bytes bytes = model.file.bytes();
  if (!is_text(bytes)) {
    read(model, bytes);
    return model;
  }
  const std::string& wire = model.invented.emplace_back(wire_of(bytes));
  try {
    read(model, std::as_bytes(std::span(wire)));
  } catch (const Error& error) {
    throw Error(error.code, error.message, std::nullopt, error.note, error.help);
  }
  return model;
}

}  // namespace
}  // namespace tensorflow

bool matches_tensorflow_graph(Bytes bytes) {
  using namespace tensorflow;
  if (is_graph_text(bytes)) return true;
  ProtoMessage graph(bytes);
  bool node = false;
  try {
    while (graph.next()) {
      if (!is_graph_field(graph)) return false;
      if (graph.field() != GraphDef::node || node) continue;
      node = begins_as_node(graph.child());
      if (!node) return false;
    }
  } catch (const Error&) {
    // A file that is cut inside is a graph with an error, which reading it will name.
    return node;
  }
  return node;
}

Model read_tensorflow_graph(File file) {
  using namespace tensorflow;
  Model model{.file = std::move(file), .format = "tensorflow graph"};
  return read_either(std::move(model), is_graph_text, wire_of_graph_text, read_graph);
}

bool matches_saved_model(Bytes bytes) {
  using namespace tensorflow;
  if (is_saved_model_text(bytes)) return true;
  ProtoMessage message(bytes);
  bool version = false;
  bool graph = false;
  try {
    while (message.next()) {
      if (message.field() == SavedModelProto::schema_version) {
        if (message.type() != WireType::varint || message.integer() != 1) return false;
        version = true;
      } else if (message.field() == SavedModelProto::meta_graphs) {
        if (message.type() != WireType::delimited) return false;
        // Text of an ONNX file stands where the graph is here.
        ProtoMessage inside = message.child();
        if (!inside.next() || inside.type() != WireType::delimited || inside.field() > MetaGraphDef::object_graph) {
          return false;
        }
        graph = true;
      } else {
        return false;
      }
    }
  } catch (const Error& error) {
    return version && (graph || error.code == ErrorCode::truncated);
  }
  return version && graph;
}

Model read_saved_model(File file, std::string_view tag) {
  using namespace tensorflow;
  Model model{.file = std::move(file), .format = "tensorflow saved model"};
  return read_either(std::move(model), is_saved_model_text, wire_of_saved_model_text,
                     [tag](Model& read, Bytes bytes) { read_meta_graphs(read, bytes, tag); });
}

}  // namespace flopstat
