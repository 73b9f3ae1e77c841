#include "reports/comparison.h"

#include <fmt/format.h>

#include <string_view>

#include "reports/columns.h"
#include "reports/figure_text.h"
#include "reports/notes.h"
#include "reports/units.h"

namespace flopstat {
namespace {

struct ComparedColumn {
  std::string_view key;
  int priority;
};

constexpr ComparedColumn kColumns[] = {
    {"macs", Table::kAlways},     {"flops", 5}, {"int_ops", 4}, {"params", 3}, {"weight_bytes", 2},
    {"peak_activation_bytes", 6},
};
constexpr int kFormatPriority = 1;
constexpr size_t kEnoughName = 24;  // of a model before figures are left out

}  // namespace

Comparison::Comparison(const TerminalStyle& style) : style_(style) {
  table_.columns = {{.title = "Model", .align = Table::Align::left, .enough = kEnoughName, .keep = Table::Keep::end},
                    {.title = "Format", .align = Table::Align::left, .priority = kFormatPriority}};
  for (const ComparedColumn& c : kColumns) {
    table_.columns.push_back({.title = std::string(column(c.key).title), .priority = c.priority});
  }
}

void Comparison::add(const Report& report) {
  std::vector<std::string> cells = {"", std::string(report.format)};
  for (const ComparedColumn& c : kColumns) {
    const Column& figure = column(c.key);
    cells.push_back(
        figure_text(cell(figure, report.totals), figure.quantity, !report.totals.complete, Form::column, style_));
  }
  table_.rows.push_back({std::move(cells), report.totals.complete ? Emphasis::plain : Emphasis::warn});
  paths_.push_back(report.path);
  if (!report.totals.complete) ++incomplete_;
}

void Comparison::write(std::string& out) const {
  Table named = table_;
  const std::vector<std::string> names = names_apart(paths_, style_);
  for (size_t i = 0; i < names.size(); ++i) named.rows[i].cells[0] = names[i];
  named.write(style_, 2, out);
  if (incomplete_ == 0) return;
  out += '\n';
  write_note(fmt::format("? {} of {} models {} operations that are not known, and figures that are lower bounds: "
                         "'flopstat MODEL' says which, and why",
                         thousands(incomplete_), thousands(paths_.size()), incomplete_ == 1 ? "has" : "have"),
             Emphasis::warn, style_, out);
}

}  // namespace flopstat
