#pragma once

#include "count/convention.h"

/// Counts that engines and their tools print.
namespace flopstat {

Said said_by_tflite_flops(const Layer& layer);
Said said_by_opencv(const Layer& layer);

std::vector<Convention> engine_conventions();

}  // namespace flopstat
