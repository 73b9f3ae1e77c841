#include "support/model_builder.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "count/convention.h"
#include "count/counter.h"
#include "count/memory.h"

namespace flopstat::test {
namespace {

std::vector<Dim> dims_of(const Shape& sizes) {
  std::vector<Dim> dims;
  for (const int64_t size : sizes) dims.push_back({size, {}});
  return dims;
}

}  // namespace

GraphId ModelBuilder::graph() {
  model_.graphs.emplace_back();
  current_ = static_cast<GraphId>(model_.graphs.size() - 1);
  return current_;
}

TensorId ModelBuilder::add(Tensor tensor) {
  here().tensors.push_back(std::move(tensor));
  return static_cast<TensorId>(here().tensors.size() - 1);
}

std::string_view ModelBuilder::keep(const std::string& name) { return model_.invented.emplace_back(name); }

TensorId ModelBuilder::input(const std::string& name, const Shape& sizes, DType dtype) {
  const TensorId id = add({.name = keep(name), .dtype = dtype, .dims = dims_of(sizes)});
  here().inputs.push_back(id);
  return id;
}

TensorId ModelBuilder::stored(const Shape& sizes, DType dtype) {
  return add({.dtype = dtype,
              .dims = dims_of(sizes),
              .stored_bytes = byte_size(dtype, product(sizes)).value(),
              .storage = ++storages_});
}

TensorId ModelBuilder::stored_values(const Shape& sizes, const std::vector<int64_t>& values, DType dtype) {
  const TensorId id = stored(sizes, dtype);
  tensor(id).elements = std::make_shared<const Elements>(values.begin(), values.end());
  return id;
}

TensorId ModelBuilder::state(const Shape& sizes, DType dtype) {
  return add({.dtype = dtype, .is_state = true, .dims = dims_of(sizes)});
}

TensorId ModelBuilder::computed(const std::string& name) { return add({.name = keep(name)}); }

TensorId ModelBuilder::node(Op op, std::vector<TensorId> inputs, const std::string& name) {
  const TensorId result = computed(name);
  node_to(std::move(op), std::move(inputs), {result}, name);
  return result;
}

void ModelBuilder::node_to(Op op, std::vector<TensorId> inputs, std::vector<TensorId> outputs,
                           const std::string& name) {
  flopstat::Node node{.name = keep(name), .inputs = std::move(inputs), .outputs = std::move(outputs)};
  node.type = name_of(op);
  node.op = std::move(op);
  here().nodes.push_back(std::move(node));
}

Counted counted(Model model, const Bindings& bindings) {
  Counted result{.model = std::move(model), .frames = {}, .report = {}};
  result.frames = infer(result.model, bindings);
  result.report = count(result.model, result.frames, analyze(result.model, result.frames.root), conventions().front());
  plan_memory(result.model, result.frames, result.report);
  return result;
}

Shape shape_in(const Frames& frames, TensorId id) {
  const Known<Value>& value = frames.root.values[id];
  if (const Value* each = known(value)) return each->shape;
  ADD_FAILURE() << "tensor " << id << " is not known: " << reason(value).why;
  return {};
}

std::string why_unknown_in(const Frames& frames, TensorId id) {
  const Known<Value>& value = frames.root.values[id];
  if (known(value) == nullptr) return reason(value).why;
  ADD_FAILURE() << "tensor " << id << " is known";
  return {};
}

const Row& row_named(const Report& report, std::string_view name) {
  static const Row kNone;
  const auto found =
      std::find_if(report.rows.begin(), report.rows.end(), [name](const Row& row) { return row.name == name; });
  if (found != report.rows.end()) return *found;
  ADD_FAILURE() << "no row is named " << name;
  return kNone;
}

}  // namespace flopstat::test
