#include "reports/tree.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "reports/columns.h"
#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/layers.h"
#include "reports/notes.h"
#include "reports/part.h"
#include "reports/table.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kEnoughName = 30;  // before figures are left out
constexpr size_t kEnoughType = 17;

constexpr int kTypePriority = 9;

std::vector<Table::Column> headings(const Report& report) {
  std::vector<Table::Column> columns = {{.title = "Layer", .align = Table::Align::left, .enough = kEnoughName},
                                        {.title = "Op type",
                                         .align = Table::Align::left,
                                         .priority = kTypePriority,
                                         .emphasis = Emphasis::dim,
                                         .enough = kEnoughType}};
  append_part_columns(columns, report);
  return columns;
}

/// One line: a layer, or the whole model.
template <class Summary>
Table::Row line(const Summary& summary, std::string name, std::string type, const Totals& totals,
                const TerminalStyle& style) {
  Table::Row row{.cells = {std::move(name), std::move(type)}};
  append_part(row, summary, !summary.complete, totals, style);
  return row;
}

/// What a layer is: the type of an operation, or how many operations it holds.
std::string kind_text(const Layer& layer, const Report& report, const TerminalStyle& style) {
  if (!layer.row) return fmt::format("{} {}", thousands(layer.sum.nodes), layer.sum.nodes == 1 ? "op" : "ops");
  const Row& row = report.rows[*layer.row];
  std::string type = escape(row.type, !style.utf8);
  if (row.repeat == Figure{1}) return type;
  return type + (row.repeat ? fmt::format(" x{}", *row.repeat) : " x?");
}

}  // namespace

void write_tree(const Report& report, std::optional<uint32_t> depth, const TerminalStyle& style, std::string& out) {
  Table table{.columns = headings(report), .rows = {}};
  uint64_t hidden = 0;
  for (const Layer& layer : layers_of(report)) {
    if (layer.depth == 0) continue;
    if (depth && layer.depth > *depth) {
      ++hidden;
      continue;
    }
    std::string name(size_t{2} * (layer.depth - 1), ' ');
    name += escape(layer.name, !style.utf8);
    table.rows.push_back(line(layer.sum, std::move(name), kind_text(layer, report, style), report.totals, style));
    if (!layer.sum.complete) table.rows.back().emphasis = Emphasis::warn;
  }
  const uint64_t nodes = report.totals.nodes;
  table.rows.push_back(line(report.totals, "TOTAL", fmt::format("{} {}", thousands(nodes), nodes == 1 ? "op" : "ops"),
                            report.totals, style));
  table.rows.back().cells[4].clear();  // a bar over the whole width tells nothing
  table.rows.back().emphasis = Emphasis::bold;

  write_file_line(report, style, out);
  out += '\n';
  table.write(style, kIndent, out);
  std::string notes;
  if (hidden > 0) {
    write_note(fmt::format("note: {} deeper {} added up in the lines above", thousands(hidden),
                           hidden == 1 ? "line is" : "lines are"),
               Emphasis::plain, style, notes);
  }
  write_unknown(report, style, notes);
  write_certainty(report, style, notes);
  write_assumed(report, style, notes);
  if (!notes.empty()) out.append("\n").append(notes);
}

}  // namespace flopstat
