#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "flopstat/difference.h"
#include "flopstat/report.h"
#include "reports/style.h"

namespace flopstat {

/// Nodes that are shown where the user does not say how many.
inline constexpr size_t kDifferingNodesShown = 20;

/// What the reader knows the models by: their files, with folders where these have the same name; escaped.
std::array<std::string, 2> names_of_sides(const Report& a, const Report& b, const TerminalStyle& style);

/// Appends the lines that name both files.
void write_sides(const Report& a, const Report& b, const TerminalStyle& style, std::string& out);

/// Appends the screen of `flopstat diff`: both files, the totals, the operations and the nodes that differ, of these
/// the `limit` that differ most, and what is not known. Under `style.details` those that are the same, too, and without
/// a limit of our own.
void write_difference(const Report& a, const Report& b, const Difference& difference, std::optional<size_t> limit,
                      const TerminalStyle& style, std::string& out);

/// Appends the same as GitHub's Markdown has it, without what is the same.
void write_difference_markdown(const Report& a, const Report& b, const Difference& difference,
                               std::optional<size_t> limit, const TerminalStyle& style, std::string& out);

}  // namespace flopstat
