#pragma once

#include <string>
#include <vector>

#include "reports/budget_check.h"

namespace flopstat {

/// Appends GitHub's workflow commands: an `::error` for each rule that failed or cannot be told and for each model that
/// cannot be read, a `::warning` for one that the baseline lacks; then a line with the counts.
///
/// Source: GitHub's documentation, "Workflow commands": in messages % CR LF are %25 %0D %0A, in properties also : and ,
/// are %3A and %2C.
void write_check_github(const std::vector<CheckedModel>& models, std::string& out);

}  // namespace flopstat
