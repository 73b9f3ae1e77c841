#pragma once

#include "count/convention.h"

/// Counts that engines and their tools print.
namespace flopstat {

Said said_by_tflite_flops(const CountedLayer& layer);
Said said_by_opencv(const CountedLayer& layer);

std::vector<Convention> engine_conventions();

}  // namespace flopstat
