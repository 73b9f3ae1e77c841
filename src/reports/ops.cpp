#include "reports/ops.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/notes.h"
#include "reports/share.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kEnoughText = 24;  // of a name or type before figures are left out

/// A column of the table, and how early it is left out where the table is too wide.
struct TableColumn {
  const RowColumn* column;
  int priority;
};

struct UsualColumn {
  std::string_view key;
  int priority;
};

constexpr UsualColumn kUsual[] = {
    {"index", Table::kAlways},
    {"type", Table::kAlways},
    {"repeat", 10},
    {"outputs", 8},
    {"macs", Table::kAlways},
    {"flops", 9},
    {"int_ops", 9},
    {"params", 6},
    {"weight_bytes", 5},
    {"read_bytes", 2},
    {"written_bytes", 1},
    {"intensity", 4},
    {"name", 7},
};

bool runs_once(const Row& row) { return row.repeat == Figure{1}; }

std::vector<TableColumn> columns_of(const Report& report, const Selection& selection) {
  std::vector<TableColumn> columns;
  int priority = Table::kAlways;
  columns.reserve(std::max(selection.columns.size(), std::size(kUsual)));
  for (const RowColumn* column : selection.columns) columns.push_back({column, std::max(priority--, 0)});
  if (!columns.empty()) return columns;
  for (const UsualColumn& usual : kUsual) {
    if (!shows_column(usual.key, report.totals)) continue;
    if (usual.key == "repeat" && std::ranges::all_of(report.rows, runs_once)) continue;
    columns.push_back({find_row_column(usual.key), usual.priority});
  }
  return columns;
}

const Property* property_of(const TableColumn& column) {
  const auto* property = std::get_if<const Property*>(column.column);
  return property == nullptr ? nullptr : *property;
}

bool is_number(const TableColumn& column) {
  const Property* property = property_of(column);
  return property == nullptr || std::holds_alternative<uint64_t>(property->fact(Row{}));
}

Table::Column heading(const TableColumn& column, const Report& report) {
  const auto* figure = std::get_if<const Column*>(column.column);
  const std::string title = figure == nullptr ? std::string(title_of(*column.column)) : title_in(report, **figure);
  if (is_number(column)) return {.title = title, .priority = column.priority};
  return {.title = title,
          .align = Table::Align::left,
          .priority = column.priority,
          .enough = kEnoughText,
          .keep = property_of(column)->key == "name" ? Table::Keep::end : Table::Keep::beginning};
}

/// "1x5, ?, scalar"; an absent operand is "-".
std::string shapes_text(std::span<const TensorInfo> tensors) {
  std::string text;
  for (const TensorInfo& tensor : tensors) {
    const bool absent = tensor.dtype == DType::unknown && !tensor.shape && tensor.name.empty();
    text.append(text.empty() ? "" : ", ").append(absent ? "-" : shape_text(tensor));
  }
  return text;
}

std::string fact_text(const Property& property, const Row& row, const TerminalStyle& style) {
  if (property.key == "inputs") return shapes_text(row.inputs);
  if (property.key == "outputs") return shapes_text(row.outputs);
  const Fact fact = property.fact(row);
  if (property.key == "repeat" && runs_once(row)) return "";
  if (property.key == "repeat") return row.repeat ? fmt::format("x{}", *row.repeat) : "x?";
  if (const uint64_t* number = std::get_if<uint64_t>(&fact)) return fmt::format("{}", *number);
  const std::string* text = std::get_if<std::string>(&fact);
  if (text == nullptr) return "?";
  return escape(*text, !style.utf8);
}

Table::Row op_row(const Row& row, const std::vector<TableColumn>& columns, const TerminalStyle& style) {
  Table::Row cells;
  for (const TableColumn& c : columns) {
    if (const Property* property = property_of(c)) {
      cells.cells.push_back(fact_text(*property, row, style));
    } else {
      const Column& figure = *std::get<const Column*>(*c.column);
      cells.cells.push_back(figure_text(cell(figure, row), figure.quantity, false, Form::column, style));
    }
  }
  if (!row.unknown.empty()) cells.emphasis = Emphasis::warn;
  return cells;
}

/// Where the words of a sum stand: by type, else in the first column that is no figure.
size_t label_column(const std::vector<TableColumn>& columns) {
  const auto type = std::ranges::find_if(columns, [](const TableColumn& c) { return key_of(*c.column) == "type"; });
  if (type != columns.end()) return static_cast<size_t>(type - columns.begin());
  return static_cast<size_t>(std::ranges::find_if(columns, property_of) - columns.begin());
}

/// All runs of several rows, or of the whole model.
template <class Summary>
Table::Row sum_row(const Summary& sum, bool complete, std::string label, const std::vector<TableColumn>& columns,
                   const TerminalStyle& style) {
  Table::Row row;
  for (const TableColumn& c : columns) {
    const auto* column = std::get_if<const Column*>(c.column);
    row.cells.push_back(
        column == nullptr ? "" : figure_text(cell(**column, sum), (*column)->quantity, !complete, Form::column, style));
  }
  const size_t place = label_column(columns);
  row.cells.resize(std::max(row.cells.size(), place + 1));
  row.cells[place] = std::move(label);
  return row;
}

}  // namespace

Table ops_table(const Report& report, const Selection& selection, const TerminalStyle& style) {
  const std::vector<TableColumn> columns = columns_of(report, selection);
  Table table;
  for (const TableColumn& c : columns) table.columns.push_back(heading(c, report));
  const bool only_figures = label_column(columns) == columns.size();
  if (only_figures) table.columns.push_back({.align = Table::Align::left});

  const std::vector<const Row*> rows = select(report, selection);
  const size_t shown = std::min(rows.size(), selection.limit.value_or(rows.size()));
  Sum matching, left_out;
  for (size_t i = 0; i < rows.size(); ++i) {
    add(matching, *rows[i]);
    if (i >= shown) {
      add(left_out, *rows[i]);
      continue;
    }
    table.rows.push_back(op_row(*rows[i], columns, style));
    if (only_figures) table.rows.back().cells.emplace_back();
  }
  if (left_out.nodes > 0) {
    const std::string label = fmt::format("... {} more", thousands(left_out.nodes));
    table.rows.push_back(sum_row(left_out, left_out.complete, label, columns, style));
  }
  if (!selection.filter.empty()) {
    const std::string label = fmt::format("{} matching", thousands(matching.nodes));
    table.rows.push_back(sum_row(matching, matching.complete, label, columns, style));
  }
  table.rows.push_back(sum_row(report.totals, report.totals.complete, "TOTAL", columns, style));
  table.rows.back().emphasis = Emphasis::bold;
  return table;
}

void write_ops(const Report& report, const Selection& selection, const TerminalStyle& style, std::string& out) {
  write_file_line(report, style, out);
  out += '\n';
  ops_table(report, selection, style).write(style, kIndent, out);
  std::string notes;
  write_unknown(report, style, notes);
  if (!std::ranges::all_of(report.rows, runs_once)) {
    write_note(
        "note: a row's figures are of one run; x10: it runs 10 times per run of the model. Sums and the order "
        "are of all runs",
        Emphasis::plain, style, notes);
  }
  write_certainty(report, style, notes);
  write_assumed(report, style, notes);
  if (!notes.empty()) out.append("\n").append(notes);
}

}  // namespace flopstat
