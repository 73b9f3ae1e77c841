#include "ops/elements.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace flopstat {

std::optional<int64_t> whole(const Element& element) {
  if (const auto* integer = std::get_if<int64_t>(&element)) return *integer;
  const auto* real = std::get_if<double>(&element);
  if (real == nullptr || *real != std::trunc(*real) || std::abs(*real) >= 9e18) return std::nullopt;
  return static_cast<int64_t>(*real);
}

std::optional<PartialList> partial_list(const Operand& operand, size_t limit) {
  if (!operand) return std::nullopt;
  const std::optional<size_t> count = carried_size(operand.shape());
  if (!count || *count > limit) return std::nullopt;
  PartialList list(*count);
  if (const std::shared_ptr<const Elements> elements = elements_of(operand)) {
    std::transform(elements->begin(), elements->end(), list.begin(), whole);
  }
  return list;
}

std::optional<Shape> sizes_of(const Operand& operand) {
  const std::optional<PartialList> list = partial_list(operand);
  if (!list) return std::nullopt;
  Shape shape;
  shape.reserve(list->size());
  for (const std::optional<int64_t>& size : *list) {
    if (!size || *size < 0 || *size > kMaxDim) return std::nullopt;
    shape.push_back(*size);
  }
  return shape;
}

std::optional<int64_t> element_count(const Shape& shape) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  int64_t count = 1;
  for (const int64_t size : shape) {
    if (__builtin_mul_overflow(count, size, &count)) return std::nullopt;
  }
  return count;
}

Unknown not_known(const Operand& operand, std::string_view what) {
  std::string why(what);
  if (!operand) return {why + " is missing"};
  if (operand.tensor != nullptr && !operand.tensor->name.empty()) why += " '" + std::string(operand.tensor->name) + "'";
  const std::shared_ptr<const Elements> elements = elements_of(operand);
  if (!elements || std::any_of(elements->begin(), elements->end(), is_open)) return {why + " depends on input data"};
  return {why + " is not a list of usable whole numbers"};
}

Unknown no_operand() { return {"the operation lacks an operand"}; }

Unknown no_axis(int64_t axis, const Operand& x) {
  return {"axis " + std::to_string(axis) + " is none of the operand " + to_string(x.shape())};
}

Inferred single(Value value) {
  std::vector<Value> values;
  values.push_back(std::move(value));
  return values;
}

std::vector<Walk> walk_all(const Shape& shape) {
  std::vector<Walk> walks(shape.size());
  for (size_t i = 0; i < shape.size(); ++i) walks[i] = {.axis = i, .size = shape[i]};
  return walks;
}

std::shared_ptr<const Elements> walked(const std::shared_ptr<const Elements>& source, const Shape& shape,
                                       const std::vector<Walk>& walks) {
  if (!source) return nullptr;
  Shape sizes(walks.size());
  std::transform(walks.begin(), walks.end(), sizes.begin(), [](const Walk& walk) { return walk.size; });
  const std::optional<size_t> count = carried_size(sizes);
  if (!count) return nullptr;
  if (*count == 0) return std::make_shared<const Elements>();

  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  int64_t from = 0;
  std::vector<int64_t> steps(walks.size(), 0);
  for (size_t i = 0; i < walks.size(); ++i) {
    const Walk& walk = walks[i];
    if (walk.step == 0) continue;
    from += walk.start * strides[walk.axis];
    // The step of an axis of one point is never taken and may be any number.
    if (walk.size > 1) steps[i] = walk.step * strides[walk.axis];
  }

  Elements result;
  result.reserve(*count);
  std::vector<int64_t> at(walks.size(), 0);
  for (size_t i = 0; i < *count; ++i) {
    result.push_back((*source)[static_cast<size_t>(from)]);
    for (size_t axis = walks.size(); axis-- > 0;) {
      from += steps[axis];
      if (++at[axis] < sizes[axis]) break;
      from -= steps[axis] * sizes[axis];
      at[axis] = 0;
    }
  }
  return std::make_shared<const Elements>(std::move(result));
}

Known<Cost> part_read(const Operands& operands) {
  if (!operands.in(0) || !operands.out(0)) return Unknown{"an operand or the result is missing"};
  Count bytes = byte_size(operands.in(0).dtype(), operands.out(0).size());
  for (size_t i = 1; i < operands.all_in().size(); ++i) {
    const Operand& operand = operands.in(i);
    if (operand) bytes += operand.bytes();
  }
  return Cost{.read_bytes = bytes};
}

}  // namespace flopstat
