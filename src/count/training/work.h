#pragma once

#include <cstdint>

#include "flopstat/training.h"
#include "model/cost.h"

namespace flopstat {

/// Adds what runs so often. FLOPs are those of the convention `flopstat`. Throws `Overflow`.
void add_work(TrainingWork& into, const Cost& cost, uint64_t runs);

/// Adds another part of a step as often.
void add_work(TrainingWork& into, const TrainingWork& more, uint64_t times = 1);

}  // namespace flopstat
