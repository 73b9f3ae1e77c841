#pragma once

#include "count/convention.h"

/// DeepSpeed's profiler and calflops, which began as its copy: functions of PyTorch are patched.
namespace flopstat {

Said said_by_deepspeed(const CountedLayer& layer);
Said said_by_deepspeed_38327e0(const CountedLayer& layer);
Said said_by_calflops(const CountedLayer& layer);

std::vector<Convention> deepspeed_conventions();

}  // namespace flopstat
