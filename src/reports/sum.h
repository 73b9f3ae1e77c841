#pragma once

#include <cstdint>

#include "flopstat/report.h"

namespace flopstat {

/// Several rows together: figure * repeat, summed over the rows that are known; parameters and weights once.
struct Sum {
  uint64_t nodes = 0;                 ///< rows
  uint64_t unknown_nodes = 0;         ///< rows that run and whose cost is not known
  bool complete = true;               ///< no such row, no unknown repeat: else every figure is a lower bound
  Figures figures = Figures::zero();  ///< without the work
};

/// Adds a row of a report. No sum exceeds the report's totals, which fit 64 bits.
void add(Sum& sum, const Row& row);

/// Adds rows that are summed up already.
void add(Sum& sum, const Sum& rows);

}  // namespace flopstat
