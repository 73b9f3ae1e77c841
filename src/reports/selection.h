#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flopstat/report.h"
#include "reports/columns.h"

namespace flopstat {

/// Which rows and columns of a report the user wants, in which order.
struct Selection {
  const RowColumn* sort = nullptr;             ///< null: the order of the model
  std::optional<size_t> limit = {};            ///< rows at most
  std::vector<const RowColumn*> columns = {};  ///< empty: the usual ones
  std::string filter = {};                     ///< empty: every row
};

/// The rows that match the filter, in order; the limit is not applied.
///
/// A filter is a text that a name, type or scope contains, or, with * or ?, a pattern of one of them as a whole;
/// KEY=PATTERN looks at the property KEY as a whole. Upper and lower case are the same. Figures sort from large to
/// small, by what all runs of a row cost; what is not known comes last. Anything else sorts from small to large.
std::vector<const Row*> select(const Report& report, const Selection& selection);

}  // namespace flopstat
