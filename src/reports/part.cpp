#include "reports/part.h"

#include <string>

namespace flopstat {
namespace {

constexpr int kSharePriority = 6;
constexpr int kBarPriority = 3;

}  // namespace

void append_part_columns(std::vector<Table::Column>& columns, const Report& report) {
  const Totals& totals = report.totals;
  for (const PartColumn& part : kPartColumns) {
    if (!shows_column(part.key, totals)) continue;
    columns.push_back({.title = title_in(report, column(part.key)), .priority = part.priority});
    if (part.key != "macs") continue;
    columns.push_back({.title = totals.complete ? "%" : "% known", .priority = kSharePriority});
    columns.push_back({.align = Table::Align::left, .priority = kBarPriority, .emphasis = Emphasis::dim});
  }
}

}  // namespace flopstat
