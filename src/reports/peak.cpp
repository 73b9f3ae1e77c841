#include "reports/peak.h"

#include <algorithm>
#include <iterator>

namespace flopstat {

std::vector<Placement> alive_at_peak(const Report& report) {
  std::vector<Placement> alive;
  if (!report.totals.peak_row) return alive;
  const uint32_t peak = *report.totals.peak_row;
  std::ranges::copy_if(report.plan, std::back_inserter(alive),
                       [=](const Placement& each) { return each.first_row <= peak && peak <= each.last_row; });
  std::ranges::sort(alive, [](const Placement& a, const Placement& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.offset < b.offset;
  });
  return alive;
}

}  // namespace flopstat
