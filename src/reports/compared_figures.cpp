#include "reports/compared_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "reports/figure_text.h"
#include "reports/units.h"

namespace flopstat {
namespace {

std::vector<ComparedKind> make_kinds() {
  std::vector<ComparedKind> kinds;
  for (const Column& c : columns()) {
    if (c.quantity != Quantity::ratio) kinds.push_back({c.key, c.title, c.quantity});
  }
  kinds.push_back({"file_bytes", "File", Quantity::bytes});
  kinds.push_back({"nodes", "Nodes", Quantity::count});
  return kinds;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char left, char right) { return lower(left) == lower(right); });
}

}  // namespace

std::span<const ComparedKind> compared_kinds() {
  static const std::vector<ComparedKind> kinds = make_kinds();
  return kinds;
}

const ComparedKind* find_compared_kind(std::string_view name) {
  const std::span<const ComparedKind> kinds = compared_kinds();
  const auto found = std::ranges::find_if(
      kinds, [=](const ComparedKind& kind) { return same_word(kind.key, name) || same_word(kind.title, name); });
  return found == kinds.end() ? nullptr : &*found;
}

std::string side_text(const ComparedFigure& figure, bool b, const TerminalStyle& style) {
  const Figure& side = b ? figure.b : figure.a;
  const bool complete = b ? figure.b_complete : figure.a_complete;
  const Cell cell = side ? Cell{*side} : NoNumber::unknown;
  return figure_text(cell, find_compared_kind(figure.key)->quantity, !complete, Form::column, style);
}

std::string difference_text(const ComparedFigure& figure, const TerminalStyle& style) {
  const std::optional<int64_t> difference = figure.difference();
  if (!difference) return "?";
  if (*difference == 0) return "=";
  const uint64_t amount = *figure.b > *figure.a ? *figure.b - *figure.a : *figure.a - *figure.b;
  const Quantity quantity = find_compared_kind(figure.key)->quantity;
  return (*difference > 0 ? "+" : "-") + figure_text(amount, quantity, false, Form::column, style);
}

std::optional<double> percent_of(const ComparedFigure& figure) {
  const std::optional<int64_t> difference = figure.difference();
  if (!difference || *figure.a == 0) return std::nullopt;
  return 100.0 * static_cast<double>(*difference) / static_cast<double>(*figure.a);
}

std::string percent_text(const ComparedFigure& figure) {
  const std::optional<int64_t> difference = figure.difference();
  if (!difference) return "?";
  if (*difference == 0) return "";
  if (*figure.a == 0) return "new";
  if (*figure.b == 0) return "gone";
  const double percent = *percent_of(figure);
  if (percent >= 999.95) return "+" + ratio(percent) + "%";
  return std::abs(percent) < 0.05 ? fmt::format("{:+.1g}%", percent) : fmt::format("{:+.1f}%", percent);
}

}  // namespace flopstat
