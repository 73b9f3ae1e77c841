#include "reports/columns.h"

#include <algorithm>

namespace flopstat {
namespace {

Cell to_cell(Figure figure) { return figure ? Cell{*figure} : Missing::unknown; }

template <Figure Figures::* member>
Cell figure(const Figures& figures) {
  return to_cell(figures.*member);
}

Cell intensity(const Figures& figures) {
  if (const std::optional<double> intensity = figures.intensity()) return *intensity;
  const bool known = figures.flops && figures.int_ops && figures.read_bytes && figures.written_bytes;
  return known ? Missing::not_applicable : Missing::unknown;
}

template <auto Totals::* member>
Cell total(const Totals& totals) {
  return to_cell(totals.*member);
}

/// A figure that some models do not have.
template <Figure Totals::* member>
Cell optional_total(const Totals& totals) {
  const Figure& figure = totals.*member;
  return figure ? Cell{*figure} : Missing::not_applicable;
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

/// What can be said of a sum when some of its rows, or all of them, are unknown.
Cell of_known_part(const Column& column, const Cell& cell, bool complete, bool all_unknown) {
  if (complete) return cell;
  if (column.quantity == Quantity::ratio) return Missing::unknown;
  return all_unknown && cell == Cell{uint64_t{0}} ? Cell{Missing::unknown} : cell;
}

}  // namespace

std::span<const Column> columns() { return kColumns; }

const Column& column(std::string_view key) { return *std::ranges::find(kColumns, key, &Column::key); }

Cell cell(const Column& column, const Row& row) { return column.figure(row.figures); }

Cell cell(const Column& column, const TypeSummary& summary) {
  return of_known_part(column, column.figure(summary.figures), summary.unknown_nodes == 0,
                       summary.unknown_nodes == summary.nodes);
}

Cell cell(const Column& column, const Totals& totals) {
  if (!column.figure) return column.total(totals);
  return of_known_part(column, column.figure(totals.figures), totals.complete, totals.unknown_nodes == totals.nodes);
}

}  // namespace flopstat
