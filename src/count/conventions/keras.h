#pragma once

#include "count/convention.h"

/// Rules for layers of Keras. Each layer counts once, however often it is called, and the batch is left out.
namespace flopstat {

Said said_by_notebook(const CountedLayer& layer);
Said said_by_flopco_keras(const CountedLayer& layer);
Said said_by_flopco_demo(const CountedLayer& layer);

std::vector<Convention> keras_conventions();

}  // namespace flopstat
