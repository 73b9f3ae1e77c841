#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "flopstat/difference.h"
#include "reports/columns.h"
#include "reports/style.h"

namespace flopstat {

/// A figure that models are compared by.
struct ComparedKind {
  std::string_view key;    ///< in the JSON
  std::string_view title;  ///< in a table
  Quantity quantity;
};

/// Every such figure, in the order of the JSON document: the counts and bytes of reports, the size of the file, nodes.
std::span<const ComparedKind> compared_kinds();

/// The figure of this key, or with this title, in upper or lower case. Null where there is none.
const ComparedKind* find_compared_kind(std::string_view name);

/// One side for people: "?" where it is unknown, a sign in front of a lower bound.
std::string side_text(const ComparedFigure& figure, bool b, const TerminalStyle& style);

/// b - a for people: "+1,024", "-3.000 KiB", "=" where both are the same, "?" where it is not known.
std::string difference_text(const ComparedFigure& figure, const TerminalStyle& style);

/// Percents of a for people: "+12.5%", "new" where a is 0, "gone" where b is, "" where both are the same, "?" where it
/// is not known.
std::string percent_text(const ComparedFigure& figure);

/// (b - a) / a in percent; none where that is not known, or where a is 0.
std::optional<double> percent_of(const ComparedFigure& figure);

}  // namespace flopstat
