#include "formats/onnx/onnx.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "bytes/protobuf.h"
#include "flopstat/error.h"
#include "formats/onnx/node.h"
#include "formats/onnx/operators.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat {
namespace onnx {
namespace {

constexpr size_t kMaxNodes = 10'000'000;

/// Versions of ONNX's file structure that may come; the newest is 14.
constexpr int64_t kMaxIrVersion = 64;

std::string quoted(std::string_view name) { return "'" + std::string(name.substr(0, 80)) + "'"; }

/// "ai.onnx" is the long form of the default domain's name.
std::string_view short_domain(std::string_view domain) { return domain == "ai.onnx" ? std::string_view{} : domain; }

/// What the model says for all of its graphs.
struct Context {
  int64_t ir_version = 0;
  std::vector<std::pair<std::string_view, int64_t>> operator_sets = {};    ///< domain, version
  std::set<std::pair<std::string_view, std::string_view>> functions = {};  ///< domain, name

  std::optional<int64_t> version_of(std::string_view domain) const {
    for (const auto& [name, version] : operator_sets) {
      if (name == domain) return version;
    }
    // Files of before version 3 have no list: theirs is the first operator set.
    return ir_version < 3 && domain.empty() ? std::optional<int64_t>(1) : std::nullopt;
  }
};

/// The messages of a graph, not walked yet.
struct Parts {
  std::vector<ProtoMessage> nodes = {};
  std::vector<ProtoMessage> inputs = {};
  std::vector<ProtoMessage> outputs = {};
  std::vector<ProtoMessage> value_infos = {};
};

/// What the file says of a node beside what `Node` keeps, until its operator is translated.
struct Draft {
  std::string_view domain = {};
  ProtoMessage message = {};
};

/// Builds one graph. Names are resolved once all that define some are known: the parts of the message come in any
/// order.
class GraphReader {
 public:
  explicit GraphReader(const Context& context) : context_(context) {}

  Graph read(const std::vector<ProtoMessage>& messages) {
    Parts parts;
    for (const ProtoMessage& message : messages) collect(message, parts);
    const size_t names = graph_.tensors.size() + parts.inputs.size() + parts.nodes.size();
    ids_.reserve(names);
    graph_.tensors.reserve(names);
    for (const ProtoMessage& input : parts.inputs) define_input(input);
    // A stranger's file has a node in 12 bytes: what is kept of each is kept once.
    graph_.nodes.reserve(parts.nodes.size());
    drafts_.reserve(parts.nodes.size());
    for (const ProtoMessage& node : parts.nodes) define_results(node);
    parts.nodes = {};
    for (const ProtoMessage& info : parts.value_infos) fill_type(read_value_info(info));
    for (const ProtoMessage& output : parts.outputs) resolve_output(output);
    for (size_t i = 0; i < drafts_.size(); ++i) resolve_inputs(graph_.nodes[i], drafts_[i].message);
    ids_ = {};
    sort_nodes();
    for (size_t i = 0; i < drafts_.size(); ++i) graph_.nodes[i].op = operation(graph_.nodes[i], drafts_[i]);
    return std::move(graph_);
  }

 private:
  void collect(ProtoMessage message, Parts& parts) {
    while (message.next()) {
      switch (message.field()) {
        case GraphProto::node:
          if (parts.nodes.size() == kMaxNodes) {
            throw Error(ErrorCode::limit, "the graph has more than " + std::to_string(kMaxNodes) + " nodes",
                        message.field_offset());
          }
          parts.nodes.push_back(message.child());
          break;
        case GraphProto::name: graph_.name = name_in(message); break;
        case GraphProto::initializer:
          define(read_tensor(message.child(), next_storage()), message.field_offset());
          break;
        case GraphProto::sparse_initializer:
          define(read_sparse_tensor(message.child(), next_storage()), message.field_offset());
          break;
        case GraphProto::input: parts.inputs.push_back(message.child()); break;
        case GraphProto::output: parts.outputs.push_back(message.child()); break;
        case GraphProto::value_info: parts.value_infos.push_back(message.child()); break;
        default: break;
      }
    }
  }

  uint32_t next_storage() { return ++storage_; }

  /// Every name is written once (static single assignment).
  TensorId define(Tensor tensor, uint64_t offset) {
    if (tensor.name.empty()) throw Error(ErrorCode::corrupt, "a tensor has no name", offset);
    const auto id = static_cast<TensorId>(graph_.tensors.size());
    if (!ids_.emplace(tensor.name, id).second) {
      throw Error(ErrorCode::corrupt, "the tensor " + quoted(tensor.name) + " is defined twice", offset,
                  "every name in an ONNX graph is written by one initializer, input or node");
    }
    graph_.tensors.push_back(std::move(tensor));
    return id;
  }

  /// An input that is an initializer too only has a default value: it is no input.
  void define_input(const ProtoMessage& message) {
    Tensor tensor = read_value_info(message);
    const auto found = ids_.find(tensor.name);
    if (found != ids_.end() && graph_.tensors[found->second].is_constant()) return;
    graph_.inputs.push_back(define(std::move(tensor), message.offset()));
  }

  void define_results(const ProtoMessage& message) {
    Draft draft{.message = message};
    Node node{.offset = message.offset()};
    std::vector<std::string_view> results;
    for (ProtoMessage fields = message; fields.next();) {
      switch (fields.field()) {
        case NodeProto::output: results.push_back(name_in(fields)); break;
        case NodeProto::name: node.name = name_in(fields); break;
        case NodeProto::op_type: node.type = name_in(fields); break;
        case NodeProto::domain: draft.domain = short_domain(name_in(fields)); break;
        default: break;
      }
    }
    if (node.type.empty()) throw Error(ErrorCode::corrupt, "a node has no op_type", node.offset);
    while (!results.empty() && results.back().empty()) results.pop_back();
    if (results.empty()) throw Error(ErrorCode::corrupt, std::string(node.type) + " has no result", node.offset);
    if (node.type == "Constant" && draft.domain.empty()) {
      define_constant(node, message, results.front());
      return;
    }
    for (const std::string_view result : results) {
      node.outputs.push_back(result.empty() ? kAbsent : define({.name = result}, node.offset));
    }
    node.scope = scope_of(node.name);
    graph_.nodes.push_back(std::move(node));
    drafts_.push_back(draft);
  }

  /// Layer path of names such as "/layer1/conv1/Conv" and "model/dense/MatMul": all but the last part.
  static std::string_view scope_of(std::string_view name) {
    if (name.starts_with('/')) name.remove_prefix(1);
    const size_t slash = name.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : name.substr(0, slash);
  }

  /// The value is stored in the node's attribute, which goes by the name of its kind.
  void define_constant(Node& node, const ProtoMessage& message, std::string_view name) {
    NodeReader reader(graph_, node, message, 0, storage_);
    Tensor tensor = constant_value(reader);
    tensor.name = name;
    if (tensor.storage == 0) tensor.storage = next_storage();
    if (tensor.stored_bytes == 0 && tensor.elements) {
      tensor.stored_bytes = byte_size(tensor.dtype, tensor.elements->size()).value();
    }
    define(std::move(tensor), node.offset);
  }

  static Tensor constant_value(NodeReader& node) {
    if (std::optional<Tensor> value = node.tensor("value")) return *value;
    if (std::optional<Tensor> value = node.sparse_tensor("sparse_value")) return *value;
    if (const auto values = node.integers("value_ints")) return constant_of(std::span(*values), false);
    if (const auto values = node.reals("value_floats")) return constant_of(std::span(*values), false);
    if (node.has("value_int")) {
      const int64_t value = node.integer("value_int", 0);
      return constant_of(std::span(&value, 1), true);
    }
    if (node.has("value_float")) {
      const float value = node.real("value_float", 0);
      return constant_of(std::span(&value, 1), true);
    }
    if (node.has("value_string")) return {.dtype = DType::string, .dims = std::vector<Dim>{}};
    if (node.has("value_strings")) {
      const auto count = static_cast<int64_t>(node.texts("value_strings").size());
      return {.dtype = DType::string, .dims = std::vector<Dim>{{count, {}}}};
    }
    node.corrupt("it has no value");
  }

  /// Types and shapes that the file notes for results; it notes some for initializers too, which know theirs.
  void fill_type(const Tensor& info) {
    const auto found = ids_.find(info.name);
    if (found == ids_.end()) return;
    Tensor& tensor = graph_.tensors[found->second];
    if (tensor.is_constant()) return;
    if (tensor.dtype == DType::unknown) tensor.dtype = info.dtype;
    if (!tensor.dims) tensor.dims = info.dims;
  }

  void resolve_output(const ProtoMessage& message) {
    const Tensor info = read_value_info(message);
    const auto found = ids_.find(info.name);
    if (found == ids_.end()) {
      throw Error(ErrorCode::corrupt, "nothing writes the graph's output " + quoted(info.name), message.offset());
    }
    fill_type(info);
    graph_.outputs.push_back(found->second);
  }

  void resolve_inputs(Node& node, const ProtoMessage& message) {
    for (ProtoMessage fields = message; fields.next();) {
      if (fields.field() != NodeProto::input) continue;
      const std::string_view name = name_in(fields);
      if (name.empty()) {
        node.inputs.push_back(kAbsent);
        continue;
      }
      const auto found = ids_.find(name);
      if (found == ids_.end()) {
        throw Error(ErrorCode::corrupt, std::string(node.type) + " reads " + quoted(name) + ", which nothing writes",
                    node.offset, "each operand is a graph input, an initializer or the result of a node");
      }
      node.inputs.push_back(found->second);
    }
    while (!node.inputs.empty() && node.inputs.back() == kAbsent) node.inputs.pop_back();
  }

  /// Leaves the file's order where it is one in which every tensor is written before it is read, as it should be; else
  /// Kahn's algorithm, taking of the nodes that are ready the first in the file.
  void sort_nodes() {
    constexpr NodeIndex kNone = UINT32_MAX;
    std::vector<Node>& nodes = graph_.nodes;
    std::vector<NodeIndex> producer(graph_.tensors.size(), kNone);
    for (NodeIndex i = 0; i < nodes.size(); ++i) {
      for (const TensorId id : nodes[i].outputs) {
        if (id != kAbsent) producer[id] = i;
      }
    }
    const auto is_written_before = [&](TensorId id, NodeIndex i) {
      return id == kAbsent || producer[id] == kNone || producer[id] < i;
    };
    NodeIndex in_order = 0;
    while (in_order < nodes.size() &&
           std::ranges::all_of(nodes[in_order].inputs, [&](TensorId id) { return is_written_before(id, in_order); })) {
      ++in_order;
    }
    if (in_order == nodes.size()) return;

    std::vector<uint32_t> waits(nodes.size(), 0);
    std::vector<std::vector<NodeIndex>> readers(nodes.size());
    for (NodeIndex i = 0; i < nodes.size(); ++i) {
      for (const TensorId id : nodes[i].inputs) {
        if (id == kAbsent || producer[id] == kNone) continue;
        readers[producer[id]].push_back(i);
        ++waits[i];
      }
    }
    std::priority_queue<NodeIndex, std::vector<NodeIndex>, std::greater<>> ready;
    for (NodeIndex i = 0; i < nodes.size(); ++i) {
      if (waits[i] == 0) ready.push(i);
    }
    std::vector<NodeIndex> sorted;
    sorted.reserve(nodes.size());
    while (!ready.empty()) {
      const NodeIndex i = ready.top();
      ready.pop();
      sorted.push_back(i);
      for (const NodeIndex reader : readers[i]) {
        if (--waits[reader] == 0) ready.push(reader);
      }
    }
    if (sorted.size() < nodes.size()) {
      const auto stuck = std::ranges::find_if(waits, [](uint32_t count) { return count > 0; }) - waits.begin();
      const Node& node = nodes[static_cast<size_t>(stuck)];
      throw Error(ErrorCode::corrupt, std::string(node.type) + " " + quoted(node.name) + " waits for its own result",
                  node.offset, "the nodes of an ONNX graph form no cycle");
    }
    std::vector<Node> sorted_nodes;
    std::vector<Draft> sorted_drafts;
    sorted_nodes.reserve(nodes.size());
    sorted_drafts.reserve(nodes.size());
    for (const NodeIndex i : sorted) {
      sorted_nodes.push_back(std::move(nodes[i]));
      sorted_drafts.push_back(drafts_[i]);
    }
    nodes = std::move(sorted_nodes);
    drafts_ = std::move(sorted_drafts);
  }

  Op operation(Node& node, const Draft& draft) {
    const std::string type(node.type.substr(0, 80));
    if (context_.functions.contains({draft.domain, node.type})) {
      return Opaque{type + " is a function of the model; functions are not followed"};
    }
    const std::optional<int64_t> version = context_.version_of(draft.domain);
    if (!version) {
      return Opaque{type + ": the model imports no version of the domain " + quoted(long_domain(draft.domain))};
    }
    const Operator* row = draft.domain.empty() ? find_operator(node.type) : nullptr;
    if (row == nullptr) {
      return Opaque{"there is no rule for the operator " + type + " of the domain " +
                    quoted(long_domain(draft.domain))};
    }
    NodeReader reader(graph_, node, draft.message, *version, storage_);
    for (size_t i = 0; i < row->required; ++i) {
      if (reader.input(i) == kAbsent) reader.corrupt("operand " + std::to_string(i) + " is missing");
    }
    Op op = row->read(reader);
    if (Opaque* opaque = std::get_if<Opaque>(&op)) opaque->why = type + ": " + opaque->why;
    return op;
  }

  static std::string_view long_domain(std::string_view domain) { return domain.empty() ? "ai.onnx" : domain; }

  const Context& context_;
  Graph graph_;
  std::vector<Draft> drafts_;  ///< of `graph_.nodes`, in their order
  std::unordered_map<std::string_view, TensorId> ids_;
  uint32_t storage_ = 0;
};

std::pair<std::string_view, int64_t> read_operator_set(ProtoMessage message) {
  std::pair<std::string_view, int64_t> result;
  while (message.next()) {
    switch (message.field()) {
      case OperatorSetIdProto::domain: result.first = short_domain(name_in(message)); break;
      case OperatorSetIdProto::version: result.second = message.integer(); break;
      default: break;
    }
  }
  return result;
}

std::pair<std::string_view, std::string_view> read_function_name(ProtoMessage message) {
  std::pair<std::string_view, std::string_view> result;
  while (message.next()) {
    switch (message.field()) {
      case FunctionProto::domain: result.first = short_domain(name_in(message)); break;
      case FunctionProto::name: result.second = name_in(message); break;
      default: break;
    }
  }
  return result;
}

/// Whether the current field of a ModelProto has the wire type of the schema; false for a field it does not have.
bool is_model_field(const ProtoMessage& message) {
  switch (message.field()) {
    case ModelProto::ir_version:
    case ModelProto::model_version: return message.type() == WireType::varint;
    case ModelProto::producer_name:
    case ModelProto::producer_version:
    case ModelProto::domain:
    case ModelProto::doc_string:
    case ModelProto::graph:
    case ModelProto::opset_import:
    case ModelProto::metadata_props:
    case ModelProto::training_info:
    case ModelProto::functions:
    case ModelProto::configuration: return message.type() == WireType::delimited;
    default: return false;
  }
}

/// Whether a message begins as a GraphProto does; an empty one does.
bool begins_as_graph(ProtoMessage message) {
  if (!message.next()) return true;
  switch (message.field()) {
    case GraphProto::node:
    case GraphProto::name:
    case GraphProto::initializer:
    case GraphProto::doc_string:
    case GraphProto::input:
    case GraphProto::output:
    case GraphProto::value_info:
    case GraphProto::quantization_annotation:
    case GraphProto::sparse_initializer:
    case GraphProto::metadata_props: return message.type() == WireType::delimited;
    default: return false;
  }
}

}  // namespace
}  // namespace onnx

bool matches_onnx(Bytes bytes) {
  using namespace onnx;
  bool version = false;
  bool graph = false;
  ProtoMessage model(bytes);
  try {
    while (model.next()) {
      if (!is_model_field(model)) return false;
      if (model.field() == ModelProto::ir_version) {
        version = model.integer() >= 1 && model.integer() <= kMaxIrVersion;
        if (!version) return false;
      }
      if (model.field() == ModelProto::graph) {
        graph = true;
        if (!begins_as_graph(model.child())) return false;
      }
    }
  } catch (const Error& error) {
    // A file that is cut inside its graph is an ONNX file with an error, which reading it will name.
    return version && (graph || (error.code == ErrorCode::truncated && model.field() == ModelProto::graph));
  }
  return version && graph;
}

Model read_onnx(File file) {
  using namespace onnx;
  Model model{.file = std::move(file), .format = "onnx"};
  Context context;
  std::vector<ProtoMessage> graphs;
  std::string_view producer;
  std::string_view producer_version;
  ProtoMessage message(model.file.bytes());
  while (message.next()) {
    switch (message.field()) {
      case ModelProto::ir_version: context.ir_version = message.integer(); break;
      case ModelProto::producer_name: producer = name_in(message); break;
      case ModelProto::producer_version: producer_version = name_in(message); break;
      case ModelProto::graph: graphs.push_back(message.child()); break;
      case ModelProto::opset_import: context.operator_sets.push_back(read_operator_set(message.child())); break;
      case ModelProto::functions: context.functions.insert(read_function_name(message.child())); break;
      default: break;
    }
  }
  if (graphs.empty()) throw Error(ErrorCode::corrupt, "the model has no graph", 0);
  model.producer = producer;
  if (!producer_version.empty()) model.producer += " " + std::string(producer_version);
  model.graphs.push_back(GraphReader(context).read(graphs));
  return model;
}

}  // namespace flopstat
