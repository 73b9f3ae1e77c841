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
  const auto open = [](const Element& element) { return std::holds_alternative<std::monostate>(element); };
  if (!elements || std::any_of(elements->begin(), elements->end(), open)) return {why + " depends on input data"};
  return {why + " is not a list of usable whole numbers"};
}

Inferred single(Value value) {
  std::vector<Value> values;
  values.push_back(std::move(value));
  return values;
}

std::shared_ptr<const Elements> walked(const Operand& x, const std::vector<Walk>& walks) {
  Shape shape;
  shape.reserve(walks.size());
  for (const Walk& walk : walks) shape.push_back(walk.size);
  const std::optional<size_t> count = carried_size(shape);
  if (!count) return nullptr;
  const std::shared_ptr<const Elements> source = elements_of(x);
  if (!source) return nullptr;
  Elements result;
  if (*count == 0) return std::make_shared<const Elements>();
  result.reserve(*count);

  std::vector<int64_t> strides(x.rank(), 1);
  for (size_t i = x.rank(); i-- > 1;) strides[i - 1] = strides[i] * x.shape()[i];
  int64_t from = 0;
  std::vector<int64_t> steps;
  steps.reserve(walks.size());
  for (const Walk& walk : walks) {
    const int64_t stride = walk.axis < x.rank() ? strides[walk.axis] : 0;
    from += walk.start * stride;
    // The step of an axis of one point is never taken, and may be any number.
    steps.push_back(walk.size == 1 ? 0 : walk.step * stride);
  }

  std::vector<int64_t> at(walks.size(), 0);
  for (size_t i = 0; i < *count; ++i) {
    result.push_back((*source)[static_cast<size_t>(from)]);
    for (size_t axis = walks.size(); axis-- > 0;) {
      from += steps[axis];
      if (++at[axis] < shape[axis]) break;
      from -= steps[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return std::make_shared<const Elements>(std::move(result));
}

}  // namespace flopstat
