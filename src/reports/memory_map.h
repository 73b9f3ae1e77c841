#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "flopstat/report.h"
#include "reports/style.h"

namespace flopstat {

/// Appends the screen of `flopstat memory`: the file, what activations need, a map of the plan (operations from left to
/// right, offsets from below), and the activations at the peak, the largest first. `limit`: how many of them, 10 if not
/// given.
void write_memory(const Report& report, std::optional<size_t> limit, const TerminalStyle& style, std::string& out);

}  // namespace flopstat
