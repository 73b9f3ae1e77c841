#pragma once

#include <string>
#include <vector>

#include "reports/budget_check.h"

namespace flopstat {

/// Appends JUnit's XML, as the schema of Jenkins' xUnit plugin describes it: a test suite for each model, a test case
/// for each rule. One that cannot be told, and a model that cannot be read, are errors; a model that the baseline lacks
/// is skipped. Nothing in it depends on when or where it was written.
void write_check_junit(const std::vector<CheckedModel>& models, std::string& out);

}  // namespace flopstat
