#pragma once

#include <vector>

#include "flopstat/report.h"

namespace flopstat {

/// The planned activations that are alive at the report's peak, the largest first. Their bytes add up to the peak.
std::vector<Placement> alive_at_peak(const Report& report);

}  // namespace flopstat
