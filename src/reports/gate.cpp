#include "reports/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "reports/unknown.h"

namespace flopstat {
namespace {

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

// ---- Deciding

/// Whether the relation holds: what the gate refuses.
bool holds(const Gate& gate, uint64_t a, uint64_t b) {
  const Wide measured = gate.relative ? static_cast<Wide>(b) - static_cast<Wide>(a) : static_cast<Wide>(b);
  const Wide whole = gate.percent ? static_cast<Wide>(a) : static_cast<Wide>(gate.amount.unit);
  const Wide left = measured * power_of_ten(gate.amount.decimals) * (gate.percent ? 100 : 1);
  const Wide right = static_cast<Wide>(gate.amount.digits) * whole * (gate.negative ? -1 : 1);
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
  if (std::optional<std::string> why = take_number(unit, gate.amount)) return GateFault{*std::move(why)};
  if (trimmed(unit) == "%") {
    gate.percent = true;
    if (gate.relative) return gate;
    return GateFault{"a percentage is of A, and needs a sign", {}, fmt::format("{}{}+{}", name, sign->text, value)};
  }
  if (std::optional<std::string> why = take_unit(unit, gate.kind->quantity, gate.amount)) {
    return GateFault{*std::move(why) + "; and % behind a sign"};
  }
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
    return fmt::format("{}: {} of {} is not known: {}", gate.text, title, b_known ? "A" : "B",
                       reason_of_unknown(report));
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
