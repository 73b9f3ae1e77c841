#pragma once

#include "count/convention.h"

/// ptflops with its two ways to look: hooks on modules and patched functions, or the operators that run.
namespace flopstat {

Said said_by_ptflops(const CountedLayer& layer);
Said said_by_ptflops_aten(const CountedLayer& layer);

std::vector<Convention> ptflops_conventions();

}  // namespace flopstat
