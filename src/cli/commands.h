#pragma once

#include "cli/options.h"

namespace flopstat::cli {

/// What a program tells its caller; the higher, the worse.
enum ExitCode : int {
  kFine = 0,
  kUsage = 2,
  kUnusableFile = 3,  ///< a file that cannot be read, or an output that cannot be written
  kIncomplete = 4,    ///< under --strict
  kBug = 70,
};

/// Counts every model and writes its report. The highest code of all models.
int count(const Arguments& arguments);

/// Lists the formats that can be read.
int formats(const Arguments& arguments);

}  // namespace flopstat::cli
