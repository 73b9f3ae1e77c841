#include <algorithm>
#include <string>

#include "flopstat/error.h"
#include "graph/bind.h"
#include "graph/frames.h"
#include "graph/loop.h"
#include "ops/ops.h"

namespace flopstat {
namespace {

/// Graphs call each other at most this deep.
constexpr uint32_t kMaxDepth = 64;

/// Nodes and tensors that are inferred per each in the file, and at least: a few bytes of graphs that call each other
/// twice would be 2^40 nodes.
constexpr uint64_t kMinBudget = 1'000'000;
constexpr uint64_t kBudgetPerItem = 16;

/// Constants of up to this many elements are known by their contents in called graphs too: bounds, steps, shapes.
constexpr uint64_t kMaxHandedDown = 64;

/// Shapes in the file that differ from the inferred ones and are named in warnings.
constexpr size_t kMaxDifferences = 3;

/// What inferring a graph once takes from the budget.
uint64_t price_of(const Graph& graph) { return 1 + graph.nodes.size() + graph.tensors.size(); }

uint64_t budget_for(const Model& model) {
  uint64_t items = 0;
  for (const Graph& graph : model.graphs) items += price_of(graph);
  return std::max(kMinBudget, items * kBudgetPerItem);
}

/// The shape that the file states for a tensor, if it states all of it and means it. Free dimensions with the symbol of
/// one that is bound have its size.
std::optional<Shape> stored_shape(const Tensor& tensor, const std::map<std::string, int64_t>& bound) {
  if (!tensor.dims || tensor.placeholder) return std::nullopt;
  Shape shape;
  for (const Dim& dim : *tensor.dims) {
    if (dim.size >= 0) {
      shape.push_back(dim.size);
      continue;
    }
    const auto found = dim.symbol.empty() ? bound.end() : bound.find(std::string(dim.symbol));
    if (found == bound.end()) return std::nullopt;
    shape.push_back(found->second);
  }
  return shape;
}

/// "1x?x3": what the file states of a shape.
std::string to_string(const std::vector<Dim>& dims) {
  if (dims.empty()) return "[]";
  std::string text;
  for (const Dim& dim : dims) text += (text.empty() ? "" : "x") + (dim.size < 0 ? "?" : std::to_string(dim.size));
  return text;
}

/// Elements that all values of one inference carry together. A few bytes of a fill are 65,536 of them.
constexpr uint64_t kMaxCarried = 1'000'000;

class Inference final : public GraphRunner {
 public:
  Inference(const Model& model, const Bindings& bindings)
      : model_(model), bindings_(bindings), budget_(budget_for(model)) {}

  Frames infer_main() {
    Frames frames;
    if (model_.graphs.empty()) return frames;
    BoundInputs inputs = bind(model_, bindings_);
    rebound_ = inputs.rebound;
    bound_ = std::move(inputs.dims);
    frames.root = run(model_.main, inputs.values);
    frames.dims = std::move(bound_);
    frames.unmatched = std::move(inputs.unmatched);
    for (const auto& [name, number] : variable_numbers_) {
      const Unknown never{"nothing is assigned to the variable"};
      frames.variables.emplace(name, variables_[number] ? Known<Value>(*variables_[number]) : Known<Value>(never));
    }
    frames.warnings = std::move(warnings_);
    if (differences_ > kMaxDifferences) {
      frames.warnings.push_back({"shape_differs", std::to_string(differences_ - kMaxDifferences) +
                                                      " more stored shapes differ from the inferred ones"});
    }
    return frames;
  }

  Frame run(GraphId id, const std::vector<Known<Value>>& inputs) override {
    const Graph& graph = model_.graphs[id];
    charge(graph);
    Frame frame{.graph = id, .values = std::vector<Known<Value>>(graph.tensors.size(), Unknown{})};
    if (depth_ >= kMaxDepth) {
      for (Known<Value>& value : frame.values) value = Unknown{"calls nest deeper than " + std::to_string(kMaxDepth)};
      return frame;
    }
    ++depth_;
    enter(graph, frame, inputs);
    for (NodeIndex i = 0; i < graph.nodes.size(); ++i) run_node(graph, i, frame);
    --depth_;
    return frame;
  }

  const Graph& graph(GraphId id) const override { return model_.graphs[id]; }

 private:
  void charge(const Graph& graph) {
    if (budget_ < price_of(graph)) {
      throw Error(ErrorCode::limit, "the calls of its graphs unfold into too many operations", std::nullopt,
                  "graphs that call others several times multiply; loops whose sizes change are followed trip by trip");
    }
    budget_ -= price_of(graph);
  }

  /// Values that are there before the first node: constants, variables, inputs.
  static void enter(const Graph& graph, Frame& frame, const std::vector<Known<Value>>& inputs) {
    for (TensorId id = 0; id < graph.tensors.size(); ++id) {
      const Tensor& tensor = graph.tensors[id];
      if (!tensor.is_constant() && !tensor.is_state) continue;
      const char* what = tensor.is_state ? "the variable" : "the constant";
      Value value{.dtype = tensor.dtype, .constant = tensor.is_constant()};
      bool is_free = tensor.is_state && !tensor.dims;
      if (tensor.dims) {
        value.shape.reserve(tensor.dims->size());
        for (const Dim& dim : *tensor.dims) {
          is_free |= dim.size < 0;
          value.shape.push_back(dim.size);
        }
      }
      if (is_free) {
        frame.values[id] = Unknown{std::string(what) + " '" + std::string(tensor.name) +
                                   "' has a size that the file leaves free: export the model with a fixed one"};
      } else if (plausible(value.shape)) {
        frame.values[id] = std::move(value);
      } else {
        frame.values[id] =
            Unknown{std::string(what) + "'s shape " + flopstat::to_string(value.shape) + " is out of range"};
      }
    }
    for (size_t i = 0; i < graph.inputs.size() && i < inputs.size(); ++i) {
      if (graph.inputs[i] != kAbsent) frame.values[graph.inputs[i]] = in_range(inputs[i]);
    }
    for (size_t i = inputs.size(); i < graph.inputs.size(); ++i) {
      if (graph.inputs[i] != kAbsent) frame.values[graph.inputs[i]] = Unknown{"the caller gives too few operands"};
    }
  }

  static Known<Value> in_range(const Known<Value>& input) {
    const Value* value = known(input);
    if (value == nullptr || plausible(value->shape)) return input;
    return Unknown{"the input's shape " + flopstat::to_string(value->shape) +
                   " is out of range: negative or too large"};
  }

  void run_node(const Graph& graph, NodeIndex index, Frame& frame) {
    const Node& node = graph.nodes[index];
    Inferred results = results_of(graph, index, frame);
    std::vector<Value>* values = known(results);
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] == kAbsent) continue;
      const Tensor& tensor = graph.tensors[node.outputs[i]];
      Known<Value>& place = frame.values[node.outputs[i]];
      if (values == nullptr) {
        place = fallback(tensor, reason(results).why);
      } else if (i >= values->size()) {
        place = fallback(tensor, "the operation " + std::string(node.type) + " has no such result");
      } else {
        place = checked(tensor, node, std::move((*values)[i]));
      }
    }
  }

  Inferred results_of(const Graph& graph, NodeIndex index, Frame& frame) {
    const Node& node = graph.nodes[index];
    if (const auto* call = std::get_if<Call>(&node.op)) return results_of(*call, node, index, frame);
    if (const auto* once = std::get_if<CallOnce>(&node.op)) return results_of(*once, index, frame);
    if (const auto* branch = std::get_if<If>(&node.op)) return results_of(*branch, graph, node, index, frame);
    if (const auto* choice = std::get_if<Case>(&node.op)) return results_of(*choice, graph, node, index, frame);
    if (const auto* loop = std::get_if<While>(&node.op)) return results_of(*loop, node, index, frame);
    if (const auto* loop = std::get_if<Loop>(&node.op)) return results_of(*loop, node, index, frame);
    if (const auto* scan = std::get_if<Scan>(&node.op)) return results_of(*scan, node, index, frame);

    const Unknown* missing = gather_operands(graph, node, frame);
    if (const auto* handle = std::get_if<VarHandle>(&node.op)) return results_of(*handle);
    if (std::holds_alternative<ReadVariable>(node.op)) return read_variable();
    if (std::holds_alternative<AssignVariable>(node.op)) return assign_variable(missing);
    if (missing != nullptr) return *missing;
    try {
      Inferred results = std::visit([&](const auto& op) { return infer(op, Operands(in_, out_)); }, node.op);
      if (std::vector<Value>* values = known(results)) mark_constant(node, *values);
      return results;
    } catch (const Overflow&) {
      return Unknown{"the sizes exceed 64 bits"};
    } catch (const Missing& missing) {
      return Unknown{missing.what()};
    }
  }

  /// Fills `in_` and `out_`. Returns the first operand that is present and unknown.
  const Unknown* gather_operands(const Graph& graph, const Node& node, const Frame& frame) {
    in_.clear();
    out_.clear();
    const Unknown* missing = nullptr;
    for (const TensorId id : node.inputs) {
      if (id == kAbsent) {
        in_.emplace_back();
        continue;
      }
      const Known<Value>& value = frame.values[id];
      if (known(value) == nullptr && missing == nullptr) missing = &reason(value);
      in_.push_back({&graph.tensors[id], known(value)});
    }
    for (const TensorId id : node.outputs) out_.push_back({id == kAbsent ? nullptr : &graph.tensors[id], nullptr});
    return missing;
  }

  /// What is computed from constants alone is the same in every run.
  void mark_constant(const Node& node, std::vector<Value>& values) const {
    if (std::holds_alternative<Random>(node.op)) return;
    bool any = false;
    for (const Operand& operand : in_) {
      if (!operand) continue;
      if (!operand.value->constant) return;
      any = true;
    }
    for (Value& value : values) value.constant = any;
  }

  /// A result that cannot be inferred: the file's shape, where the file means it.
  Known<Value> fallback(const Tensor& tensor, const std::string& why) const {
    if (bindings_.trust_stored_shapes && !rebound_) {
      if (std::optional<Shape> shape = stored_shape(tensor, bound_); shape && plausible(*shape)) {
        return Value{.dtype = tensor.dtype, .shape = std::move(*shape)};
      }
    }
    return Unknown{why.empty() ? "nothing computes it" : why};
  }

  Known<Value> checked(const Tensor& tensor, const Node& node, Value value) {
    if (!plausible(value.shape)) {
      return Unknown{std::string(node.type) +
                     " gives a size that is negative or too large: " + flopstat::to_string(value.shape)};
    }
    if (tensor.dtype != DType::unknown) value.dtype = tensor.dtype;
    if (value.elements && !may_carry(value)) value.elements = nullptr;
    compare(tensor, value);
    return value;
  }

  /// Contents are as many as the shape says, and all values together carry no more than the budget.
  bool may_carry(const Value& value) {
    const size_t size = value.elements->size();
    if (size > carry_budget_ || product(value.shape) != Count{size}) return false;
    carry_budget_ -= size;
    return true;
  }

  /// The stored shapes are the check, not the source.
  void compare(const Tensor& tensor, const Value& value) {
    if (rebound_ || !bindings_.trust_stored_shapes || !tensor.dims || tensor.placeholder) return;
    const std::vector<Dim>& dims = *tensor.dims;
    bool same = dims.size() == value.shape.size();
    for (size_t i = 0; same && i < dims.size(); ++i) same = dims[i].size < 0 || dims[i].size == value.shape[i];
    if (same || ++differences_ > kMaxDifferences) return;
    warnings_.push_back({"shape_differs", "the file says '" + std::string(tensor.name) + "' is " + to_string(dims) +
                                              ", its operation makes it " + flopstat::to_string(value.shape)});
  }

  /// What a node hands to the graph that it calls. There the tensors are others, so small contents go along.
  std::vector<Known<Value>> operand_values(const Node& node, const Frame& frame, size_t first = 0) const {
    const Graph& graph = model_.graphs[frame.graph];
    std::vector<Known<Value>> values;
    for (size_t i = first; i < node.inputs.size(); ++i) {
      const TensorId id = node.inputs[i];
      values.push_back(id == kAbsent ? Known<Value>(Unknown{std::string(kLeftOut)}) : frame.values[id]);
      Value* value = known(values.back());
      if (value != nullptr && value->constant && product(value->shape) <= kMaxHandedDown) {
        value->elements = elements_of({&graph.tensors[id], value});
      }
    }
    return values;
  }

  /// All results of a frame, if all are known.
  Inferred collect(const Frame& frame) const {
    std::vector<Value> values;
    for (const TensorId id : model_.graphs[frame.graph].outputs) {
      if (id == kAbsent) {
        values.emplace_back();
        continue;
      }
      const Known<Value>& value = frame.values[id];
      if (known(value) == nullptr) return reason(value);
      values.push_back(*known(value));
    }
    return values;
  }

  Inferred results_of(const Call& call, const Node& node, NodeIndex index, Frame& frame) {
    Frame body = run(call.body, operand_values(node, frame));
    Inferred results = collect(body);
    frame.children[index].calls.push_back({std::move(body), uint64_t{1}});
    return results;
  }

  Inferred results_of(const CallOnce& once, NodeIndex index, Frame& frame) {
    frame.children[index].calls.push_back({run(once.body, {}), uint64_t{0}});
    return std::vector<Value>{};
  }

  Inferred results_of(const If& branch, const Graph& graph, const Node& node, NodeIndex index, Frame& frame) {
    const std::optional<int64_t> condition = chosen(graph, node, frame);
    const std::optional<size_t> taken = condition ? std::optional<size_t>(*condition != 0 ? 0 : 1) : std::nullopt;
    return branches({branch.then_graph, branch.else_graph}, taken, node, index, frame);
  }

  Inferred results_of(const Case& choice, const Graph& graph, const Node& node, NodeIndex index, Frame& frame) {
    const size_t last = choice.graphs.size() - 1;
    const std::optional<int64_t> number = chosen(graph, node, frame);
    std::optional<size_t> taken;
    if (number) taken = *number < 0 ? last : std::min(static_cast<size_t>(*number), last);
    return branches(choice.graphs, taken, node, index, frame);
  }

  /// The number or condition that chooses among graphs, if it is known.
  std::optional<int64_t> chosen(const Graph& graph, const Node& node, const Frame& frame) {
    gather_operands(graph, node, frame);
    return in_.empty() ? std::nullopt : integer_of(in_[0]);
  }

  /// Follows every graph; the one that is taken runs once, the others not at all. Where none is known to be taken, each
  /// may be.
  Inferred branches(const std::vector<GraphId>& graphs, std::optional<size_t> taken, const Node& node, NodeIndex index,
                    Frame& frame) {
    const std::vector<Known<Value>> operands = operand_values(node, frame, first_handed_down(node.op));
    Child& child = frame.children[index];
    child.choose = !taken;
    std::optional<Inferred> results;
    for (size_t i = 0; i < graphs.size(); ++i) {
      Frame called = run(graphs[i], operands);
      Inferred each = collect(called);
      child.calls.push_back({std::move(called), uint64_t{!taken || *taken == i ? 1U : 0U}});
      if (taken) {
        if (*taken == i) results = std::move(each);
      } else {
        results = results ? agreed(*results, each) : std::move(each);
      }
    }
    return results ? *std::move(results) : Inferred(Unknown{"it chooses among no graphs"});
  }

  /// What two branches have in common, where either may run.
  static Inferred agreed(const Inferred& a, const Inferred& b) {
    const std::vector<Value>* left = known(a);
    const std::vector<Value>* right = known(b);
    if (left == nullptr) return reason(a);
    if (right == nullptr) return reason(b);
    bool same = left->size() == right->size();
    for (size_t i = 0; same && i < left->size(); ++i) same = (*left)[i].shape == (*right)[i].shape;
    if (!same) return Unknown{"the branches give different shapes, and which one runs depends on input data"};
    std::vector<Value> values = *left;
    for (Value& value : values) {
      value.constant = false;
      value.elements = nullptr;
    }
    return values;
  }

  Inferred results_of(const While& loop, const Node& node, NodeIndex index, Frame& frame) {
    LoopResult result = run_loop(*this, loop, operand_values(node, frame));
    frame.children[index] = std::move(result.child);
    return std::move(result.values);
  }

  Inferred results_of(const Loop& loop, const Node& node, NodeIndex index, Frame& frame) {
    LoopResult result = run_loop(*this, loop, operand_values(node, frame));
    frame.children[index] = std::move(result.child);
    return std::move(result.values);
  }

  Inferred results_of(const Scan& scan, const Node& node, NodeIndex index, Frame& frame) {
    LoopResult result = run_scan(*this, scan, operand_values(node, frame));
    frame.children[index] = std::move(result.child);
    return std::move(result.values);
  }

  // A handle carries the number of its variable as its only element, so it may be passed on like any value.

  Inferred results_of(const VarHandle& handle) {
    const auto [found, is_new] = variable_numbers_.try_emplace(handle.variable, variables_.size());
    const auto number = static_cast<int64_t>(found->second);
    if (is_new) variables_.emplace_back();
    return std::vector<Value>{
        {.dtype = DType::resource, .elements = std::make_shared<const Elements>(1, int64_t{number})}};
  }

  std::optional<Value>* variable() {
    if (in_.empty()) return nullptr;
    const std::optional<int64_t> number = integer_of(in_[0]);
    if (!number || *number < 0 || static_cast<size_t>(*number) >= variables_.size()) return nullptr;
    return &variables_[static_cast<size_t>(*number)];
  }

  Inferred read_variable() {
    const std::optional<Value>* stored = variable();
    if (stored == nullptr) return Unknown{"the variable that is read is not known"};
    if (!*stored) return Unknown{"the variable is read before anything is assigned to it"};
    return std::vector<Value>{**stored};
  }

  Inferred assign_variable(const Unknown* missing) {
    std::optional<Value>* stored = variable();
    if (stored == nullptr || missing != nullptr || in_.size() < 2 || !in_[1]) {
      return missing != nullptr ? *missing : Unknown{"the variable that is assigned is not known"};
    }
    *stored = *in_[1].value;
    (*stored)->constant = false;
    (*stored)->elements = nullptr;
    return std::vector<Value>{};
  }

  const Model& model_;
  const Bindings& bindings_;
  uint64_t budget_;
  uint64_t carry_budget_ = kMaxCarried;
  uint32_t depth_ = 0;
  bool rebound_ = false;
  std::map<std::string, int64_t> bound_;  ///< free dimensions and their sizes
  size_t differences_ = 0;
  std::vector<Warning> warnings_;
  std::map<std::string, size_t> variable_numbers_;
  std::vector<std::optional<Value>> variables_;
  std::vector<Operand> in_;
  std::vector<Operand> out_;
};

/// The first tensor that is not known, in any frame, and the node that should have computed it.
const Node* first_failure(const Model& model, const Frame& frame, const Unknown*& why) {
  const Graph& graph = model.graphs[frame.graph];
  for (NodeIndex i = 0; i < graph.nodes.size(); ++i) {
    for (const TensorId id : graph.nodes[i].outputs) {
      if (id == kAbsent || known(frame.values[id]) != nullptr) continue;
      why = &reason(frame.values[id]);
      return &graph.nodes[i];
    }
    const auto child = frame.children.find(i);
    if (child == frame.children.end()) continue;
    for (const Called& called : child->second.calls) {
      if (const Node* node = first_failure(model, called.frame, why)) return node;
    }
  }
  return nullptr;
}

/// The first node of the main graph that holds on to a leading 1 though its input has another batch now: a reshape to a
/// stored [1, ...], a variable of shape [1, ...].
const Node* first_holder(const Model& model, const Frame& root, int64_t batch) {
  const Graph& graph = model.graphs[root.graph];
  const auto leads_with = [&](TensorId id, int64_t size) {
    const Value* value = id == kAbsent ? nullptr : known(root.values[id]);
    return value != nullptr && value->shape.size() > 1 && value->shape[0] == size;
  };
  for (const Node& node : graph.nodes) {
    const bool has_batch =
        std::any_of(node.inputs.begin(), node.inputs.end(), [&](TensorId id) { return leads_with(id, batch); });
    if (!has_batch) continue;
    for (const TensorId id : node.inputs) {
      if (id != kAbsent && graph.tensors[id].is_state && leads_with(id, 1)) return &node;
    }
    if (!std::holds_alternative<Reshape>(node.op) || node.inputs.size() < 2 || node.inputs[1] == kAbsent) continue;
    const Value* target = known(root.values[node.inputs[1]]);
    if (target == nullptr || !target->constant || known(root.values[node.inputs[0]])->constant) continue;
    const auto sizes = integers_of({&graph.tensors[node.inputs[1]], target});
    if (leads_with(node.inputs[0], batch) && sizes && !sizes->empty() && sizes->front() == 1) return &node;
  }
  return nullptr;
}

[[noreturn]] void refuse_batch(const Node& node, const std::string& why) {
  throw Error(ErrorCode::usage, "the model fixes its batch: another one does not fit", node.offset,
              "node '" + std::string(node.name) + "' (" + std::string(node.type) + "): " + why,
              "export the model with a free batch dimension");
}

/// A batch that the file fixes may only change where everything behind it still fits and nothing stored holds it.
void refuse_broken_rebinding(const Model& model, const Bindings& bindings, const Frames& frames) {
  const int64_t batch = bindings.dims.at("batch");
  const Unknown* why = nullptr;
  const Node* broken = first_failure(model, frames.root, why);
  if (broken == nullptr) {
    if (batch == 1 || !bind(model, bindings).rebound) return;
    if (const Node* holder = first_holder(model, frames.root, batch)) refuse_batch(*holder, "it keeps a leading 1");
    return;
  }
  Bindings unchanged = bindings;
  unchanged.dims.erase("batch");
  const Frames before = Inference(model, unchanged).infer_main();
  const Unknown* ignored = nullptr;
  if (first_failure(model, before.root, ignored) != nullptr) return;
  refuse_batch(*broken, why->why);
}

}  // namespace

Frames infer(const Model& model, const Bindings& bindings) {
  Frames frames = Inference(model, bindings).infer_main();
  if (frames.dims.contains("batch") && bindings.dims.contains("batch") && !model.graphs.empty())
    refuse_broken_rebinding(model, bindings, frames);
  return frames;
}

}  // namespace flopstat
