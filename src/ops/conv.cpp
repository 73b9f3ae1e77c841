#include <algorithm>
#include <string>

#include "ops/contraction.h"
#include "ops/ops.h"
#include "ops/window.h"

namespace flopstat {
namespace {

/// Where the axes of a filter are, in a tensor of a given rank.
struct FilterAxes {
  size_t out;
  size_t in;       ///< meaningless for depthwise filters: they have one input channel per group
  size_t spatial;  ///< the first of them
};

FilterAxes filter_axes(FilterLayout layout, size_t rank) {
  switch (layout) {
    case FilterLayout::oi_spatial: return {0, 1, 2};
    case FilterLayout::o_spatial_i: return {0, rank - 1, 1};
    case FilterLayout::spatial_io: return {rank - 1, rank - 2, 0};
    case FilterLayout::depthwise: return {rank - 1, 0, 1};
    case FilterLayout::spatial_im: return {rank - 1, rank - 2, 0};
    case FilterLayout::io_spatial: return {1, 0, 2};
    case FilterLayout::spatial_oi: return {rank - 2, rank - 1, 0};
  }
  return {0, 1, 2};
}

/// A convolution or a transposed one with its axes in one order, whatever the format's.
struct Sizes {
  int64_t batch = 0;
  int64_t in_channels = 0;   ///< of x
  int64_t group_inputs = 0;  ///< input channels that one output sees
  int64_t filters = 0;       ///< output channels in the weight
  Shape input = {};          ///< spatial sizes of x
  Shape kernel = {};
};

Unknown mismatch(const Operand& x, const Operand& w) {
  return Unknown{"an input of " + to_string(x.shape()) + " does not fit a filter of " + to_string(w.shape())};
}

/// Sizes of both; whether the channels of x and w fit is theirs to say.
Known<Sizes> sizes_of(const ConvAxes& axes, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& w = operands.in(1);
  if (!x || !w) return Unknown{"a convolution needs an input and a filter"};
  const size_t rank = x.rank();
  if (rank < 3 || w.rank() != rank) return mismatch(x, w);
  const FilterAxes filter = filter_axes(axes.filter, rank);
  const bool last = axes.data == DataLayout::channels_last;
  Sizes s;
  s.batch = x.shape()[0];
  s.in_channels = last ? x.shape().back() : x.shape()[1];
  s.filters = w.shape()[filter.out];
  s.group_inputs = w.shape()[filter.in];
  if (axes.filter == FilterLayout::depthwise || axes.filter == FilterLayout::spatial_im) s.group_inputs = 1;
  if (axes.filter == FilterLayout::spatial_im) {
    const Count filters = Count{s.in_channels} * s.filters;
    if (w.shape()[filter.in] != s.in_channels || filters > kMaxDim) return mismatch(x, w);
    s.filters = static_cast<int64_t>(filters.value());
  }
  s.input.reserve(rank - 2);
  s.kernel.reserve(rank - 2);
  for (size_t i = 0; i + 2 < rank; ++i) {
    s.input.push_back(x.shape()[(last ? 1 : 2) + i]);
    s.kernel.push_back(w.shape()[filter.spatial + i]);
    if (s.kernel.back() < 1) return mismatch(x, w);
  }
  return s;
}

/// The window's i-th axis with the kernel of the filter.
Axis axis_of(const Window& window, const Sizes& s, size_t i) {
  Axis axis = i < window.axes.size() ? window.axes[i] : Axis{};
  axis.kernel = s.kernel[i];
  return axis;
}

Shape assemble(DataLayout layout, int64_t batch, int64_t channels, const Shape& spatial) {
  Shape shape;
  shape.reserve(spatial.size() + 2);
  shape.push_back(batch);
  if (layout == DataLayout::channels_first) shape.push_back(channels);
  shape.insert(shape.end(), spatial.begin(), spatial.end());
  if (layout == DataLayout::channels_last) shape.push_back(channels);
  return shape;
}

DType result_type(const Operands& operands) {
  const Tensor* y = operands.out(0).tensor;
  if (y != nullptr && y->dtype != DType::unknown) return y->dtype;
  return join(operands.in(0).dtype(), operands.in(1).dtype());
}

Inferred one_value(const Operands& operands, Shape shape) {
  return one_result(result_type(operands), std::move(shape));
}

/// Groups see equal shares of the input channels, and give equal shares of the outputs.
bool groups_fit(const Sizes& s) {
  if (s.group_inputs < 1 || s.in_channels % s.group_inputs != 0) return false;
  const int64_t groups = s.in_channels / s.group_inputs;
  return groups == 0 || s.filters % groups == 0;
}

Known<Sizes> sizes(const Conv& conv, const Operands& operands) {
  Known<Sizes> found = sizes_of(conv.axes, operands);
  const Sizes* s = known(found);
  if (s != nullptr && !groups_fit(*s)) return mismatch(operands.in(0), operands.in(1));
  return found;
}

Known<std::vector<ResolvedAxis>> windows(const Window& window, const Sizes& s) {
  std::vector<ResolvedAxis> resolved;
  resolved.reserve(s.kernel.size());
  for (size_t i = 0; i < s.kernel.size(); ++i) {
    Known<ResolvedAxis> axis = resolve(axis_of(window, s, i), window.padding, s.input[i]);
    if (known(axis) == nullptr) return reason(axis);
    resolved.push_back(*known(axis));
  }
  return resolved;
}

}  // namespace

Inferred infer(const Conv& conv, const Operands& operands) {
  const Known<Sizes> found = sizes(conv, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  const Known<std::vector<ResolvedAxis>> resolved = windows(conv.window, *s);
  if (known(resolved) == nullptr) return reason(resolved);
  Shape spatial;
  spatial.reserve(known(resolved)->size());
  for (const ResolvedAxis& axis : *known(resolved)) spatial.push_back(axis.output);
  return one_value(operands, assemble(conv.axes.data, s->batch, s->filters, spatial));
}

/// Work of a convolution of any rank, depthwise and dilated ones included.
///
/// Operands:  x, w, bias or absent -> y; `conv.axes` says in which order their axes are
/// Shapes:    x [N, Cin, ...], w [Cout, Cin/g, kernel...], bias [Cout] -> y [N, Cout, ...]
/// Counts:    mul_add = |y| * (Cin/g) * prod(kernel), of them `skippable` on padding or on weights that sparse storage
///            leaves out, whichever are more; add = |y| if a bias is given
/// Source:    ONNX operator Conv. Example: 3x224x224 -> 32x112x112 by 3x3, stride 2: 10,838,016 MACs.
Known<Cost> count(const Conv& conv, const Operands& operands) {
  const Operand &x = operands.in(0), &w = operands.in(1), &y = operands.out(0);
  const Known<Sizes> found = sizes(conv, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  const Known<std::vector<ResolvedAxis>> resolved = windows(conv.window, *s);
  if (known(resolved) == nullptr) return reason(resolved);
  if (!y) return Unknown{"the convolution has no result"};

  const Count points = y.size();
  const Count inputs = operands.letter("(Cin/g)", "input channels that one output sees", s->group_inputs);
  const Count rows = operands.letter("N", "batch", s->batch);
  const Count mul_adds = points * inputs * operands.letter("K", "taps of the kernel", s->kernel);
  Count valid = rows * operands.letter("Cout", "output channels", s->filters) * inputs;
  for (size_t i = 0; i < s->kernel.size(); ++i) valid *= valid_taps(operands, (*known(resolved))[i], s->input[i]);

  Cost cost;
  add_contraction(cost, {.x = x,
                         .w = w,
                         .y = y,
                         .mul_adds = mul_adds,
                         .skippable = std::max(mul_adds - valid, absent_products(w, mul_adds)),
                         .outputs = points,
                         .rows = rows,
                         .asymmetric_inputs = conv.asymmetric_inputs});
  if (operands.in(2)) add_bias(cost, x, w, y, points);
  return cost;
}

Role role(const Conv&, size_t operand) { return operand == 0 ? Role::data : Role::weight; }

namespace {

/// Sizes times groups stay within 64 bits.
constexpr int64_t kMaxGroups = int64_t{1} << 20;

/// One axis of a transposed convolution: the windows of the convolution that it undoes, `output` of them on x, over
/// `points` points of y.
struct TransposedAxis {
  ResolvedAxis window;
  int64_t points = 0;
};

/// Size of y and its crop. A size that the file gives leaves the crop to follow, whatever padding it gives; else the
/// window gives the size. Of an odd crop the larger half lies before, unless the padding is SAME_UPPER.
///
/// Source: ONNX operator ConvTranspose; TensorFlow's conv2d_transpose for a given output.
Known<TransposedAxis> resolve_transposed(const Axis& axis, Padding padding, int64_t input, int64_t output_padding,
                                         std::optional<int64_t> given) {
  const auto beyond = [](int64_t size) { return size < -kMaxDim || size > kMaxDim; };
  if (beyond(axis.pad_before) || beyond(axis.pad_after) || beyond(output_padding) || beyond(given.value_or(0))) {
    return Unknown{"the window's padding or the output shape is out of range"};
  }
  const int64_t extent = (axis.kernel - 1) * axis.dilation + 1;
  const int64_t full = (input == 0 ? 0 : (input - 1) * axis.stride + extent) + output_padding;
  const bool same = padding == Padding::same_upper || padding == Padding::same_lower;
  TransposedAxis result{{axis.kernel, axis.stride, axis.dilation, 0, 0, input}, 0};
  if (given || same) {
    result.points = given.value_or(input * axis.stride);
    const int64_t total = std::max<int64_t>(0, full - result.points);
    result.window.pad_before = padding == Padding::same_upper ? total / 2 : total - total / 2;
  } else {
    result.points = full;
    if (padding == Padding::given) {
      result.points -= axis.pad_before + axis.pad_after;
      result.window.pad_before = axis.pad_before;
    }
  }
  if (result.points < 0 || result.points > kMaxDim) {
    return Unknown{"the output would have " + std::to_string(result.points) + " points on an axis"};
  }
  return result;
}

/// Spatial sizes in the output-shape operand, if it is given: the whole shape, or those sizes alone.
Known<std::optional<Shape>> given_output(const ConvTranspose& op, const Operands& operands, size_t spatial) {
  const Operand& shape = operands.in(3);
  if (!shape) return std::optional<Shape>{};
  const std::optional<std::vector<int64_t>> values = integers_of(shape);
  if (!values) return Unknown{"the output shape is computed from input data"};
  if (values->size() == spatial) return values;
  if (values->size() != spatial + 2) return Unknown{"the output shape has the wrong number of axes"};
  const auto first = values->begin() + (op.axes.data == DataLayout::channels_last ? 1 : 2);
  return std::optional<Shape>{Shape(first, first + static_cast<std::ptrdiff_t>(spatial))};
}

Known<Sizes> sizes(const ConvTranspose& op, const Operands& operands) {
  Known<Sizes> found = sizes_of(op.axes, operands);
  const Sizes* s = known(found);
  if (s != nullptr && (s->group_inputs != s->in_channels || op.groups < 1 || op.groups > kMaxGroups)) {
    return mismatch(operands.in(0), operands.in(1));
  }
  return found;
}

Known<std::vector<TransposedAxis>> transposed(const ConvTranspose& op, const Sizes& s,
                                              const std::optional<Shape>& output) {
  std::vector<TransposedAxis> axes;
  for (size_t i = 0; i < s.kernel.size(); ++i) {
    const int64_t output_padding = i < op.output_padding.size() ? op.output_padding[i] : 0;
    const Known<TransposedAxis> axis =
        resolve_transposed(axis_of(op.window, s, i), op.window.padding, s.input[i], output_padding,
                           output ? std::optional<int64_t>((*output)[i]) : std::nullopt);
    if (known(axis) == nullptr) return reason(axis);
    axes.push_back(*known(axis));
  }
  return axes;
}

}  // namespace

Inferred infer(const ConvTranspose& op, const Operands& operands) {
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  const Known<std::optional<Shape>> given = given_output(op, operands, s->kernel.size());
  if (known(given) == nullptr) return reason(given);
  const Known<std::vector<TransposedAxis>> axes = transposed(op, *s, *known(given));
  if (known(axes) == nullptr) return reason(axes);
  Shape spatial;
  for (const TransposedAxis& axis : *known(axes)) spatial.push_back(axis.points);
  return one_value(operands, assemble(op.axes.data, s->batch, s->filters * op.groups, spatial));
}

/// Work of a transposed convolution of any rank.
///
/// Shapes:    x [N, Cin, ...], w [Cin, Cout/g, kernel...], bias [Cout] -> y [N, Cout, ...]
/// Counts:    mul_add = |x| * (Cout/g) * prod(kernel), of them `skippable` on cropped points; add = |y| if a bias is
/// given Source:    ONNX operator ConvTranspose. Example: 8x8x8 -> 16x16x12 by 3x3, stride 2: 512*12*9 = 55,296 MACs.
Known<Cost> count(const ConvTranspose& op, const Operands& operands) {
  const Operand &x = operands.in(0), &w = operands.in(1), &y = operands.out(0);
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  if (!y) return Unknown{"the convolution has no result"};
  if (y.rank() != x.rank()) return mismatch(x, w);
  const auto first = y.shape().begin() + (op.axes.data == DataLayout::channels_last ? 1 : 2);
  const Shape spatial(first, first + static_cast<std::ptrdiff_t>(s->kernel.size()));
  const Known<std::vector<TransposedAxis>> axes =
      transposed(op, *s, operands.in(3) ? std::optional<Shape>(spatial) : std::nullopt);
  if (known(axes) == nullptr) return reason(axes);

  const Count filters = operands.letter("(Cout/g)", "output channels that one input reaches", s->filters);
  const Count rows = operands.letter("N", "batch", s->batch);
  const Count mul_adds = x.size() * filters * operands.letter("K", "taps of the kernel", s->kernel);
  Count valid = rows * operands.letter("Cin", "input channels", s->in_channels) * filters;
  for (const TransposedAxis& axis : *known(axes)) valid *= valid_taps(operands, axis.window, axis.points);

  Cost cost;
  const Count points = y.size();
  add_contraction(
      cost,
      {.x = x, .w = w, .y = y, .mul_adds = mul_adds, .skippable = mul_adds - valid, .outputs = points, .rows = rows});
  if (operands.in(2)) add_bias(cost, x, w, y, points);
  return cost;
}

Role role(const ConvTranspose&, size_t operand) {
  if (operand == 3) return Role::shape;
  return operand == 0 ? Role::data : Role::weight;
}

}  // namespace flopstat
