#pragma once

#include <string_view>

#include "flopstat/analyze.h"
#include "flopstat/training.h"
#include "support/model_builder.h"

namespace flopstat::test {

/// A model whose step of training is counted.
struct Trained {
  Counted counted;

  const Training& training() const { return *counted.report.training; }

  /// The row of the node of that name; fails the test where there is none.
  const TrainingRow& row(std::string_view name) const;
};

/// Infers, analyzes, counts, and counts a step of training. Throws `Error`.
Trained trained(Model model, const TrainingOptions& options = {}, const Bindings& bindings = {});

}  // namespace flopstat::test
