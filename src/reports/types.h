#pragma once

#include "flopstat/report.h"
#include "reports/style.h"
#include "reports/table.h"

namespace flopstat {

/// A row for each type of operation, most MACs first, and the total.
Table types_table(const Report& report, const TerminalStyle& style);

}  // namespace flopstat
