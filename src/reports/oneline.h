#pragma once

#include <string>

#include "flopstat/report.h"
#include "reports/style.h"

namespace flopstat {

/// Appends one line that names the model and its main figures, each with its word behind it, for grep and for logs.
/// No figure is ever left out: one that is not known is "?". How many operations are not known stands at the end. With
/// training: layers, parameters, gradients and GFLOPs of a step.
void write_oneline(const Report& report, const TerminalStyle& style, std::string& out);

}  // namespace flopstat
