#pragma once

#include <vector>

#include "graph/frames.h"
#include "model/model.h"

namespace flopstat {

/// What a graph is to the loop that runs it.
enum class LoopPart : uint8_t {
  none,
  condition,
  body,          ///< of TensorFlow 1: nodes between Switch and NextIteration
  function_body  ///< of TensorFlow 2: a function, which freezing puts between such nodes
};

/// Which tensors of a graph have a size that TensorFlow's shape functions do not tell, though flopstat knows it: what a
/// loop changes is open from its first step on. One for each tensor.
///
/// Source: tensorflow/core/common_runtime/shape_refiner.cc (Merge of a back edge), tensorflow/core/ops/list_ops.cc.
std::vector<bool> open_sizes(const Graph& graph, LoopPart part);

/// Which tensors come from a function in which shapes may get lost, perhaps through others: from one that calls graphs
/// in its turn. One for each tensor.
std::vector<bool> behind_functions(const Model& model, const Graph& graph);

}  // namespace flopstat
