#include <algorithm>
#include <array>
#include <string>

#include "formats/keras/arguments.h"
#include "formats/keras/kernels.h"

namespace flopstat::keras {
namespace {

using Results = std::vector<TensorId>;

/// The axes that `axis` names, from the front and in order.
std::vector<int64_t> axes_of(const LayerReader& layer, TensorId x, int64_t otherwise) {
  std::vector<int64_t> axes;
  for (const int64_t axis : layer.integers("axis").value_or(std::vector{otherwise})) {
    axes.push_back(static_cast<int64_t>(layer.axis(x, axis)));
  }
  std::ranges::sort(axes);
  return axes;
}

std::vector<int64_t> sizes_on(const LayerReader& layer, TensorId x, const std::vector<int64_t>& axes) {
  std::vector<int64_t> sizes;
  for (const int64_t axis : axes) sizes.push_back(layer.shape(x)[static_cast<size_t>(axis)]);
  return sizes;
}

bool scaled(const LayerReader& layer) { return layer.boolean("scale", true); }
bool centered(const LayerReader& layer) { return layer.boolean("center", true); }

TensorId gamma_of(LayerReader& layer, const std::vector<int64_t>& shape) {
  return scaled(layer) ? layer.variable("gamma", {.shape = shape}) : kAbsent;
}

TensorId beta_of(LayerReader& layer, const std::vector<int64_t>& shape) {
  return centered(layer) ? layer.variable("beta", {.shape = shape}) : kAbsent;
}

/// x with that axis and the last one changed for each other.
TensorId with_axis_last(LayerReader& layer, TensorId x, size_t axis) {
  std::vector<int64_t> swapped = counted(0, layer.shape(x).size());
  if (axis + 1 == swapped.size()) return x;
  std::swap(swapped[axis], swapped.back());
  return transposed(layer, x, swapped);
}

/// Keras 2, statistics over several axes: variables have every axis of x, those not named with size 1, so that they
/// spread over x as they are. A scale and a shift are made of them beforehand.
Results batch_normalization_over(LayerReader& layer, const std::vector<int64_t>& axes) {
  const TensorId x = layer.input();
  std::vector<int64_t> shape(layer.shape(x).size(), 1);
  for (const int64_t axis : axes) shape[static_cast<size_t>(axis)] = layer.shape(x)[static_cast<size_t>(axis)];
  const TensorId gamma = gamma_of(layer, shape);
  const TensorId beta = beta_of(layer, shape);
  const TensorId mean = layer.variable("moving_mean", {.shape = shape, .trainable = false});
  const TensorId variance = layer.variable("moving_variance", {.shape = shape, .trainable = false});
  TensorId scale = layer.emit(Unary{UnaryFn::rsqrt}, {variance});
  if (gamma != kAbsent) scale = layer.emit(Binary{BinaryFn::mul}, {scale, gamma});
  TensorId shift = layer.emit(Binary{BinaryFn::mul}, {mean, scale});
  shift = beta != kAbsent ? layer.emit(Binary{BinaryFn::sub}, {beta, shift}) : layer.emit(Unary{UnaryFn::neg}, {shift});
  const TensorId y = layer.emit(Binary{BinaryFn::mul}, {x, scale});
  return {layer.emit(Binary{BinaryFn::add}, {y, shift})};
}

/// The moving statistics are no trainable parameters. With renorm there are three more of them, which only training
/// reads.
Results batch_normalization(LayerReader& layer) {
  const TensorId x = layer.input();
  const std::vector<int64_t> axes = axes_of(layer, x, -1);
  if (axes.size() != 1) return batch_normalization_over(layer, axes);
  const int64_t axis = axes[0];
  const auto rank = static_cast<int64_t>(layer.shape(x).size());
  const std::vector<int64_t> shape = sizes_on(layer, x, axes);
  const Results variables = {gamma_of(layer, shape), beta_of(layer, shape),
                             layer.variable("moving_mean", {.shape = shape, .trainable = false}),
                             layer.variable("moving_variance", {.shape = shape, .trainable = false})};
  Results held;
  if (layer.boolean("renorm", false)) {
    for (const char* name : {"moving_stddev", "renorm_mean", "renorm_stddev"}) {
      held.push_back(layer.variable(name, {.shape = shape, .trainable = false}));
    }
  }
  const auto normalized = [&](DataLayout layout, TensorId input) {
    Results operands = {input};
    operands.insert(operands.end(), variables.begin(), variables.end());
    return holding(layer, layer.emit(BatchNorm{.layout = layout}, operands), held);
  };
  if (axis == rank - 1) return {normalized(DataLayout::channels_last, x)};
  if (axis == 1) return {normalized(DataLayout::channels_first, x)};
  const auto place = static_cast<size_t>(axis);
  const TensorId y = normalized(DataLayout::channels_last, with_axis_last(layer, x, place));
  return {with_axis_last(layer, y, place)};
}

/// Rows over those axes: the last ones of x, or any.
Normalize rows_over(const std::vector<int64_t>& axes, size_t rank) {
  const bool trailing = axes == counted(rank - axes.size(), rank);
  if (trailing) return {.rows = Normalize::Rows::trailing, .axis = static_cast<int64_t>(rank - axes.size())};
  return {.rows = Normalize::Rows::axes, .axes = axes};
}

Results layer_normalization(LayerReader& layer) {
  const TensorId x = layer.input();
  const std::vector<int64_t> axes = axes_of(layer, x, -1);
  const std::vector<int64_t> shape = sizes_on(layer, x, axes);
  Normalize op = rows_over(axes, layer.shape(x).size());
  op.root_mean_square = layer.boolean("rms_scaling", false);
  const TensorId gamma = op.root_mean_square ? layer.variable("gamma", {.shape = shape}) : gamma_of(layer, shape);
  const TensorId beta = op.root_mean_square ? kAbsent : beta_of(layer, shape);
  return {layer.emit(op, {x, gamma, beta})};
}

Results rms_normalization(LayerReader& layer) {
  const TensorId x = layer.input();
  const std::vector<int64_t> axes = axes_of(layer, x, -1);
  Normalize op = rows_over(axes, layer.shape(x).size());
  op.root_mean_square = true;
  return {layer.emit(op, {x, layer.variable("scale", {.shape = sizes_on(layer, x, axes)})})};
}

/// Rows are an item's groups of channels. The channels are split in two axes first, unless they stand where the
/// operation expects them.
Results group_normalization(LayerReader& layer) {
  const TensorId x = layer.input();
  const std::vector<int64_t> axes = axes_of(layer, x, -1);
  if (axes.size() != 1) layer.corrupt("'axis' is not one axis");
  const auto axis = static_cast<size_t>(axes[0]);
  const size_t rank = layer.shape(x).size();
  const int64_t channels = layer.shape(x)[axis];
  int64_t groups = layer.integer("groups", 32);
  if (groups == -1) groups = channels;
  if (groups < 1 || channels % groups != 0) {
    layer.corrupt(std::to_string(channels) + " channels have no " + std::to_string(groups) + " equal groups");
  }
  const TensorId gamma = gamma_of(layer, {channels});
  const TensorId beta = beta_of(layer, {channels});
  if (axis == 1) {
    return {layer.emit(Normalize{.rows = Normalize::Rows::channels, .groups = groups}, {x, gamma, beta})};
  }
  std::vector<int64_t> split(rank - 1, 0);
  split.insert(split.end(), {groups, channels / groups});
  std::vector<int64_t> joined(rank - 1, 0);
  joined.push_back(channels);
  std::vector<int64_t> row = counted(1, rank - 1);
  row.push_back(static_cast<int64_t>(rank));
  const Normalize op{.rows = Normalize::Rows::axes, .axes = row};
  const TensorId grouped = reshaped(layer, with_axis_last(layer, x, axis), split);
  const TensorId y = reshaped(layer, layer.emit(op, {grouped, gamma, beta}), joined);
  return {with_axis_last(layer, y, axis)};
}

Results unit_normalization(LayerReader& layer) {
  const TensorId x = layer.input();
  const std::vector<int64_t> axes = axes_of(layer, x, -1);
  if (axes.size() == 1) return {layer.emit(L2Norm{.axis = axes[0]}, {x})};
  const TensorId norm = reduced(layer, ReduceFn::l2, x, axes, true);
  return {layer.emit(Binary{BinaryFn::div}, {x, norm})};
}

/// Last size of the kernel of the layer that is wrapped.
int64_t last_of_kernel(const LayerReader& layer, const JsonValue& wrapped) {
  const JsonValue* name = wrapped.find("class_name");
  const JsonValue* config = wrapped.find("config");
  if (name == nullptr || name->text() == nullptr || config == nullptr) layer.corrupt("'layer' is no layer");
  const bool depthwise = name->text()->starts_with("Depthwise");
  if (*name->text() == "EinsumDense") {
    const JsonValue* equation = config->find("equation");
    const JsonValue* sizes = config->find("output_shape");
    if (equation == nullptr || equation->text() == nullptr || sizes == nullptr) layer.corrupt("'layer' is no layer");
    return einsum_sizes(layer, *equation->text(), layer.shape(layer.input()), sizes_or_any(layer, *sizes), {})
        .kernel.back();
  }
  if (name->text()->ends_with("Transpose")) {
    return layer.shape(layer.input())[layer.axis(layer.input(), layer.channels_first() ? 1 : -1)];
  }
  for (const char* key : {"units", "filters", "output_dim", "depth_multiplier"}) {
    if (depthwise != (std::string_view(key) == "depth_multiplier")) continue;
    const JsonValue* size = config->find(key);
    if (size != nullptr && size->integer() != nullptr) return *size->integer();
  }
  layer.corrupt("the layer that it wraps has no kernel");
}

/// Training divides the kernel by its largest singular value; `vector_u` is what it remembers of that.
Results spectral_normalization(LayerReader& layer) {
  const JsonValue* wrapped = layer.config().find("layer");
  if (wrapped == nullptr) layer.corrupt("'layer' is missing");
  Results results = layer.call(*wrapped, "layer", inputs_of(layer));
  const int64_t width = last_of_kernel(layer, *wrapped);
  const TensorId vector = layer.variable("vector_u", {.shape = {1, width}, .trainable = false});
  if (!results.empty()) results[0] = holding(layer, results[0], {vector});
  return results;
}

constexpr auto kLayers = std::to_array<Layer>({
    {"BatchNormalization", batch_normalization},
    {"GroupNormalization", group_normalization},
    {"LayerNormalization", layer_normalization},
    {"RMSNormalization", rms_normalization},
    {"SpectralNormalization", spectral_normalization},
    {"UnitNormalization", unit_normalization},
});
static_assert(std::ranges::is_sorted(kLayers, {}, &Layer::name));

}  // namespace

std::span<const Layer> normalization_layers() { return kLayers; }

}  // namespace flopstat::keras
