#include <algorithm>
#include <array>

#include "formats/keras/arguments.h"
#include "formats/keras/kernels.h"

namespace flopstat::keras {
namespace {

using Results = std::vector<TensorId>;

/// kernel_size; in Keras 1 filter_length, nb_row and nb_col, kernel_dim1 to kernel_dim3.
template <size_t rank>
std::vector<int64_t> kernel_size(const LayerReader& layer) {
  const std::string_view first = key_of(layer, {"kernel_size", "filter_length", "nb_row", "kernel_dim1"});
  if (first == "nb_row") return {size(layer, {"nb_row"}), size(layer, {"nb_col"})};
  if (first == "kernel_dim1") {
    return {size(layer, {"kernel_dim1"}), size(layer, {"kernel_dim2"}), size(layer, {"kernel_dim3"})};
  }
  if (!layer.has(first)) layer.corrupt("'kernel_size' is missing");
  return layer.integers(first, rank, 1);
}

int64_t channels_of(const LayerReader& layer, TensorId x) {
  const int64_t axis = layout_of(layer) == DataLayout::channels_first ? 1 : -1;
  return layer.shape(x)[layer.axis(x, axis)];
}

std::vector<int64_t> filter_shape(const std::vector<int64_t>& kernel, int64_t a, int64_t b) {
  std::vector<int64_t> shape = kernel;
  shape.insert(shape.end(), {a, b});
  return shape;
}

template <size_t rank>
Results conv(LayerReader& layer) {
  const TensorId x = layer.input();
  const std::vector<int64_t> kernel = kernel_size<rank>(layer);
  const Window window = window_of(layer, kernel);
  const int64_t filters = size(layer, {"filters", "nb_filter"});
  const int64_t groups = layer.has("groups") ? size(layer, {"groups"}) : 1;
  const int64_t channels = channels_of(layer, x);
  if (channels % groups != 0) layer.corrupt("its input has no whole number of channels in each group");
  const TensorId weight = kernel_of(layer, "kernel", filter_shape(kernel, channels / groups, filters));
  const Conv op{.axes = {layout_of(layer), FilterLayout::spatial_io}, .window = window};
  return {layer.activate(layer.emit(op, with_bias(layer, x, weight, filters)))};
}

/// Size of the result on one axis, for n points, stride s and kernel k (with its dilation): `valid` (n-1)s + max(k, s),
/// `same` ns; with an output padding p (n-1)s + k + p and (n-1)s + k % 2 + p.
///
/// Source: keras compute_conv_transpose_output_shape.
template <size_t rank>
Results conv_transpose(LayerReader& layer) {
  const TensorId x = layer.input();
  const std::vector<int64_t> kernel = kernel_size<rank>(layer);
  ConvTranspose op{.axes = {layout_of(layer), FilterLayout::spatial_oi}, .window = window_of(layer, kernel)};
  const bool padded = layer.has("output_padding");
  const std::vector<int64_t> padding = layer.integers("output_padding", rank, 0);
  const bool same = op.window.padding == Padding::same_upper;
  if (padded || !same) op.window.padding = Padding::given;
  for (size_t i = 0; i < rank; ++i) {
    Axis& axis = op.window.axes[i];
    const int64_t extent = (axis.kernel - 1) * axis.dilation + 1;
    if (same && padded) axis.pad_before = axis.pad_after = extent / 2;
    const int64_t behind = same ? 0 : std::max(extent, axis.stride) - extent;
    op.output_padding.push_back(padded ? padding[i] : behind);
  }
  const int64_t filters = size(layer, {"filters", "nb_filter"});
  const TensorId weight = layer.variable("kernel", {.shape = filter_shape(kernel, filters, channels_of(layer, x))});
  return {layer.activate(layer.emit(op, with_bias(layer, x, weight, filters)))};
}

int64_t multiplier_of(const LayerReader& layer) {
  return layer.has("depth_multiplier") ? size(layer, {"depth_multiplier"}) : 1;
}

Conv depthwise_op(const LayerReader& layer, const std::vector<int64_t>& kernel) {
  return {.axes = {layout_of(layer), FilterLayout::spatial_im}, .window = window_of(layer, kernel)};
}

template <size_t rank>
Results depthwise_conv(LayerReader& layer) {
  const TensorId x = layer.input();
  const std::vector<int64_t> kernel = kernel_size<rank>(layer);
  const Conv op = depthwise_op(layer, kernel);
  const int64_t channels = channels_of(layer, x);
  const int64_t multiplier = multiplier_of(layer);
  const int64_t filters = times(layer, channels, multiplier);
  const TensorId weight = layer.variable("kernel", {.shape = filter_shape(kernel, channels, multiplier)});
  return {layer.activate(layer.emit(op, with_bias(layer, x, weight, filters)))};
}

/// A depthwise convolution with the layer's window, then one of single points.
template <size_t rank>
Results separable_conv(LayerReader& layer) {
  const TensorId x = layer.input();
  const std::vector<int64_t> kernel = kernel_size<rank>(layer);
  const int64_t channels = channels_of(layer, x);
  const int64_t multiplier = multiplier_of(layer);
  const int64_t inner = times(layer, channels, multiplier);
  const int64_t filters = size(layer, {"filters", "nb_filter"});
  const TensorId depthwise = layer.variable("depthwise_kernel", {.shape = filter_shape(kernel, channels, multiplier)});
  const std::vector<int64_t> point(rank, 1);
  const TensorId pointwise = layer.variable("pointwise_kernel", {.shape = filter_shape(point, inner, filters)});
  const TensorId middle = layer.emit(depthwise_op(layer, kernel), {x, depthwise});
  const Conv op{.axes = {layout_of(layer), FilterLayout::spatial_io}, .window = {.axes = std::vector<Axis>(rank)}};
  return {layer.activate(layer.emit(op, with_bias(layer, middle, pointwise, filters)))};
}

constexpr auto kLayers = std::to_array<Layer>({
    {"Conv1D", conv<1>},
    {"Conv1DTranspose", conv_transpose<1>},
    {"Conv2D", conv<2>},
    {"Conv2DTranspose", conv_transpose<2>},
    {"Conv3D", conv<3>},
    {"Conv3DTranspose", conv_transpose<3>},
    {"DepthwiseConv1D", depthwise_conv<1>},
    {"DepthwiseConv2D", depthwise_conv<2>},
    {"SeparableConv1D", separable_conv<1>},
    {"SeparableConv2D", separable_conv<2>},
});
static_assert(std::ranges::is_sorted(kLayers, {}, &Layer::name));

}  // namespace

std::span<const Layer> convolution_layers() { return kLayers; }

}  // namespace flopstat::keras
