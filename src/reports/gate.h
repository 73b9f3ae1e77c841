#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "flopstat/difference.h"
#include "flopstat/report.h"
#include "reports/amount.h"
#include "reports/compared_figures.h"
#include "reports/style.h"

namespace flopstat {

/// A condition under which a difference is refused: FIGURE RELATION VALUE, as in "macs>+1%".
///
/// FIGURE is the JSON's key of a total, or its title in a table. RELATION is one of > >= < <= = !=. VALUE with a sign
/// is compared with b - a, and with % behind it in percents of a; without a sign it is compared with b. Behind its
/// digits, of which some may be decimals, stands nothing, k, M, G, T, P (powers of 1000) or Ki, Mi, Gi, Ti (powers of
/// 1024), and for bytes a B if one likes.
struct Gate {
  enum class Relation : uint8_t { greater, at_least, less, at_most, equal, unequal };

  std::string text = {};  ///< as it was written
  const ComparedKind* kind = nullptr;
  Relation relation = Relation::greater;
  bool relative = false;  ///< compares b - a, else b
  bool percent = false;
  bool negative = false;
  Amount amount = {};  ///< the value
};

/// Why a text is no gate.
struct GateFault {
  std::string why;
  std::string_view word = {};  ///< where no figure has that name: the word in the text
  std::string meant = {};      ///< the gate that is likely meant, if one is
};

std::variant<Gate, GateFault> parse_gate(std::string_view text);

/// The sentence that says which gate refuses the difference, and with which values; none where it passes. What is not
/// known is refused, with its reason: a lower bound passes no gate. The arithmetic is exact.
std::optional<std::string> refusal(const Gate& gate, const Report& a, const Report& b, const Difference& difference,
                                   const TerminalStyle& style);

}  // namespace flopstat
