#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "flopstat/report.h"
#include "reports/style.h"

namespace flopstat {

/// Appends the screen of `flopstat tree`: the file, layers with everything inside added up, the total, what is unknown,
/// and what was assumed. `depth`: levels below the model, if not all.
void write_tree(const Report& report, std::optional<uint32_t> depth, const TerminalStyle& style, std::string& out);

}  // namespace flopstat
