#pragma once

#include <functional>
#include <string>

#include "cli/options.h"
#include "reports/style.h"

namespace flopstat::cli {

/// Appends what a command shows in this format and style.
using WriteScreen = std::function<void(Format, const TerminalStyle&, std::string& out)>;

/// Writes it to every output of the arguments, and says which files were written. Throws `ClosedPipe` or
/// `OutputError`.
void write_outputs(const Arguments& arguments, const WriteScreen& write_screen);

}  // namespace flopstat::cli
