#pragma once

#include <functional>
#include <string>
#include <vector>

#include "count/polynomial.h"
#include "flopstat/scale.h"

namespace flopstat {

/// The model's report at these sizes of its free dimensions. Throws `Error` where it has none: sums beyond 64 bits, or
/// another batch than one that the model fixes.
using CountAt = std::function<Report(const Sizes&)>;

/// Finds how the model grows with its free dimensions: `report`, `dims` and `laws` of a scaling.
///
/// It looks from the smallest sizes at which the cost is known: all of 1, else found by doubling. A figure that is no
/// polynomial from there on may be one from some larger size on, and one at the multiples of some number, where strides
/// round nothing down: these are looked for, dimension by dimension. What is not known at a size that is needed leaves
/// the figure unknown.
Scaling find_scaling(std::vector<std::string> dims, const CountAt& count_at);

/// Counts at each of the sizes and adds the table. A law that a line of the table contradicts goes: it is none.
void add_table(Scaling& scaling, const std::vector<Sizes>& lines, const CountAt& count_at);

}  // namespace flopstat
