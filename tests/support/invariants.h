#pragma once

#include "flopstat/report.h"

namespace flopstat::test {

/// Fails the test wherever the report contradicts itself or shows as 0 what is not known. Holds for every report that
/// `analyze` makes:
///   - totals and types are the sums of the rows: figure * repeat, parameters and their bytes once, by kind of work
///   too;
///   - a row either has all figures or says why not; a total is complete exactly if every row that runs is known and so
///     is how often it runs;
///   - a row's figures follow from its work, under the convention `flopstat` down to FLOPs and integer operations;
///   - the plan is aligned, gives no byte to two activations that live at once, and has the report's peak;
///   - the JSON document has the same figures, and null for each that is missing.
void check_invariants(const Report& report);

}  // namespace flopstat::test
