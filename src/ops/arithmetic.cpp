#include "ops/arithmetic.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flopstat {
namespace {

bool is_unsigned(DType dtype) { return dtype >= DType::u2 && dtype <= DType::u64; }

Element integer(DType to, int64_t value) {
  const uint32_t bits = bits_of(to);
  const uint32_t digits = is_unsigned(to) ? bits : bits - 1;
  if (is_unsigned(to) && value < 0) return {};
  if (digits < 63 && (value >> digits) != 0 && (value >> digits) != -1) return {};
  return value;
}

/// Rounds to so many significant bits, ties to even.
double round_to_bits(double value, int bits) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  return std::ldexp(std::nearbyint(std::ldexp(fraction, bits)), exponent - bits);
}

/// 11 significant bits between the smallest normal number and the largest; others stay unknown.
Element half(double value) {
  constexpr double kSmallest = 0x1p-14;
  constexpr double kLargest = 65504;
  const double rounded = round_to_bits(value, 11);
  if (value == 0) return value;
  if (!(std::abs(rounded) >= kSmallest && std::abs(rounded) <= kLargest)) return {};
  return rounded;
}

Element element(DType to, double value) {
  switch (to) {
    case DType::f64: return value;
    case DType::f32: return double{static_cast<float>(value)};
    case DType::f16: return half(value);
    case DType::bf16: return std::isfinite(value) ? Element{round_to_bits(value, 8)} : Element{};
    case DType::boolean: return int64_t{value != 0};
    default: break;
  }
  constexpr double kLimit = 0x1p63;
  const double whole = std::trunc(value);
  if (!is_integer(to) || !(whole >= -kLimit && whole < kLimit)) return {};
  return integer(to, static_cast<int64_t>(whole));
}

Element element(DType to, int64_t value) {
  if (to == DType::boolean) return int64_t{value != 0};
  if (is_integer(to)) return integer(to, value);
  return element(to, static_cast<double>(value));
}

template <class T>
Element element(DType to, std::optional<T> value) {
  return value ? element(to, *value) : Element{};
}

std::optional<double> real_of(const Element& x) {
  if (const auto* whole = std::get_if<int64_t>(&x)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&x)) return *real;
  return std::nullopt;
}

// Checked integer arithmetic: nothing where the result leaves 64 bits or there is none.

std::optional<int64_t> sum(int64_t a, int64_t b) {
  int64_t result = 0;
  return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional{result};
}

std::optional<int64_t> difference(int64_t a, int64_t b) {
  int64_t result = 0;
  return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional{result};
}

std::optional<int64_t> times(int64_t a, int64_t b) {
  int64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional{result};
}

std::optional<int64_t> quotient(int64_t a, int64_t b) {
  if (b == 0) return std::nullopt;
  if (b == -1) return difference(0, a);
  return a / b;
}

/// Sign of the dividend.
std::optional<int64_t> remainder(int64_t a, int64_t b) {
  if (b == 0) return std::nullopt;
  return b == -1 ? 0 : a % b;
}

/// Sign of the divisor.
std::optional<int64_t> floor_remainder(int64_t a, int64_t b) {
  const std::optional<int64_t> rest = remainder(a, b);
  if (!rest || *rest == 0) return rest;
  return (*rest < 0) == (b < 0) ? *rest : *rest + b;
}

std::optional<int64_t> floor_quotient(int64_t a, int64_t b) {
  const std::optional<int64_t> rest = remainder(a, b);
  if (!rest) return std::nullopt;
  const bool rounds_down = *rest != 0 && (*rest < 0) != (b < 0);
  const std::optional<int64_t> cut = quotient(a, b);
  return cut && rounds_down ? *cut - 1 : cut;
}

/// By squaring: at most 63 rounds.
std::optional<int64_t> power(int64_t base, int64_t exponent) {
  if (exponent < 0) return std::nullopt;
  std::optional<int64_t> result = 1;
  std::optional<int64_t> square = base;
  for (; exponent > 0; exponent /= 2) {
    if (!square) return std::nullopt;
    if (exponent % 2 == 1) result = times(*result, *square);
    if (!result) return std::nullopt;
    square = times(*square, *square);
  }
  return result;
}

std::optional<int64_t> shifted_left(int64_t a, int64_t by) {
  if (by < 0 || by > 62) return std::nullopt;
  return times(a, int64_t{1} << by);
}

std::optional<int64_t> shifted_right(int64_t a, int64_t by) {
  if (by < 0 || by > 63) return std::nullopt;
  return a >> by;
}

std::optional<int64_t> squared(std::optional<int64_t> a) { return a ? times(*a, *a) : std::nullopt; }

std::optional<int64_t> whole(BinaryFn fn, int64_t a, int64_t b) {
  switch (fn) {
    case BinaryFn::add:
    case BinaryFn::mean: return sum(a, b);
    case BinaryFn::sub: return difference(a, b);
    case BinaryFn::mul: return times(a, b);
    case BinaryFn::div: return quotient(a, b);
    case BinaryFn::floor_div: return floor_quotient(a, b);
    case BinaryFn::mod: return remainder(a, b);
    case BinaryFn::floor_mod: return floor_remainder(a, b);
    case BinaryFn::pow: return power(a, b);
    case BinaryFn::maximum: return std::max(a, b);
    case BinaryFn::minimum: return std::min(a, b);
    case BinaryFn::squared_difference: return squared(difference(a, b));
    case BinaryFn::atan2: return std::nullopt;
    case BinaryFn::prelu: return a < 0 ? times(a, b) : a;
    case BinaryFn::equal: return a == b;
    case BinaryFn::not_equal: return a != b;
    case BinaryFn::less: return a < b;
    case BinaryFn::less_equal: return a <= b;
    case BinaryFn::greater: return a > b;
    case BinaryFn::greater_equal: return a >= b;
    case BinaryFn::logical_and: return a != 0 && b != 0;
    case BinaryFn::logical_or: return a != 0 || b != 0;
    case BinaryFn::logical_xor: return (a != 0) != (b != 0);
    case BinaryFn::bitwise_and: return a & b;
    case BinaryFn::bitwise_or: return a | b;
    case BinaryFn::bitwise_xor: return a ^ b;
    case BinaryFn::shift_left: return shifted_left(a, b);
    case BinaryFn::shift_right: return shifted_right(a, b);
    case BinaryFn::join_text: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<double> real(BinaryFn fn, double a, double b) {
  const bool divides =
      fn == BinaryFn::div || fn == BinaryFn::floor_div || fn == BinaryFn::mod || fn == BinaryFn::floor_mod;
  if (divides && b == 0) return std::nullopt;
  switch (fn) {
    case BinaryFn::add:
    case BinaryFn::mean: return a + b;
    case BinaryFn::sub: return a - b;
    case BinaryFn::mul: return a * b;
    case BinaryFn::div: return a / b;
    case BinaryFn::floor_div: return std::floor(a / b);
    case BinaryFn::mod: return std::fmod(a, b);
    case BinaryFn::floor_mod: {
      const double rest = std::fmod(a, b);
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }
    case BinaryFn::pow: return std::pow(a, b);
    case BinaryFn::maximum: return std::max(a, b);
    case BinaryFn::minimum: return std::min(a, b);
    case BinaryFn::squared_difference: return (a - b) * (a - b);
    case BinaryFn::atan2: return std::atan2(a, b);
    case BinaryFn::prelu: return a < 0 ? a * b : a;
    case BinaryFn::equal: return a == b;
    case BinaryFn::not_equal: return a != b;
    case BinaryFn::less: return a < b;
    case BinaryFn::less_equal: return a <= b;
    case BinaryFn::greater: return a > b;
    case BinaryFn::greater_equal: return a >= b;
    case BinaryFn::logical_and:
    case BinaryFn::logical_or:
    case BinaryFn::logical_xor:
    case BinaryFn::bitwise_and:
    case BinaryFn::bitwise_or:
    case BinaryFn::bitwise_xor:
    case BinaryFn::shift_left:
    case BinaryFn::join_text:
    case BinaryFn::shift_right: return std::nullopt;
  }
  return std::nullopt;
}

/// Functions that keep whole numbers whole; others give nothing.
std::optional<int64_t> whole(UnaryFn fn, int64_t x) {
  switch (fn) {
    case UnaryFn::identity:
    case UnaryFn::floor:
    case UnaryFn::ceil:
    case UnaryFn::round: return x;
    case UnaryFn::abs: return x < 0 ? difference(0, x) : x;
    case UnaryFn::neg: return difference(0, x);
    case UnaryFn::sign: return int64_t{x > 0} - int64_t{x < 0};
    case UnaryFn::square: return times(x, x);
    case UnaryFn::relu: return std::max<int64_t>(0, x);
    case UnaryFn::relu6: return std::clamp<int64_t>(x, 0, 6);
    case UnaryFn::relu_n1_to_1: return std::clamp<int64_t>(x, -1, 1);
    case UnaryFn::relu_0_to_1: return std::clamp<int64_t>(x, 0, 1);
    case UnaryFn::logical_not: return x == 0;
    case UnaryFn::bitwise_not: return ~x;
    default: return std::nullopt;
  }
}

/// Functions that shapes and scales are computed with; others give nothing.
std::optional<double> real(UnaryFn fn, double x) {
  switch (fn) {
    case UnaryFn::identity: return x;
    case UnaryFn::abs: return std::abs(x);
    case UnaryFn::neg: return -x;
    case UnaryFn::sign: return x > 0 ? 1.0 : x < 0 ? -1.0 : x;
    case UnaryFn::floor: return std::floor(x);
    case UnaryFn::ceil: return std::ceil(x);
    case UnaryFn::round: return std::nearbyint(x);
    case UnaryFn::reciprocal: return x == 0 ? std::nullopt : std::optional{1 / x};
    case UnaryFn::square: return x * x;
    case UnaryFn::sqrt: return std::sqrt(x);
    case UnaryFn::rsqrt: return x == 0 ? std::nullopt : std::optional{1 / std::sqrt(x)};
    case UnaryFn::exp: return std::exp(x);
    case UnaryFn::log: return std::log(x);
    case UnaryFn::relu: return std::max(0.0, x);
    case UnaryFn::relu6: return std::clamp(x, 0.0, 6.0);
    case UnaryFn::is_nan: return std::isnan(x);
    case UnaryFn::is_inf: return std::isinf(x);
    default: return std::nullopt;
  }
}

std::optional<int64_t> lowest(const Element& x) {
  if (const auto* value = std::get_if<int64_t>(&x)) return *value;
  if (const auto* bound = std::get_if<AtLeast>(&x)) return bound->low;
  return std::nullopt;
}

/// What is known of the larger or the smaller of two whole numbers of which one is open: max(12, x) is 12 or more, and
/// min(12, max(12, x)) is 12.
Element bounded(BinaryFn fn, const Element& a, const Element& b) {
  const std::optional<int64_t> left = lowest(a);
  const std::optional<int64_t> right = lowest(b);
  if (fn == BinaryFn::maximum && (left || right)) {
    return AtLeast{!left ? *right : !right ? *left : std::max(*left, *right)};
  }
  if (fn == BinaryFn::minimum && left && right) {
    const int64_t low = std::min(*left, *right);
    if (a == Element{low} || b == Element{low}) return low;
    return AtLeast{low};
  }
  return std::monostate{};
}

}  // namespace

Element cast(DType to, const Element& x) {
  if (const auto* value = std::get_if<int64_t>(&x)) return element(to, *value);
  if (const auto* value = std::get_if<double>(&x)) return element(to, *value);
  return {};
}

Element apply(UnaryFn fn, DType type, const Element& x) {
  const auto* value = std::get_if<int64_t>(&x);
  if (value != nullptr && !is_float(type)) return element(type, whole(fn, *value));
  const std::optional<double> number = real_of(x);
  return number ? element(type, real(fn, *number)) : Element{};
}

Element apply(BinaryFn fn, DType type, const Element& a, const Element& b) {
  const auto* left = std::get_if<int64_t>(&a);
  const auto* right = std::get_if<int64_t>(&b);
  if (left != nullptr && right != nullptr && !is_float(type)) return element(type, whole(fn, *left, *right));
  const std::optional<double> x = real_of(a);
  const std::optional<double> y = real_of(b);
  if (x && y) return element(type, real(fn, *x, *y));
  if (!is_integer(type)) return {};
  return bounded(fn, a, b);
}

std::optional<size_t> small_size(const Shape& shape) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  constexpr auto kLimit = static_cast<int64_t>(kMaxElements);
  int64_t elements = 1;
  for (const int64_t size : shape) {
    if (size > kLimit) return std::nullopt;
    elements *= size;
    if (elements > kLimit) return std::nullopt;
  }
  return static_cast<size_t>(elements);
}

bool may_have_elements(const Operand& operand) {
  if (!operand) return false;
  if (operand.tensor == nullptr) return operand.value->elements != nullptr;
  if (operand.quantized()) return false;
  return operand.value->elements || operand.tensor->elements || !operand.tensor->data.empty();
}

std::shared_ptr<const Elements> small_elements(const Operand& operand) {
  if (!may_have_elements(operand)) return nullptr;
  const std::optional<size_t> size = small_size(operand.shape());
  if (!size) return nullptr;
  std::shared_ptr<const Elements> elements = elements_of(operand);
  return elements && elements->size() == *size ? elements : nullptr;
}

std::vector<size_t> broadcast_indices(const Shape& from, const Shape& to) {
  if (small_size(to).value_or(0) == 0) return {};
  std::vector<size_t> indices{0};
  const size_t lead = to.size() - from.size();
  for (size_t axis = 0; axis < to.size(); ++axis) {
    const auto size = static_cast<size_t>(axis < lead ? 1 : from[axis - lead]);
    std::vector<size_t> next;
    next.reserve(indices.size() * static_cast<size_t>(to[axis]));
    for (const size_t index : indices) {
      for (size_t i = 0; i < static_cast<size_t>(to[axis]); ++i) next.push_back(index * size + (size == 1 ? 0 : i));
    }
    indices = std::move(next);
  }
  return indices;
}

}  // namespace flopstat
