#include "reports/peak.h"

#include <algorithm>

namespace flopstat {

std::vector<Placement> alive_at_peak(const Report& report) {
  std::vector<Placement> alive;
  if (!report.totals.peak_row) return alive;
  const uint32_t peak = *report.totals.peak_row;
  std::ranges::copy_if(report.plan, std::back_inserter(alive),
                       [=](const Placement& each) { return each.first_row <= peak && peak <= each.last_row; });
  std::ranges::stable_sort(alive, std::ranges::greater(), &Placement::bytes);
  return alive;
}

}  // namespace flopstat
