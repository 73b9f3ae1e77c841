#include "reports/csv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "reports/alignment.h"
#include "reports/columns.h"
#include "reports/csv_line.h"
#include "reports/figure_text.h"
#include "reports/scaling.h"

namespace flopstat {
namespace {

/// What a line of a difference says of each side.
constexpr std::string_view kComparedProperties[] = {"index", "type", "outputs", "repeat", "name"};

std::vector<const RowColumn*> columns_of(const Selection& selection) {
  if (!selection.columns.empty()) return selection.columns;
  std::vector<const RowColumn*> all;
  for (const RowColumn& column : row_columns()) all.push_back(&column);
  return all;
}

}  // namespace

void write_ops_csv_header(const Selection& selection, bool with_path, std::string& out) {
  CsvLine line(out);
  if (with_path) line.plain("path");
  for (const RowColumn* column : columns_of(selection)) line.plain(key_of(*column));
  line.end();
}

void write_ops_csv(const Report& report, const Selection& selection, bool with_path, std::string& out) {
  const std::vector<const RowColumn*> columns = columns_of(selection);
  const std::vector<const Row*> rows = select(report, selection);
  const size_t shown = std::min(rows.size(), selection.limit.value_or(rows.size()));
  for (size_t i = 0; i < shown; ++i) {
    CsvLine line(out);
    if (with_path) line.text(public_path(report.path));
    for (const RowColumn* column : columns) {
      if (const auto* property = std::get_if<const Property*>(column)) {
        line.fact((*property)->fact(*rows[i]));
      } else {
        line.cell(cell(*std::get<const Column*>(*column), *rows[i]));
      }
    }
    line.end();
  }
}

void write_types_csv_header(bool with_path, std::string& out) {
  CsvLine line(out);
  if (with_path) line.plain("path");
  for (const char* key : {"type", "nodes", "unknown_nodes"}) line.plain(key);
  for (const Column& c : columns()) {
    if (c.figure) line.plain(c.key);
  }
  line.end();
}

void write_types_csv(const Report& report, bool with_path, std::string& out) {
  for (const TypeSummary& type : report.by_type) {
    CsvLine line(out);
    if (with_path) line.text(public_path(report.path));
    line.text(type.type);
    line.plain(fmt::format("{}", type.nodes));
    line.plain(fmt::format("{}", type.unknown_nodes));
    for (const Column& c : columns()) {
      if (c.figure) line.cell(cell(c, type));
    }
    line.end();
  }
}

void write_scaling_csv(const Scaling& scaling, std::string& out) {
  CsvLine header(out);
  for (const std::string& dim : scaling.dims) header.text(dim);
  for (const ScaledFigure figure : kScaledFigures) header.plain(key_of(figure));
  header.end();
  for (const ScaledSizes& sizes : scaling.table) {
    CsvLine line(out);
    for (const int64_t size : sizes.sizes) line.plain(fmt::format("{}", size));
    for (const Figure& figure : sizes.figures) line.cell(figure ? Cell{*figure} : NoNumber::unknown);
    line.end();
  }
}

void write_difference_csv(const Report& a, const Report& b, const Difference& difference, std::optional<size_t> limit,
                          std::string& out) {
  CsvLine header(out);
  for (const char* key : {"status", "changed", "op"}) header.plain(key);
  for (const std::string_view key : kComparedProperties) {
    for (const char* side : {"a", "b"}) header.plain(fmt::format("{}_{}", key, side));
  }
  for (const Column& c : columns()) {
    if (!c.figure || c.quantity == Quantity::ratio) continue;
    for (const char* side : {"a", "b"}) header.plain(fmt::format("{}_{}", c.key, side));
  }
  header.end();
  const size_t shown = std::min(difference.nodes.size(), limit.value_or(difference.nodes.size()));
  for (const ComparedNode& node : std::span(difference.nodes).first(shown)) {
    const Row* left = node.a ? &a.rows[*node.a] : nullptr;
    const Row* right = node.b ? &b.rows[*node.b] : nullptr;
    CsvLine line(out);
    line.plain(name_of(node.status));
    line.plain(fmt::format("{}", fmt::join(node.changed, ";")));
    line.text(operation_of(right == nullptr ? *left : *right));
    for (const std::string_view key : kComparedProperties) {
      const Property& property = *std::get<const Property*>(*find_row_column(key));
      for (const Row* row : {left, right})
        line.fact(row == nullptr ? Fact{NoNumber::not_applicable} : property.fact(*row));
    }
    for (const ComparedFigure& figure : node.figures) {
      for (const Figure& side : {figure.a, figure.b}) line.plain(side ? fmt::format("{}", *side) : std::string());
    }
    line.end();
  }
}

}  // namespace flopstat
