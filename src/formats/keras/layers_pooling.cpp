#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "formats/keras/arguments.h"

namespace flopstat::keras {
namespace {

using Results = std::vector<TensorId>;

/// Strides are the pool's own size where they are not given.
template <PoolFn fn, size_t rank>
Results pool(LayerReader& layer) {
  const std::vector<int64_t> sizes = per_axis(layer, {"pool_size", "pool_length"}, rank, 2);
  Window window = window_of(layer, sizes);
  const std::string_view strides = key_of(layer, {"strides", "stride"});
  const std::vector<int64_t> steps = layer.has(strides) ? layer.integers(strides, rank, 1) : sizes;
  for (size_t i = 0; i < rank; ++i) window.axes[i].stride = steps[i];
  return {layer.emit(Pool{.fn = fn, .layout = layout_of(layer), .window = window}, {layer.input()})};
}

template <PoolFn fn, size_t rank>
Results adaptive_pool(LayerReader& layer) {
  const Pool op{.fn = fn, .layout = layout_of(layer), .sizes = per_axis(layer, {"output_size"}, rank, 1)};
  return {layer.emit(op, {layer.input()})};
}

/// A pool over all spatial axes is a reduction.
template <ReduceFn fn, size_t rank>
Results global_pool(LayerReader& layer) {
  const size_t first = first_spatial(layout_of(layer));
  return {reduced(layer, fn, layer.input(), counted(first, first + rank), layer.boolean("keepdims", false))};
}

template <size_t rank>
Results up_sampling(LayerReader& layer) {
  const std::vector<int64_t> factors = per_axis(layer, {"size", "length"}, rank, 2);
  const std::string_view interpolation = layer.text("interpolation", "nearest");
  const size_t first = first_spatial(layout_of(layer));
  Resize op{.axes = counted(first, first + rank)};
  if (interpolation == "bilinear") {
    op.fn = ResizeFn::linear;
  } else if (interpolation == "bicubic") {
    op.fn = ResizeFn::cubic;
  } else if (interpolation != "nearest") {
    const std::string why = "resizing by '" + std::string(interpolation.substr(0, 80)) + "' has no rule";
    return {layer.emit(Opaque{why}, {layer.input()})};
  }
  return {layer.emit(op, {layer.input(), kAbsent, layer.constant(factors)})};
}

/// Before each spatial axis and behind it.
template <size_t rank>
Results zero_padding(LayerReader& layer) {
  const std::vector<int64_t> pairs = pairs_per_axis(layer, {"padding"}, rank, 1);
  const size_t first = first_spatial(layout_of(layer));
  std::vector<int64_t> pads(2 * (rank + 2), 0);
  for (size_t i = 0; i < rank; ++i) {
    pads[first + i] = pairs[2 * i];
    pads[rank + 2 + first + i] = pairs[2 * i + 1];
  }
  return {layer.emit(Pad{.pairs = false}, {layer.input(), layer.constant(pads)})};
}

template <size_t rank>
Results cropping(LayerReader& layer) {
  const std::vector<int64_t> pairs = pairs_per_axis(layer, {"cropping"}, rank, rank == 2 ? 0 : 1);
  const size_t first = first_spatial(layout_of(layer));
  std::vector<int64_t> starts;
  std::vector<int64_t> ends;
  for (size_t i = 0; i < rank; ++i) {
    starts.push_back(pairs[2 * i]);
    ends.push_back(pairs[2 * i + 1] == 0 ? std::numeric_limits<int64_t>::max() : -pairs[2 * i + 1]);
  }
  const TensorId axes = layer.constant(counted(first, first + rank));
  return {layer.emit(SliceTo{}, {layer.input(), layer.constant(starts), layer.constant(ends), axes})};
}

constexpr auto kLayers = std::to_array<Layer>({
    {"AdaptiveAveragePooling1D", adaptive_pool<PoolFn::average, 1>},
    {"AdaptiveAveragePooling2D", adaptive_pool<PoolFn::average, 2>},
    {"AdaptiveAveragePooling3D", adaptive_pool<PoolFn::average, 3>},
    {"AdaptiveMaxPooling1D", adaptive_pool<PoolFn::max, 1>},
    {"AdaptiveMaxPooling2D", adaptive_pool<PoolFn::max, 2>},
    {"AdaptiveMaxPooling3D", adaptive_pool<PoolFn::max, 3>},
    {"AveragePooling1D", pool<PoolFn::average, 1>},
    {"AveragePooling2D", pool<PoolFn::average, 2>},
    {"AveragePooling3D", pool<PoolFn::average, 3>},
    {"Cropping1D", cropping<1>},
    {"Cropping2D", cropping<2>},
    {"Cropping3D", cropping<3>},
    {"GlobalAveragePooling1D", global_pool<ReduceFn::mean, 1>},
    {"GlobalAveragePooling2D", global_pool<ReduceFn::mean, 2>},
    {"GlobalAveragePooling3D", global_pool<ReduceFn::mean, 3>},
    {"GlobalMaxPooling1D", global_pool<ReduceFn::max, 1>},
    {"GlobalMaxPooling2D", global_pool<ReduceFn::max, 2>},
    {"GlobalMaxPooling3D", global_pool<ReduceFn::max, 3>},
    {"MaxPooling1D", pool<PoolFn::max, 1>},
    {"MaxPooling2D", pool<PoolFn::max, 2>},
    {"MaxPooling3D", pool<PoolFn::max, 3>},
    {"UpSampling1D", up_sampling<1>},
    {"UpSampling2D", up_sampling<2>},
    {"UpSampling3D", up_sampling<3>},
    {"ZeroPadding1D", zero_padding<1>},
    {"ZeroPadding2D", zero_padding<2>},
    {"ZeroPadding3D", zero_padding<3>},
});
static_assert(std::ranges::is_sorted(kLayers, {}, &Layer::name));

}  // namespace

std::span<const Layer> pooling_layers() { return kLayers; }

}  // namespace flopstat::keras
