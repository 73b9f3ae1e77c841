#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bytes/file.h"
#include "flopstat/analyze.h"
#include "reports/budget.h"

namespace flopstat {

/// A model with what it is counted for and what it may cost.
struct BudgetEntry {
  std::string name = {};
  std::string path = {};
  Options options = {};
  Budget budget = {};
};

/// What a file of budgets says.
struct BudgetFile {
  std::string baseline = {};             ///< path, or empty
  BudgetEntry defaults = {};             ///< of models that the file does not name; without a name and a path
  std::vector<BudgetEntry> models = {};  ///< in the order of the file, with what the defaults say and they do not
};

/// The file that is looked for where no model is named.
inline constexpr std::string_view kBudgetFileName = "flopstat.toml";

/// Reads a file of budgets: TOML, as docs/using.md describes it. Paths in it are relative to its folder; here they have
/// that folder in front. Throws `Error` (usage), whose message begins with "path:line:column".
BudgetFile read_budget_file(const File& file);

}  // namespace flopstat
