#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "model/formula.h"

namespace flopstat::rules {

/// Why a text is no formula.
struct FormulaFault {
  size_t at = 0;  ///< byte in the text
  std::string what = {};
  std::string help = {};
};

/// Longest formula that is read, in bytes, and how deep parentheses and functions nest.
inline constexpr size_t kMaxFormula = 2'000;
inline constexpr size_t kMaxNesting = 64;

/// Reads an expression:
///
///     sum      = product (("+" | "-") product)*
///     product  = factor (("*" | "/" | "//") factor)*
///     factor   = "-" factor | number | name | function "(" ... ")" | "(" sum ")"
///
/// Functions are those of docs/rules.md. A name stands for the definition of that position in `definitions`.
std::variant<Formula, FormulaFault> parse_formula(std::string_view text, std::span<const std::string> definitions);

/// The tensor that a word such as "x1" means; nothing for any other word.
std::optional<TensorRef> tensor_named(std::string_view word);

/// Whether a definition may have the name: an identifier that is neither a function nor the word of a tensor.
bool is_definable(std::string_view name);

}  // namespace flopstat::rules
