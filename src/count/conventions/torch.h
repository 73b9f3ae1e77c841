#pragma once

#include "count/convention.h"

/// Tools that follow a PyTorch module while it runs: each operator it calls has a formula, or counts nothing.
namespace flopstat {

Said said_by_fvcore(const CountedLayer& layer);
Said said_by_torch(const CountedLayer& layer);
Said said_by_torchinfo(const CountedLayer& layer);
Said said_by_torchinfo_5c4164f(const CountedLayer& layer);

std::vector<Convention> torch_conventions();

}  // namespace flopstat
