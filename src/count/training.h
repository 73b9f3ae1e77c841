#pragma once

#include <memory>
#include <string_view>

#include "flopstat/analyze.h"
#include "flopstat/training.h"
#include "graph/frames.h"
#include "graph/uses.h"

namespace flopstat {

/// Counts a step of training of the model whose report this is, and fills the report's `training` and its total of
/// training memory. `file_loss`: the word of the file for its loss, or empty.
///
/// Throws `Error` (usage) for an optimizer, a loss or a layer to freeze that there is not.
/// Source: docs/counting.md, section 5.
void train(const Model& model, const Frames& frames, const Uses& uses, const TrainingOptions& options,
           std::string_view file_loss, Report& report);

}  // namespace flopstat
