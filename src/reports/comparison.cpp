#include "reports/comparison.h"

#include <string_view>

#include "reports/columns.h"
#include "reports/figure_text.h"

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

}  // namespace

Comparison::Comparison(const TerminalStyle& style) : style_(style) {
  table_.columns = {{.title = "Model", .align = Table::Align::left},
                    {.title = "Format", .align = Table::Align::left, .priority = kFormatPriority}};
  for (const ComparedColumn& c : kColumns) {
    table_.columns.push_back({.title = std::string(column(c.key).title), .priority = c.priority});
  }
}

void Comparison::add(const Report& report) {
  std::vector<std::string> cells = {shown_file_name(report.path, style_), std::string(report.format)};
  for (const ComparedColumn& c : kColumns) {
    const Column& figure = column(c.key);
    cells.push_back(
        figure_text(cell(figure, report.totals), figure.quantity, !report.totals.complete, Form::column, style_));
  }
  table_.rows.push_back({std::move(cells)});
}

void Comparison::write(std::string& out) const { table_.write(style_, 2, out); }

}  // namespace flopstat
