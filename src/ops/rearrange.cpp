#include <algorithm>
#include <numeric>
#include <string>

#include "ops/elements.h"
#include "ops/ops.h"
#include "ops/requantize.h"

/// Operations that copy every element of their operand to another place, some of them several times.
namespace flopstat {
namespace {

/// Where each axis of the result comes from, if that is a permutation of `rank` axes.
std::optional<std::vector<size_t>> permutation(const std::vector<int64_t>& axes, size_t rank) {
  if (axes.size() != rank) return std::nullopt;
  std::vector<size_t> result;
  std::vector<bool> taken(rank, false);
  result.reserve(rank);
  for (const int64_t axis : axes) {
    const std::optional<size_t> wrapped = wrap_axis(axis, rank);
    if (!wrapped || taken[*wrapped]) return std::nullopt;
    taken[*wrapped] = true;
    result.push_back(*wrapped);
  }
  return result;
}

std::vector<size_t> reversed_axes(size_t rank) {
  std::vector<size_t> axes(rank);
  for (size_t i = 0; i < rank; ++i) axes[i] = rank - 1 - i;
  return axes;
}

}  // namespace

Inferred infer(const Transpose&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  std::vector<size_t> from;
  if (const Operand& axes = operands.in(1)) {
    const std::optional<std::vector<int64_t>> listed = integers_of(axes);
    if (!listed) return not_known(axes, "the permutation");
    const std::optional<std::vector<size_t>> checked = permutation(*listed, x.rank());
    if (!checked) return Unknown{"the permutation does not name each axis of " + to_string(x.shape()) + " once"};
    from = *checked;
  } else {
    from = reversed_axes(x.rank());
  }
  Shape shape;
  std::vector<Walk> walks;
  shape.reserve(x.rank());
  walks.reserve(x.rank());
  for (const size_t axis : from) {
    shape.push_back(x.shape()[axis]);
    walks.push_back({.axis = axis, .size = x.shape()[axis]});
  }
  return single({.dtype = x.dtype(), .shape = std::move(shape), .elements = walked(elements_of(x), x.shape(), walks)});
}
Known<Cost> count(const Transpose&, const Operands&) { return Cost{}; }
Role role(const Transpose&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

Inferred infer(const Pad& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const size_t rank = x.rank();
  const std::optional<std::vector<int64_t>> pads = integers_of(operands.in(1));
  if (!pads) return not_known(operands.in(1), "the list of pads");
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), int64_t{0});
  if (operands.in(2)) {
    const std::optional<std::vector<int64_t>> chosen = integers_of(operands.in(2));
    if (!chosen) return not_known(operands.in(2), "the list of axes to pad");
    axes = *chosen;
  }
  if (pads->size() != 2 * axes.size()) {
    return Unknown{std::to_string(pads->size()) + " pads do not fit the operand " + to_string(x.shape())};
  }
  Shape shape = x.shape();
  for (size_t i = 0; i < axes.size(); ++i) {
    const std::optional<size_t> axis = wrap_axis(axes[i], rank);
    if (!axis) return no_axis(axes[i], x);
    int64_t& size = shape[*axis];
    const int64_t before = (*pads)[op.pairs ? 2 * i : i];
    const int64_t after = (*pads)[op.pairs ? 2 * i + 1 : axes.size() + i];
    if (__builtin_add_overflow(size, before, &size) || __builtin_add_overflow(size, after, &size) || size < 0) {
      return Unknown{"the pads leave axis " + std::to_string(*axis) + " of " + to_string(x.shape()) + " no size"};
    }
  }
  return single({.dtype = x.dtype(), .shape = std::move(shape)});
}
/// What is added to the border is stored in the scale of the result: only the operand's elements are rescaled.
Known<Cost> count(const Pad&, const Operands& operands) {
  if (!operands.in(0) || !operands.out(0)) return Unknown{"an operand or the result is missing"};
  Cost cost;
  add_rescale(cost, operands.in(0), operands.out(0), operands.in(0).size());
  return cost;
}
Role role(const Pad&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

Inferred infer(const Tile&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::optional<std::vector<int64_t>> repeats = integers_of(operands.in(1));
  if (!repeats) return not_known(operands.in(1), "the list of repeats");
  if (repeats->size() != x.rank()) {
    return Unknown{std::to_string(repeats->size()) + " repeats do not fit the operand " + to_string(x.shape())};
  }
  Shape shape = x.shape();
  // In row-major order, an axis repeated is an axis of repeats around the axis itself.
  std::vector<Walk> walks;
  walks.reserve(2 * x.rank());
  for (size_t i = 0; i < x.rank(); ++i) {
    const int64_t repeat = (*repeats)[i];
    if (repeat < 0 || __builtin_mul_overflow(shape[i], repeat, &shape[i])) {
      return Unknown{"axis " + std::to_string(i) + " cannot be repeated " + std::to_string(repeat) + " times"};
    }
    walks.push_back({.axis = i, .step = 0, .size = repeat});
    walks.push_back({.axis = i, .size = x.shape()[i]});
  }
  return single({.dtype = x.dtype(), .shape = std::move(shape), .elements = walked(elements_of(x), x.shape(), walks)});
}
Known<Cost> count(const Tile&, const Operands&) { return Cost{}; }
Role role(const Tile&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

/// A target size that is not known is the operand's where that is not 1: nothing else fits.
Inferred infer(const Expand& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  std::optional<PartialList> target = partial_list(operands.in(1));
  if (!target) return not_known(operands.in(1), "the target shape");
  if (op.two_way && target->size() < x.rank()) target->insert(target->begin(), x.rank() - target->size(), 1);
  if (target->size() < x.rank())
    return Unknown{"the operand " + to_string(x.shape()) + " has more axes than the target"};

  const size_t lead = target->size() - x.rank();
  Shape shape;
  std::vector<Walk> walks;
  shape.reserve(target->size());
  walks.reserve(target->size());
  for (size_t i = 0; i < target->size(); ++i) {
    const int64_t own = i < lead ? 1 : x.shape()[i - lead];
    std::optional<int64_t> size = (*target)[i];
    if (!size && own != 1) size = own;
    if (!size) return not_known(operands.in(1), "a size of the target shape");
    if (op.two_way && *size == 1) size = own;
    if (*size < 0 || (own != 1 && own != *size)) {
      return Unknown{"the operand " + to_string(x.shape()) + " cannot be stretched to size " + std::to_string(*size) +
                     " on axis " + std::to_string(i)};
    }
    shape.push_back(*size);
    walks.push_back(own == 1 ? Walk{.step = 0, .size = *size} : Walk{.axis = i - lead, .size = *size});
  }
  return single({.dtype = x.dtype(), .shape = std::move(shape), .elements = walked(elements_of(x), x.shape(), walks)});
}
Known<Cost> count(const Expand&, const Operands&) { return Cost{}; }
Role role(const Expand&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

Inferred infer(const Reverse&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  return single({.dtype = x.dtype(), .shape = x.shape()});
}
Known<Cost> count(const Reverse&, const Operands&) { return Cost{}; }
Role role(const Reverse&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

namespace {

/// Points of an axis with `step` from one to the next. Nothing where that leaves 64 bits.
std::optional<int64_t> spread(int64_t size, int64_t step) {
  if (size == 0) return 0;
  int64_t points = 0;
  if (__builtin_mul_overflow(size - 1, step, &points) || __builtin_add_overflow(points, 1, &points)) return {};
  return points;
}

}  // namespace

Inferred infer(const Dilate&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::optional<std::vector<int64_t>> steps = integers_of(operands.in(1));
  if (!steps) return not_known(operands.in(1), "the list of dilations");
  if (steps->size() != x.rank()) {
    return Unknown{std::to_string(steps->size()) + " dilations do not fit the operand " + to_string(x.shape())};
  }
  Shape shape = x.shape();
  for (size_t i = 0; i < shape.size(); ++i) {
    const std::optional<int64_t> size = (*steps)[i] < 1 ? std::nullopt : spread(shape[i], (*steps)[i]);
    if (!size) return Unknown{"a dilation is " + std::to_string((*steps)[i]) + ", which is out of range"};
    shape[i] = *size;
  }
  return single({.dtype = x.dtype(), .shape = std::move(shape)});
}
Known<Cost> count(const Dilate&, const Operands&) { return Cost{}; }
Role role(const Dilate&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

/// Source: StableHLO specification, pad.
Inferred infer(const PadBetween& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const size_t rank = x.rank();
  if (op.before.size() != rank || op.between.size() != rank || op.after.size() != rank) {
    return Unknown{"the pads do not fit the operand " + to_string(x.shape())};
  }
  Shape shape = x.shape();
  for (size_t i = 0; i < rank; ++i) {
    int64_t step = 0;
    const bool fits = op.between[i] >= 0 && !__builtin_add_overflow(op.between[i], 1, &step);
    const std::optional<int64_t> size = fits ? spread(shape[i], step) : std::nullopt;
    if (!size || __builtin_add_overflow(*size, op.before[i], &shape[i]) ||
        __builtin_add_overflow(shape[i], op.after[i], &shape[i]) || shape[i] < 0) {
      return Unknown{"the pads leave axis " + std::to_string(i) + " of " + to_string(x.shape()) + " no size"};
    }
  }
  return single({.dtype = x.dtype(), .shape = std::move(shape)});
}
Known<Cost> count(const PadBetween&, const Operands&) { return Cost{}; }
Role role(const PadBetween&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

/// Source: StableHLO specification, broadcast_in_dim.
Inferred infer(const BroadcastInto& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  std::optional<Shape> shape = sizes_of(operands.in(1));
  if (!shape) return not_known(operands.in(1), "the target shape");
  const Unknown no_fit{"the operand " + to_string(x.shape()) + " cannot be stretched to " + to_string(*shape)};
  if (op.axes.size() != x.rank()) return no_fit;
  std::vector<Walk> walks(shape->size());
  for (size_t i = 0; i < shape->size(); ++i) walks[i] = {.step = 0, .size = (*shape)[i]};
  for (size_t i = 0; i < x.rank(); ++i) {
    const int64_t own = x.shape()[i];
    const bool exists = op.axes[i] >= 0 && op.axes[i] < static_cast<int64_t>(shape->size());
    if (!exists || (own != 1 && own != (*shape)[static_cast<size_t>(op.axes[i])])) return no_fit;
    if (own != 1) walks[static_cast<size_t>(op.axes[i])] = {.axis = i, .size = own};
  }
  std::shared_ptr<const Elements> elements = walked(elements_of(x), x.shape(), walks);
  return single({.dtype = x.dtype(), .shape = *std::move(shape), .elements = std::move(elements)});
}
Known<Cost> count(const BroadcastInto&, const Operands&) { return Cost{}; }
Role role(const BroadcastInto&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

Inferred infer(const MatrixDiag&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  if (x.rank() == 0) return Unknown{"a scalar has no axis to make a diagonal of"};
  Shape shape = x.shape();
  shape.push_back(shape.back());
  return single({.dtype = x.dtype(), .shape = std::move(shape)});
}
Known<Cost> count(const MatrixDiag&, const Operands&) { return Cost{}; }
Role role(const MatrixDiag&, size_t) { return Role::data; }

Inferred infer(const MatrixSetDiag&, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& diagonal = operands.in(1);
  if (!x || !diagonal) return no_operand();
  if (x.rank() >= 2 && diagonal.rank() + 1 == x.rank()) {
    Shape expected(x.shape().begin(), x.shape().end() - 1);
    expected.back() = std::min(expected.back(), x.shape().back());
    if (diagonal.shape() == expected) return single({.dtype = x.dtype(), .shape = x.shape()});
  }
  return Unknown{"a diagonal of shape " + to_string(diagonal.shape()) + " does not fit " + to_string(x.shape())};
}
Known<Cost> count(const MatrixSetDiag&, const Operands&) { return Cost{}; }
Role role(const MatrixSetDiag&, size_t) { return Role::data; }

/// Source: ONNX operator CenterCropPad. Example: [20, 8, 3] with axes [0, 1] and sizes [10, 9]: [10, 9, 3].
Inferred infer(const CenterCropPad& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const std::optional<Shape> sizes = sizes_of(operands.in(1));
  if (!sizes) return not_known(operands.in(1), "the list of sizes");
  Shape shape = x.shape();
  const size_t count = op.axes ? op.axes->size() : shape.size();
  if (sizes->size() != count) return Unknown{to_string(*sizes) + " does not fit the operand " + to_string(shape)};
  for (size_t i = 0; i < count; ++i) {
    const int64_t each = op.axes ? (*op.axes)[i] : static_cast<int64_t>(i);
    const std::optional<size_t> axis = wrap_axis(each, shape.size());
    if (!axis) return no_axis(each, x);
    shape[*axis] = (*sizes)[i];
  }
  return one_result(x.dtype(), std::move(shape));
}
Known<Cost> count(const CenterCropPad&, const Operands&) { return Cost{}; }
Role role(const CenterCropPad&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

Inferred infer(const Compress& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const std::optional<std::vector<int64_t>> condition = integers_of(operands.in(1));
  if (!condition) return Unknown{"the number of entries that are kept depends on input data"};
  const int64_t kept = std::count_if(condition->begin(), condition->end(), [](int64_t each) { return each != 0; });
  if (!op.axis) return one_result(x.dtype(), {kept});
  const std::optional<size_t> axis = wrap_axis(*op.axis, x.rank());
  if (!axis) return no_axis(*op.axis, x);
  Shape shape = x.shape();
  shape[*axis] = kept;
  return one_result(x.dtype(), std::move(shape));
}
Known<Cost> count(const Compress&, const Operands&) { return Cost{}; }
Role role(const Compress&, size_t operand) { return operand == 0 ? Role::data : Role::index; }

Inferred infer(const Triangle&, const Operands& operands) {
  return one_result(operands.in(0).dtype(), operands.in(0).shape());
}
Known<Cost> count(const Triangle&, const Operands&) { return Cost{}; }
Role role(const Triangle&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

}  // namespace flopstat
