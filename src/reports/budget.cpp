#include "reports/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace flopstat {
namespace {

// clang-format off
constexpr LimitedFigure kFigures[] = {
    {"macs",                "macs",                     "multiply-adds", true},
    {"valid-macs",          "valid_macs",               "multiply-adds without padding"},
    {"flops",               "flops",                    "floating-point operations", true},
    {"int-ops",             "int_ops",                  "integer operations", true},
    {"params",              "params",                   "parameters", true},
    {"trainable-params",    "trainable_params",         "parameters that training changes"},
    {"weights",             "weight_bytes",             "bytes of the weights", true},
    {"quantization",        "quantization_bytes",       "bytes of scales and zero points"},
    {"state",               "state_bytes",              "bytes of variables and caches"},
    {"read",                "read_bytes",               "bytes that operations read"},
    {"written",             "written_bytes",            "bytes that operations write"},
    {"peak-activations",    "peak_activation_bytes",    "bytes of activations at once, the lower bound", true},
    {"planned-activations", "planned_activation_bytes", "bytes of activations as they are placed"},
    {"file",                "file_bytes",               "bytes of the file"},
    {"nodes",               "nodes",                    "operations in the file"},
};
// clang-format on

/// Puts it in the place of the one on the same figure, or behind all others.
template <class Entry>
void put(std::vector<Entry>& entries, Entry entry) {
  const auto same = std::ranges::find(entries, entry.figure, &Entry::figure);
  if (same != entries.end()) {
    *same = std::move(entry);
  } else {
    entries.push_back(std::move(entry));
  }
}

}  // namespace

std::span<const LimitedFigure> limited_figures() { return kFigures; }

const LimitedFigure* find_limited_figure(std::string_view name) {
  std::string word(name);
  std::ranges::replace(word, '_', '-');
  const auto* found =
      std::ranges::find_if(kFigures, [&](const LimitedFigure& each) { return each.word == word || each.key == name; });
  return found == std::end(kFigures) ? nullptr : found;
}

std::variant<Limit, BudgetFault> parse_limit(const LimitedFigure& figure, std::string_view text) {
  const std::variant<Amount, std::string> amount = parse_amount(text, figure.kind().quantity);
  if (const std::string* why = std::get_if<std::string>(&amount)) return BudgetFault{*why};
  return Limit{&figure, whole_part(std::get<Amount>(amount)), std::string(trimmed(text))};
}

std::variant<Allowance, BudgetFault> parse_allowance(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return parse_allowance(nullptr, text);
  const std::string_view name = trimmed(text.substr(0, equals));
  const LimitedFigure* figure = find_limited_figure(name);
  if (figure == nullptr) return BudgetFault{fmt::format("no figure is named '{}'", name), name};
  return parse_allowance(figure, text.substr(equals + 1));
}

std::variant<Allowance, BudgetFault> parse_allowance(const LimitedFigure* figure, std::string_view text) {
  std::string_view rest = trimmed(text);
  Allowance allowance{.figure = figure, .text = std::string(rest)};
  if (rest.starts_with('-')) return BudgetFault{"an allowance is what a figure may grow by, and never negative"};
  if (rest.starts_with('+')) {
    rest.remove_prefix(1);
  } else {
    allowance.text.insert(0, 1, '+');
  }
  if (std::optional<std::string> why = take_number(rest, allowance.amount)) return BudgetFault{*std::move(why)};
  if (trimmed(rest) == "%") {
    allowance.percent = true;
    return allowance;
  }
  if (figure == nullptr) {
    return BudgetFault{
        fmt::format("without a figure it is in percent: +1%, or of one figure, macs={}", allowance.text)};
  }
  if (std::optional<std::string> why = take_unit(rest, figure->kind().quantity, allowance.amount)) {
    return BudgetFault{*std::move(why) + ", and %"};
  }
  return allowance;
}

void set(Budget& budget, Limit limit) { put(budget.limits, std::move(limit)); }

void set(Budget& budget, Allowance allowance) { put(budget.allowances, std::move(allowance)); }

}  // namespace flopstat
