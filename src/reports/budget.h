#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reports/amount.h"
#include "reports/compared_figures.h"

/// What a model may cost: `flopstat check`.
namespace flopstat {

/// A figure that a budget may limit.
struct LimitedFigure {
  std::string_view word;     ///< in options, "peak-activations" of --max-peak-activations; in files with "_" for "-"
  std::string_view key;      ///< of the figure in the JSON
  std::string_view meaning;  ///< in help
  bool guarded = false;      ///< whether it may not grow beyond a baseline unless an allowance says so

  const ComparedKind& kind() const { return *find_compared_kind(key); }
};

/// Every such figure, in the order of the JSON.
std::span<const LimitedFigure> limited_figures();

/// The figure of this word, with "-" or "_" in it, or of this key. Null where there is none.
const LimitedFigure* find_limited_figure(std::string_view name);

/// A figure may be at most so large.
struct Limit {
  const LimitedFigure* figure = nullptr;
  uint64_t most = 0;
  std::string text = {};  ///< as it was written, "256KiB"
};

/// A figure may be so much larger than in the baseline.
struct Allowance {
  const LimitedFigure* figure = nullptr;  ///< null: every one that no other allowance names
  Amount amount = {};
  bool percent = false;
  std::string text = "+0%";  ///< as it was written
};

struct Budget {
  std::vector<Limit> limits = {};
  std::vector<Allowance> allowances = {};  ///< without one a baseline may not be exceeded at all
};

/// Why a text is no limit or allowance.
struct BudgetFault {
  std::string why;
  std::string_view word = {};  ///< where no figure has that name: the word in the text
};

/// "10M" of a figure in operations, "256KiB" of one in bytes: a number and its unit, which are those of `Amount`.
std::variant<Limit, BudgetFault> parse_limit(const LimitedFigure& figure, std::string_view text);

/// "+1%" of every figure, or "macs=+1%", "weights=+4KiB" of one; the sign may be left out.
std::variant<Allowance, BudgetFault> parse_allowance(std::string_view text);

/// The same behind "=".
std::variant<Allowance, BudgetFault> parse_allowance(const LimitedFigure* figure, std::string_view text);

/// Sets a limit, in the place of one on the same figure.
void set(Budget& budget, Limit limit);

/// Sets an allowance, in the place of one on the same figure, or on every figure.
void set(Budget& budget, Allowance allowance);

}  // namespace flopstat
