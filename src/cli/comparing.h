#pragma once

#include "cli/options.h"
#include "reports/comparison.h"

namespace flopstat::cli {

/// Whether the user asks for the comparison in so many words, so that it is written in every format.
bool asks_for_comparison(const Arguments& arguments);

/// How models are to be compared: reads the table of --with. Without --sort they are ranked by MACs; without --pareto
/// the front is that of the figure they are ranked by and of the first joined column of numbers. Throws `UsageError`,
/// and `Error` where the table cannot be read.
ComparisonOptions comparison_options(const Arguments& arguments);

}  // namespace flopstat::cli
