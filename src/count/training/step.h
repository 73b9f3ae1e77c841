#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "count/training/kept_memory.h"
#include "count/training/parameters.h"
#include "flopstat/training.h"
#include "graph/frames.h"
#include "model/cost.h"

namespace flopstat {

/// The parts of a step that follow the graph: forward, loss, backward.
struct StepWork {
  std::vector<TrainingRow> rows = {};
  Cost loss = {};
  std::string loss_unknown = {};
};

/// Walks one step of training. `loss`: empty for the one that fits the last operation; what was taken is written there.
/// Fills the contributions to each parameter's gradient, and `memory`, if given. Throws `Overflow`.
StepWork walk_step(const Model& model, const Frame& root, const Report& report, TrainedParameters& parameters,
                   std::string_view& loss, KeptMemory* memory);

}  // namespace flopstat
