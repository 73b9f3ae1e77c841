#pragma once

#include <string>

#include "flopstat/report.h"
#include "reports/selection.h"
#include "reports/style.h"
#include "reports/table.h"

namespace flopstat {

/// A row for each operation that is selected, with the figures of one run; then what a limit leaves out, what a filter
/// matches, and the total, each of all runs.
Table ops_table(const Report& report, const Selection& selection, const TerminalStyle& style);

/// Appends the screen of `flopstat ops`: the file, the table, what is unknown, and what was assumed.
void write_ops(const Report& report, const Selection& selection, const TerminalStyle& style, std::string& out);

}  // namespace flopstat
