#pragma once

#include <cstdint>

#include "cli/options.h"

namespace flopstat::cli {

/// What a program tells its caller; the higher, the worse.
enum class ExitCode : uint8_t {
  fine = 0,
  gate_failed = 1,  ///< of `diff --fail-if`, or a rule of `check`
  usage = 2,
  unusable_file = 3,  ///< a file that cannot be read, or an output that cannot be written
  incomplete = 4,     ///< under --strict; a rule of `check` that cannot be told
  bug = 70,
};

/// Counts every model and writes its report as count, ops, tree or memory. The highest code of all models.
ExitCode count(const Arguments& arguments);

/// Compares two models.
ExitCode diff(const Arguments& arguments);

/// Holds models against budgets.
ExitCode check(const Arguments& arguments);

/// Explains a word, an operation, the totals of a model or one of its rows.
ExitCode explain(const Arguments& arguments);

/// Tells how what a model costs grows with its free dimensions.
ExitCode scale(const Arguments& arguments);

/// Lists the conventions under which can be counted.
ExitCode conventions(const Arguments& arguments);

/// Lists the formats that can be read.
ExitCode formats(const Arguments& arguments);

}  // namespace flopstat::cli
