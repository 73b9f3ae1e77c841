#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/budget_check.h"

namespace flopstat {

/// Appends the document of `flopstat check`, docs/check.schema.json: every rule, and every model that could not be
/// read. `baseline`: its path, or empty. No newline at the end.
void write_check_json(const std::vector<CheckedModel>& models, std::string_view baseline, std::string& out);

}  // namespace flopstat
