#include "ops/operands.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace flopstat {
namespace {

/// Real numbers matter to shapes as scales, steps and exponents; longer constants are weights, which are not touched.
constexpr size_t kMaxStoredReals = 256;

template <class T>
T load(Bytes data, size_t i) {
  T value;
  std::memcpy(&value, data.data() + i * sizeof(T), sizeof(T));
  return value;
}

/// Half precision: sign, 5 bits of exponent, 10 of fraction. Source: IEEE 754, binary16.
double half(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  if (exponent == 31) return fraction != 0 ? NAN : (bits >> 15 != 0 ? -INFINITY : INFINITY);
  const double magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return bits >> 15 != 0 ? -magnitude : magnitude;
}

/// The upper half of an f32.
double bfloat(uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16); }

/// The i-th stored element. Types without an exact value here stay unknown.
Element stored(DType dtype, Bytes data, size_t i) {
  switch (dtype) {
    case DType::boolean: return int64_t{load<uint8_t>(data, i) != 0};
    case DType::i8: return int64_t{load<int8_t>(data, i)};
    case DType::i16: return int64_t{load<int16_t>(data, i)};
    case DType::i32: return int64_t{load<int32_t>(data, i)};
    case DType::i64: return load<int64_t>(data, i);
    case DType::u8: return int64_t{load<uint8_t>(data, i)};
    case DType::u16: return int64_t{load<uint16_t>(data, i)};
    case DType::u32: return int64_t{load<uint32_t>(data, i)};
    case DType::f16: return half(load<uint16_t>(data, i));
    case DType::bf16: return bfloat(load<uint16_t>(data, i));
    case DType::f32: return double{load<float>(data, i)};
    case DType::f64: return load<double>(data, i);
    default: return {};
  }
}

}  // namespace

const Operand Operands::kNone{};

std::optional<size_t> carried_size(const Shape& shape) {
  for (const int64_t size : shape) {
    if (size == 0) return 0;
  }
  size_t count = 1;
  for (const int64_t size : shape) {
    if (static_cast<uint64_t>(size) > kMaxElements / count) return std::nullopt;
    count *= static_cast<size_t>(size);
  }
  return count;
}

std::shared_ptr<const Elements> elements_of(const Operand& operand) {
  if (!operand) return nullptr;
  if (operand.value->elements) return operand.value->elements;
  if (operand.tensor == nullptr) return nullptr;
  const std::optional<size_t> count = carried_size(operand.shape());
  if (!count) return nullptr;
  // A hostile file may list fewer values than its shape has elements.
  if (const auto& listed = operand.tensor->elements) return listed->size() == *count ? listed : nullptr;
  const Bytes data = operand.tensor->data;
  if (data.empty()) return nullptr;
  const uint32_t bits = bits_of(operand.dtype());
  if (bits < 8 || *count * (bits / 8) > data.size()) return nullptr;
  if (is_float(operand.dtype()) && *count > kMaxStoredReals) return nullptr;
  Elements elements(*count);
  for (size_t i = 0; i < *count; ++i) elements[i] = stored(operand.dtype(), data, i);
  return std::make_shared<const Elements>(std::move(elements));
}

std::optional<std::vector<int64_t>> integers_of(const Operand& operand) {
  const std::shared_ptr<const Elements> elements = elements_of(operand);
  if (!elements) return std::nullopt;
  return integers(*elements);
}

std::optional<int64_t> integer_of(const Operand& operand) {
  const std::optional<std::vector<int64_t>> values = integers_of(operand);
  if (!values || values->size() != 1) return std::nullopt;
  return values->front();
}

std::optional<size_t> wrap_axis(int64_t axis, size_t rank) {
  const auto size = static_cast<int64_t>(rank);
  if (axis < -size || axis >= size) return std::nullopt;
  return static_cast<size_t>(axis < 0 ? axis + size : axis);
}

std::optional<Shape> broadcast(const Shape& a, const Shape& b) {
  if (a.size() < b.size()) return broadcast(b, a);
  Shape result = a;
  const size_t lead = a.size() - b.size();
  for (size_t i = 0; i < b.size(); ++i) {
    if (result[lead + i] == b[i] || b[i] == 1) continue;
    if (result[lead + i] != 1) return std::nullopt;
    result[lead + i] = b[i];
  }
  return result;
}

std::string to_string(const Shape& shape) {
  if (shape.empty()) return "[]";
  std::string text;
  for (const int64_t size : shape) {
    if (!text.empty()) text += 'x';
    text += std::to_string(size);
  }
  return text;
}

}  // namespace flopstat
