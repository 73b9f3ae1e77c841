#pragma once

#include "count/convention.h"

/// The profiler of TensorFlow: operators of a graph that have a registered formula.
namespace flopstat {

Said said_by_tf_profiler(const Layer& layer);
Said said_by_tf_profiler_1_15(const Layer& layer);
Said said_by_keras_flops(const Layer& layer);

std::vector<Convention> tensorflow_conventions();

}  // namespace flopstat
