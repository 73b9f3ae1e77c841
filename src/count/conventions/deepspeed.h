#pragma once

#include "count/convention.h"

/// DeepSpeed's profiler and calflops, which began as its copy: functions of PyTorch are patched.
namespace flopstat {

Said said_by_deepspeed(const Layer& layer);
Said said_by_deepspeed_38327e0(const Layer& layer);
Said said_by_calflops(const Layer& layer);

std::vector<Convention> deepspeed_conventions();

}  // namespace flopstat
