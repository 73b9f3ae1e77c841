#include "formats/tensorflow/graph_reader.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>

#include "flopstat/error.h"
#include "formats/names.h"
#include "formats/tensorflow/operators.h"
#include "formats/tensorflow/schema.h"
#include "formats/tensorflow/tensor.h"

namespace flopstat::tensorflow {
namespace {

template <size_t size>
bool is_one_of(std::string_view op, const std::array<std::string_view, size>& names) {
  return std::ranges::find(names, op) != names.end();
}

bool is_placeholder(std::string_view op) { return op == "Placeholder" || op == "PlaceholderV2" || op == "_Arg"; }

/// What reads or decodes examples, before the network: its results are inputs.
bool is_decoder(std::string_view op) {
  constexpr std::array<std::string_view, 12> kNames{
      "DecodeWav",  "DecodeJpeg",      "DecodePng",           "DecodeBmp",    "DecodeImage",    "DecodeGif",
      "DecodeWebP", "IteratorGetNext", "IteratorGetNextSync", "ParseExample", "ParseExampleV2", "ParseSingleExample"};
  return is_one_of(op, kNames);
}

/// What a node that parses examples gives: of the sparse features first all places, then all values, then all sizes;
/// then the dense ones. Ragged ones follow, of which the node states no shape.
std::vector<Tensor> parsed_features(const NodeReader& reader, bool batched) {
  const std::vector<DType> sparse = reader.types("sparse_types");
  const std::vector<DType> dense = reader.types("Tdense");
  const auto shapes = reader.shapes("dense_shapes");
  const Dim rank{batched ? 2 : 1, {}};
  std::vector<Tensor> features;
  features.reserve(3 * sparse.size() + dense.size());
  for (size_t i = 0; i < sparse.size(); ++i) {
    features.push_back({.dtype = DType::i64, .dims = std::vector<Dim>{Dim{}, rank}});
  }
  for (const DType type : sparse) features.push_back({.dtype = type, .dims = std::vector<Dim>{Dim{}}});
  for (size_t i = 0; i < sparse.size(); ++i) {
    features.push_back({.dtype = DType::i64, .dims = std::vector<Dim>{rank}});
  }
  for (size_t i = 0; i < dense.size(); ++i) {
    Tensor feature{.dtype = dense[i], .dims = i < shapes.size() ? shapes[i] : std::nullopt};
    if (feature.dims && batched) feature.dims->insert(feature.dims->begin(), Dim{-1, "batch"});
    features.push_back(std::move(feature));
  }
  return features;
}

bool is_variable(std::string_view op) { return op == "VarHandleOp" || op == "VariableV2" || op == "Variable"; }

/// Nodes that are there for what they do, or that give nothing that a user asks for.
bool gives_nothing(std::string_view op) {
  constexpr std::array<std::string_view, 33> kNames{"NoOp",
                                                    "Assert",
                                                    "Const",
                                                    "Placeholder",
                                                    "PlaceholderV2",
                                                    "PlaceholderWithDefault",
                                                    "VarHandleOp",
                                                    "VariableV2",
                                                    "Variable",
                                                    "ReadVariableOp",
                                                    "VarIsInitializedOp",
                                                    "IsVariableInitialized",
                                                    "AssignVariableOp",
                                                    "AssignAddVariableOp",
                                                    "AssignSubVariableOp",
                                                    "Assign",
                                                    "AssignAdd",
                                                    "AssignSub",
                                                    "Save",
                                                    "SaveV2",
                                                    "SaveSlices",
                                                    "Restore",
                                                    "RestoreV2",
                                                    "MergeV2Checkpoints",
                                                    "ShardedFilename",
                                                    "MergeSummary",
                                                    "ScalarSummary",
                                                    "HistogramSummary",
                                                    "ImageSummary",
                                                    "InitializeTableV2",
                                                    "LookupTableImportV2",
                                                    "Print",
                                                    "PrintV2"};
  return is_one_of(op, kNames);
}

/// Layer path in a node's name: all but its last part.
std::string_view scope_in(std::string_view name) {
  const size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : name.substr(0, slash);
}

/// The argument that a function hands on as it is, or else the result: a loop whose body hands a weight on keeps it.
Source handed_on(const Scope& scope, const Source& source) {
  const Source behind = behind_identities(scope, source);
  return scope[behind.node].op == "_Arg" ? behind : source;
}

/// What the nodes of a region take from each other, in an order in which each comes behind what it takes.
class Dependencies {
 public:
  Dependencies(const Nodes& nodes, const std::unordered_map<uint64_t, size_t>& inputs)
      : nodes_(nodes), inputs_(inputs) {}

  /// Adds what leads to the result. Throws `Error` (corrupt) where nodes wait for each other.
  void add(const Source& output) {
    want(output);
    if (is_input(output)) return;
    stack_.push_back({output.node, {}, 0});
    while (!stack_.empty()) step();
  }

  const std::vector<NodeNumber>& order() const { return order_; }

  /// The number of results of a node that others take.
  uint32_t results_of(NodeNumber node) const {
    const auto found = results_.find(node);
    return found == results_.end() ? 0 : found->second;
  }

  /// The result that stands for another: an Exit's is one of its loop as a whole.
  Source canonical(const Source& source) const { return nodes_.loops->result_of_exit(source.node).value_or(source); }

  /// What a node takes.
  std::vector<Source> inputs_of(NodeNumber node) const {
    std::vector<Source> sources;
    if (const FrameLoop* loop = nodes_.loops->loop_of(node)) {
      for (const LoopVariable& variable : loop->variables) append(sources, variable.enter);
      for (const NodeNumber enter : loop->constants) append(sources, enter);
    } else if (const Condition* condition = nodes_.conditions->joined_by(node)) {
      sources.push_back(condition->predicate);
      for (const Source& each : condition->operands) sources.push_back(each);
    } else {
      sources = nodes_.scope.inputs_of(node);
    }
    for (Source& source : sources) source = canonical(source);
    return sources;
  }

  const Condition* condition_of(NodeNumber node) const { return nodes_.conditions->joined_by(node); }

 private:
  enum class Mark : uint8_t { open, done };

  struct Visit {
    NodeNumber node = 0;
    std::vector<Source> inputs = {};
    size_t next = 0;
  };

  void append(std::vector<Source>& sources, NodeNumber node) const {
    const std::vector<Source> inputs = nodes_.scope.inputs_of(node);
    if (inputs.size() == 1) {
      sources.push_back(inputs[0]);
      return;
    }
    throw Error(ErrorCode::corrupt, "the Enter " + quoted(nodes_.scope[node].name) + " has not one input",
                nodes_.scope[node].message.offset());
  }

  bool is_input(const Source& source) const { return inputs_.contains(key_of(source)); }

  void want(const Source& source) {
    uint32_t& count = results_[source.node];
    count = std::max(count, source.result + 1);
  }

  void step() {
    Visit& visit = stack_.back();
    if (visit.next == 0) {
      const auto [mark, is_new] = marks_.try_emplace(visit.node, Mark::open);
      if (!is_new) {
        if (mark->second == Mark::open) refuse_cycle(visit.node);
        stack_.pop_back();
        return;
      }
      if (!is_placeholder(nodes_.scope[visit.node].op)) visit.inputs = inputs_of(visit.node);
    }
    if (visit.next == visit.inputs.size()) {
      marks_[visit.node] = Mark::done;
      order_.push_back(visit.node);
      stack_.pop_back();
      return;
    }
    const Source input = visit.inputs[visit.next++];
    want(input);
    if (is_input(input)) return;
    const auto mark = marks_.find(input.node);
    if (mark != marks_.end() && mark->second == Mark::done) return;
    stack_.push_back({input.node, {}, 0});
  }

  [[noreturn]] void refuse_cycle(NodeNumber node) const {
    const Definition& definition = nodes_.scope[node];
    throw Error(ErrorCode::corrupt, "the node " + quoted(definition.name) + " waits for its own result",
                definition.message.offset(), "only the nodes of a loop (Enter, Merge, NextIteration) go round");
  }

  const Nodes& nodes_;
  const std::unordered_map<uint64_t, size_t>& inputs_;
  std::unordered_map<NodeNumber, Mark> marks_;
  std::unordered_map<NodeNumber, uint32_t> results_;
  std::vector<NodeNumber> order_;
  std::vector<Visit> stack_;
};

/// The inputs of a region by their keys.
std::unordered_map<uint64_t, size_t> numbered(const Region& region) {
  std::unordered_map<uint64_t, size_t> inputs = region.aliases;
  for (size_t i = 0; i < region.inputs.size(); ++i) inputs.emplace(key_of(region.inputs[i]), i);
  return inputs;
}

}  // namespace

/// Builds the graph of one region.
class RegionReader {
 public:
  RegionReader(GraphReader& file, const Region& region)
      : file_(file), region_(region), inputs_(numbered(region)), dependencies_(*region.nodes, inputs_) {}

  Graph read() {
    graph_.name = region_.name;
    std::vector<Source> outputs;
    for (const Source& output : region_.outputs) {
      outputs.push_back(dependencies_.canonical(output));
      dependencies_.add(outputs.back());
    }
    for (const Source& input : region_.inputs) {
      const TensorId id = add_tensor({.name = name_of(input)});
      if (region_.is_main) describe_input(id, input.node);
      graph_.inputs.push_back(id);
    }
    for (const auto& [key, input] : inputs_) tensors_.emplace(key, graph_.inputs[input]);
    for (const NodeNumber node : dependencies_.order()) read_node(node);
    for (const Source& output : outputs) graph_.outputs.push_back(tensor_of(output));
    return std::move(graph_);
  }

 private:
  const Scope& scope() const { return region_.nodes->scope; }

  /// As TensorFlow writes it: "name", and "name:1" for the second result.
  std::string_view name_of(const Source& source) {
    const std::string_view name = scope()[source.node].name;
    if (source.result == 0) return name;
    return file_.model_.invented.emplace_back(std::string(name) + ":" + std::to_string(source.result));
  }

  TensorId add_tensor(Tensor tensor) {
    graph_.tensors.push_back(std::move(tensor));
    return static_cast<TensorId>(graph_.tensors.size() - 1);
  }

  TensorId tensor_of(const Source& source) const {
    const auto found = tensors_.find(key_of(source));
    return found == tensors_.end() ? kAbsent : found->second;
  }

  NodeReader reader_of(Node& node, const Definition& definition) {
    note_producers();
    return {file_, graph_, node, definition.message, producers_};
  }

  void note_producers() {
    producers_.resize(graph_.tensors.size());
    for (; noted_ < graph_.nodes.size(); ++noted_) {
      for (const TensorId id : graph_.nodes[noted_].outputs) {
        if (id != kAbsent) producers_[id] = noted_ + 1;
      }
    }
  }

  /// Type and shape that a placeholder, or what stands where an input comes in, says of itself.
  void describe_input(TensorId id, NodeNumber number) {
    const Definition& definition = scope()[number];
    Node node{.name = definition.name, .type = definition.op, .offset = definition.message.offset()};
    const NodeReader reader = reader_of(node, definition);
    const DType dtype = reader.type("dtype");
    std::optional<std::vector<Dim>> dims = reader.shape("shape");
    if (!dims) {
      const auto shapes = reader.shapes("_output_shapes");
      if (!shapes.empty()) dims = shapes.front();
    }
    graph_.tensors[id].dtype = dtype;
    graph_.tensors[id].dims = std::move(dims);
  }

  void read_node(NodeNumber number) {
    const Definition& definition = scope()[number];
    Node node{.name = definition.name,
              .type = definition.op,
              .scope = scope_in(definition.name),
              .offset = definition.message.offset()};
    if (definition.op == "Const") return read_constant(number, node);
    if (is_variable(definition.op)) return read_variable(number, node);
    if (is_placeholder(definition.op)) return read_placeholder(number);
    if (is_decoder(definition.op)) return read_decoder(number, node);

    for (const Source& input : dependencies_.inputs_of(number)) node.inputs.push_back(tensor_of(input));
    file_.charge(1 + node.inputs.size());
    const uint32_t results = std::max(1U, dependencies_.results_of(number));
    for (uint32_t i = 0; i < results; ++i) {
      const TensorId id = add_tensor({.name = definition.name});
      node.outputs.push_back(id);
      tensors_.emplace(key_of({number, i}), id);
    }
    NodeReader reader = reader_of(node, definition);
    note_shapes(reader, node);
    node.op = operation(number, definition, reader);
    std::ranges::move(reader.emitted(), std::back_inserter(graph_.nodes));
    graph_.nodes.push_back(std::move(node));
  }

  Op operation(NodeNumber number, const Definition& definition, NodeReader& reader) {
    if (const FrameLoop* loop = region_.nodes->loops->loop_of(number)) return read_loop(*loop);
    if (const Condition* condition = dependencies_.condition_of(number)) return read_condition(*condition);
    const Operator* row = find_operator(definition.op);
    if (row == nullptr) {
      if (file_.functions_.contains(definition.op)) {
        return Call{file_.graph_of(definition.op, definition.message.offset())};
      }
      return Opaque{"the operator " + std::string(definition.op.substr(0, 80)) + " has no rule"};
    }
    for (size_t i = 0; i < row->required; ++i) {
      if (reader.input(i) == kAbsent) reader.corrupt("its operand " + std::to_string(i) + " is missing");
    }
    return row->read(reader);
  }

  /// What repeats one value and is no weight is a fill, stored as one number.
  void read_constant(NodeNumber number, Node& node) {
    const NodeReader reader = reader_of(node, scope()[number]);
    const std::optional<ProtoMessage> message = reader.tensor("value");
    if (!message) reader.corrupt("it has no value");
    StoredTensor stored = read_tensor(*message, ++file_.storage_, file_.repeatable_);
    stored.tensor.name = node.name;
    const bool no_weight = stored.holds_nothing || !is_float(stored.tensor.dtype) || file_.weights_are_variables_;
    if (stored.repeated && no_weight) {
      stored.tensor.storage = 0;
      stored.tensor.stored_bytes = 0;
      if (!stored.tensor.elements) return read_fill(number, node, stored);
    }
    tensors_.emplace(key_of({number, 0}), add_tensor(std::move(stored.tensor)));
  }

  void read_fill(NodeNumber number, Node& node, const StoredTensor& stored) {
    std::vector<int64_t> sizes;
    for (const Dim& dim : *stored.tensor.dims) sizes.push_back(dim.size);
    const TensorId value = add_tensor({.name = node.name,
                                       .dtype = stored.tensor.dtype,
                                       .dims = std::vector<Dim>{},
                                       .elements = std::make_shared<const Elements>(1, *stored.repeated)});
    node.inputs = {value, add_constant(graph_, sizes)};
    node.outputs = {add_tensor({.name = node.name, .dtype = stored.tensor.dtype})};
    node.op = Expand{};
    tensors_.emplace(key_of({number, 0}), node.outputs[0]);
    file_.charge(1 + node.inputs.size());
    graph_.nodes.push_back(std::move(node));
  }

  /// A handle stands for what the variable holds: reading it is the identity.
  void read_variable(NodeNumber number, Node& node) {
    const NodeReader reader = reader_of(node, scope()[number]);
    Tensor tensor{.name = node.name, .dtype = reader.type("dtype"), .dims = reader.shape("shape")};
    const std::string_view shared = reader.text("shared_name", {});
    tensor.storage = file_.storage_of(shared.empty() ? node.name : shared);
    if (const auto trainable = file_.trainable_.find(node.name); trainable != file_.trainable_.end()) {
      tensor.trainable = trainable->second;
    }
    tensor.stored_bytes = bytes_of(tensor);
    tensors_.emplace(key_of({number, 0}), add_tensor(std::move(tensor)));
  }

  /// Bytes by shape and type; 0 where they are not known or more than 2^64.
  static uint64_t bytes_of(const Tensor& tensor) try {
    if (!tensor.dims) return 0;
    Count count = 1;
    for (const Dim& dim : *tensor.dims) {
      if (dim.size < 0) return 0;
      count *= dim.size;
    }
    return byte_size(tensor.dtype, count).value();
  } catch (const Overflow&) {
    return 0;
  }

  void read_placeholder(NodeNumber number) {
    const TensorId id = add_tensor({.name = scope()[number].name});
    describe_input(id, number);
    if (region_.is_main) graph_.inputs.push_back(id);
    tensors_.emplace(key_of({number, 0}), id);
  }

  /// The texts that a node parses are a list of examples, unless they are known to be a single one.
  bool takes_batch(NodeNumber number) {
    const Definition& definition = scope()[number];
    const std::vector<Source> inputs = scope().inputs_of(number);
    if (inputs.empty() || definition.op == "ParseSingleExample") return false;
    const Definition& texts = scope()[inputs[0].node];
    Node node{.name = texts.name, .type = texts.op, .offset = texts.message.offset()};
    const auto shape = reader_of(node, texts).shape("shape");
    return !shape || !shape->empty();
  }

  /// Its results are inputs, with the types and sizes that the node states.
  void read_decoder(NodeNumber number, Node& node) {
    const NodeReader reader = reader_of(node, scope()[number]);
    const std::vector<DType> types = reader.types("output_types");
    const auto shapes = reader.shapes("output_shapes");
    const auto size = [&](std::string_view attribute) {
      const int64_t value = reader.integer(attribute, -1);
      return Dim{value < 1 ? -1 : value, {}};
    };
    const bool parses = node.type.starts_with("Parse");
    const std::vector<Tensor> features = parses ? parsed_features(reader, takes_batch(number)) : std::vector<Tensor>{};
    const uint32_t results = dependencies_.results_of(number);
    for (uint32_t i = 0; i < results; ++i) {
      Tensor tensor{.name = node.name, .dtype = i < types.size() ? types[i] : DType::u8, .dims = std::nullopt};
      if (i < shapes.size()) tensor.dims = shapes[i];
      if (parses) {
        tensor = i < features.size() ? features[i] : Tensor{};
        tensor.name = file_.model_.invented.emplace_back(std::string(node.name) + ":" + std::to_string(i));
      } else if (node.type == "DecodeWav") {
        tensor.dtype = i == 0 ? DType::f32 : DType::i32;
        tensor.dims.emplace();
        if (i == 0) tensor.dims = std::vector<Dim>{size("desired_samples"), size("desired_channels")};
      } else if (shapes.empty()) {
        tensor.dims = std::vector<Dim>{{-1, "height"}, {-1, "width"}, size("channels")};
      }
      const TensorId id = add_tensor(std::move(tensor));
      if (region_.is_main) graph_.inputs.push_back(id);
      tensors_.emplace(key_of({number, i}), id);
    }
    file_.model_.warnings.push_back(
        {"decoder_not_counted", std::string(node.type) + " " + quoted(node.name) +
                                    " reads or decodes examples: its work is not counted, its results are inputs"});
  }

  /// Shapes that the file notes for the results, of what are tensors.
  void note_shapes(const NodeReader& reader, const Node& node) {
    const auto shapes = reader.shapes("_output_shapes");
    if (shapes.empty() || node.type.starts_with("Tensor")) return;
    std::vector<DType> types = reader.types("Tout");
    if (types.empty()) types = reader.types("T");
    const DType one = reader.has("T") ? reader.type("T") : reader.type("dtype");
    for (size_t i = 0; i < shapes.size() && i < node.outputs.size(); ++i) {
      const DType type = i < types.size() ? types[i] : one;
      if (!shapes[i] || type == DType::resource || type == DType::variant) continue;
      graph_.tensors[node.outputs[i]].dims = shapes[i];
    }
  }

  Op read_loop(const FrameLoop& loop) {
    Region condition{.nodes = region_.nodes, .graph = file_.new_graph(), .name = scope()[loop.condition].name};
    Region body{.nodes = region_.nodes, .graph = file_.new_graph(), .name = scope()[loop.condition].name};
    for (const LoopVariable& variable : loop.variables) {
      const size_t number = condition.inputs.size();
      condition.inputs.push_back({variable.merge, 0});
      body.inputs.push_back(variable.change ? Source{*variable.change, 1} : Source{variable.merge, 0});
      if (variable.change) body.aliases.emplace(key_of({variable.merge, 0}), number);
      const std::vector<Source> next = scope().inputs_of(variable.next_iteration);
      if (next.size() != 1) {
        throw Error(ErrorCode::corrupt,
                    "the NextIteration " + quoted(scope()[variable.next_iteration].name) + " has not one input",
                    scope()[variable.next_iteration].message.offset());
      }
      const Source behind = behind_identities(scope(), next[0]);
      body.outputs.push_back(behind == body.inputs.back() ? behind : next[0]);
    }
    for (const NodeNumber enter : loop.constants) {
      for (Region* region : {&condition, &body}) region->inputs.push_back({enter, 0});
      body.outputs.push_back({enter, 0});
    }
    condition.outputs = scope().inputs_of(loop.condition);
    const While op{condition.graph, body.graph};
    file_.pending_.push_back(std::move(condition));
    file_.pending_.push_back(std::move(body));
    return op;
  }

  Op read_condition(const Condition& condition) {
    std::array<GraphId, 2> graphs{};
    for (const size_t branch : {0U, 1U}) {
      Region region{.nodes = region_.nodes, .graph = file_.new_graph(), .name = region_.name};
      for (const NodeNumber each : condition.switches) {
        region.inputs.push_back({each, static_cast<uint32_t>(branch)});
      }
      region.outputs = {condition.branches[branch]};
      graphs[branch] = region.graph;
      file_.pending_.push_back(std::move(region));
    }
    return If{.then_graph = graphs[1], .else_graph = graphs[0]};
  }

  GraphReader& file_;
  const Region& region_;
  Graph graph_;
  std::unordered_map<uint64_t, size_t> inputs_;
  Dependencies dependencies_;
  std::unordered_map<uint64_t, TensorId> tensors_;
  std::vector<size_t> producers_;  ///< by tensor, one more than the number of its node
  size_t noted_ = 0;               ///< nodes whose results are in `producers_`
};

void find_control_flow(Nodes& nodes) {
  nodes.loops.emplace(nodes.scope);
  nodes.conditions.emplace(nodes.scope, *nodes.loops);
}

GraphId GraphReader::new_graph() {
  model_.graphs.emplace_back();
  return static_cast<GraphId>(model_.graphs.size() - 1);
}

void GraphReader::charge(uint64_t nodes) {
  constexpr uint64_t kAlwaysAllowed = 500'000;
  constexpr uint64_t kPerNode = 16;
  charged_ += nodes;
  if (charged_ <= kAlwaysAllowed + kPerNode * defined_) return;
  throw Error(ErrorCode::limit, "its loops, conditions and functions unfold into more than " +
                                    std::to_string(charged_ - nodes) + " nodes and operands");
}

uint32_t GraphReader::storage_of(std::string_view variable) {
  const auto [found, is_new] = variables_.try_emplace(variable, 0);
  if (is_new) found->second = ++storage_;
  return found->second;
}

void GraphReader::add_library(ProtoMessage message) {
  while (message.next()) {
    if (message.field() != FunctionDefLibrary::function) continue;
    const ProtoMessage function = message.child();
    std::string_view name;
    for (ProtoMessage fields = function; fields.next();) {
      if (fields.field() != FunctionDef::signature) continue;
      for (ProtoMessage signature = fields.child(); signature.next();) {
        if (signature.field() == OpDef::name) name = name_in(signature);
      }
    }
    if (!functions_.emplace(name, Function{function}).second) {
      throw Error(ErrorCode::corrupt, "two functions have the name " + quoted(name), message.field_offset());
    }
  }
}

GraphId GraphReader::graph_of(std::string_view name, uint64_t offset) {
  const auto found = functions_.find(name);
  if (found == functions_.end()) {
    throw Error(ErrorCode::corrupt, "the function " + quoted(name) + " is not in the file", offset);
  }
  Function& function = found->second;
  if (!function.graph) {
    function.graph = new_graph();
    pending_.push_back(region_of_function(found->first, function, *function.graph));
  }
  return *function.graph;
}

Region GraphReader::region_of_function(std::string_view name, const Function& function, GraphId graph) {
  Nodes& nodes = scopes_.emplace_back(true);
  Region region{.nodes = &nodes, .graph = graph, .name = name};
  std::vector<std::string_view> outputs;
  std::map<std::string_view, std::string_view> returned;
  for (ProtoMessage fields = function.message; fields.next();) {
    if (fields.field() == FunctionDef::node) nodes.scope.add_node(fields.child());
    if (fields.field() == FunctionDef::signature) {
      for (ProtoMessage signature = fields.child(); signature.next();) {
        if (signature.field() != OpDef::input_arg && signature.field() != OpDef::output_arg) continue;
        std::string_view argument;
        for (ProtoMessage definition = signature.child(); definition.next();) {
          if (definition.field() == ArgDef::name) argument = name_in(definition);
        }
        if (signature.field() == OpDef::output_arg)
          outputs.push_back(argument);
        else
          region.inputs.push_back({nodes.scope.add_argument(argument, signature.field_offset()), 0});
      }
    }
    if (fields.field() == FunctionDef::ret) {
      std::string_view key;
      std::string_view value;
      for (ProtoMessage entry = fields.child(); entry.next();) {
        if (entry.field() == MapEntry::key) key = name_in(entry);
        if (entry.field() == MapEntry::value) value = name_in(entry);
      }
      returned[key] = value;
    }
  }
  find_control_flow(nodes);
  defined_ += nodes.scope.size();
  for (const std::string_view output : outputs) {
    const uint64_t offset = function.message.offset();
    const auto value = returned.find(output);
    if (value == returned.end()) {
      throw Error(ErrorCode::corrupt, "the function " + quoted(name) + " does not return its result " + quoted(output),
                  offset);
    }
    const std::optional<Source> source = nodes.scope.source_of(value->second, offset);
    if (!source) throw Error(ErrorCode::corrupt, "the function " + quoted(name) + " returns no tensor", offset);
    region.outputs.push_back(handed_on(nodes.scope, *source));
  }
  return region;
}

void GraphReader::read(const Region& region) {
  charge(1 + region.inputs.size() + region.outputs.size());
  Graph graph = RegionReader(*this, region).read();
  model_.graphs[region.graph] = std::move(graph);
}

void GraphReader::read_called() {
  while (!pending_.empty()) {
    const Region region = std::move(pending_.front());
    pending_.pop_front();
    read(region);
  }
}

GraphId GraphReader::read_between(const Nodes& nodes, std::string_view name, std::vector<Source> inputs,
                                  std::vector<Source> outputs) {
  defined_ += nodes.scope.size();
  const Region region{.nodes = &nodes,
                      .graph = new_graph(),
                      .name = name,
                      .inputs = std::move(inputs),
                      .aliases = {},
                      .outputs = std::move(outputs),
                      .is_main = true};
  read(region);
  return region.graph;
}

GraphId GraphReader::read_whole(const Nodes& nodes) {
  const Scope& scope = nodes.scope;
  std::vector<bool> taken(scope.size());
  for (NodeNumber n = 0; n < scope.size(); ++n) {
    for (const NodeNumber input : scope.all_inputs_of(n)) taken[input] = true;
  }
  std::vector<Source> sinks;
  for (NodeNumber n = 0; n < scope.size(); ++n) {
    if (!taken[n] && !gives_nothing(scope[n].op)) sinks.push_back({n, 0});
  }
  // What no input leads to is no output, if any other is: names of files, steps of an optimizer.
  const std::unordered_map<uint64_t, size_t> none;
  Dependencies dependencies(nodes, none);
  for (const Source& sink : sinks) dependencies.add(dependencies.canonical(sink));
  std::vector<bool> fed(scope.size());
  for (const NodeNumber n : dependencies.order()) {
    fed[n] = is_placeholder(scope[n].op) || is_decoder(scope[n].op);
    if (fed[n]) continue;
    for (const Source& input : dependencies.inputs_of(n)) fed[n] = fed[n] || fed[input.node];
  }
  const auto is_fed = [&](const Source& sink) { return fed[dependencies.canonical(sink).node]; };
  if (std::ranges::any_of(sinks, is_fed)) std::erase_if(sinks, [&](const Source& sink) { return !is_fed(sink); });
  return read_between(nodes, {}, {}, std::move(sinks));
}

}  // namespace flopstat::tensorflow
