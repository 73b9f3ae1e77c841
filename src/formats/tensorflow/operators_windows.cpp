#include <algorithm>
#include <array>
#include <utility>

#include "formats/tensorflow/operators.h"
#include "formats/tensorflow/windows.h"

namespace flopstat::tensorflow {
namespace {

template <PoolFn fn>
Op pool(NodeReader& node) {
  Known<Window> window = window_of(node, "strides", "ksize");
  if (!known(window)) return Opaque{reason(window).why};
  return Pool{.fn = fn, .layout = layout_of(node), .window = std::move(*known(window))};
}

/// Axes of the data that a resize changes: height and width of [batch, height, width, channels].
template <ResizeFn fn>
Op resize(NodeReader& node) {
  node.set_inputs({node.input(0), node.input(1)});
  return Resize{.fn = fn, .axes = {1, 2}};
}

ResizeFn sampling(std::string_view word) {
  return word == "nearest" || word == "NEAREST" ? ResizeFn::nearest : ResizeFn::linear;
}

/// Images, boxes, numbers of their images, sizes.
Op crop_and_resize(NodeReader& node) {
  node.set_result(0, DType::f32);
  return WarpImages{sampling(node.text("method", "bilinear"))};
}

/// Images, projections, sizes, a value for what lies outside.
Op project(NodeReader& node) {
  node.set_inputs({node.input(0), node.input(1), kAbsent, node.input(2)});
  return WarpImages{sampling(node.text("interpolation", "BILINEAR"))};
}

/// x, w [kh, kw, channels].
Op dilation(NodeReader& node) {
  Known<Window> window = window_of(node, "strides", {}, "rates");
  if (!known(window)) return Opaque{reason(window).why};
  return Morphology{.window = std::move(*known(window))};
}

Op local_response(NodeReader& node) {
  constexpr int64_t kMostNeighbours = int64_t{1} << 20;
  const int64_t radius = node.integer("depth_radius", 5);
  if (radius < 0 || radius > kMostNeighbours) return Opaque{"its depth_radius is out of range"};
  return Lrn{.layout = DataLayout::channels_last, .size = 2 * radius + 1};
}

template <bool soft, size_t inputs>
Op suppression(NodeReader& node) {
  std::vector<TensorId> operands = node.inputs();
  operands.resize(std::min(operands.size(), inputs));
  node.set_inputs(std::move(operands));
  return NonMaxSuppression{.soft = soft};
}

constexpr auto kOperators = std::to_array<Operator>({
    {"AvgPool", 1, pool<PoolFn::average>},
    {"AvgPool3D", 1, pool<PoolFn::average>},
    {"CropAndResize", 4, crop_and_resize},
    {"Dilation2D", 2, dilation},
    {"ImageProjectiveTransformV2", 3, project},
    {"ImageProjectiveTransformV3", 4, project},
    {"LRN", 1, local_response},
    {"MaxPool", 1, pool<PoolFn::max>},
    {"MaxPool3D", 1, pool<PoolFn::max>},
    {"MaxPoolWithArgmax", 1, pool<PoolFn::max>},
    {"NonMaxSuppression", 3, suppression<false, 5>},
    {"NonMaxSuppressionV2", 4, suppression<false, 5>},
    {"NonMaxSuppressionV3", 5, suppression<false, 5>},
    {"NonMaxSuppressionV4", 5, suppression<false, 5>},
    {"NonMaxSuppressionV5", 6, suppression<true, 6>},
    {"ResizeArea", 2, resize<ResizeFn::linear>},
    {"ResizeBicubic", 2, resize<ResizeFn::cubic>},
    {"ResizeBilinear", 2, resize<ResizeFn::linear>},
    {"ResizeNearestNeighbor", 2, resize<ResizeFn::nearest>},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> window_operators() { return kOperators; }

}  // namespace flopstat::tensorflow
