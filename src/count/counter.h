#pragma once

#include "count/convention.h"
#include "flopstat/report.h"
#include "graph/frames.h"
#include "graph/uses.h"

namespace flopstat {

/// Counts every node of every call into rows, totals and sums by type. The report's names and shapes are views into the
/// model and the frames: both must outlive it. A row that exceeds 64 bits is unknown; throws `Error` (limit) where only
/// the totals do. `derive`: rows also tell how their figures came about. `all`: the totals of every convention too.
Report count(const Model& model, const Frames& frames, const Uses& uses, const Convention& convention,
             bool derive = false, bool all = false);

}  // namespace flopstat
