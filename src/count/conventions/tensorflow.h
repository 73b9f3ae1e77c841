#pragma once

#include "count/convention.h"

/// The profiler of TensorFlow: operators of a graph that have a registered formula.
namespace flopstat {

Said said_by_tf_profiler(const CountedLayer& layer);
Said said_by_tf_profiler_1_15(const CountedLayer& layer);
Said said_by_keras_flops(const CountedLayer& layer);

std::vector<Convention> tensorflow_conventions();

}  // namespace flopstat
