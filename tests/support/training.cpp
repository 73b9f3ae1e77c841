#include "support/training.h"

#include <gtest/gtest.h>

#include "count/training.h"
#include "graph/uses.h"

namespace flopstat::test {

const TrainingRow& Trained::row(std::string_view name) const {
  static const TrainingRow kNone;
  const Row& found = row_named(counted.report, name);
  if (found.index < training().rows.size()) return training().rows[found.index];
  ADD_FAILURE() << "training has no rows";
  return kNone;
}

Trained trained(Model model, const TrainingOptions& options, const Bindings& bindings) {
  Trained result{counted(std::move(model), bindings)};
  const Model& counted_model = result.counted.model;
  const Frames& frames = result.counted.frames;
  train(counted_model, frames, analyze(counted_model, frames.root), options, {}, result.counted.report);
  return result;
}

}  // namespace flopstat::test
