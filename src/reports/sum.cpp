#include "reports/sum.h"

namespace flopstat {
namespace {

/// Figures that all runs of a row have together.
constexpr Figure Figures::* kPerRun[] = {&Figures::macs,    &Figures::valid_macs, &Figures::flops,
                                         &Figures::int_ops, &Figures::read_bytes, &Figures::written_bytes};
/// Figures that a row has once, however often it runs.
constexpr Figure Figures::* kOnce[] = {&Figures::params, &Figures::weight_bytes};

/// A sum with a figure that is not known is not known.
void add(Figure& into, const Figure& figure, uint64_t repeat) {
  if (repeat == 0) return;
  into = into && figure ? Figure{*into + *figure * repeat} : std::nullopt;
}

}  // namespace

void add(Sum& sum, const Row& row) {
  const uint64_t repeat = row.repeat.value_or(1);
  const bool unknown = !row.unknown.empty() && repeat != 0;
  ++sum.nodes;
  if (unknown) ++sum.unknown_nodes;
  if (unknown || !row.repeat) sum.complete = false;
  for (const auto member : kPerRun) {
    if (row.unknown.empty()) add(sum.figures.*member, row.figures.*member, repeat);
  }
  for (const auto member : kOnce) {
    if (row.unknown.empty() || row.figures.*member) add(sum.figures.*member, row.figures.*member, 1);
  }
}

void add(Sum& sum, const Sum& rows) {
  sum.nodes += rows.nodes;
  sum.unknown_nodes += rows.unknown_nodes;
  sum.complete = sum.complete && rows.complete;
  for (const auto member : kPerRun) add(sum.figures.*member, rows.figures.*member, 1);
  for (const auto member : kOnce) add(sum.figures.*member, rows.figures.*member, 1);
}

}  // namespace flopstat
