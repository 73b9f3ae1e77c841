#pragma once

#include <string>

#include "flopstat/report.h"
#include "reports/style.h"
#include "reports/table.h"

namespace flopstat {

/// Appends a line that names the model and the convention, then the table, as GitHub's Markdown has them.
void write_markdown(const Report& report, const Table& table, const TerminalStyle& style, std::string& out);

}  // namespace flopstat
