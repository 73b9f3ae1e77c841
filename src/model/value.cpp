#include "model/value.h"

#include <algorithm>
#include <cmath>

namespace flopstat {

Count product(const Shape& shape) {
  uint64_t result = 1;
  bool fails = false;
  for (const int64_t size : shape) {
    fails |= size < 0;
    fails |= __builtin_mul_overflow(result, static_cast<uint64_t>(size), &result);
  }
  if (!fails) return result;
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  throw Overflow{};
}

bool plausible(const Shape& shape) {
  if (shape.size() > kMaxRank) return false;
  uint64_t elements = 1;
  for (const int64_t size : shape) {
    if (size < 0 || size > kMaxDim) return false;
    if (size != 0 && __builtin_mul_overflow(elements, static_cast<uint64_t>(size), &elements)) return false;
  }
  return elements <= uint64_t{1} << 56;
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

Count byte_size(DType dtype, Count elements) {
  const uint32_t bits = bits_of(dtype);
  return bits % 8 == 0 ? elements * (bits / 8) : (elements * bits + 7) / 8;
}

}  // namespace flopstat
