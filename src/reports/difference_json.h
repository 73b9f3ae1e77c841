#pragma once

#include <optional>
#include <span>
#include <string>

#include "flopstat/difference.h"
#include "flopstat/report.h"
#include "reports/waterfall.h"

namespace flopstat {

/// A gate as it was written, and the sentence that says why it refuses; none where it passes.
struct GateResult {
  std::string gate;
  std::optional<std::string> refusal;
};

/// Appends the document of `flopstat diff`, docs/diff.schema.json: every node, those that are the same, too. No newline
/// at the end. `waterfall`: null where none is asked for.
void write_difference_json(const Report& a, const Report& b, const Difference& difference,
                           std::span<const GateResult> gates, const Waterfall* waterfall, std::string& out);

}  // namespace flopstat
