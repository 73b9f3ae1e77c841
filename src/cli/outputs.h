#pragma once

#include <functional>
#include <string>

#include "cli/options.h"
#include "reports/style.h"

namespace flopstat::cli {

/// Makes the text of an output in its format; `style` is how text looks on that stream.
using Text = std::function<std::string(Format format, const TerminalStyle& style)>;

/// Writes a text to every output that the user named, or to standard output. Throws `ClosedPipe` or `OutputError`.
void write_outputs(const Arguments& arguments, const Text& text);

}  // namespace flopstat::cli
