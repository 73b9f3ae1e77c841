#include <algorithm>
#include <span>
#include <string>

#include "ops/elements.h"
#include "ops/ops.h"

/// Operations that read elements at positions which a tensor of indices names.
namespace flopstat {
namespace {

Unknown no_fit(const Operand& x, const Operand& indices) {
  return {"indices of shape " + to_string(indices.shape()) + " do not fit the operand " + to_string(x.shape())};
}

Shape part(const Shape& shape, size_t first, size_t end) {
  return {shape.begin() + static_cast<int64_t>(first), shape.begin() + static_cast<int64_t>(end)};
}

size_t count_of(const Shape& shape, size_t first, size_t end) { return product(part(shape, first, end)).value(); }

Shape chain(Shape a, const Shape& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

bool same_batch(const Shape& a, const Shape& b, size_t axes) {
  return std::equal(a.begin(), a.begin() + static_cast<int64_t>(axes), b.begin());
}

/// Appends `size` elements from `block * size` on; unknown ones where the block is not known.
void append_block(Elements& result, const Elements& source, std::optional<size_t> block, size_t size) {
  if (!block) {
    result.resize(result.size() + size);
    return;
  }
  const auto first = source.begin() + static_cast<int64_t>(*block * size);
  result.insert(result.end(), first, first + static_cast<int64_t>(size));
}

/// Axes of a gather, counted from the front.
struct Axes {
  size_t axis;
  size_t batch;
};

std::optional<Axes> axes_of(const Gather& op, int64_t of_x, const Operand& x, const Operand& indices) {
  const std::optional<size_t> axis = wrap_axis(of_x, x.rank());
  const auto rank = static_cast<int64_t>(indices.rank());
  if (!axis || op.batch_dims < -rank || op.batch_dims > rank) return std::nullopt;
  const auto batch = static_cast<size_t>(op.batch_dims < 0 ? op.batch_dims + rank : op.batch_dims);
  if (batch > *axis || !same_batch(x.shape(), indices.shape(), batch)) return std::nullopt;
  return Axes{*axis, batch};
}

std::shared_ptr<const Elements> gathered(const Operand& x, const Operand& indices, const Axes& at, const Shape& shape) {
  const std::optional<size_t> count = carried_size(shape);
  if (!count || *count == 0) return nullptr;
  const std::shared_ptr<const Elements> source = elements_of(x);
  const std::shared_ptr<const Elements> positions = source ? elements_of(indices) : nullptr;
  if (!positions) return nullptr;
  const size_t batches = count_of(x.shape(), 0, at.batch);
  const size_t outer = count_of(x.shape(), at.batch, at.axis);
  const auto entries = static_cast<size_t>(x.shape()[at.axis]);
  const size_t inner = count_of(x.shape(), at.axis + 1, x.rank());
  const size_t per_batch = positions->size() / batches;
  Elements result;
  result.reserve(*count);
  for (size_t row = 0; row < batches * outer; ++row) {
    for (size_t i = 0; i < per_batch; ++i) {
      const std::optional<int64_t> position = whole((*positions)[row / outer * per_batch + i]);
      std::optional<size_t> entry = position ? wrap_axis(*position, entries) : std::nullopt;
      if (entry) *entry += row * entries;
      append_block(result, *source, entry, inner);
    }
  }
  return std::make_shared<const Elements>(std::move(result));
}

/// The place that an index of several numbers names in axes of these sizes, in row-major order.
std::optional<size_t> place(std::span<const Element> index, std::span<const int64_t> sizes) {
  size_t place = 0;
  for (size_t i = 0; i < index.size(); ++i) {
    const std::optional<int64_t> position = whole(index[i]);
    const auto size = static_cast<size_t>(sizes[i]);
    const std::optional<size_t> entry = position ? wrap_axis(*position, size) : std::nullopt;
    if (!entry) return std::nullopt;
    place = place * size + *entry;
  }
  return place;
}

}  // namespace

Inferred infer(const Gather& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& indices = operands.in(1);
  if (!x || !indices) return no_operand();
  const std::optional<int64_t> axis = operands.in(2) ? integer_of(operands.in(2)) : op.axis;
  if (!axis) return not_known(operands.in(2), "the axis");
  const std::optional<Axes> at = axes_of(op, *axis, x, indices);
  if (!at) return no_fit(x, indices);
  Shape shape = chain(part(x.shape(), 0, at->axis), part(indices.shape(), at->batch, indices.rank()));
  shape = chain(std::move(shape), part(x.shape(), at->axis + 1, x.rank()));
  std::shared_ptr<const Elements> elements = gathered(x, indices, *at, shape);
  return single({.dtype = x.dtype(), .shape = std::move(shape), .elements = std::move(elements)});
}
Known<Cost> count(const Gather&, const Operands& operands) { return part_read(operands); }
Role role(const Gather&, size_t operand) { return operand == 0 ? Role::data : Role::index; }

namespace {

std::shared_ptr<const Elements> gathered_nd(const Operand& x, const Operand& indices, size_t batch,
                                            const Shape& shape) {
  const std::optional<size_t> count = carried_size(shape);
  if (!count || *count == 0) return nullptr;
  const std::shared_ptr<const Elements> source = elements_of(x);
  const std::shared_ptr<const Elements> positions = source ? elements_of(indices) : nullptr;
  if (!positions) return nullptr;
  const auto numbers = static_cast<size_t>(indices.shape().back());
  const std::span<const int64_t> sizes = std::span(x.shape()).subspan(batch, numbers);
  const size_t batches = count_of(x.shape(), 0, batch);
  const size_t per_batch = count_of(indices.shape(), batch, indices.rank() - 1);
  const size_t entries = count_of(x.shape(), batch, batch + numbers);
  const size_t inner = count_of(x.shape(), batch + numbers, x.rank());
  Elements result;
  result.reserve(*count);
  for (size_t i = 0; i < batches * per_batch; ++i) {
    std::optional<size_t> entry = place(std::span(*positions).subspan(i * numbers, numbers), sizes);
    if (entry) *entry += i / per_batch * entries;
    append_block(result, *source, entry, inner);
  }
  return std::make_shared<const Elements>(std::move(result));
}

}  // namespace

Inferred infer(const GatherNd& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& indices = operands.in(1);
  if (!x || !indices) return no_operand();
  const auto batches = static_cast<int64_t>(std::min(x.rank(), indices.rank() - (indices.rank() > 0 ? 1 : 0)));
  if (indices.rank() == 0 || op.batch_dims < 0 || op.batch_dims > batches) return no_fit(x, indices);
  const auto batch = static_cast<size_t>(op.batch_dims);
  const int64_t numbers = indices.shape().back();
  if (numbers > static_cast<int64_t>(x.rank() - batch) || !same_batch(x.shape(), indices.shape(), batch)) {
    return no_fit(x, indices);
  }
  Shape shape = chain(part(indices.shape(), 0, indices.rank() - 1),
                      part(x.shape(), batch + static_cast<size_t>(numbers), x.rank()));
  std::shared_ptr<const Elements> elements = gathered_nd(x, indices, batch, shape);
  return single({.dtype = x.dtype(), .shape = std::move(shape), .elements = std::move(elements)});
}
Known<Cost> count(const GatherNd&, const Operands& operands) { return part_read(operands); }
Role role(const GatherNd&, size_t operand) { return operand == 0 ? Role::data : Role::index; }

Inferred infer(const GatherElements& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& indices = operands.in(1);
  if (!x || !indices) return no_operand();
  if (!wrap_axis(op.axis, x.rank())) return no_axis(op.axis, x);
  if (x.rank() != indices.rank()) return no_fit(x, indices);
  return single({.dtype = x.dtype(), .shape = indices.shape()});
}
Known<Cost> count(const GatherElements&, const Operands& operands) { return part_read(operands); }
Role role(const GatherElements&, size_t operand) { return operand == 0 ? Role::data : Role::index; }

/// The coordinates of a constant are known; of anything else their number depends on the data.
Inferred infer(const NonZero& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::shared_ptr<const Elements> elements = elements_of(x);
  if (!elements) return Unknown{"the number of coordinates depends on which elements of the condition are not zero"};
  std::vector<size_t> places;
  for (size_t i = 0; i < elements->size(); ++i) {
    const Element& element = (*elements)[i];
    if (is_open(element)) return not_known(x, "the condition");
    if (element != Element{int64_t{0}} && element != Element{0.0}) places.push_back(i);
  }
  const auto found = static_cast<int64_t>(places.size());
  const auto axes = static_cast<int64_t>(x.rank());
  Value y{.dtype = DType::i64, .shape = op.transposed ? Shape{axes, found} : Shape{found, axes}};
  const std::optional<size_t> count = carried_size(y.shape);
  if (!count) return single(std::move(y));
  Elements coordinates(*count);
  for (size_t i = 0; i < places.size(); ++i) {
    size_t rest = places[i];
    for (size_t axis = x.rank(); axis-- > 0;) {
      const auto size = static_cast<size_t>(x.shape()[axis]);
      coordinates[op.transposed ? axis * places.size() + i : i * x.rank() + axis] = static_cast<int64_t>(rest % size);
      rest /= size;
    }
  }
  y.elements = std::make_shared<const Elements>(std::move(coordinates));
  return single(std::move(y));
}
Known<Cost> count(const NonZero&, const Operands&) { return Cost{}; }
Role role(const NonZero&, size_t) { return Role::index; }

/// Source: StableHLO specification, gather.
Inferred infer(const GatherBoxes& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& indices = operands.in(1);
  if (!x || !indices) return no_operand();
  const auto is_in = [](const std::vector<int64_t>& list, size_t i) {
    return std::find(list.begin(), list.end(), static_cast<int64_t>(i)) != list.end();
  };
  if (op.sizes.size() != x.rank() || op.index_axis < 0 || op.index_axis > static_cast<int64_t>(indices.rank())) {
    return no_fit(x, indices);
  }
  Shape box;
  for (size_t i = 0; i < x.rank(); ++i) {
    if (op.sizes[i] < 0 || op.sizes[i] > x.shape()[i]) return no_fit(x, indices);
    if (!is_in(op.dropped_axes, i)) box.push_back(op.sizes[i]);
  }
  Shape places = indices.shape();
  if (op.index_axis < static_cast<int64_t>(places.size())) places.erase(places.begin() + op.index_axis);
  if (box.size() != op.box_axes.size()) return no_fit(x, indices);

  Shape shape(box.size() + places.size());
  size_t next_box = 0;
  size_t next_place = 0;
  for (size_t i = 0; i < shape.size(); ++i) {
    const bool of_box = is_in(op.box_axes, i);
    if (of_box ? next_box == box.size() : next_place == places.size()) return no_fit(x, indices);
    shape[i] = of_box ? box[next_box++] : places[next_place++];
  }
  return single({.dtype = x.dtype(), .shape = std::move(shape)});
}
Known<Cost> count(const GatherBoxes&, const Operands& operands) { return part_read(operands); }
Role role(const GatherBoxes&, size_t operand) { return operand == 0 ? Role::data : Role::index; }

}  // namespace flopstat
