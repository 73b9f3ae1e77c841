#pragma once

#include <string>

#include "flopstat/report.h"
#include "reports/style.h"

namespace flopstat {

/// Appends the first screen of a report: the file, a summary, a table by op type with the total last, what is unknown,
/// and what was assumed. Everything that comes from the file is escaped; no line is wider than `style.width`.
void write_terminal(const Report& report, const TerminalStyle& style, std::string& out);

}  // namespace flopstat
