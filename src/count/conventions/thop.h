#pragma once

#include "count/convention.h"

/// thop, which three packages are called: Lyken17's 0.1, the one of Ultralytics up to 2.1, and that one from 2.2 on.
namespace flopstat {

Said said_by_thop_0_1(const CountedLayer& layer);
Said said_by_ulthop_2_1(const CountedLayer& layer);
Said said_by_ulthop_2_2(const CountedLayer& layer);
Said said_by_ultralytics(const CountedLayer& layer);

std::vector<Convention> thop_conventions();

}  // namespace flopstat
