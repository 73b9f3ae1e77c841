#include "graph/bind.h"

#include <algorithm>
#include <set>

#include "flopstat/error.h"
#include "ops/operands.h"

namespace flopstat {
namespace {

constexpr const char* kBatch = "batch";

/// What a user calls a free axis: the file's symbol, else "batch" for the first and "input.axis" for the others.
std::string dim_name(const Tensor& input, size_t axis) {
  const Dim& dim = (*input.dims)[axis];
  if (!dim.symbol.empty()) return std::string(dim.symbol);
  return axis == 0 ? kBatch : std::string(input.name) + "." + std::to_string(axis);
}

std::string join_names(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// The names under which an input can be meant: its own, and those that signatures give it.
std::vector<std::string> names_of(const Model& model, TensorId id) {
  std::vector<std::string> names{std::string(model.graphs[model.main].tensors[id].name)};
  for (const Signature& signature : model.signatures) {
    if (signature.graph != model.main) continue;
    for (const NamedTensor& each : signature.inputs) {
      if (each.tensor == id) names.emplace_back(each.name);
    }
  }
  return names;
}

/// The axis of the height of an image, the width lies behind it; nothing where the input is none. See `bind`.
std::optional<size_t> height_axis(const Tensor& input) {
  if (!input.dims || input.dims->size() != 4) return std::nullopt;
  const std::vector<Dim>& dims = *input.dims;
  const auto is_free = [&](size_t axis) { return dims[axis].size < 0; };
  const auto is_channels = [&](size_t axis) {
    return dims[axis].size == 1 || dims[axis].size == 3 || dims[axis].size == 4;
  };
  if (is_channels(1) != is_channels(3)) return is_channels(1) ? 2 : 1;
  if (is_free(2) && is_free(1) != is_free(3)) return is_free(1) ? 1 : 2;
  return std::nullopt;
}

class Binder {
 public:
  Binder(const Model& model, const Bindings& bindings) : model_(model), bindings_(bindings) {}

  BoundInputs bind() {
    const Graph& graph = model_.graphs[model_.main];
    note_batches(graph);
    const bool replace_leading_one = bindings_.dims.contains(kBatch) && !has_free_batch(graph);
    for (const TensorId id : graph.inputs) {
      if (id == kAbsent) {
        result_.values.emplace_back(Unknown{"the graph leaves this input out"});
        continue;
      }
      const Tensor& input = graph.tensors[id];
      Known<Value> value = bind_input(id, input);
      bind_contents(id, input, value);
      if (Value* bound = known(value); replace_leading_one && bound != nullptr) rebind_batch(input, *bound);
      result_.values.push_back(std::move(value));
    }
    refuse_unmatched();
    return std::move(result_);
  }

  std::vector<FreeDim> free_dims() {
    const Graph& graph = model_.graphs[model_.main];
    note_batches(graph);
    std::vector<FreeDim> free;
    for (const TensorId id : graph.inputs) {
      if (id == kAbsent || !graph.tensors[id].dims || given_shape(id) != bindings_.inputs.end()) continue;
      const Tensor& input = graph.tensors[id];
      for (size_t axis = 0; axis < input.dims->size(); ++axis) {
        if ((*input.dims)[axis].size >= 0) continue;
        const std::string name = dim_name(input, axis);
        const auto has_name = [&](const FreeDim& dim) { return dim.name == name; };
        if (bindings_.dims.contains(name) || std::any_of(free.begin(), free.end(), has_name)) continue;
        if (image_size(input, axis)) continue;
        free.push_back({name, batches_.contains(name)});
      }
    }
    return free;
  }

 private:
  /// The shape that the bindings give an input, under one of its names.
  std::map<std::string, std::vector<int64_t>>::const_iterator given_shape(TensorId id) const {
    for (const std::string& name : names_of(model_, id)) {
      if (const auto given = bindings_.inputs.find(name); given != bindings_.inputs.end()) return given;
    }
    return bindings_.inputs.end();
  }

  /// A first axis that is free is a batch, under whatever name; so are other axes of that name.
  void note_batches(const Graph& graph) {
    for (const TensorId id : graph.inputs) {
      if (id == kAbsent) continue;
      const std::optional<std::vector<Dim>>& dims = graph.tensors[id].dims;
      if (dims && !dims->empty() && dims->front().size < 0) batches_.insert(dim_name(graph.tensors[id], 0));
    }
  }

  static bool has_free_batch(const Graph& graph) {
    return std::any_of(graph.inputs.begin(), graph.inputs.end(), [&](TensorId id) {
      if (id == kAbsent || !graph.tensors[id].dims) return false;
      const std::vector<Dim>& dims = *graph.tensors[id].dims;
      for (size_t axis = 0; axis < dims.size(); ++axis) {
        if (dims[axis].size < 0 && dim_name(graph.tensors[id], axis) == kBatch) return true;
      }
      return false;
    });
  }

  static bool has_image(const Graph& graph) {
    return std::any_of(graph.inputs.begin(), graph.inputs.end(),
                       [&](TensorId id) { return id != kAbsent && height_axis(graph.tensors[id]); });
  }

  Known<Value> bind_input(TensorId id, const Tensor& input) {
    inputs_.insert(std::string(input.name));
    if (const auto given = given_shape(id); given != bindings_.inputs.end()) {
      used_inputs_.insert(given->first);
      return whole_shape(input, given->first, given->second);
    }
    if (!input.dims) {
      return Unknown{"the file gives the input '" + std::string(input.name) + "' no shape: --input " +
                     std::string(input.name) + "=1x..."};
    }
    Value value{.dtype = input.dtype, .shape = Shape(input.dims->size())};
    std::string missing;
    for (size_t axis = 0; axis < value.shape.size(); ++axis) {
      const int64_t size = (*input.dims)[axis].size;
      value.shape[axis] = size >= 0 ? fixed_size(input, axis) : free_size(input, axis, missing);
    }
    if (missing.empty()) return value;
    if (height_axis(input)) missing += ", or --imgsz N";
    return Unknown{"the input '" + std::string(input.name) + "' has a free size: bind it with" + missing};
  }

  /// Gives the input the contents that are bound to one of its names; they are its shape too where it is a list whose
  /// length the file leaves open.
  void bind_contents(TensorId id, const Tensor& input, Known<Value>& value) {
    for (const std::string& name : names_of(model_, id)) {
      const auto given = bindings_.contents.find(name);
      if (given == bindings_.contents.end()) continue;
      used_inputs_.insert(name);
      const auto size = static_cast<int64_t>(given->second.size());
      const bool free_list = input.dims && input.dims->size() == 1 && input.dims->front().size < 0;
      if (free_list && !bindings_.inputs.contains(name)) {
        free_.insert(dim_name(input, 0));
        value = Value{.dtype = input.dtype, .shape = Shape{size}};
      }
      Value* bound = known(value);
      if (bound == nullptr) return;
      if (product(bound->shape) != Count{size}) {
        throw Error(ErrorCode::usage, "the input '" + name + "' of shape " + to_string(bound->shape) + " is given " +
                                          std::to_string(size) + " elements");
      }
      bound->elements = std::make_shared<const Elements>(given->second);
      return;
    }
  }

  /// The image size where the axis is the height or the width of an image, and a size is bound.
  std::optional<int64_t> image_size(const Tensor& input, size_t axis) const {
    const std::optional<size_t> height = height_axis(input);
    if (bindings_.image_size.empty() || !height || axis < *height || axis > *height + 1) return std::nullopt;
    return bindings_.image_size[axis - *height];
  }

  int64_t fixed_size(const Tensor& input, size_t axis) {
    const int64_t size = (*input.dims)[axis].size;
    const std::optional<int64_t> of_image = image_size(input, axis);
    if (of_image && *of_image != size) result_.rebound = true;
    return of_image.value_or(size);
  }

  /// The size bound to a free axis; appends the flag that would bind it to `missing` where there is none.
  int64_t free_size(const Tensor& input, size_t axis, std::string& missing) {
    const std::string name = dim_name(input, axis);
    free_.insert(name);
    if (const auto given = bindings_.dims.find(name); given != bindings_.dims.end()) {
      return result_.dims[name] = given->second;
    }
    if (const std::optional<int64_t> of_image = image_size(input, axis)) return result_.dims[name] = *of_image;
    if (batches_.contains(name)) return result_.dims[name] = 1;
    missing += " --dim " + name + "=N";
    return 0;
  }

  Known<Value> whole_shape(const Tensor& input, const std::string& name, const Shape& shape) {
    if (input.dims && input.dims->size() != shape.size()) {
      throw Error(ErrorCode::usage, "--input " + name + "=" + to_string(shape) + " has " +
                                        std::to_string(shape.size()) + " axes, the model's input has " +
                                        std::to_string(input.dims->size()));
    }
    for (size_t axis = 0; input.dims && axis < shape.size(); ++axis) {
      const int64_t size = (*input.dims)[axis].size;
      if (size < 0) {
        free_.insert(dim_name(input, axis));
        result_.dims[dim_name(input, axis)] = shape[axis];
      } else if (size != shape[axis]) {
        result_.rebound = true;
      }
    }
    return Value{.dtype = input.dtype, .shape = shape};
  }

  void rebind_batch(const Tensor& input, Value& value) {
    const bool fixes_one = input.dims && !input.dims->empty() && input.dims->front().size == 1;
    if (!fixes_one || value.shape[0] != 1) return;
    value.shape[0] = bindings_.dims.at(kBatch);
    result_.dims[kBatch] = value.shape[0];
    result_.rebound = true;
    free_.insert(kBatch);
  }

  void refuse_unmatched() {
    for (const auto& [name, size] : bindings_.dims) {
      if (free_.contains(name)) continue;
      refuse("the model has no free dimension '" + name + "'",
             free_.empty() ? "all of its input sizes are fixed" : "it has: " + join_names(free_));
    }
    for (const auto& [name, shape] : bindings_.inputs) refuse_unmatched(name);
    for (const auto& [name, elements] : bindings_.contents) refuse_unmatched(name);
    if (bindings_.image_size.empty() || has_image(model_.graphs[model_.main])) return;
    refuse("the model has no input that an image size is for",
           "an image has four axes, 1, 3 or 4 channels second or last; the model's inputs are: " + join_names(inputs_));
  }

  void refuse_unmatched(const std::string& name) {
    if (!used_inputs_.contains(name)) refuse("the model has no input '" + name + "'", "it has: " + join_names(inputs_));
  }

  void refuse(const std::string& what, const std::string& why) {
    Error error(ErrorCode::usage, what, std::nullopt, why);
    if (!bindings_.skip_unmatched_names) throw error;
    result_.unmatched.push_back(std::move(error));
  }

  const Model& model_;
  const Bindings& bindings_;
  BoundInputs result_;
  std::set<std::string> batches_ = {kBatch};
  std::set<std::string> free_;
  std::set<std::string> inputs_;
  std::set<std::string> used_inputs_;
};

}  // namespace

BoundInputs bind(const Model& model, const Bindings& bindings) { return Binder(model, bindings).bind(); }

std::vector<FreeDim> free_dims(const Model& model, const Bindings& bindings) {
  if (model.graphs.empty()) return {};
  return Binder(model, bindings).free_dims();
}

}  // namespace flopstat
