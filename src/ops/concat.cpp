#include <algorithm>
#include <span>
#include <string>

#include "ops/elements.h"
#include "ops/ops.h"
#include "ops/requantize.h"

/// Operations that put tensors side by side on one axis, or take one apart.
namespace flopstat {
namespace {

Unknown no_fit(const Operand& a, const Operand& b) {
  return {"the operands " + to_string(a.shape()) + " and " + to_string(b.shape()) + " do not fit side by side"};
}

bool all_present(std::span<const Operand> xs) {
  return !xs.empty() && std::all_of(xs.begin(), xs.end(), [](const Operand& x) { return static_cast<bool>(x); });
}

/// Equal sizes on all axes but one.
bool equal_but(size_t axis, const Shape& a, const Shape& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (i != axis && a[i] != b[i]) return false;
  }
  return true;
}

/// What an operand adds to each block of a result.
struct Piece {
  std::shared_ptr<const Elements> source;
  size_t size;
};

/// Elements of the operands side by side: for each point on the axes before `axis`, a piece of every operand.
std::shared_ptr<const Elements> joined(std::span<const Operand> xs, const Shape& shape, size_t axis) {
  const std::optional<size_t> count = carried_size(shape);
  if (!count || *count == 0) return nullptr;
  const uint64_t blocks = product({shape.begin(), shape.begin() + static_cast<int64_t>(axis)}).value();
  std::vector<Piece> pieces;
  bool any = false;
  for (const Operand& x : xs) {
    const size_t size = x.size().value() / blocks;
    if (size == 0) continue;
    pieces.push_back({elements_of(x), size});
    any = any || pieces.back().source;
  }
  if (!any) return nullptr;
  Elements result;
  result.reserve(*count);
  for (size_t block = 0; block < blocks; ++block) {
    for (const Piece& piece : pieces) {
      if (!piece.source) {
        result.resize(result.size() + piece.size);
        continue;
      }
      const auto first = piece.source->begin() + static_cast<int64_t>(block * piece.size);
      result.insert(result.end(), first, first + static_cast<int64_t>(piece.size));
    }
  }
  return std::make_shared<const Elements>(std::move(result));
}

/// The operands that a concatenation puts side by side: all but its axis.
std::span<const Operand> joined_by(const Concat& op, const Operands& operands) {
  const std::span<const Operand> all = operands.all_in();
  return op.axis_first && !all.empty() ? all.subspan(1) : all;
}

/// Joining brings every operand whose scale differs to the scale of the result.
Cost joining_cost(std::span<const Operand> xs, const Operands& operands) {
  Cost cost;
  for (const Operand& x : xs) {
    if (x && operands.out(0)) add_rescale(cost, x, operands.out(0), x.size());
  }
  return cost;
}

}  // namespace

Inferred infer(const Concat& op, const Operands& operands) {
  const std::span<const Operand> xs = joined_by(op, operands);
  if (!all_present(xs)) return no_operand();
  const std::optional<int64_t> number = op.axis_first ? integer_of(operands.in(0)) : op.axis;
  if (!number) return not_known(operands.in(0), "the axis");
  const std::optional<size_t> axis = wrap_axis(*number, xs[0].rank());
  if (!axis) return no_axis(*number, xs[0]);
  Shape shape = xs[0].shape();
  for (const Operand& x : xs.subspan(1)) {
    if (!equal_but(*axis, xs[0].shape(), x.shape()) ||
        __builtin_add_overflow(shape[*axis], x.shape()[*axis], &shape[*axis])) {
      return no_fit(xs[0], x);
    }
  }
  std::shared_ptr<const Elements> elements = joined(xs, shape, *axis);
  return single({.dtype = xs[0].dtype(), .shape = std::move(shape), .elements = std::move(elements)});
}
Known<Cost> count(const Concat& op, const Operands& operands) {
  return joining_cost(joined_by(op, operands), operands);
}
Role role(const Concat& op, size_t operand) { return op.axis_first && operand == 0 ? Role::index : Role::data; }

Inferred infer(const Stack& op, const Operands& operands) {
  const std::span<const Operand> xs = operands.all_in();
  if (!all_present(xs)) return no_operand();
  const std::optional<size_t> axis = wrap_axis(op.axis, xs[0].rank() + 1);
  if (!axis) return no_axis(op.axis, xs[0]);
  for (const Operand& x : xs.subspan(1)) {
    if (x.shape() != xs[0].shape()) return no_fit(xs[0], x);
  }
  Shape shape = xs[0].shape();
  shape.insert(shape.begin() + static_cast<int64_t>(*axis), static_cast<int64_t>(xs.size()));
  std::shared_ptr<const Elements> elements = joined(xs, shape, *axis);
  return single({.dtype = xs[0].dtype(), .shape = std::move(shape), .elements = std::move(elements)});
}
Known<Cost> count(const Stack&, const Operands& operands) { return joining_cost(operands.all_in(), operands); }
Role role(const Stack&, size_t) { return Role::data; }

Inferred infer(const Unstack& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::optional<size_t> axis = wrap_axis(op.axis, x.rank());
  if (!axis) return no_axis(op.axis, x);
  const size_t results = operands.all_out().size();
  if (static_cast<uint64_t>(x.shape()[*axis]) != results) {
    return Unknown{"the node has " + std::to_string(results) + " results, axis " + std::to_string(*axis) + " of " +
                   to_string(x.shape()) + " has another size"};
  }
  Shape shape = x.shape();
  shape.erase(shape.begin() + static_cast<int64_t>(*axis));
  const std::shared_ptr<const Elements> source = elements_of(x);
  std::vector<Walk> walks = walk_all(x.shape());
  walks[*axis].size = 1;
  std::vector<Value> values;
  values.reserve(results);
  for (size_t i = 0; i < results; ++i) {
    walks[*axis].start = static_cast<int64_t>(i);
    values.push_back({.dtype = x.dtype(), .shape = shape, .elements = walked(source, x.shape(), walks)});
  }
  return values;
}
Known<Cost> count(const Unstack&, const Operands&) { return Cost{}; }
Role role(const Unstack&, size_t) { return Role::data; }

namespace {

/// Equal parts of an axis, the last one smaller.
std::vector<int64_t> equal_parts(int64_t size, size_t parts) {
  const auto divisor = static_cast<int64_t>(parts);
  const int64_t part = size / divisor + (size % divisor != 0 ? 1 : 0);
  std::vector<int64_t> sizes(parts);
  for (int64_t& each : sizes) {
    each = std::min(part, size);
    size -= each;
  }
  return sizes;
}

/// The parts that are listed, if they add up to the axis. One that is open, or -1, is what the others leave.
std::optional<std::vector<int64_t>> listed_parts(int64_t size, const PartialList& list) {
  std::vector<int64_t> sizes(list.size());
  std::optional<size_t> open;
  for (size_t i = 0; i < list.size(); ++i) {
    sizes[i] = list[i].value_or(-1);
    if (sizes[i] < -1 || sizes[i] > size) return std::nullopt;
    if (sizes[i] == -1) {
      if (open) return std::nullopt;
      open = i;
      continue;
    }
    size -= sizes[i];
  }
  if (open) {
    sizes[*open] = size;
  } else if (size != 0) {
    return std::nullopt;
  }
  return sizes;
}

}  // namespace

Inferred infer(const Split&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::optional<int64_t> named = integer_of(operands.in(1));
  if (!named) return not_known(operands.in(1), "the axis to split");
  const std::optional<size_t> axis = wrap_axis(*named, x.rank());
  if (!axis) return no_axis(*named, x);
  const size_t results = operands.all_out().size();
  if (results == 0) return std::vector<Value>{};

  std::vector<int64_t> sizes;
  if (const Operand& parts = operands.in(2)) {
    const std::optional<PartialList> list = partial_list(parts, results);
    if (!list || list->size() != results) return Unknown{"the list of sizes to split into has not one per result"};
    const std::optional<std::vector<int64_t>> checked = listed_parts(x.shape()[*axis], *list);
    if (!checked) {
      return Unknown{"the sizes to split into depend on input data, or do not add up to axis " + std::to_string(*axis) +
                     " of " + to_string(x.shape())};
    }
    sizes = *checked;
  } else {
    sizes = equal_parts(x.shape()[*axis], results);
  }

  const std::shared_ptr<const Elements> source = elements_of(x);
  std::vector<Walk> walks = walk_all(x.shape());
  Shape shape = x.shape();
  std::vector<Value> values;
  values.reserve(results);
  int64_t start = 0;
  for (const int64_t size : sizes) {
    walks[*axis].start = start;
    walks[*axis].size = shape[*axis] = size;
    values.push_back({.dtype = x.dtype(), .shape = shape, .elements = walked(source, x.shape(), walks)});
    start += size;
  }
  return values;
}
Known<Cost> count(const Split&, const Operands&) { return Cost{}; }
Role role(const Split&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

}  // namespace flopstat
