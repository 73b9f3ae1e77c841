#include <algorithm>
#include <string>

#include "ops/elements.h"
#include "ops/ops.h"

/// Operations whose result is the memory of their operand under another shape: they cost nothing and move nothing.
namespace flopstat {
namespace {

Cost nothing_moves() { return {.read_bytes = Count{0}, .written_bytes = Count{0}}; }

Inferred seen_as(const Operand& x, Shape shape) {
  return single({.dtype = x.dtype(), .shape = std::move(shape), .elements = elements_of(x)});
}

Unknown no_operand() { return {"the operation has no operand"}; }

/// The one size that `elements` leave when they are spread over the sizes that are known (the open one stands as 1).
std::optional<int64_t> remaining_size(int64_t elements, const Shape& sizes) {
  const std::optional<int64_t> known_part = element_count(sizes);
  if (!known_part || *known_part == 0 || elements % *known_part != 0) return std::nullopt;
  return elements / *known_part;
}

Unknown misfit(const Operand& x) { return {"the operand " + to_string(x.shape()) + " does not fill the target shape"}; }

/// Marks the axes of a list, each counted from the front of `rank` axes and named once at most.
std::optional<std::vector<bool>> marked_axes(const std::vector<int64_t>& axes, size_t rank) {
  std::vector<bool> marked(rank, false);
  for (const int64_t axis : axes) {
    const std::optional<size_t> wrapped = wrap_axis(axis, rank);
    if (!wrapped || marked[*wrapped]) return std::nullopt;
    marked[*wrapped] = true;
  }
  return marked;
}

}  // namespace

/// A target size that is not known, the only one, follows from the element count, as a -1 does.
Inferred infer(const Reshape& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::optional<PartialList> target = partial_list(operands.in(1));
  if (!target) return not_known(operands.in(1), "the target shape");
  const std::optional<int64_t> elements = element_count(x.shape());
  if (!elements) return Unknown{"the operand " + to_string(x.shape()) + " has more elements than 64 bits can count"};

  Shape shape;
  shape.reserve(target->size());
  std::optional<size_t> open;
  for (size_t i = 0; i < target->size(); ++i) {
    int64_t size = (*target)[i].value_or(-1);
    if (size == 0 && !op.zero_is_zero) {
      if (i >= x.rank()) return Unknown{"the target shape copies axis " + std::to_string(i) + ", the operand has none"};
      size = x.shape()[i];
    }
    if (size < -1) return Unknown{"the target shape has the size " + std::to_string(size)};
    if (size == -1) {
      if (open) return not_known(operands.in(1), "more than one size of the target shape");
      open = i;
      size = 1;
    }
    shape.push_back(size);
  }
  if (open) {
    const std::optional<int64_t> size = remaining_size(*elements, shape);
    if (!size) return misfit(x);
    shape[*open] = *size;
  } else if (element_count(shape) != elements) {
    return misfit(x);
  }
  return seen_as(x, std::move(shape));
}
Known<Cost> count(const Reshape&, const Operands&) { return nothing_moves(); }
Role role(const Reshape&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

Inferred infer(const Squeeze&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  std::vector<bool> dropped(x.rank());
  if (const Operand& axes = operands.in(1)) {
    const std::optional<std::vector<int64_t>> named = integers_of(axes);
    if (!named) return not_known(axes, "the list of axes");
    const std::optional<std::vector<bool>> marked = marked_axes(*named, x.rank());
    if (!marked) return Unknown{"the axes to drop are not distinct axes of " + to_string(x.shape())};
    dropped = *marked;
  } else {
    for (size_t i = 0; i < x.rank(); ++i) dropped[i] = x.shape()[i] == 1;
  }
  Shape shape;
  shape.reserve(x.rank());
  for (size_t i = 0; i < x.rank(); ++i) {
    if (!dropped[i]) shape.push_back(x.shape()[i]);
    if (dropped[i] && x.shape()[i] != 1) {
      return Unknown{"axis " + std::to_string(i) + " of " + to_string(x.shape()) + " is dropped, its size is not 1"};
    }
  }
  return seen_as(x, std::move(shape));
}
Known<Cost> count(const Squeeze&, const Operands&) { return nothing_moves(); }
Role role(const Squeeze&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

Inferred infer(const Unsqueeze&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::optional<std::vector<int64_t>> axes = integers_of(operands.in(1));
  if (!axes || axes->size() > kMaxRank) return not_known(operands.in(1), "the list of axes");
  const std::optional<std::vector<bool>> added = marked_axes(*axes, x.rank() + axes->size());
  if (!added) return Unknown{"the new axes are not distinct axes of the result"};
  Shape shape;
  shape.reserve(added->size());
  size_t next = 0;
  for (const bool is_new : *added) shape.push_back(is_new ? 1 : x.shape()[next++]);
  return seen_as(x, std::move(shape));
}
Known<Cost> count(const Unsqueeze&, const Operands&) { return nothing_moves(); }
Role role(const Unsqueeze&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

Inferred infer(const Flatten& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const auto rank = static_cast<int64_t>(x.rank());
  if (op.axis < -rank || op.axis > rank) {
    return Unknown{"axis " + std::to_string(op.axis) + " is none of " + to_string(x.shape())};
  }
  const auto split = x.shape().begin() + (op.axis < 0 ? op.axis + rank : op.axis);
  const std::optional<int64_t> rows = element_count({x.shape().begin(), split});
  const std::optional<int64_t> columns = element_count({split, x.shape().end()});
  if (!rows || !columns) return Unknown{"the operand " + to_string(x.shape()) + " has too many elements to count"};
  return seen_as(x, {*rows, *columns});
}
Known<Cost> count(const Flatten&, const Operands&) { return nothing_moves(); }
Role role(const Flatten&, size_t) { return Role::data; }

Inferred infer(const Identity&, const Operands& operands) {
  if (operands.all_in().empty()) return no_operand();
  std::vector<Value> values;
  values.reserve(operands.all_in().size());
  for (const Operand& x : operands.all_in()) {
    if (!x) return no_operand();
    values.push_back({.dtype = x.dtype(), .shape = x.shape(), .elements = elements_of(x)});
  }
  return values;
}
Known<Cost> count(const Identity&, const Operands&) { return nothing_moves(); }
Role role(const Identity&, size_t) { return Role::data; }

bool is_view(const Op& op) {
  return std::holds_alternative<Reshape>(op) || std::holds_alternative<Squeeze>(op) ||
         std::holds_alternative<Unsqueeze>(op) || std::holds_alternative<Flatten>(op) ||
         std::holds_alternative<Identity>(op) || std::holds_alternative<Bitcast>(op);
}

}  // namespace flopstat
