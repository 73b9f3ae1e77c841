#include "reports/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace flopstat {
namespace {

constexpr uint32_t kMostDigits = 18;
constexpr uint32_t kMostDecimals = 9;

// ---- Reading

struct Sign {
  std::string_view text;
  Gate::Relation relation;
};

/// Those of two characters first: each begins with one of one.
constexpr Sign kSigns[] = {
    {">=", Gate::Relation::at_least}, {"<=", Gate::Relation::at_most}, {"!=", Gate::Relation::unequal},
    {"==", Gate::Relation::equal},    {">", Gate::Relation::greater},  {"<", Gate::Relation::less},
    {"=", Gate::Relation::equal},
};

struct UnitName {
  std::string_view text;
  uint64_t factor;
};

constexpr uint64_t kKibi = 1024;
constexpr UnitName kUnitNames[] = {
    {"", 1},
    {"k", 1'000},
    {"K", 1'000},
    {"M", 1'000'000},
    {"G", 1'000'000'000},
    {"T", 1'000'000'000'000},
    {"P", 1'000'000'000'000'000},
    {"Ki", kKibi},
    {"Mi", kKibi* kKibi},
    {"Gi", kKibi* kKibi* kKibi},
    {"Ti", kKibi* kKibi* kKibi* kKibi},
};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes digits and decimals off the front of the text; whether there were any, and not too many.
bool take_number(std::string_view& text, Gate& gate) {
  uint32_t digits = 0;
  bool decimals = false;
  for (; !text.empty() && (is_digit(text[0]) || (text[0] == '.' && !decimals)); text.remove_prefix(1)) {
    if (text[0] == '.') {
      decimals = true;
      continue;
    }
    gate.digits = gate.digits * 10 + static_cast<uint64_t>(text[0] - '0');
    gate.decimals += decimals ? 1 : 0;
    if (++digits > kMostDigits) return false;
  }
  return digits > 0 && gate.decimals <= kMostDecimals;
}

/// The factor of a unit of this kind of figure; none where there is no such unit.
std::optional<uint64_t> factor_of(std::string_view unit, Quantity quantity) {
  if (quantity == Quantity::bytes && unit.ends_with('B')) unit.remove_suffix(1);
  const auto* found = std::ranges::find(kUnitNames, unit, &UnitName::text);
  return found == std::end(kUnitNames) ? std::nullopt : std::optional(found->factor);
}

// ---- Deciding

/// Wide enough for a figure times a value: 64 + 60 bits.
__extension__ typedef __int128 Wide;  // NOLINT(modernize-use-using): -Wpedantic takes it in this form alone

Wide power_of_ten(uint32_t exponent) {
  Wide power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

/// Whether the relation holds: what the gate refuses.
bool holds(const Gate& gate, uint64_t a, uint64_t b) {
  const Wide measured = gate.relative ? static_cast<Wide>(b) - static_cast<Wide>(a) : static_cast<Wide>(b);
  const Wide whole = gate.percent ? static_cast<Wide>(a) : static_cast<Wide>(gate.unit);
  const Wide left = measured * power_of_ten(gate.decimals) * (gate.percent ? 100 : 1);
  const Wide right = static_cast<Wide>(gate.digits) * whole * (gate.negative ? -1 : 1);
  switch (gate.relation) {
    case Gate::Relation::greater: return left > right;
    case Gate::Relation::at_least: return left >= right;
    case Gate::Relation::less: return left < right;
    case Gate::Relation::at_most: return left <= right;
    case Gate::Relation::equal: return left == right;
    case Gate::Relation::unequal: return left != right;
  }
  return true;
}

/// Why a figure of a report is not known, as far as one sentence can tell.
std::string reason_of(const Report& report) {
  for (const Row& row : report.rows) {
    if (row.repeat == Figure{0}) continue;
    if (!row.unknown.empty()) return fmt::format("#{} {}: {}", row.index, row.type, row.unknown);
    if (!row.repeat) return fmt::format("#{} {} is in a loop whose number of rounds is not known", row.index, row.type);
  }
  return "the file does not tell";
}

}  // namespace

std::variant<Gate, GateFault> parse_gate(std::string_view text) {
  Gate gate{.text = std::string(text)};
  const size_t place = text.find_first_of("<>=!");
  if (place == std::string_view::npos) return GateFault{"there is no relation in it: one of > >= < <= = !="};
  const std::string_view name = trimmed(text.substr(0, place));
  std::string_view rest = text.substr(place);
  gate.kind = find_compared_kind(name);
  if (gate.kind == nullptr) return GateFault{fmt::format("no figure is named '{}'", name), name};
  const auto* sign = std::ranges::find_if(kSigns, [=](const Sign& each) { return rest.starts_with(each.text); });
  if (sign == std::end(kSigns)) return GateFault{"there is no relation in it: one of > >= < <= = !="};
  gate.relation = sign->relation;
  const std::string_view value = trimmed(rest.substr(sign->text.size()));
  std::string_view unit = value;
  gate.relative = unit.starts_with('+') || unit.starts_with('-');
  gate.negative = unit.starts_with('-');
  if (gate.relative) unit.remove_prefix(1);
  if (!take_number(unit, gate)) {
    return GateFault{fmt::format("'{}' is no number of at most {} digits, {} of them behind the point", value,
                                 kMostDigits, kMostDecimals)};
  }
  unit = trimmed(unit);
  if (unit == "%") {
    gate.percent = true;
    if (gate.relative) return gate;
    return GateFault{"a percentage is of A, and needs a sign", {}, fmt::format("{}{}+{}", name, sign->text, value)};
  }
  const std::optional<uint64_t> factor = factor_of(unit, gate.kind->quantity);
  if (!factor) {
    const std::string_view bytes = gate.kind->quantity == Quantity::bytes ? ", each with or without a B" : "";
    return GateFault{fmt::format("'{}' is no unit: there are k, M, G, T, P, Ki, Mi, Gi, Ti{} and %", unit, bytes)};
  }
  gate.unit = *factor;
  return gate;
}

std::optional<std::string> refusal(const Gate& gate, const Report& a, const Report& b, const Difference& difference,
                                   const TerminalStyle& style) {
  const std::string_view title = gate.kind->title;
  const auto figure = std::ranges::find(difference.totals, gate.kind->key, &ComparedFigure::key);
  if (figure == difference.totals.end()) {
    return fmt::format("{}: {} cannot be told, as not both files have it", gate.text, title);
  }
  const bool a_known = figure->a && figure->a_complete, b_known = figure->b && figure->b_complete;
  if (!b_known || (gate.relative && !a_known)) {
    const Report& report = b_known ? a : b;
    return fmt::format("{}: {} of {} is not known: {}", gate.text, title, b_known ? "A" : "B", reason_of(report));
  }
  if (!holds(gate, figure->a.value_or(0), *figure->b)) return std::nullopt;
  const std::string values =
      a_known ? fmt::format("{} -> {}", side_text(*figure, false, style), side_text(*figure, true, style))
              : side_text(*figure, true, style);
  const std::string percent = percent_text(*figure);
  const std::string change = !a_known          ? ""
                             : percent.empty() ? " (=)"
                                               : fmt::format(" ({}, {})", difference_text(*figure, style), percent);
  return fmt::format("{}: {} {}{}", gate.text, title, values, change);
}

}  // namespace flopstat
