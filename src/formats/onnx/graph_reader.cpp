#include "formats/onnx/graph_reader.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <queue>
#include <string>
#include <unordered_map>

#include "flopstat/error.h"
#include "formats/names.h"
#include "formats/onnx/operators.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/scope.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

constexpr size_t kMaxNodes = 10'000'000;

/// Nodes of all function bodies, one for each call with attributes: functions that call others twice multiply.
constexpr size_t kMaxFunctionNodes = 500'000;

/// The messages of a graph, not walked yet.
struct Parts {
  std::vector<ProtoMessage> nodes = {};
  std::vector<ProtoMessage> inputs = {};
  std::vector<ProtoMessage> outputs = {};
  std::vector<ProtoMessage> value_infos = {};
};

const InnerGraphs kNoGraphs;

/// What the file says of a node beside what `Node` keeps, until its operator is translated.
struct Draft {
  std::string_view domain = {};
  std::string_view overload = {};
  ProtoMessage message = {};
  std::unique_ptr<InnerGraphs> inner = nullptr;  ///< where it has any
};

/// Nodes that stand before the node of that index: its operator is split into them.
struct Split {
  size_t index = 0;
  std::vector<Node> before = {};
};

/// Builds one graph. Names are resolved once all that define some are known: the parts of the message come in any
/// order. A name that the graph does not define is looked for in the graphs around it: a constant is taken over, for
/// anything else the graph gets one more input.
class GraphReader {
 public:
  /// `given` are the attributes of the call whose function's body the graph is in, `around` reads the graph that holds
  /// this one. All of them outlive the reader.
  GraphReader(Library& library, const OperatorSets& operator_sets, std::span<const Attribute> given,
              GraphReader* around)
      : library_(library), operator_sets_(operator_sets), given_(given), around_(around) {}

  Graph read(const std::vector<ProtoMessage>& messages) {
    Parts parts;
    for (const ProtoMessage& message : messages) collect(message, parts);
    for (const ProtoMessage& input : parts.inputs) define_input(input);
    define_nodes(parts.nodes);
    parts.nodes = {};
    for (const ProtoMessage& info : parts.value_infos) fill_type(read_value_info(info));
    for (const ProtoMessage& output : parts.outputs) resolve_output(output);
    return finish();
  }

  /// `absent`: per input whether the call leaves it out.
  Graph read(const Function& function, const std::vector<bool>& absent) {
    graph_.name = function.name;
    library_.function_nodes += function.nodes.size();
    if (library_.function_nodes > kMaxFunctionNodes) {
      throw Error(ErrorCode::limit,
                  "the calls of its functions unfold into more than " + std::to_string(kMaxFunctionNodes) + " nodes");
    }
    for (const std::string_view input : function.inputs) graph_.inputs.push_back(define({.name = input}, 0));
    for (size_t i = 0; i < function.inputs.size(); ++i) {
      if (absent[i]) absent_.push_back(graph_.inputs[i]);
    }
    define_nodes(function.nodes);
    for (const std::string_view output : function.outputs) {
      graph_.outputs.push_back(id_of(output, 0, "nothing writes the function's output " + quoted(output)));
    }
    return finish();
  }

  /// Names that the graph takes from those around it, in the order of the inputs they became.
  const std::vector<std::string_view>& captured() const { return captured_; }

 private:
  void define_nodes(const std::vector<ProtoMessage>& nodes) {
    library_.nodes += nodes.size();
    if (library_.nodes > kMaxNodes) {
      throw Error(ErrorCode::limit, "the model has more than " + std::to_string(kMaxNodes) + " nodes");
    }
    // A stranger's file has a node in 12 bytes: what is kept of each is kept once.
    ids_.reserve(graph_.tensors.size() + nodes.size());
    graph_.tensors.reserve(graph_.tensors.size() + nodes.size());
    graph_.nodes.reserve(nodes.size());
    drafts_.reserve(nodes.size());
    for (const ProtoMessage& node : nodes) define_results(node);
  }

  Graph finish() {
    for (size_t i = 0; i < drafts_.size(); ++i) resolve_inputs(graph_.nodes[i], drafts_[i]);
    sort_nodes();
    for (size_t i = 0; i < drafts_.size(); ++i) graph_.nodes[i].op = operation(i);
    insert_splits();
    return std::move(graph_);
  }

  /// Puts the nodes that operators were split into before their last one.
  void insert_splits() {
    if (splits_.empty()) return;
    std::vector<Node> nodes;
    nodes.reserve(graph_.nodes.size() + 2 * splits_.size());
    auto split = splits_.begin();
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (split != splits_.end() && split->index == i) {
        std::ranges::move(split->before, std::back_inserter(nodes));
        ++split;
      }
      nodes.push_back(std::move(graph_.nodes[i]));
    }
    graph_.nodes = std::move(nodes);
  }

  void collect(ProtoMessage message, Parts& parts) {
    while (message.next()) {
      switch (message.field()) {
        case GraphProto::node: parts.nodes.push_back(message.child()); break;
        case GraphProto::name: graph_.name = name_in(message); break;
        case GraphProto::initializer:
          define(read_tensor(message.child(), next_storage(), &library_.external_files), message.field_offset());
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

  uint32_t next_storage() { return ++library_.storage; }

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
        case NodeProto::overload: draft.overload = name_in(fields); break;
        case NodeProto::domain: draft.domain = short_domain(name_in(fields)); break;
        case NodeProto::metadata_props: note(fields.child(), node); break;
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
    if (node.scope.empty()) node.scope = scope_in_name(node.name);
    graph_.nodes.push_back(std::move(node));
    drafts_.push_back(std::move(draft));
  }

  /// One of the texts that an exporter notes for a node.
  void note(ProtoMessage message, Node& node) {
    std::string_view key, value;
    while (message.next()) {
      if (message.field() == StringStringEntryProto::key) key = message.text();
      if (message.field() == StringStringEntryProto::value) value = message.text();
    }
    if (key != "pkg.torch.onnx.name_scopes") return;
    const auto [known, is_new] = library_.scopes.try_emplace(value);
    if (is_new) {
      if (std::optional<std::string> scope = scope_in_list(value); scope && !scope->empty()) {
        known->second = library_.model.invented.emplace_back(*std::move(scope));
      }
    }
    node.scope = known->second;
  }

  /// The value is stored in the node's attribute, which goes by the name of its kind.
  void define_constant(Node& node, const ProtoMessage& message, std::string_view name) {
    NodeReader reader(graph_, node, read_attributes(message, given_), kNoGraphs, 0, library_.storage);
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
    const TensorId id = id_of(info.name, message.offset(), "nothing writes the graph's output " + quoted(info.name));
    fill_type(info);
    graph_.outputs.push_back(id);
  }

  /// The tensor of that name, here or around; throws `Error` (corrupt) with `otherwise` where there is none.
  TensorId id_of(std::string_view name, uint64_t offset, const std::string& otherwise) {
    if (const std::optional<TensorId> id = find(name)) return *id;
    throw Error(ErrorCode::corrupt, otherwise, offset,
                "each tensor is a graph input, an initializer or the result of a node");
  }

  std::optional<TensorId> find(std::string_view name) {
    if (const auto found = ids_.find(name); found != ids_.end()) return found->second;
    const std::optional<TensorId> outer = around_ == nullptr ? std::nullopt : around_->find(name);
    if (!outer) return std::nullopt;
    const auto id = static_cast<TensorId>(graph_.tensors.size());
    graph_.tensors.push_back(around_->graph_.tensors[*outer]);
    ids_.emplace(name, id);
    if (!graph_.tensors[id].is_constant()) {
      graph_.tensors[id].dims = fixed_part(graph_.tensors[id].dims);
      captured_.push_back(name);
    }
    return id;
  }

  /// Sizes that are free outside have a number inside: only the rank is taken over.
  static std::optional<std::vector<Dim>> fixed_part(std::optional<std::vector<Dim>> dims) {
    if (!dims) return dims;
    for (Dim& dim : *dims) dim.symbol = {};
    return dims;
  }

  void resolve_inputs(Node& node, Draft& draft) {
    for (ProtoMessage fields = draft.message; fields.next();) {
      if (fields.field() != NodeProto::input) continue;
      const std::string_view name = name_in(fields);
      if (name.empty()) {
        node.inputs.push_back(kAbsent);
        continue;
      }
      const TensorId id =
          id_of(name, node.offset, std::string(node.type) + " reads " + quoted(name) + ", which nothing writes");
      node.inputs.push_back(std::ranges::find(absent_, id) == absent_.end() ? id : kAbsent);
    }
    while (!node.inputs.empty() && node.inputs.back() == kAbsent) node.inputs.pop_back();
    read_inner_graphs(draft);
  }

  /// Graphs in the node's attributes. All of them get the same inputs behind their own: what any of them captures.
  void read_inner_graphs(Draft& draft) {
    std::vector<std::string_view> names;
    std::vector<std::vector<std::string_view>> captured;
    InnerGraphs inner;
    for (const Attribute& attribute : read_attributes(draft.message, given_)) {
      for (ProtoMessage fields = attribute.message; fields.next();) {
        if (fields.field() != AttributeProto::g || attribute.type != AttributeProto::kGraph) continue;
        GraphReader reader(library_, operator_sets_, given_, this);
        Graph graph = reader.read({fields.child()});
        captured.push_back(reader.captured());
        for (const std::string_view name : reader.captured()) {
          if (std::ranges::find(names, name) == names.end()) names.push_back(name);
        }
        inner.graphs.emplace_back(attribute.name, static_cast<GraphId>(library_.model.graphs.size()));
        inner_ids_.push_back(reader.ids_);
        library_.model.graphs.push_back(std::move(graph));
      }
    }
    if (inner.graphs.empty()) return;
    for (size_t i = 0; i < inner.graphs.size(); ++i) {
      Graph& graph = library_.model.graphs[inner.graphs[i].second];
      for (const std::string_view name : names) {
        if (std::ranges::find(captured[i], name) != captured[i].end()) {
          graph.inputs.push_back(inner_ids_[i].at(name));
        } else {
          graph.tensors.push_back({.name = name});
          graph.inputs.push_back(static_cast<TensorId>(graph.tensors.size() - 1));
        }
      }
    }
    inner_ids_.clear();
    for (const std::string_view name : names) inner.captured.push_back(ids_.at(name));
    draft.inner = std::make_unique<InnerGraphs>(std::move(inner));
  }

  /// Visits every tensor that must be there before the node of that index: its operands and what the graphs inside it
  /// capture.
  template <typename Visit>
  void visit_reads(size_t index, const Visit& visit) const {
    for (const TensorId id : graph_.nodes[index].inputs) {
      if (id != kAbsent) visit(id);
    }
    if (drafts_[index].inner == nullptr) return;
    for (const TensorId id : drafts_[index].inner->captured) visit(id);
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
    bool in_order = true;
    for (NodeIndex i = 0; i < nodes.size(); ++i) {
      visit_reads(i, [&](TensorId id) { in_order = in_order && (producer[id] == kNone || producer[id] < i); });
    }
    if (in_order) return;

    std::vector<uint32_t> waits(nodes.size(), 0);
    std::vector<std::vector<NodeIndex>> readers(nodes.size());
    for (NodeIndex i = 0; i < nodes.size(); ++i) {
      visit_reads(i, [&](TensorId id) {
        if (producer[id] == kNone) return;
        readers[producer[id]].push_back(i);
        ++waits[i];
      });
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
      sorted_drafts.push_back(std::move(drafts_[i]));
    }
    nodes = std::move(sorted_nodes);
    drafts_ = std::move(sorted_drafts);
  }

  /// The operation of the node of that index.
  Op operation(size_t index) {
    Node& node = graph_.nodes[index];
    const Draft& draft = drafts_[index];
    const std::string type(node.type.substr(0, 80));
    if (const auto found = library_.functions.find({draft.domain, node.type, draft.overload});
        found != library_.functions.end()) {
      return call(node, draft, found->second);
    }
    const std::optional<int64_t> version = operator_sets_.version_of(draft.domain);
    if (!version) {
      return Opaque{type + ": the model imports no version of the domain " + quoted(long_domain(draft.domain)),
                    attributes_of(draft), std::string(draft.domain)};
    }
    const Operator* row = find_operator(draft.domain, node.type);
    if (row == nullptr) {
      return Opaque{"there is no rule for the operator " + type + " of the domain " + quoted(long_domain(draft.domain)),
                    attributes_of(draft), std::string(draft.domain)};
    }
    NodeReader reader(graph_, node, read_attributes(draft.message, given_), draft.inner ? *draft.inner : kNoGraphs,
                      *version, library_.storage);
    for (size_t i = 0; i < row->required; ++i) {
      if (reader.input(i) == kAbsent) reader.corrupt("operand " + std::to_string(i) + " is missing");
    }
    Op op = row->read(reader);
    if (std::vector<Node> before = reader.emitted(); !before.empty()) splits_.push_back({index, std::move(before)});
    if (Opaque* opaque = std::get_if<Opaque>(&op)) {
      opaque->why = type + ": " + opaque->why;
      opaque->attributes = attributes_of(draft);
      opaque->domain = draft.domain;
    }
    return op;
  }

  /// What rules of the user may read of a node that is not understood.
  std::shared_ptr<const Attributes> attributes_of(const Draft& draft) const {
    return std::make_shared<const Attributes>(plain_attributes(read_attributes(draft.message, given_)));
  }

  /// The call of a function. What it leaves out, the nodes inside leave out.
  Op call(Node& node, const Draft& draft, const Function& function) {
    if (std::ranges::find(library_.active, &function) != library_.active.end()) {
      throw Error(ErrorCode::corrupt, "the function " + quoted(function.name) + " calls itself", node.offset,
                  "functions of an ONNX model are replaced by their bodies, which then has no end");
    }
    node.inputs.resize(std::max(node.inputs.size(), function.inputs.size()), kAbsent);
    std::vector<bool> absent(function.inputs.size());
    for (size_t i = 0; i < absent.size(); ++i) absent[i] = node.inputs[i] == kAbsent;
    std::vector<Attribute> given = read_attributes(draft.message, given_);
    const bool shared = given.empty() && std::ranges::find(absent, true) == absent.end();
    if (shared) {
      if (const auto found = library_.bodies.find(&function); found != library_.bodies.end()) {
        return Call{found->second};
      }
    }
    for (const Attribute& attribute : function.defaults) {
      const bool is_given = std::ranges::find(given, attribute.name, &Attribute::name) != given.end();
      if (!is_given) given.push_back(attribute);
    }
    library_.active.push_back(&function);
    Graph body = GraphReader(library_, function.operator_sets, given, nullptr).read(function, absent);
    library_.active.pop_back();
    const auto id = static_cast<GraphId>(library_.model.graphs.size());
    library_.model.graphs.push_back(std::move(body));
    if (shared) library_.bodies.emplace(&function, id);
    return Call{id};
  }

  static std::string_view long_domain(std::string_view domain) { return domain.empty() ? "ai.onnx" : domain; }

  Library& library_;
  const OperatorSets& operator_sets_;
  std::span<const Attribute> given_;
  GraphReader* around_;
  Graph graph_;
  std::vector<Draft> drafts_;  ///< of `graph_.nodes`, in their order
  std::vector<Split> splits_;
  std::unordered_map<std::string_view, TensorId> ids_;
  std::vector<std::unordered_map<std::string_view, TensorId>> inner_ids_;
  std::vector<std::string_view> captured_;
  std::vector<TensorId> absent_;  ///< inputs of a function that its call leaves out
};

}  // namespace

std::optional<int64_t> OperatorSets::version_of(std::string_view domain) const {
  for (const auto& [name, version] : versions) {
    if (name == domain) return version;
  }
  // Files of before version 3 have no list: theirs is the first operator set.
  return ir_version < 3 && domain.empty() ? std::optional<int64_t>(1) : std::nullopt;
}

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

std::pair<FunctionKey, Function> read_function(ProtoMessage message, const OperatorSets& model) {
  std::pair<FunctionKey, Function> result;
  auto& [domain, name, overload] = result.first;
  Function& function = result.second;
  function.operator_sets.ir_version = model.ir_version;
  while (message.next()) {
    switch (message.field()) {
      case FunctionProto::domain: domain = short_domain(name_in(message)); break;
      case FunctionProto::name: name = function.name = name_in(message); break;
      case FunctionProto::overload: overload = name_in(message); break;
      case FunctionProto::input: function.inputs.push_back(name_in(message)); break;
      case FunctionProto::output: function.outputs.push_back(name_in(message)); break;
      case FunctionProto::attribute_proto: function.defaults.push_back(read_attribute(message.child())); break;
      case FunctionProto::node: function.nodes.push_back(message.child()); break;
      case FunctionProto::opset_import:
        function.operator_sets.versions.push_back(read_operator_set(message.child()));
        break;
      default: break;
    }
  }
  for (const auto& version : model.versions) function.operator_sets.versions.push_back(version);
  return result;
}

Graph read_main_graph(Library& library, const OperatorSets& operator_sets, const std::vector<ProtoMessage>& messages) {
  return GraphReader(library, operator_sets, {}, nullptr).read(messages);
}

}  // namespace flopstat::onnx
