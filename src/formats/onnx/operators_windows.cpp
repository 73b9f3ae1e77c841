#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "flopstat/known.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

// --- windows --------------------------------------------------------------------------------------------------------

/// Kernels, strides and dilations that counting accepts.
constexpr int64_t kMaxStep = int64_t{1} << 20;

/// Number of spatial axes by the first attribute that has one value for each, else by the weight.
std::optional<size_t> spatial_rank(const NodeReader& node) {
  for (const char* name : {"kernel_shape", "strides", "dilations"}) {
    if (const auto values = node.integers(name)) return values->size();
  }
  if (const auto pads = node.integers("pads")) return pads->size() / 2;
  const Tensor* weight = node.operand(1);
  if (weight != nullptr && weight->dims && weight->dims->size() > 2) return weight->dims->size() - 2;
  return std::nullopt;
}

/// One value per axis, or `otherwise` for each where the attribute is absent.
std::vector<int64_t> per_axis(const NodeReader& node, const char* name, size_t count, int64_t otherwise) {
  std::vector<int64_t> values = node.integers(name).value_or(std::vector<int64_t>(count, otherwise));
  if (values.size() == count) return values;
  node.corrupt("expected " + std::to_string(count) + " values in " + name + ", found " + std::to_string(values.size()));
}

Padding padding(const NodeReader& node) {
  const std::string_view word = node.text("auto_pad", "NOTSET");
  if (word == "SAME_UPPER") return Padding::same_upper;
  if (word == "SAME_LOWER") return Padding::same_lower;
  if (word == "VALID") return Padding::valid;
  if (word == "NOTSET" || word.empty()) return Padding::given;
  node.corrupt("auto_pad has the unknown value '" + std::string(word.substr(0, 80)) + "'");
}

/// The attributes that convolutions and pools share. Unknown: no attribute tells how many axes there are, or one is out
/// of range.
Known<Window> window_of(const NodeReader& node) {
  const std::optional<size_t> rank = spatial_rank(node);
  if (!rank) return Unknown{"it has no kernel_shape and its weight has no stored shape"};
  if (*rank > kMaxRank) node.corrupt("its window has " + std::to_string(*rank) + " axes");
  const std::vector<int64_t> kernel = per_axis(node, "kernel_shape", *rank, 1);
  const std::vector<int64_t> strides = per_axis(node, "strides", *rank, 1);
  const std::vector<int64_t> dilations = per_axis(node, "dilations", *rank, 1);
  const std::vector<int64_t> pads = per_axis(node, "pads", 2 * *rank, 0);

  Window window;
  window.padding = padding(node);
  window.ceil = node.integer("ceil_mode", 0) != 0;
  for (size_t i = 0; i < *rank; ++i) {
    const Axis axis{.kernel = kernel[i],
                    .stride = strides[i],
                    .dilation = dilations[i],
                    .pad_before = pads[i],
                    .pad_after = pads[*rank + i]};
    for (const int64_t value : {axis.kernel, axis.stride, axis.dilation}) {
      if (value < 1 || value > kMaxStep) {
        return Unknown{"its kernel, stride or dilation is " + std::to_string(value) + ", expected 1 to " +
                       std::to_string(kMaxStep)};
      }
    }
    window.axes.push_back(axis);
  }
  return window;
}

/// A convolution's kernel is its weight's; an attribute that says otherwise is a contradiction.
void check_kernel(const NodeReader& node) {
  const auto kernel = node.integers("kernel_shape");
  const Tensor* weight = node.operand(1);
  if (!kernel || !weight->is_constant() || !weight->dims) return;
  if (weight->dims->size() != kernel->size() + 2) {
    node.corrupt("kernel_shape has " + std::to_string(kernel->size()) + " values, the weight has rank " +
                 std::to_string(weight->dims->size()));
  }
  for (size_t i = 0; i < kernel->size(); ++i) {
    if ((*weight->dims)[i + 2].size == (*kernel)[i]) continue;
    node.corrupt("kernel_shape says " + std::to_string((*kernel)[i]) + " on axis " + std::to_string(i) +
                 ", the weight has " + std::to_string((*weight->dims)[i + 2].size));
  }
}

Op conv(NodeReader& node) {
  check_kernel(node);
  Known<Window> window = window_of(node);
  if (!known(window)) return Opaque{reason(window).why};
  return Conv{.window = std::move(*known(window))};
}

Op conv_transpose(NodeReader& node) {
  check_kernel(node);
  if (node.has("output_shape")) {
    const TensorId bias = node.input(2);
    node.set_inputs({node.input(0), node.input(1), bias, node.attribute_or_input("output_shape", 3)});
  }
  Known<Window> window = window_of(node);
  if (!known(window)) return Opaque{reason(window).why};
  const size_t rank = known(window)->axes.size();
  return ConvTranspose{.window = std::move(*known(window)),
                       .groups = node.integer("group", 1),
                       .output_padding = per_axis(node, "output_padding", rank, 0)};
}

template <PoolFn fn>
Op pool(NodeReader& node) {
  if (!node.has("kernel_shape")) node.corrupt("the attribute kernel_shape is missing");
  Known<Window> window = window_of(node);
  if (!known(window)) return Opaque{reason(window).why};
  // Windows without padding either way. PyTorch writes the zeros for a pool, and nothing for an adaptive one.
  const bool says_nothing = known(window)->padding == Padding::given && !node.has("pads");
  if (fn == PoolFn::average && says_nothing) known(window)->padding = Padding::valid;
  return Pool{.fn = fn,
              .window = std::move(*known(window)),
              .averages_padding = fn == PoolFn::average && node.integer("count_include_pad", 0) != 0};
}

Op lp_pool(NodeReader& node) {
  switch (node.integer("p", 2)) {
    case 1: return pool<PoolFn::l1>(node);
    case 2: return pool<PoolFn::l2>(node);
    default: return pool<PoolFn::lp>(node);
  }
}

/// A pool over all spatial axes is a reduction: the same work whatever the format calls it.
template <ReduceFn fn>
Op global_pool(NodeReader&) {
  return Reduce{.fn = fn, .spatial = true};
}

Op global_lp_pool(NodeReader& node) {
  const int64_t p = node.integer("p", 2);
  if (p != 1 && p != 2) return Opaque{"a norm other than 1 and 2 has no rule"};
  return Reduce{.fn = p == 1 ? ReduceFn::l1 : ReduceFn::l2, .spatial = true};
}

Op lrn(NodeReader& node) { return Lrn{.size = node.integer("size", 0)}; }

Op resize_by(NodeReader& node, TensorId sizes, TensorId scales) {
  const std::string_view mode = node.text("mode", "nearest");
  ResizeFn fn = ResizeFn::nearest;
  if (mode == "linear" || mode == "bilinear") fn = ResizeFn::linear;
  if (mode == "cubic") fn = ResizeFn::cubic;
  if (sizes == kAbsent && scales == kAbsent) node.corrupt("it has neither sizes nor scales");
  node.set_inputs({node.input(0), sizes, scales});
  const std::string_view policy = node.text("keep_aspect_ratio_policy", "stretch");
  Resize::Aspect aspect = Resize::Aspect::free;
  if (policy == "not_larger") aspect = Resize::Aspect::not_larger;
  if (policy == "not_smaller") aspect = Resize::Aspect::not_smaller;
  return Resize{.fn = fn, .axes = node.integers("axes").value_or(std::vector<int64_t>{}), .aspect = aspect};
}

/// Operator set 10: x, scales. From 11: x, roi, scales, sizes, of which one of the last two is given.
Op resize(NodeReader& node) {
  if (node.version() < 11) return resize_by(node, kAbsent, node.input(1));
  const TensorId sizes = node.filled_input(3);
  const TensorId scales = node.filled_input(2);
  if (sizes == kAbsent && node.text("coordinate_transformation_mode", {}) == "tf_crop_and_resize") {
    return Opaque{"resizing a region by scales is not followed: engines disagree about its size"};
  }
  return resize_by(node, sizes, scales);
}

/// Scales as an operand (9), or as an attribute (7).
Op upsample(NodeReader& node) {
  if (node.version() < 7) return Opaque{"its form before operator set 7 is not followed"};
  const std::optional<std::vector<float>> scales = node.reals("scales");
  return resize_by(node, kAbsent, scales ? node.constant(constant_of(std::span(*scales), false)) : node.input(1));
}

/// Filters of depthwise convolutions; the state holds what the window needs of the tokens before.
Op causal_conv(NodeReader& node) {
  const Tensor* weight = node.operand(1);
  if (!weight->dims || weight->dims->size() != 3 || (*weight->dims)[2].size < 1) {
    return Opaque{"the length of its filter is not stored"};
  }
  const int64_t before = (*weight->dims)[2].size - 1;
  const std::string_view activation = node.text("activation", "none");
  TensorId x = node.input(0);
  if (node.input(3) != kAbsent) {
    x = node.emit(Concat{.axis = 2}, {node.input(3), x});
  } else {
    x = node.emit(Pad{.pairs = false}, {x, node.constant({0, 0, before, 0, 0, 0})});
  }
  // The last `before` tokens: none where the filter has one tap.
  const TensorId start = node.constant(std::vector<int64_t>{before == 0 ? INT64_MAX : -before});
  node.emit_result(1, SliceTo{},
                   {x, start, node.constant(std::vector<int64_t>{INT64_MAX}), node.constant(std::vector<int64_t>{2})});
  node.set_inputs({x, node.input(1), node.input(2)});
  if (activation == "silu" || activation == "swish") node.set_activation(UnaryFn::silu);
  return Conv{.window = {.axes = {Axis{}}}};
}

Op deform_conv(NodeReader& node) {
  Known<Window> window = window_of(node);
  if (!known(window)) return Opaque{reason(window).why};
  node.set_inputs({node.input(0), node.input(1), node.input(2), node.input(3), node.input(4)});
  return DeformConv{.window = std::move(*known(window))};
}

ResizeFn sampling(std::string_view mode) {
  if (mode == "nearest") return ResizeFn::nearest;
  return mode == "cubic" || mode == "bicubic" ? ResizeFn::cubic : ResizeFn::linear;
}

Op grid_sample(NodeReader& node) { return GridSample{.fn = sampling(node.text("mode", "linear"))}; }

Op affine_grid(NodeReader&) { return AffineGrid{}; }

Op roi_align(NodeReader& node) {
  const bool greatest = node.text("mode", "avg") == "max";
  return RoiPool{.cell = greatest ? RoiPool::Cell::greatest : RoiPool::Cell::average,
                 .height = node.integer("output_height", 1),
                 .width = node.integer("output_width", 1),
                 .samples = node.integer("sampling_ratio", 0)};
}

Op max_roi_pool(NodeReader& node) {
  const std::vector<int64_t> size = per_axis(node, "pooled_shape", 2, 1);
  return RoiPool{.cell = RoiPool::Cell::maximum, .height = size[0], .width = size[1]};
}

Op max_unpool(NodeReader& node) {
  Known<Window> window = window_of(node);
  if (!known(window)) return Opaque{reason(window).why};
  return Unpool{.window = std::move(*known(window))};
}

Op columns_to_image(NodeReader&) { return ColumnsToImage{}; }

constexpr auto kOperators = std::to_array<Operator>({
    {"AffineGrid", 2, affine_grid},
    {"AveragePool", 1, pool<PoolFn::average>},
    {"CausalConvWithState", 2, causal_conv},
    {"Col2Im", 3, columns_to_image},
    {"Conv", 2, conv},
    {"ConvTranspose", 2, conv_transpose},
    {"DeformConv", 3, deform_conv},
    {"GlobalAveragePool", 1, global_pool<ReduceFn::mean>},
    {"GlobalLpPool", 1, global_lp_pool},
    {"GlobalMaxPool", 1, global_pool<ReduceFn::max>},
    {"GridSample", 2, grid_sample},
    {"LRN", 1, lrn},
    {"LpPool", 1, lp_pool},
    {"MaxPool", 1, pool<PoolFn::max>},
    {"MaxRoiPool", 2, max_roi_pool},
    {"MaxUnpool", 2, max_unpool},
    {"Resize", 1, resize},
    {"RoiAlign", 3, roi_align},
    {"Upsample", 1, upsample},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> window_operators() { return kOperators; }

}  // namespace flopstat::onnx
