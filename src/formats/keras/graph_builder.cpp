#include "formats/keras/graph_builder.h"

#include <algorithm>
#include <utility>

#include "flopstat/error.h"
#include "ops/ops.h"

namespace flopstat::keras {
namespace {

/// Elements that all values together carry along with their shapes.
constexpr uint64_t kMaxCarried = 1'000'000;

/// The shape with samples for what is free.
Shape sample_of(const std::vector<int64_t>& sizes) {
  Shape shape;
  for (const int64_t size : sizes) shape.push_back(size >= 0 ? size : shape.empty() ? 1 : kSampleSize);
  return shape;
}

Known<Value> sample_value(DType dtype, const std::vector<int64_t>& sizes) {
  Value value{.dtype = dtype, .shape = sample_of(sizes)};
  if (!plausible(value.shape)) return Unknown{"the shape " + to_string(value.shape) + " is out of range"};
  return value;
}

std::vector<Dim> dims_of(const std::vector<int64_t>& sizes) {
  std::vector<Dim> dims;
  for (const int64_t size : sizes) dims.push_back({std::max<int64_t>(size, -1), {}});
  return dims;
}

}  // namespace

GraphBuilder::GraphBuilder(Model& model, uint64_t budget)
    : model_(model), budget_(budget), carry_budget_(kMaxCarried), open_(1) {
  model_.graphs.resize(1);
}

std::string_view GraphBuilder::keep(std::string_view text) {
  const auto found = kept_.find(text);
  if (found != kept_.end()) return *found;
  return *kept_.insert(model_.invented.emplace_back(text)).first;
}

void GraphBuilder::charge(uint64_t items) {
  if (items > budget_) {
    throw Error(ErrorCode::limit, "the layers of the model unfold into too many operations", std::nullopt,
                "models inside models that are called several times multiply");
  }
  budget_ -= items;
}

TensorId GraphBuilder::add(Tensor tensor, Known<Value> value) {
  Open& open = open_.back();
  open.graph.tensors.push_back(std::move(tensor));
  open.values.push_back(std::move(value));
  return static_cast<TensorId>(open.graph.tensors.size() - 1);
}

TensorId GraphBuilder::add_input(std::string_view name, DType dtype, std::optional<std::vector<int64_t>> sizes) {
  Tensor tensor{.name = keep(name), .dtype = dtype};
  Known<Value> value = Unknown{"the file gives the input '" + std::string(name) + "' no shape"};
  if (sizes) {
    tensor.dims = dims_of(*sizes);
    value = sample_value(dtype, *sizes);
  }
  const TensorId id = add(std::move(tensor), std::move(value));
  open_.back().graph.inputs.push_back(id);
  return id;
}

TensorId GraphBuilder::add_constant(const std::vector<int64_t>& values) {
  charge(1 + values.size());
  const TensorId id = flopstat::add_constant(open_.back().graph, values);
  open_.back().values.emplace_back(
      Value{.dtype = DType::i64, .constant = true, .shape = {static_cast<int64_t>(values.size())}});
  return id;
}

TensorId GraphBuilder::add_scalar(int64_t value) {
  charge(1);
  const TensorId id = flopstat::add_scalar(open_.back().graph, value);
  open_.back().values.emplace_back(Value{.dtype = DType::i64, .constant = true});
  return id;
}

TensorId GraphBuilder::add_real_scalar(double value, DType dtype) {
  charge(1);
  return add({.dtype = dtype, .dims = std::vector<Dim>(), .elements = std::make_shared<const Elements>(1, value)},
             Value{.dtype = dtype, .constant = true});
}

TensorId GraphBuilder::variable(const std::string& key, const std::function<Tensor()>& describe) {
  const auto known_one = open_.back().variables.find(key);
  if (known_one != open_.back().variables.end()) return known_one->second;
  charge(1);
  Tensor tensor = describe();
  std::vector<int64_t> sizes;
  for (const Dim& dim : *tensor.dims) sizes.push_back(dim.size);
  Known<Value> value = sample_value(tensor.dtype, sizes);
  if (Value* stored = known(value)) stored->constant = true;
  const TensorId id = add(std::move(tensor), std::move(value));
  open_.back().variables.emplace(key, id);
  return id;
}

void GraphBuilder::carry(Value& value) {
  if (!value.elements) return;
  if (value.elements->size() > carry_budget_) {
    value.elements = nullptr;
  } else {
    carry_budget_ -= value.elements->size();
  }
}

std::vector<TensorId> GraphBuilder::emit(Op op, std::vector<TensorId> inputs, size_t results, const NodeLabel& label) {
  charge(1 + inputs.size() + results);
  Known<std::vector<Value>> inferred = infer_results(op, inputs, results);
  std::vector<Value>* values = known(inferred);
  std::vector<TensorId> outputs;
  for (size_t i = 0; i < results; ++i) {
    Known<Value> value = Unknown{};
    if (values == nullptr) {
      value = reason(inferred);
    } else if (i >= values->size() || !plausible((*values)[i].shape)) {
      value = Unknown{std::string(label.type) + " gives no such result, or one whose size is out of range"};
    } else {
      carry((*values)[i]);
      value = std::move((*values)[i]);
    }
    outputs.push_back(add({}, std::move(value)));
  }
  open_.back().graph.nodes.push_back({.name = label.name,
                                      .type = label.type,
                                      .scope = label.scope,
                                      .inputs = std::move(inputs),
                                      .outputs = outputs,
                                      .op = std::move(op),
                                      .offset = label.offset});
  return outputs;
}

Known<std::vector<Value>> GraphBuilder::infer_results(const Op& op, const std::vector<TensorId>& inputs,
                                                      size_t results) {
  const Open& open = open_.back();
  std::vector<Operand> in;
  for (const TensorId id : inputs) {
    if (id == kAbsent) {
      in.emplace_back();
      continue;
    }
    const Value* value = known(open.values[id]);
    if (value == nullptr) return reason(open.values[id]);
    in.push_back({&open.graph.tensors[id], value});
  }
  if (const auto* scan = std::get_if<Scan>(&op)) return scan_results(*scan, inputs);
  const Tensor none;
  const std::vector<Operand> out(results, Operand{&none, nullptr});
  try {
    return std::visit([&](const auto& each) { return infer(each, Operands(in, out)); }, op);
  } catch (const Overflow&) {
    return Unknown{"the sizes exceed 64 bits"};
  } catch (const Missing& missing) {
    return Unknown{missing.what()};
  }
}

Known<std::vector<Value>> GraphBuilder::scan_results(const Scan& scan, const std::vector<TensorId>& inputs) const {
  const auto found = body_results_.find(scan.body);
  if (found == body_results_.end()) return Unknown{"the body of the scan is not known"};
  std::vector<Value> results;
  int64_t steps = 0;
  if (inputs.size() > scan.states && !scan.axes.empty() && inputs[scan.states] != kAbsent) {
    const Shape& sequence = known(value(inputs[scan.states]))->shape;
    const std::optional<size_t> axis = wrap_axis(scan.axes.front(), sequence.size());
    if (!axis) return Unknown{"the axis of the scan is out of range"};
    steps = sequence[*axis];
  }
  for (size_t i = 0; i < found->second.size(); ++i) {
    const Value* each = known(found->second[i]);
    if (each == nullptr) return reason(found->second[i]);
    Value result{.dtype = each->dtype, .shape = each->shape};
    if (i >= scan.states) {
      const size_t at = i - scan.states;
      const int64_t wanted = at < scan.result_axes.size() ? scan.result_axes[at] : 0;
      const std::optional<size_t> axis = wrap_axis(wanted, result.shape.size() + 1);
      if (!axis) return Unknown{"the axis of the scan is out of range"};
      result.shape.insert(result.shape.begin() + *axis, steps);
    }
    results.push_back(std::move(result));
  }
  return results;
}

void GraphBuilder::state_shape(TensorId result, DType dtype, const std::vector<int64_t>& sizes) {
  Tensor& tensor = open_.back().graph.tensors[result];
  tensor.dtype = dtype;
  tensor.dims = dims_of(sizes);
  if (!sizes.empty() && sizes.front() < 0) tensor.dims->front().symbol = "batch";
  open_.back().values[result] = sample_value(dtype, sizes);
}

void GraphBuilder::state_like(TensorId result, TensorId other) {
  const Value* value = known(open_.back().values[other]);
  if (value == nullptr) return;
  std::vector<int64_t> sizes(value->shape.begin(), value->shape.end());
  std::ranges::replace(sizes, kSampleSize, int64_t{-1});
  if (!sizes.empty()) sizes.front() = -1;
  state_shape(result, value->dtype, sizes);
}

bool GraphBuilder::fuse(UnaryFn fn, TensorId tensor, const Mark& since) {
  std::vector<Node>& nodes = open_.back().graph.nodes;
  if (open_.size() != since.graphs || nodes.size() <= since.nodes) return false;
  if (nodes.back().outputs != std::vector{tensor} || nodes.back().activation) return false;
  const Op& op = nodes.back().op;
  if (!std::holds_alternative<Conv>(op) && !std::holds_alternative<ConvTranspose>(op) &&
      !std::holds_alternative<MatMul>(op)) {
    return false;
  }
  nodes.back().activation = fn;
  return true;
}

namespace {

/// Results that nobody reads are left out, unless they are a node's only one: a recurrent layer asked for its last
/// state does not write all of them.
void leave_out_unread(Graph& graph) {
  std::vector<bool> is_read(graph.tensors.size(), false);
  const auto read = [&](TensorId tensor) {
    if (tensor != kAbsent) is_read[tensor] = true;
  };
  for (const Node& node : graph.nodes) std::ranges::for_each(node.inputs, read);
  std::ranges::for_each(graph.outputs, read);
  for (Node& node : graph.nodes) {
    if (std::ranges::none_of(node.outputs, [&](TensorId tensor) { return is_read[tensor]; })) continue;
    for (TensorId& result : node.outputs) result = is_read[result] ? result : kAbsent;
  }
}

}  // namespace

GraphId GraphBuilder::body(std::string_view name, const std::vector<Value>& inputs,
                           const std::function<std::vector<TensorId>(std::span<const TensorId>)>& build) {
  open_.emplace_back();
  open_.back().graph.name = keep(name);
  std::vector<TensorId> ids;
  for (const Value& input : inputs) {
    charge(1);
    ids.push_back(add({.dtype = input.dtype}, Value{.dtype = input.dtype, .shape = input.shape}));
  }
  open_.back().graph.inputs = ids;
  std::vector<TensorId> outputs = build(ids);
  const auto id = static_cast<GraphId>(model_.graphs.size());
  std::vector<Known<Value>>& results = body_results_[id];
  for (const TensorId output : outputs) results.push_back(value(output));
  open_.back().graph.outputs = std::move(outputs);
  leave_out_unread(open_.back().graph);
  model_.graphs.push_back(std::move(open_.back().graph));
  open_.pop_back();
  return id;
}

void GraphBuilder::rewind(const Mark& mark) {
  open_.resize(mark.graphs);
  open_.back().graph.nodes.resize(mark.nodes);
}

void GraphBuilder::finish(std::vector<TensorId> outputs) {
  open_.front().graph.outputs = std::move(outputs);
  leave_out_unread(open_.front().graph);
  model_.graphs[model_.main] = std::move(open_.front().graph);
}

}  // namespace flopstat::keras
