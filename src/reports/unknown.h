#pragma once

#include <string>

#include "flopstat/report.h"

namespace flopstat {

/// Why a figure of an incomplete report is not known, as far as one sentence can tell: the first row whose cost, or
/// whose number of runs, is not.
std::string reason_of_unknown(const Report& report);

}  // namespace flopstat
