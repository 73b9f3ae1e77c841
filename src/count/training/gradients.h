#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "count/training/parameters.h"
#include "graph/frames.h"

namespace flopstat {

/// Which tensors of one run of a graph have gradients: what is computed from a trained parameter, smoothly.
struct RunGradients {
  /// Distinct runs of a called graph, in order; the last one stands for all that follow.
  using Trips = std::vector<RunGradients>;

  std::vector<bool> has = {};                          ///< per tensor of the graph
  std::map<NodeIndex, std::vector<Trips>> calls = {};  ///< per call of a node that calls; none for one that never runs
};

/// Finds them, from the main graph's inputs on. `rows`: of the report, whose branches that are not taken run 0 times.
RunGradients gradients_of(const Model& model, const Frame& root, const TrainedParameters& parameters,
                          const RowsOfFrames& rows, const Report& report);

/// Whether a gradient can reach the operand of a node, as far as the node says: it is data or a weight, and no index.
bool takes_gradient(const Node& node, size_t operand);

/// Whether a called graph runs at all: a branch that is not taken does not.
bool is_taken(const Called& called, const RowsOfFrames& rows, const Report& report);

/// How often it runs where it does; 1 where that is not known.
uint64_t trips_of(const Called& called);

/// Input of a loop's body in the next trip that a result of this one becomes; nothing for one that no trip hands on.
std::optional<size_t> next_input(const Op& op, size_t result);

}  // namespace flopstat
