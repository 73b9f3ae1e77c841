#include "model/value.h"

#include <cmath>

namespace flopstat {

Count product(const Shape& shape) {
  Count result = 1;
  for (const int64_t size : shape) {
    if (size == 0) return 0;
  }
  for (const int64_t size : shape) result *= size;
  return result;
}

std::optional<std::vector<int64_t>> integers(const Elements& elements) {
  std::vector<int64_t> result;
  result.reserve(elements.size());
  for (const Element& element : elements) {
    if (const auto* whole = std::get_if<int64_t>(&element)) {
      result.push_back(*whole);
    } else if (const auto* real = std::get_if<double>(&element);
               real != nullptr && *real == std::trunc(*real) && std::abs(*real) < 9e18) {
      result.push_back(static_cast<int64_t>(*real));
    } else {
      return std::nullopt;
    }
  }
  return result;
}

Count byte_size(DType dtype, Count elements) { return (elements * bits_of(dtype) + 7) / 8; }

}  // namespace flopstat
