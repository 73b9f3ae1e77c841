#pragma once

#include <string>

#include "cli/options.h"
#include "flopstat/report.h"
#include "reports/json_writer.h"
#include "reports/style.h"

namespace flopstat::cli {

/// Appends a report as the command of `arguments` shows it. `with_path`: rows of several models stand in one CSV. Long
/// documents go to `drain` part by part; `out` holds the rest.
void write_screen(const Report& report, const Arguments& arguments, Format format, const TerminalStyle& style,
                  bool with_path, const Drain& drain, std::string& out);

/// What stands before the first report of an output.
std::string screen_header(const Arguments& arguments, Format format, bool with_path);

}  // namespace flopstat::cli
