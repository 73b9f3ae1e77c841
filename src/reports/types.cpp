#include "reports/types.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

#include "reports/columns.h"
#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/part.h"

namespace flopstat {
namespace {

/// One row: the figures of a type, or of the whole model.
template <class Summary>
Table::Row table_row(const Summary& summary, bool unknown, std::string label, uint64_t nodes, const Totals& totals,
                     const TerminalStyle& style) {
  Table::Row row;
  append_part(row, summary, unknown, totals, style);
  row.cells.push_back(std::move(label));
  row.cells.push_back(fmt::format("x{}", nodes));
  return row;
}

}  // namespace

Table types_table(const Report& report, const TerminalStyle& style) {
  Table table;
  append_part_columns(table.columns, report);
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
