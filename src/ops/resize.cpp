#include <cmath>

#include "ops/arithmetic.h"
#include "ops/ops.h"
#include "ops/requantize.h"

namespace flopstat {
namespace {

/// The axes of x that are resized, from the front: the named ones, else all.
Known<std::vector<size_t>> axes_of(const Resize& resize, size_t rank) {
  std::vector<size_t> axes;
  axes.reserve(rank);
  if (resize.axes.empty()) {
    for (size_t i = 0; i < rank; ++i) axes.push_back(i);
    return axes;
  }
  for (const int64_t axis : resize.axes) {
    const std::optional<size_t> wrapped = wrap_axis(axis, rank);
    if (!wrapped) return Unknown{"axis " + std::to_string(axis) + " is outside x, which has " + std::to_string(rank)};
    axes.push_back(*wrapped);
  }
  return axes;
}

std::optional<int64_t> whole_of(const Element& element) {
  const Element whole = cast(DType::i64, element);
  const auto* value = std::get_if<int64_t>(&whole);
  return value != nullptr ? std::optional{*value} : std::nullopt;
}

/// floor(size * scale), the product rounded to f32 as engines compute it.
std::optional<int64_t> scaled(int64_t size, const Element& element) {
  const Element product = apply(BinaryFn::mul, DType::f32, cast(DType::f32, size), cast(DType::f32, element));
  return whole_of(apply(UnaryFn::floor, DType::f32, product));
}

/// 4^a - 1 over 3: an a-dimensional cubic filter is 4^(a-1) + ... + 4 + 1 filters along one axis.
Count cubic_filters(size_t axes) {
  Count filters = 0;
  for (size_t i = 0; i < axes; ++i) filters = filters * 4 + 1;
  return filters;
}

/// 2^a - 1: an a-dimensional blend is 2^(a-1) + ... + 2 + 1 blends of two.
Count linear_blends(size_t axes) {
  Count blends = 0;
  for (size_t i = 0; i < axes; ++i) blends = blends * 2 + 1;
  return blends;
}

/// All axes by the smallest or the largest of the scales that lead to the targets, rounded half up.
///
/// Source: ONNX operator Resize, keep_aspect_ratio_policy. Example: [2, 4] to [7, 8], not larger: 2 times, [4, 8].
Inferred keeping_aspect(const Resize& resize, const Operand& x, const std::vector<size_t>& axes,
                        const Elements& targets) {
  std::optional<double> scale;
  for (size_t i = 0; i < axes.size(); ++i) {
    const std::optional<int64_t> target = whole_of(targets[i]);
    const int64_t size = x.shape()[axes[i]];
    if (!target || *target < 0 || *target > kMaxDim || size < 1) return Unknown{"a size to resize to is not known"};
    const double each = static_cast<double>(*target) / static_cast<double>(size);
    const bool smaller = resize.aspect == Resize::Aspect::not_larger;
    if (!scale || (smaller ? each < *scale : each > *scale)) scale = each;
  }
  Shape shape = x.shape();
  for (const size_t axis : axes) {
    const double size = std::floor(static_cast<double>(shape[axis]) * *scale + 0.5);
    if (size > static_cast<double>(kMaxDim)) return Unknown{"a resized axis is too large"};
    shape[axis] = static_cast<int64_t>(size);
  }
  return one_result(x.dtype(), std::move(shape));
}

}  // namespace

/// Shapes:  each resized axis becomes its entry of `sizes`, or floor(size * scale)
/// Source:  ONNX operator Resize; TensorFlow Lite RESIZE_BILINEAR. Example: 13 points by a scale of 2: 26.
Inferred infer(const Resize& resize, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  const Known<std::vector<size_t>> axes = axes_of(resize, x.rank());
  if (!known(axes)) return reason(axes);
  const auto is_given = [](const Operand& operand) { return operand && small_size(operand.shape()) != size_t{0}; };
  const bool by_size = is_given(operands.in(1));
  if (!by_size && !is_given(operands.in(2))) return Unknown{"neither sizes nor scales are given"};

  const std::shared_ptr<const Elements> targets = small_elements(operands.in(by_size ? 1 : 2));
  if (!targets) return Unknown{"the sizes to resize to depend on input data: bind them or store them in the model"};
  if (targets->size() != known(axes)->size()) {
    return Unknown{"there are " + std::to_string(targets->size()) + " sizes or scales for " +
                   std::to_string(known(axes)->size()) + " axes"};
  }
  if (by_size && resize.aspect != Resize::Aspect::free) return keeping_aspect(resize, x, *known(axes), *targets);
  Shape shape = x.shape();
  for (size_t i = 0; i < targets->size(); ++i) {
    const size_t axis = (*known(axes))[i];
    const std::optional<int64_t> size = by_size ? whole_of((*targets)[i]) : scaled(x.shape()[axis], (*targets)[i]);
    if (!size || *size < 0 || *size > kMaxDim) {
      return Unknown{"the size of axis " + std::to_string(axis) + " depends on input data or is out of range"};
    }
    shape[axis] = *size;
  }
  std::vector<Value> results;
  results.push_back({.dtype = x.dtype(), .shape = std::move(shape)});
  return results;
}

/// Operands:  x, sizes or absent, scales or absent -> y
/// Counts:    per element of y, over the a axes whose size changes: nearest 0; linear 2^a - 1 blends of mul + 2 add;
///            cubic (4^a - 1) / 3 filters of 4 mul + 3 add. Quantized: rescaled where the scales differ.
/// Source:    docs/counting.md, sections 2 and 7. Example: bilinear to 26 x 26: 676 * 3 mul, 676 * 6 add.
Known<Cost> count(const Resize& resize, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& y = operands.out(0);
  if (!x || !y) return Unknown{"an operand or the result is missing"};
  if (x.rank() != y.rank()) return Unknown{"x and y have different numbers of axes"};
  size_t axes = 0;
  for (size_t i = 0; i < x.rank(); ++i) axes += x.shape()[i] != y.shape()[i] ? 1 : 0;

  const Count elements = y.size();
  const Count blends = operands.letter("b", "blends per element: 2^a - 1 for a axes that change", linear_blends(axes));
  const Count filters =
      operands.letter("f", "filters per element: (4^a - 1)/3 for a axes that change", cubic_filters(axes));
  const DType type = x.dtype();
  Cost cost;
  switch (resize.fn) {
    case ResizeFn::nearest: break;
    case ResizeFn::linear:
      cost.add(Part::core, Unit::mul, type, elements * blends);
      cost.add(Part::core, Unit::add, type, elements * blends * 2);
      break;
    case ResizeFn::cubic:
      cost.add(Part::core, Unit::mul, type, elements * filters * 4);
      cost.add(Part::core, Unit::add, type, elements * filters * 3);
      break;
  }
  add_rescale(cost, x, y, elements);
  return cost;
}

Role role(const Resize&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

}  // namespace flopstat
