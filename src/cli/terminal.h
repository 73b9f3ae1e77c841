#pragma once

#include "cli/options.h"
#include "reports/style.h"

namespace flopstat::cli {

/// How text looks on the stream with this file descriptor: asks the stream itself, and COLUMNS, NO_COLOR,
/// CLICOLOR_FORCE, TERM, LC_ALL, LC_CTYPE and LANG. What is no terminal has no limit of width.
TerminalStyle style_of(int descriptor, const Arguments& arguments);

}  // namespace flopstat::cli
