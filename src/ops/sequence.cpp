#include <algorithm>
#include <string>

#include "ops/elements.h"
#include "ops/ops.h"

/// Sequences of tensors, whose items are known one by one, and values that may be absent. All of them only move.
namespace flopstat {
namespace {

using Items = std::vector<Value>;

/// Longer sequences are not followed: each item is a tensor of its own.
constexpr size_t kMaxItems = 4096;

Unknown unknown_items() { return Unknown{"what the sequence holds depends on input data"}; }

const Items* items_of(const Operand& sequence) { return sequence ? sequence.value->items.get() : nullptr; }

Inferred sequence_of(Items items) {
  if (items.size() > kMaxItems)
    return Unknown{"the sequence holds more than " + std::to_string(kMaxItems) + " tensors"};
  Value value{.dtype = DType::variant};
  value.items = std::make_shared<const Items>(std::move(items));
  return single(std::move(value));
}

bool all_alike(const Items& items) {
  return std::all_of(items.begin(), items.end(),
                     [&](const Value& item) { return item.shape == items[0].shape && item.dtype == items[0].dtype; });
}

/// The place that an operand names among `size`, or `otherwise` where it is absent.
std::optional<size_t> place(const Operand& position, size_t size, size_t otherwise) {
  if (!position) return otherwise;
  const std::optional<int64_t> index = integer_of(position);
  return index ? wrap_axis(*index, size) : std::nullopt;
}

/// Moving tensors is no work, and where they lie is the engine's business: no bytes.
Cost free_of_charge() { return {.read_bytes = Count{0}, .written_bytes = Count{0}}; }

}  // namespace

Inferred infer(const MakeSequence&, const Operands& operands) {
  Items items;
  for (const Operand& operand : operands.all_in()) {
    if (!operand) return no_operand();
    items.push_back(*operand.value);
  }
  return sequence_of(std::move(items));
}
Known<Cost> count(const MakeSequence&, const Operands&) { return free_of_charge(); }
Role role(const MakeSequence&, size_t) { return Role::data; }

/// Where all tensors of the sequence are alike it does not matter which one is taken.
Inferred infer(const SequenceAt&, const Operands& operands) {
  const Items* items = items_of(operands.in(0));
  if (items == nullptr || items->empty()) return unknown_items();
  if (const std::optional<size_t> at = place(operands.in(1), items->size(), 0)) return single((*items)[*at]);
  if (!all_alike(*items)) return Unknown{"which tensor of the sequence is taken depends on input data"};
  Value value = items->front();
  value.elements = nullptr;
  return single(std::move(value));
}
Known<Cost> count(const SequenceAt&, const Operands&) { return free_of_charge(); }
Role role(const SequenceAt&, size_t operand) { return operand == 0 ? Role::data : Role::index; }

Inferred infer(const SequenceInsert&, const Operands& operands) {
  const Items* items = items_of(operands.in(0));
  if (items == nullptr || !operands.in(1)) return unknown_items();
  const std::optional<size_t> at = place(operands.in(2), items->size() + 1, items->size());
  if (!at) return unknown_items();
  Items result = *items;
  result.insert(result.begin() + static_cast<std::ptrdiff_t>(*at), *operands.in(1).value);
  return sequence_of(std::move(result));
}
Known<Cost> count(const SequenceInsert&, const Operands&) { return free_of_charge(); }
Role role(const SequenceInsert&, size_t operand) { return operand < 2 ? Role::data : Role::index; }

Inferred infer(const SequenceErase&, const Operands& operands) {
  const Items* items = items_of(operands.in(0));
  if (items == nullptr || items->empty()) return unknown_items();
  const std::optional<size_t> at = place(operands.in(1), items->size(), items->size() - 1);
  if (!at) return unknown_items();
  Items result = *items;
  result.erase(result.begin() + static_cast<std::ptrdiff_t>(*at));
  return sequence_of(std::move(result));
}
Known<Cost> count(const SequenceErase&, const Operands&) { return free_of_charge(); }
Role role(const SequenceErase&, size_t operand) { return operand == 0 ? Role::data : Role::index; }

Inferred infer(const SequenceLength&, const Operands& operands) {
  Value length{.dtype = DType::i64};
  if (const Items* items = items_of(operands.in(0))) {
    length.elements = std::make_shared<const Elements>(1, static_cast<int64_t>(items->size()));
  }
  return single(std::move(length));
}
Known<Cost> count(const SequenceLength&, const Operands&) { return free_of_charge(); }
Role role(const SequenceLength&, size_t) { return Role::shape; }

namespace {

/// Sizes of the parts of an axis of `size`: all of `sizes`, or `sizes` repeated with a smaller last one.
std::optional<std::vector<int64_t>> part_sizes(const Operand& sizes, int64_t size) {
  if (sizes && sizes.rank() == 1) return integers_of(sizes);
  const std::optional<int64_t> each = sizes ? integer_of(sizes) : std::optional<int64_t>(1);
  if (!each || *each < 1 || size / *each > static_cast<int64_t>(kMaxItems)) return std::nullopt;
  std::vector<int64_t> parts(static_cast<size_t>(size / *each), *each);
  if (size % *each != 0) parts.push_back(size % *each);
  return parts;
}

}  // namespace

Inferred infer(const SplitToSequence& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const std::optional<size_t> axis = wrap_axis(op.axis, x.rank());
  if (!axis) return no_axis(op.axis, x);
  const auto parts = part_sizes(operands.in(1), x.shape()[*axis]);
  if (!parts) return unknown_items();
  Items items;
  for (const int64_t part : *parts) {
    Shape shape = x.shape();
    shape[*axis] = part;
    const bool drops_axis = !operands.in(1) && !op.keep_axis;
    if (drops_axis) shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(*axis));
    items.push_back({.dtype = x.dtype(), .shape = std::move(shape)});
  }
  return sequence_of(std::move(items));
}
Known<Cost> count(const SplitToSequence&, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Count bytes = byte_size(x.dtype(), product(x.shape()));
  return Cost{.read_bytes = bytes, .written_bytes = bytes};
}
Role role(const SplitToSequence&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

Inferred infer(const ConcatSequence& op, const Operands& operands) {
  const Items* items = items_of(operands.in(0));
  if (items == nullptr || items->empty()) return unknown_items();
  Shape shape = items->front().shape;
  const std::optional<size_t> axis = wrap_axis(op.axis, shape.size() + (op.stacked ? 1 : 0));
  if (!axis) return Unknown{"axis " + std::to_string(op.axis) + " is outside tensors of " + to_string(shape)};
  if (op.stacked) {
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(*axis), static_cast<int64_t>(items->size()));
    return one_result(items->front().dtype, std::move(shape));
  }
  Count size = 0;
  for (const Value& item : *items) size += item.shape[*axis];
  shape[*axis] = static_cast<int64_t>(size.value());
  return one_result(items->front().dtype, std::move(shape));
}
Known<Cost> count(const ConcatSequence&, const Operands& operands) {
  const Operand& y = operands.out(0);
  const Count bytes = byte_size(y.dtype(), product(y.shape()));
  return Cost{.read_bytes = bytes, .written_bytes = bytes};
}
Role role(const ConcatSequence&, size_t) { return Role::data; }

Inferred infer(const HasValue&, const Operands& operands) {
  const auto there = int64_t{operands.in(0) ? 1 : 0};
  return single({.dtype = DType::boolean, .elements = std::make_shared<const Elements>(1, there)});
}
Known<Cost> count(const HasValue&, const Operands&) { return free_of_charge(); }
Role role(const HasValue&, size_t) { return Role::shape; }

}  // namespace flopstat
