#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <exception>

namespace flopstat {

/// Thrown where a count leaves 64 bits or would be negative. The step that counts a node turns it into `Unknown`.
struct Overflow : std::exception {
  const char* what() const noexcept override { return "the count does not fit in 64 bits"; }
};

/// What leads to a count: a named number, a plain one, or two counts joined.
enum class Arithmetic : uint8_t { letter, number, sum, difference, product, quotient };

class Count;
struct Expression;

/// Remembers that two counts, at least one of which has an expression, came to `value`. In model/expression.h.
const Expression* combine(Arithmetic kind, const Count& a, const Count& b, uint64_t value);

/// An exact number of things. Arithmetic that overflows throws `Overflow` instead of wrapping. A count that was given a
/// name (model/expression.h) makes all that is computed from it remember how.
class Count {
 public:
  constexpr Count() = default;

  template <std::integral T>
  constexpr Count(T value) : value_(static_cast<uint64_t>(value)) {  // NOLINT: counts are written as plain numbers
    if constexpr (std::is_signed_v<T>) {
      if (value < 0) throw Overflow{};
    }
  }

  constexpr Count(uint64_t value, const Expression* how) : value_(value), how_(how) {}

  constexpr uint64_t value() const { return value_; }

  /// How it came about; null where nothing in it has a name.
  constexpr const Expression* how() const { return how_; }

  friend constexpr Count operator+(Count a, Count b) {
    uint64_t sum = 0;
    if (__builtin_add_overflow(a.value_, b.value_, &sum)) throw Overflow{};
    return joined(Arithmetic::sum, a, b, sum);
  }
  friend constexpr Count operator-(Count a, Count b) {
    if (b.value_ > a.value_) throw Overflow{};
    return joined(Arithmetic::difference, a, b, a.value_ - b.value_);
  }
  friend constexpr Count operator*(Count a, Count b) {
    uint64_t product = 0;
    if (__builtin_mul_overflow(a.value_, b.value_, &product)) throw Overflow{};
    return joined(Arithmetic::product, a, b, product);
  }
  /// Whole division, rounded down. The divisor must not be 0.
  friend constexpr Count operator/(Count a, Count b) { return joined(Arithmetic::quotient, a, b, a.value_ / b.value_); }

  constexpr Count& operator+=(Count other) { return *this = *this + other; }
  constexpr Count& operator*=(Count other) { return *this = *this * other; }

  friend constexpr bool operator==(Count a, Count b) { return a.value_ == b.value_; }
  friend constexpr auto operator<=>(Count a, Count b) { return a.value_ <=> b.value_; }

 private:
  static constexpr Count joined(Arithmetic kind, Count a, Count b, uint64_t value) {
    if (a.how_ == nullptr && b.how_ == nullptr) return value;
    return {value, combine(kind, a, b, value)};
  }

  uint64_t value_ = 0;
  const Expression* how_ = nullptr;
};

}  // namespace flopstat
