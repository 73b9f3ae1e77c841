#pragma once

#include <concepts>
#include <cstdint>
#include <exception>

namespace flopstat {

/// Thrown where a count leaves 64 bits or would be negative. The step that counts a node turns it into `Unknown`.
struct Overflow : std::exception {
  const char* what() const noexcept override { return "the count does not fit in 64 bits"; }
};

/// An exact number of things. Arithmetic that overflows throws `Overflow` instead of wrapping.
class Count {
 public:
  constexpr Count() = default;

  template <std::integral T>
  constexpr Count(T value) : value_(static_cast<uint64_t>(value)) {  // NOLINT: counts are written as plain numbers
    if constexpr (std::is_signed_v<T>) {
      if (value < 0) throw Overflow{};
    }
  }

  constexpr uint64_t value() const { return value_; }

  friend constexpr Count operator+(Count a, Count b) {
    uint64_t sum = 0;
    if (__builtin_add_overflow(a.value_, b.value_, &sum)) throw Overflow{};
    return sum;
  }
  friend constexpr Count operator-(Count a, Count b) {
    if (b.value_ > a.value_) throw Overflow{};
    return a.value_ - b.value_;
  }
  friend constexpr Count operator*(Count a, Count b) {
    uint64_t product = 0;
    if (__builtin_mul_overflow(a.value_, b.value_, &product)) throw Overflow{};
    return product;
  }
  /// Whole division, rounded down. The divisor must not be 0.
  friend constexpr Count operator/(Count a, Count b) { return a.value_ / b.value_; }

  constexpr Count& operator+=(Count other) { return *this = *this + other; }
  constexpr Count& operator*=(Count other) { return *this = *this * other; }

  friend constexpr bool operator==(Count a, Count b) = default;
  friend constexpr auto operator<=>(Count a, Count b) = default;

 private:
  uint64_t value_ = 0;
};

}  // namespace flopstat
