#include "formats/keras/arguments.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

namespace flopstat::keras {
namespace {

/// Kernels, strides and dilations that counting accepts.
constexpr int64_t kMaxStep = int64_t{1} << 20;

int64_t checked_step(const LayerReader& layer, int64_t step, const char* what) {
  if (step >= 1 && step <= kMaxStep) return step;
  layer.corrupt(std::string(what) + " is " + std::to_string(step) + ", expected 1 to " + std::to_string(kMaxStep));
}

int64_t checked_margin(const LayerReader& layer, std::string_view key, int64_t margin) {
  if (margin >= 0 && margin <= std::numeric_limits<int32_t>::max()) return margin;
  layer.corrupt("'" + std::string(key) + "' holds " + std::to_string(margin) + ", expected 0 to 2^31 - 1");
}

}  // namespace

std::string_view key_of(const LayerReader& layer, Names names) {
  const auto* found = std::ranges::find_if(names, [&](std::string_view name) { return layer.has(name); });
  return found != names.end() ? *found : *names.begin();
}

int64_t size(const LayerReader& layer, Names names) {
  const std::string_view key = key_of(layer, names);
  const int64_t value = layer.integer(key, 0);
  if (value >= 1 && value <= std::numeric_limits<int32_t>::max()) return value;
  layer.corrupt("'" + std::string(key) + "' is " + (layer.has(key) ? std::to_string(value) : "missing") +
                ", expected 1 to 2^31 - 1");
}

int64_t times(const LayerReader& layer, int64_t a, int64_t b) {
  int64_t product = 0;
  if (!__builtin_mul_overflow(a, b, &product) && product >= 0 && product <= kMaxDim) return product;
  layer.corrupt("an axis of " + std::to_string(a) + " times " + std::to_string(b) + " elements is too large");
}

std::vector<int64_t> per_axis(const LayerReader& layer, Names names, size_t rank, int64_t otherwise) {
  return layer.integers(key_of(layer, names), rank, otherwise);
}

std::vector<int64_t> pairs_per_axis(const LayerReader& layer, Names names, size_t rank, int64_t otherwise) {
  const std::string_view key = key_of(layer, names);
  std::vector<int64_t> pairs;
  const JsonValue* value = layer.config().find(key);
  const JsonValue::Array* list = value != nullptr ? value->array() : nullptr;
  const bool flat_pair = rank == 1 && list != nullptr && list->size() == 2 && (*list)[0].array() == nullptr;
  if (flat_pair) {
    pairs = layer.integers(key, 2, otherwise);
  } else if (list == nullptr || list->size() != rank || (*list)[0].array() == nullptr) {
    for (const int64_t each : layer.integers(key, rank, otherwise)) pairs.insert(pairs.end(), 2, each);
  } else {
    for (const JsonValue& entry : *list) {
      const std::vector<int64_t> pair = sizes_or_any(layer, entry);
      if (pair.size() != 2) layer.corrupt("'" + std::string(key) + "' holds no pair for each axis");
      pairs.insert(pairs.end(), pair.begin(), pair.end());
    }
  }
  for (const int64_t margin : pairs) checked_margin(layer, key, margin);
  return pairs;
}

std::vector<int64_t> sizes_or_any(const LayerReader& layer, const JsonValue& list) {
  if (const int64_t* one = list.integer()) return {*one};
  const JsonValue::Array* entries = list.array();
  if (entries == nullptr) layer.corrupt("expected a list of whole numbers");
  std::vector<int64_t> sizes;
  for (const JsonValue& entry : *entries) {
    const int64_t* size = entry.integer();
    if (size == nullptr && !entry.is_null()) layer.corrupt("expected a list of whole numbers");
    sizes.push_back(size != nullptr ? *size : -1);
  }
  return sizes;
}

bool has_bias(const LayerReader& layer) { return layer.boolean(key_of(layer, {"use_bias", "bias"}), true); }

DataLayout layout_of(const LayerReader& layer) {
  const bool first = layer.channels_first() || layer.text("dim_ordering", "tf") == "th";
  return first ? DataLayout::channels_first : DataLayout::channels_last;
}

size_t channel_axis(DataLayout layout, size_t rank) { return layout == DataLayout::channels_first ? 1 : rank - 1; }

size_t first_spatial(DataLayout layout) { return layout == DataLayout::channels_first ? 2 : 1; }

Window window_of(const LayerReader& layer, const std::vector<int64_t>& kernel) {
  const size_t rank = kernel.size();
  const std::vector<int64_t> strides = per_axis(layer, {"strides", "subsample", "subsample_length"}, rank, 1);
  const std::vector<int64_t> dilations = per_axis(layer, {"dilation_rate", "atrous_rate"}, rank, 1);
  const std::string_view padding = layer.text(key_of(layer, {"padding", "border_mode"}), "valid");

  Window window;
  for (size_t i = 0; i < rank; ++i) {
    window.axes.push_back({.kernel = checked_step(layer, kernel[i], "a kernel"),
                           .stride = checked_step(layer, strides[i], "a stride"),
                           .dilation = checked_step(layer, dilations[i], "a dilation")});
    const int64_t reach = (kernel[i] - 1) * dilations[i];
    if (padding == "causal" || padding == "full") window.axes.back().pad_before = reach;
    if (padding == "full") window.axes.back().pad_after = reach;
  }
  if (padding == "same" || padding == "half") {
    window.padding = Padding::same_upper;
  } else if (padding == "valid") {
    window.padding = Padding::valid;
  } else if (padding != "causal" && padding != "full") {
    layer.corrupt("the padding '" + std::string(padding.substr(0, 80)) + "' is not known");
  }
  return window;
}

bool call_flag(const LayerReader& layer, size_t position, std::string_view name) {
  const JsonValue* value = layer.argument(position, name);
  const bool* flag = value != nullptr ? value->boolean() : nullptr;
  return flag != nullptr && *flag;
}

std::vector<TensorId> call_tensors(const LayerReader& layer, size_t position, std::string_view name) {
  const JsonValue* value = layer.argument(position, name);
  if (value == nullptr || value->is_null()) return {};
  if (const TensorId tensor = layer.tensor_of(*value); tensor != kAbsent) return {tensor};
  std::vector<TensorId> tensors;
  if (const JsonValue::Array* list = value->array()) {
    for (const JsonValue& entry : *list) {
      const TensorId tensor = layer.tensor_of(entry);
      if (tensor != kAbsent) tensors.push_back(tensor);
    }
  }
  return tensors;
}

TensorId transposed(LayerReader& layer, TensorId x, const std::vector<int64_t>& permutation) {
  return layer.emit(Transpose{}, {x, layer.constant(permutation)});
}

TensorId reshaped(LayerReader& layer, TensorId x, const std::vector<int64_t>& shape) {
  return layer.emit(Reshape{}, {x, layer.constant(shape)});
}

TensorId sizes_of(LayerReader& layer, TensorId x, size_t first, size_t end) {
  return layer.emit(ShapeOf{.start = static_cast<int64_t>(first), .end = static_cast<int64_t>(end)}, {x});
}

TensorId with_axes(LayerReader& layer, TensorId x, const std::vector<int64_t>& axes) {
  return layer.emit(Unsqueeze{}, {x, layer.constant(axes)});
}

TensorId without_axes(LayerReader& layer, TensorId x, const std::vector<int64_t>& axes) {
  return layer.emit(Squeeze{}, {x, layer.constant(axes)});
}

TensorId reduced(LayerReader& layer, ReduceFn fn, TensorId x, const std::vector<int64_t>& axes, bool keep_dims) {
  return layer.emit(Reduce{.fn = fn, .keep_dims = keep_dims, .none_means_none = true}, {x, layer.constant(axes)});
}

TensorId as_real(LayerReader& layer, TensorId x) {
  return is_float(layer.dtype(x)) ? x : layer.emit(Cast{.to = DType::f32}, {x});
}

TensorId holding(LayerReader& layer, TensorId x, const std::vector<TensorId>& variables) {
  std::vector<TensorId> operands = {x};
  operands.insert(operands.end(), variables.begin(), variables.end());
  return variables.empty() ? x : layer.emit(Identity{}, operands);
}

std::vector<TensorId> aligned(LayerReader& layer, std::vector<TensorId> tensors) {
  size_t most = 0;
  for (const TensorId tensor : tensors) most = std::max(most, layer.shape(tensor).size());
  for (TensorId& tensor : tensors) {
    const size_t rank = layer.shape(tensor).size();
    if (rank > 0 && rank < most) tensor = with_axes(layer, tensor, counted(1, 1 + most - rank));
  }
  return tensors;
}

std::vector<TensorId> inputs_of(const LayerReader& layer) {
  std::vector<TensorId> inputs;
  for (size_t i = 0; i < layer.input_count(); ++i) inputs.push_back(layer.input(i));
  return inputs;
}

TensorId number(LayerReader& layer, const JsonValue& value) {
  if (const int64_t* whole = value.integer()) return layer.scalar(*whole);
  if (const std::optional<double> real = value.real()) return layer.real_scalar(*real);
  if (const bool* flag = value.boolean()) return layer.scalar(*flag ? 1 : 0);
  return kAbsent;
}

namespace {

void add_operand(LayerReader& layer, const JsonValue& argument, std::vector<TensorId>& operands) {
  if (const TensorId tensor = layer.tensor_of(argument); tensor != kAbsent) return operands.push_back(tensor);
  if (const TensorId constant = number(layer, argument); constant != kAbsent) return operands.push_back(constant);
  if (argument.is_null() || argument.text() != nullptr) return;
  const JsonValue::Array* list = argument.array();
  if (list == nullptr) layer.corrupt("an operand is neither a tensor nor a number");
  for (const JsonValue& entry : *list) {
    const TensorId tensor = layer.tensor_of(entry);
    const TensorId operand = tensor != kAbsent ? tensor : number(layer, entry);
    if (operand == kAbsent) layer.corrupt("an operand is neither a tensor nor a number");
    operands.push_back(operand);
  }
}

}  // namespace

std::vector<TensorId> operands_and_numbers(LayerReader& layer) {
  std::vector<TensorId> operands;
  for (size_t i = 0; const JsonValue* argument = layer.argument(i, {}); ++i) add_operand(layer, *argument, operands);
  for (const char* name : {"x", "x1", "a", "y", "x2", "b"}) {
    if (const JsonValue* argument = layer.argument(SIZE_MAX, name)) add_operand(layer, *argument, operands);
  }
  return operands.empty() ? inputs_of(layer) : operands;  // called by another layer
}

std::vector<int64_t> counted(size_t first, size_t end) {
  std::vector<int64_t> numbers;
  for (size_t i = first; i < end; ++i) numbers.push_back(static_cast<int64_t>(i));
  return numbers;
}

}  // namespace flopstat::keras
