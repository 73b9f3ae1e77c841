#pragma once

#include <string_view>
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

/// Why an operand that a node leaves out is not known.
inline constexpr std::string_view kLeftOut = "the caller leaves this operand out";

struct LoopResult {
  Child child;      ///< condition, body
  Inferred values;  ///< what is carried out of the last trip
};

/// Result of a called graph that is the calling node's first result.
size_t first_delivered(const Op& op);

/// The graph may run several times, each time with what the time before left.
bool repeats(const Op& op);

/// Whether every trip finds the same in the i-th input of a loop's body: weights and bounds that are handed on.
bool keeps(const Op& op, const Graph& body, size_t input);

/// Infers a loop and how often it runs.
///
/// The body is inferred twice; whole numbers that both trips change by the same amount are taken to go on so. The trip
/// count is the smallest number of trips after which the condition fails: found by doubling and bisecting, and where
/// two numbers that the condition compares for equality meet. Where the condition cannot be evaluated the repeat is
/// Unknown. Where sizes inside change from trip to trip (a list that grows), every trip is a call of its own.
LoopResult run_loop(GraphRunner& runner, const While& loop, const std::vector<Known<Value>>& carried);

/// The same for a loop that may have a number of trips besides its condition. Where the condition that a trip leaves
/// cannot be evaluated, that number is an upper bound.
LoopResult run_loop(GraphRunner& runner, const Loop& loop, const std::vector<Known<Value>>& operands);

/// The same for a loop over the entries of sequences: their number is its trips.
LoopResult run_scan(GraphRunner& runner, const Scan& scan, const std::vector<Known<Value>>& operands);

}  // namespace flopstat
