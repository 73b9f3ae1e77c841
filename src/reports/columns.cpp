#include "reports/columns.h"

#include <algorithm>
#include <vector>

#include "reports/figure_text.h"

namespace flopstat {
namespace {

Cell to_cell(Figure figure) { return figure ? Cell{*figure} : NoNumber::unknown; }

template <Figure Figures::* member>
Cell figure(const Figures& figures) {
  return to_cell(figures.*member);
}

Cell intensity(const Figures& figures) {
  if (const std::optional<double> intensity = figures.intensity()) return *intensity;
  const bool known = figures.flops && figures.int_ops && figures.read_bytes && figures.written_bytes;
  return known ? NoNumber::not_applicable : NoNumber::unknown;
}

template <auto Totals::* member>
Cell total(const Totals& totals) {
  return to_cell(totals.*member);
}

/// A figure that some models do not have.
template <Figure Totals::* member>
Cell optional_total(const Totals& totals) {
  const Figure& figure = totals.*member;
  return figure ? Cell{*figure} : NoNumber::not_applicable;
}

// clang-format off
constexpr Column kColumns[] = {
    {"macs",                     "MACs",         Quantity::count, figure<&Figures::macs>,          nullptr},
    {"valid_macs",               "Valid MACs",   Quantity::count, figure<&Figures::valid_macs>,    nullptr},
    {"flops",                    "FLOPs",        Quantity::count, figure<&Figures::flops>,         nullptr},
    {"int_ops",                  "Int OPs",      Quantity::count, figure<&Figures::int_ops>,       nullptr},
    {"float_equivalent_flops",   "As float",     Quantity::count, nullptr, optional_total<&Totals::float_equivalent_flops>},
    {"params",                   "Params",       Quantity::count, figure<&Figures::params>,        nullptr},
    {"trainable_params",         "Trainable",    Quantity::count, nullptr, optional_total<&Totals::trainable_params>},
    {"buffer_elements",          "Buffers",      Quantity::count, nullptr, total<&Totals::buffer_elements>},
    {"weight_bytes",             "Weights",      Quantity::bytes, figure<&Figures::weight_bytes>,  nullptr},
    {"quantization_bytes",       "Quantization", Quantity::bytes, nullptr, total<&Totals::quantization_bytes>},
    {"state_bytes",              "State",        Quantity::bytes, nullptr, total<&Totals::state_bytes>},
    {"training_peak_bytes",      "Training",     Quantity::bytes, nullptr, optional_total<&Totals::training_peak_bytes>},
    {"read_bytes",               "Read",         Quantity::bytes, figure<&Figures::read_bytes>,    nullptr},
    {"written_bytes",            "Written",      Quantity::bytes, figure<&Figures::written_bytes>, nullptr},
    {"intensity",                "OP/B",         Quantity::ratio, intensity,                       nullptr},
    {"peak_activation_bytes",    "Peak",         Quantity::bytes, nullptr, total<&Totals::peak_activation_bytes>},
    {"planned_activation_bytes", "Planned",      Quantity::bytes, nullptr, total<&Totals::planned_activation_bytes>},
};
// clang-format on

// ---- What a row is

template <auto Row::* member>
Fact number(const Row& row) {
  return uint64_t{row.*member};
}

template <auto Row::* member>
Fact text(const Row& row) {
  return std::string(row.*member);
}

Fact repeat(const Row& row) { return row.repeat ? Fact{*row.repeat} : NoNumber::unknown; }

template <auto Row::* member>
Fact shapes(const Row& row) {
  std::string shapes;
  for (const TensorInfo& tensor : row.*member) {
    if (&tensor != &(row.*member).front()) shapes += ';';
    if (tensor.shape) shapes += shape_text(tensor);
  }
  return shapes;
}

Fact certainty(const Row& row) { return std::string(name_of(row.certainty)); }

constexpr Property kPropertiesBeforeFigures[] = {
    {"index", "#", number<&Row::index>},
    {"graph", "Graph", number<&Row::graph>},
    {"node", "Node", number<&Row::node>},
    {"offset", "Byte", number<&Row::offset>},
    {"name", "Name", text<&Row::name>},
    {"type", "Op type", text<&Row::type>},
    {"op", "Op", text<&Row::op>},
    {"scope", "Scope", text<&Row::scope>},
    {"repeat", "Runs", repeat},
    {"inputs", "Inputs", shapes<&Row::inputs>},
    {"outputs", "Output", shapes<&Row::outputs>},
};
constexpr Property kPropertiesBehindFigures[] = {
    {"certainty", "Certainty", certainty},
    {"unknown", "Unknown", text<&Row::unknown>},
};

std::vector<RowColumn> make_row_columns() {
  std::vector<RowColumn> all;
  for (const Property& property : kPropertiesBeforeFigures) all.emplace_back(&property);
  for (const Column& column : kColumns) {
    if (column.figure) all.emplace_back(&column);
  }
  for (const Property& property : kPropertiesBehindFigures) all.emplace_back(&property);
  return all;
}

/// What can be said of a sum when some of its rows, or all of them, are unknown.
Cell of_known_part(const Column& column, const Cell& cell, bool complete, bool all_unknown) {
  if (complete) return cell;
  if (column.quantity == Quantity::ratio) return NoNumber::unknown;
  return all_unknown && cell == Cell{uint64_t{0}} ? Cell{NoNumber::unknown} : cell;
}

}  // namespace

std::span<const Column> columns() { return kColumns; }

const Column& column(std::string_view key) { return *std::ranges::find(kColumns, key, &Column::key); }

std::string counted_title(const Report& report) {
  if (report.counted_as == "FLOPs") return "FLOPs";
  return std::string(report.counted_as) + " of " + std::string(report.convention);
}

std::string title_in(const Report& report, const Column& column) {
  const bool other = column.key == "flops" && report.counted_as != "FLOPs";
  return std::string(other ? report.convention : column.title);
}

Cell cell(const Column& column, const Row& row) { return column.figure(row.figures); }

Cell cell(const Column& column, const TypeSummary& summary) {
  return of_known_part(column, column.figure(summary.figures), summary.unknown_nodes == 0,
                       summary.unknown_nodes == summary.nodes);
}

Cell cell(const Column& column, const Totals& totals) {
  if (!column.figure) return column.total(totals);
  return of_known_part(column, column.figure(totals.figures), totals.complete, totals.unknown_nodes == totals.nodes);
}

Cell cell(const Column& column, const Sum& sum) {
  return of_known_part(column, column.figure(sum.figures), sum.complete, sum.unknown_nodes == sum.nodes);
}

std::string_view key_of(const RowColumn& column) {
  return std::visit([](const auto* each) { return each->key; }, column);
}

std::string_view title_of(const RowColumn& column) {
  return std::visit([](const auto* each) { return each->title; }, column);
}

std::span<const RowColumn> row_columns() {
  static const std::vector<RowColumn> all = make_row_columns();
  return all;
}

const RowColumn* find_row_column(std::string_view key) {
  const std::span<const RowColumn> all = row_columns();
  const auto found = std::ranges::find(all, key, key_of);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace flopstat
