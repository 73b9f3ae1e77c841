#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "flopstat/report.h"
#include "reports/sum.h"

namespace flopstat {

/// What a column's numbers are, and thus how people write them.
enum class Quantity : uint8_t { count, bytes, ratio };

/// Why a cell holds no number: nobody can tell it, or there is no such number in this model.
enum class NoNumber : uint8_t { unknown, not_applicable };

/// One number of a report.
using Cell = std::variant<NoNumber, uint64_t, double>;

/// One figure that reports show, under the same key in every output. Exactly one of the getters is set.
struct Column {
  std::string_view key;    ///< in the JSON, with its unit
  std::string_view title;  ///< above a table
  Quantity quantity;
  Cell (*figure)(const Figures&);  ///< of a row, a type or the whole model
  Cell (*total)(const Totals&);    ///< of the whole model only
};

/// Every figure there is, in the order of the JSON document.
std::span<const Column> columns();

/// The column of this key, which exists.
const Column& column(std::string_view key);

/// What the report's convention calls its number, in a sentence: "FLOPs"; "MACs of thop-0.1", which are not the MACs
/// beside them.
std::string counted_title(const Report& report);

/// The column's title above the figures of a report.
std::string title_in(const Report& report, const Column& column);

/// One run of one node. Only for columns with `figure`.
Cell cell(const Column& column, const Row& row);

/// All rows of a type. Where some of them are unknown a count is a lower bound and a ratio is unknown; where all are, a
/// count of 0 is unknown, too.
Cell cell(const Column& column, const TypeSummary& summary);

/// The whole model, in the same way.
Cell cell(const Column& column, const Totals& totals);

/// Some of the rows, in the same way. Only for columns with `figure`.
Cell cell(const Column& column, const Sum& sum);

/// What a row is, beside its figures. Shapes are "1x96x96x1" or "scalar", several of them with ";" between, nothing
/// where one is not known or absent.
using Fact = std::variant<NoNumber, uint64_t, std::string>;

struct Property {
  std::string_view key;    ///< in the JSON
  std::string_view title;  ///< above a table
  Fact (*fact)(const Row&);
};

/// A column of a table of rows: one of the two.
using RowColumn = std::variant<const Property*, const Column*>;

std::string_view key_of(const RowColumn& column);
std::string_view title_of(const RowColumn& column);

/// Everything that a row has one value of, in the order of the JSON document.
std::span<const RowColumn> row_columns();

/// The column of this key, or null.
const RowColumn* find_row_column(std::string_view key);

}  // namespace flopstat
