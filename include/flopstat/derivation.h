#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flopstat/dtype.h"

/// How the figures of one row came about. Formulas are those that were computed: `·` is a product, `/` a division
/// rounded down, and every letter is listed with its value.
namespace flopstat {

/// A number that has a name in formulas.
struct Letter {
  std::string name;
  std::string meaning;
  std::vector<int64_t> factors;  ///< sizes whose product it is; empty where it is none
  uint64_t value = 0;
};

/// A figure: in letters, in numbers, and what it comes to. Without letters both texts are the number.
struct Derived {
  std::string formula;
  std::string numbers;
  uint64_t value = 0;
};

/// A stored constant that reaches the row as data or weight.
struct ParameterSource {
  std::string_view name;
  DType dtype = DType::unknown;
  std::vector<int64_t> shape;
  uint64_t elements = 0;
  uint64_t weight_bytes = 0;
  uint64_t quantization_bytes = 0;
  std::optional<uint32_t> counted_in;  ///< the earlier row that has its parameters; none where it is this one
};

struct Derivation {
  std::vector<Letter> letters;  ///< in the order in which the formulas below use them
  std::vector<Derived> work;    ///< one for each entry of the row's work, in their order
  Derived macs;
  Derived valid_macs;
  Derived flops;    ///< in units of work, weighed by the convention
  Derived int_ops;  ///< the same of integer work
  Derived read_bytes;
  Derived written_bytes;
  std::vector<ParameterSource> parameters;
};

}  // namespace flopstat
