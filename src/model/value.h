#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "flopstat/dtype.h"
#include "model/count.h"
#include "model/shape.h"

namespace flopstat {

/// Largest size of one axis that inference accepts: products of two sizes and a stride stay within 64 bits.
inline constexpr int64_t kMaxDim = int64_t{1} << 40;

/// Largest number of elements whose values are carried along with a shape.
inline constexpr size_t kMaxElements = 65'536;

/// Most axes of a tensor; NumPy and PyTorch have the same limit.
inline constexpr size_t kMaxRank = 64;

/// Number of elements, 1 for a scalar. Throws `Overflow`.
Count product(const Shape& shape);

/// At most `kMaxRank` axes, every size in [0, `kMaxDim`], and at most 2^56 elements.
bool plausible(const Shape& shape);

/// A whole number that only a run tells, and that is no smaller than `low`.
struct AtLeast {
  int64_t low = 0;

  friend bool operator==(const AtLeast&, const AtLeast&) = default;
};

/// One element of a small tensor: unknown before the model runs (but perhaps a bound), a whole number, or a real one.
using Element = std::variant<std::monostate, int64_t, double, AtLeast>;
using Elements = std::vector<Element>;

/// Only a run tells the element.
inline bool is_open(const Element& element) {
  return std::holds_alternative<std::monostate>(element) || std::holds_alternative<AtLeast>(element);
}

/// What is known of a tensor before the model runs.
struct Value {
  DType dtype = DType::unknown;
  bool constant = false;  ///< the same in every run: stored in the file, or computed from what is
  Shape shape = {};
  std::shared_ptr<const Elements> elements = nullptr;         ///< in row-major order; null: none is known
  std::shared_ptr<const std::vector<Value>> items = nullptr;  ///< of a sequence of tensors; its own type is `variant`
};

/// The value's elements as whole numbers, if all are known and whole.
std::optional<std::vector<int64_t>> integers(const Elements& elements);

/// Bytes of a tensor of this type and shape, narrow types packed; 0 for types without a fixed size.
Count byte_size(DType dtype, Count elements);

}  // namespace flopstat
