#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flopstat/difference.h"
#include "flopstat/report.h"
#include "reports/columns.h"

namespace flopstat {

/// A layer on the way from the total of A to that of B: all of its nodes together.
struct WaterfallStep {
  std::string layer;
  Figure a = 0;  ///< of all its runs; 0 where A does not have it, none where it is not known
  Figure b = 0;
  std::optional<int64_t> difference;  ///< b - a; none where it is not known
  std::optional<uint64_t> total;      ///< of A, with all differences so far that are known; none where it is not known
};

/// How the total of A becomes that of B, layer by layer.
struct Waterfall {
  const Column* figure = nullptr;
  Figure from = std::nullopt;             ///< the total of A
  Figure to = std::nullopt;               ///< the total of B
  bool complete = true;                   ///< else the totals are lower bounds, or not known
  std::vector<WaterfallStep> steps = {};  ///< those that differ, in the order of B; a removed one where it stood in A
};

/// The steps of a figure that rows have. Where both reports are complete the differences add up to `to` - `from`, and
/// the total behind the last one is `to`. A node belongs to the layer that it has in B, one that B lacks to that in A.
Waterfall waterfall(const Report& a, const Report& b, const Difference& difference, const Column& figure);

}  // namespace flopstat
