#include "reports/types.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

#include "reports/columns.h"
#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/share.h"

namespace flopstat {
namespace {

/// A figure of the table, and how early it is left out where the table is too wide.
struct TableColumn {
  std::string_view key;
  int priority;
};

constexpr TableColumn kTableColumns[] = {
    {"macs", Table::kAlways}, {"flops", 8},      {"int_ops", 8},       {"params", 7},
    {"weight_bytes", 5},      {"read_bytes", 2}, {"written_bytes", 1}, {"intensity", 4},
};
constexpr int kSharePriority = 6;
constexpr int kBarPriority = 3;

/// One row: the figures of a type, or of the whole model.
template <class Summary>
Table::Row table_row(const Summary& summary, bool unknown, std::string label, uint64_t nodes, const Totals& totals,
                     const TerminalStyle& style) {
  Table::Row row;
  for (const TableColumn& c : kTableColumns) {
    if (!shows_column(c.key, totals)) continue;
    const Column& figure = column(c.key);
    row.cells.push_back(figure_text(cell(figure, summary), figure.quantity, unknown, Form::column, style));
    if (c.key != "macs") continue;
    Share share = share_of_macs(summary.figures, unknown, totals, style);
    row.cells.push_back(std::move(share.percent));
    row.cells.push_back(std::move(share.bar));
  }
  row.cells.push_back(std::move(label));
  row.cells.push_back(fmt::format("x{}", nodes));
  return row;
}

}  // namespace

Table types_table(const Report& report, const TerminalStyle& style) {
  Table table;
  for (const TableColumn& c : kTableColumns) {
    if (!shows_column(c.key, report.totals)) continue;
    table.columns.push_back({.title = std::string(column(c.key).title), .priority = c.priority});
    if (c.key != "macs") continue;
    table.columns.push_back({.title = report.totals.complete ? "%" : "% known", .priority = kSharePriority});
    table.columns.push_back({.align = Table::Align::left, .priority = kBarPriority, .emphasis = Emphasis::dim});
  }
  table.columns.push_back({.title = "Op type", .align = Table::Align::left});
  table.columns.push_back({.align = Table::Align::left});
  std::set<std::string_view> endless;  // types of which some row runs an unknown number of times
  for (const Row& row : report.rows) {
    if (!row.repeat) endless.insert(row.type);
  }
  for (const TypeSummary& type : report.by_type) {
    const bool unknown = type.unknown_nodes > 0 || endless.contains(type.type);
    table.rows.push_back(table_row(type, unknown, escape(type.type, !style.utf8), type.nodes, report.totals, style));
    if (unknown) table.rows.back().emphasis = Emphasis::warn;
  }
  table.rows.push_back(
      table_row(report.totals, !report.totals.complete, "TOTAL", report.totals.nodes, report.totals, style));
  table.rows.back().cells[2].clear();
  table.rows.back().emphasis = Emphasis::bold;
  return table;
}

}  // namespace flopstat
