#pragma once

#include <string>

#include "flopstat/report.h"

namespace flopstat {

/// Appends a picture of the memory plan as a whole SVG file: operations from left to right, offsets from below, a
/// rectangle for each activation with its name, a line at the peak. Needs no other file.
void write_memory_svg(const Report& report, std::string& out);

}  // namespace flopstat
