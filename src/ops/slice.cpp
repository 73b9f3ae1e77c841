#include <algorithm>
#include <string>

#include "ops/elements.h"
#include "ops/ops.h"

/// Operations that copy a box of their operand, every step-th point of it on each axis.
namespace flopstat {
namespace {

Unknown no_fit(const Operand& x, std::string_view why) {
  return {"the slice does not fit the operand " + to_string(x.shape()) + ": " + std::string(why)};
}

Unknown no_bound(size_t axis) { return {"the slice on axis " + std::to_string(axis) + " depends on input data"}; }

/// Points from `begin` to before `end`, `step` apart. Both bounds are in [-1, kMaxDim], the step is any but 0.
int64_t points(int64_t begin, int64_t end, int64_t step) {
  const int64_t span = end - begin;
  if (span == 0 || (span < 0) != (step < 0)) return 0;
  return span / step + (span % step != 0 ? 1 : 0);
}

/// A bound counted from the end if it is negative, then cut to [lowest, highest].
int64_t bounded(int64_t bound, int64_t size, int64_t lowest, int64_t highest) {
  return std::clamp(bound < 0 ? bound + size : bound, lowest, highest);
}

Shape shape_of(const std::vector<Walk>& walks) {
  Shape shape(walks.size());
  std::transform(walks.begin(), walks.end(), shape.begin(), [](const Walk& walk) { return walk.size; });
  return shape;
}

/// The box that the walks read.
Inferred box(const Operand& x, const std::vector<Walk>& walks) {
  return single({.dtype = x.dtype(), .shape = shape_of(walks), .elements = walked(elements_of(x), x.shape(), walks)});
}

}  // namespace

/// A begin that is not known still gives a shape where the size is known.
Inferred infer(const Slice&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::optional<PartialList> begins = partial_list(operands.in(1), x.rank());
  const std::optional<PartialList> sizes = partial_list(operands.in(2), x.rank());
  if (!begins || !sizes || begins->size() != x.rank() || sizes->size() != x.rank()) {
    return no_fit(x, "it needs one begin and one size per axis");
  }
  bool placed = true;
  std::vector<Walk> walks;
  walks.reserve(x.rank());
  for (size_t i = 0; i < x.rank(); ++i) {
    const int64_t whole_size = x.shape()[i];
    const std::optional<int64_t> begin = (*begins)[i];
    std::optional<int64_t> size = (*sizes)[i];
    if (begin && (*begin < 0 || *begin > whole_size)) return no_fit(x, "a begin lies outside");
    if (size && *size == -1) size = begin ? std::optional(whole_size - *begin) : std::nullopt;
    if (!size) return no_bound(i);
    if (*size < 0 || *size > whole_size - begin.value_or(0)) return no_fit(x, "a size reaches outside");
    placed = placed && begin;
    walks.push_back({.axis = i, .start = begin.value_or(0), .size = *size});
  }
  if (!placed) return single({.dtype = x.dtype(), .shape = shape_of(walks)});
  return box(x, walks);
}
Known<Cost> count(const Slice&, const Operands& operands) { return part_read(operands); }
Role role(const Slice&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

/// Source: ONNX operator Slice.
Inferred infer(const SliceTo&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::optional<PartialList> starts = partial_list(operands.in(1), x.rank());
  const std::optional<PartialList> ends = partial_list(operands.in(2), x.rank());
  if (!starts || !ends || starts->size() != ends->size())
    return no_fit(x, "it needs as many starts as ends, one per axis");
  const size_t n = starts->size();
  PartialList axes(n);
  for (size_t i = 0; i < n; ++i) axes[i] = static_cast<int64_t>(i);
  PartialList steps(n, 1);
  if (operands.in(3)) axes = partial_list(operands.in(3), n).value_or(PartialList{});
  if (operands.in(4)) steps = partial_list(operands.in(4), n).value_or(PartialList{});
  if (axes.size() != n || steps.size() != n) return no_fit(x, "it needs as many axes and steps as starts");

  std::vector<Walk> walks = walk_all(x.shape());
  std::vector<bool> sliced(x.rank(), false);
  for (size_t i = 0; i < n; ++i) {
    if (!axes[i]) return not_known(operands.in(3), "the list of axes");
    const std::optional<size_t> axis = wrap_axis(*axes[i], x.rank());
    if (!axis) return no_axis(*axes[i], x);
    if (sliced[*axis]) return no_fit(x, "it names an axis twice");
    sliced[*axis] = true;
    if (!(*starts)[i] || !(*ends)[i] || !steps[i]) return no_bound(*axis);
    const int64_t step = *steps[i];
    const int64_t size = x.shape()[*axis];
    if (step == 0) return no_fit(x, "a step is 0");
    if (size == 0) continue;
    const bool forward = step > 0;
    const int64_t start = bounded(*(*starts)[i], size, 0, forward ? size : size - 1);
    const int64_t end = bounded(*(*ends)[i], size, forward ? 0 : -1, forward ? size : size - 1);
    walks[*axis] = {.axis = *axis, .start = start, .step = step, .size = points(start, end, step)};
  }
  return box(x, walks);
}
Known<Cost> count(const SliceTo&, const Operands& operands) { return part_read(operands); }
Role role(const SliceTo&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

namespace {

/// Most entries of a strided slice: its masks have one bit for each.
constexpr size_t kMaxEntries = 32;

/// One entry of a strided slice: what its lists and masks say of it.
struct Entry {
  std::optional<int64_t> begin;
  std::optional<int64_t> end;
  std::optional<int64_t> stride;
  bool begin_masked = false;
  bool end_masked = false;
  bool ellipsis = false;
  bool new_axis = false;
  bool shrink = false;
  int64_t length = -1;  ///< how far the end is behind the begin, where only that is known
};

bool bit(uint32_t mask, size_t i) { return (mask >> i & 1U) != 0; }

/// The entries, if the three lists have as many each.
std::optional<std::vector<Entry>> entries_of(const StridedSlice& op, const Operands& operands) {
  const std::optional<PartialList> begins = partial_list(operands.in(1), kMaxEntries);
  const std::optional<PartialList> ends = partial_list(operands.in(2), kMaxEntries);
  const std::optional<PartialList> strides = partial_list(operands.in(3), kMaxEntries);
  if (!begins || !ends || !strides || begins->size() != ends->size() || begins->size() != strides->size()) {
    return std::nullopt;
  }
  std::vector<Entry> entries(begins->size());
  for (size_t i = 0; i < entries.size(); ++i) {
    const bool ellipsis = bit(op.ellipsis_mask, i);
    const bool new_axis = !ellipsis && bit(op.new_axis_mask, i);
    entries[i] = {.begin = (*begins)[i],
                  .end = (*ends)[i],
                  .stride = (*strides)[i],
                  .begin_masked = bit(op.begin_mask, i),
                  .end_masked = bit(op.end_mask, i),
                  .ellipsis = ellipsis,
                  .new_axis = new_axis,
                  .shrink = !ellipsis && !new_axis && bit(op.shrink_axis_mask, i),
                  .length = i < op.lengths.size() ? op.lengths[i] : -1};
  }
  return entries;
}

/// A bound is not known. Where such a box begins is not known either, whatever its length.
bool is_open(const Entry& entry) { return (!entry.begin && !entry.begin_masked) || (!entry.end && !entry.end_masked); }

/// The walk of one entry over an axis of that size. Unknown: a bound is not known, or does not fit.
Known<Walk> walk_of(const Entry& entry, const Operand& x, size_t axis, bool offset) {
  if (is_open(entry) && entry.stride == 1 && entry.length >= 0) {
    if (entry.length > x.shape()[axis]) return no_fit(x, "a length is more than its axis has");
    return Walk{.axis = axis, .size = entry.length};
  }
  if (!entry.stride || is_open(entry)) return no_bound(axis);
  const int64_t step = *entry.stride;
  if (step == 0) return no_fit(x, "a stride is 0");
  const int64_t size = x.shape()[axis];
  const bool forward = step > 0;
  const int64_t lowest = forward ? 0 : -1;
  const int64_t highest = forward ? size : size - 1;
  const int64_t begin =
      entry.begin_masked ? (forward ? lowest : highest) : bounded(*entry.begin, size, lowest, highest);
  int64_t end = forward ? highest : lowest;
  if (!entry.end_masked) {
    end = *entry.end;
    if (offset && __builtin_add_overflow(begin, end, &end)) end = *entry.end;  // far outside either way
    end = bounded(end, size, lowest, highest);
  }
  return Walk{.axis = axis, .start = begin, .step = step, .size = points(begin, end, step)};
}

}  // namespace

/// Masked bounds are the ends of the axis, an ellipsis is all axes that no other entry speaks of, a new axis has size
/// 1, and an axis that shrinks is read at `begin` and left out. An ellipsis beats a new axis, which beats shrinking.
///
/// Source: TensorFlow tf.strided_slice.
Inferred infer(const StridedSlice& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::optional<std::vector<Entry>> entries = entries_of(op, operands);
  if (!entries) return no_fit(x, "it needs as many begins, ends and strides, 32 at most");
  size_t spoken_of = 0;
  size_t ellipses = 0;
  for (const Entry& entry : *entries) {
    ellipses += entry.ellipsis ? 1 : 0;
    spoken_of += entry.ellipsis || entry.new_axis ? 0 : 1;
  }
  if (ellipses > 1) return no_fit(x, "it has more than one ellipsis");
  if (spoken_of > x.rank()) return no_fit(x, "it speaks of more axes than there are");

  Shape shape;
  std::vector<Walk> walks;  // an axis that shrinks is walked, and has no size in the shape
  bool placed = true;
  size_t axis = 0;
  const auto take_all = [&](size_t axes) {
    for (const size_t end = axis + axes; axis < end; ++axis) {
      walks.push_back({.axis = axis, .size = x.shape()[axis]});
      shape.push_back(x.shape()[axis]);
    }
  };
  for (const Entry& entry : *entries) {
    if (entry.ellipsis) {
      take_all(x.rank() - spoken_of);
    } else if (entry.new_axis) {
      walks.push_back({.step = 0, .size = 1});
      shape.push_back(1);
    } else if (entry.shrink) {
      const int64_t size = x.shape()[axis];
      const std::optional<int64_t> begin = entry.begin_masked ? std::optional<int64_t>(0) : entry.begin;
      if (begin && (*begin < -size || *begin >= size)) return no_fit(x, "an index lies outside");
      placed = placed && begin;
      const int64_t start = begin.value_or(0);
      walks.push_back({.axis = axis++, .start = start < 0 ? start + size : start, .size = 1});
    } else {
      const Known<Walk> found = walk_of(entry, x, axis++, op.offset);
      const Walk* walk = known(found);
      if (walk == nullptr) return reason(found);
      placed = placed && !is_open(entry);
      walks.push_back(*walk);
      shape.push_back(walk->size);
    }
  }
  take_all(x.rank() - axis);
  std::shared_ptr<const Elements> elements = placed ? walked(elements_of(x), x.shape(), walks) : nullptr;
  return single({.dtype = x.dtype(), .shape = std::move(shape), .elements = std::move(elements)});
}
Known<Cost> count(const StridedSlice&, const Operands& operands) { return part_read(operands); }
Role role(const StridedSlice&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

Inferred infer(const DynamicSlice& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  bool fits = op.sizes.size() == x.rank();
  for (size_t i = 0; fits && i < x.rank(); ++i) fits = op.sizes[i] >= 0 && op.sizes[i] <= x.shape()[i];
  if (!fits) return no_fit(x, "its sizes are " + to_string(op.sizes));
  return single({.dtype = x.dtype(), .shape = op.sizes});
}
Known<Cost> count(const DynamicSlice&, const Operands& operands) { return part_read(operands); }
Role role(const DynamicSlice&, size_t operand) { return operand == 0 ? Role::data : Role::index; }

}  // namespace flopstat
