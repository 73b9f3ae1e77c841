#pragma once

#include <string>
#include <vector>

#include "reports/budget_check.h"

namespace flopstat {

/// Appends a log in SARIF 2.1.0: a result of level "error" for each rule that failed or cannot be told, of level
/// "warning" for a model that the baseline lacks, placed in the model's file; what costs most are related locations
/// with their bytes. A model that cannot be read is a notification, and the invocation then no success. Rules that
/// passed are no results. No newline at the end.
void write_check_sarif(const std::vector<CheckedModel>& models, std::string& out);

}  // namespace flopstat
