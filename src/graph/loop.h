#pragma once

#include <vector>

#include "graph/frames.h"
#include "ops/ops.h"

namespace flopstat {

/// Infers one call of a graph; what the loop needs of the inference driver.
class GraphRunner {
 public:
  virtual Frame run(GraphId graph, const std::vector<Known<Value>>& inputs) = 0;
  virtual const Graph& graph(GraphId id) const = 0;

 protected:
  ~GraphRunner() = default;
};

struct LoopResult {
  Child child;      ///< condition, body
  Inferred values;  ///< what is carried out of the last trip
};

/// Infers a loop and how often it runs.
///
/// The body is inferred twice; whole numbers that both trips change by the same amount are taken to go on so. The trip
/// count is the smallest number of trips after which the condition fails: found by doubling and bisecting, and where
/// two numbers that the condition compares for equality meet. Where the condition cannot be evaluated the repeat is
/// Unknown. Where sizes inside change from trip to trip (a list that grows), every trip is a call of its own.
LoopResult run_loop(GraphRunner& runner, const While& loop, const std::vector<Known<Value>>& carried);

}  // namespace flopstat
