#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "reports/columns.h"
#include "reports/figure_text.h"
#include "reports/share.h"
#include "reports/table.h"

/// The columns of tables whose lines are parts of a model: its types of operation, its layers.
namespace flopstat {

/// A figure of such a table, and how early it is left out where the table is too wide.
struct PartColumn {
  std::string_view key;
  int priority;
};

inline constexpr PartColumn kPartColumns[] = {
    {"macs", Table::kAlways}, {"flops", 8},      {"int_ops", 8},       {"params", 7},
    {"weight_bytes", 5},      {"read_bytes", 2}, {"written_bytes", 1}, {"intensity", 4},
};

/// The headings of the figures that the model has; the share of the multiply-adds stands behind them.
void append_part_columns(std::vector<Table::Column>& columns, const Report& report);

/// The cells below them. `unknown`: the figures are a lower bound.
template <class Summary>
void append_part(Table::Row& row, const Summary& summary, bool unknown, const Totals& totals,
                 const TerminalStyle& style) {
  for (const PartColumn& part : kPartColumns) {
    if (!shows_column(part.key, totals)) continue;
    const Column& figure = column(part.key);
    row.cells.push_back(figure_text(cell(figure, summary), figure.quantity, unknown, Form::column, style));
    if (part.key != "macs") continue;
    Share share = share_of_macs(summary.figures, unknown, totals, style);
    row.cells.push_back(std::move(share.percent));
    row.cells.push_back(std::move(share.bar));
  }
}

}  // namespace flopstat
