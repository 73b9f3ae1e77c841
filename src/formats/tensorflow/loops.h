#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "formats/tensorflow/scope.h"

namespace flopstat::tensorflow {

/// A variable of a loop: what goes round from Enter or NextIteration through Merge and Switch.
struct LoopVariable {
  NodeNumber enter = 0;
  NodeNumber merge = 0;
  NodeNumber next_iteration = 0;
  std::optional<NodeNumber> change = std::nullopt;  ///< its Switch: into the body or out of the loop
};

/// A loop as its frame of Enter, Merge, Switch, NextIteration, Exit and LoopCond nodes says it.
struct FrameLoop {
  NodeNumber condition = 0;                  ///< its LoopCond, which stands for the loop as a whole
  std::vector<LoopVariable> variables = {};  ///< in the order of their Merge nodes
  std::vector<NodeNumber> constants = {};    ///< Enter nodes of what is the same in each trip
};

/// The loops of a scope that are written as frames (TensorFlow 1, and graphs frozen from loops of TensorFlow 2).
///
/// Source: github.com/tensorflow/tensorflow, core/ops/control_flow_ops.cc; "Implementation of Control Flow in
/// TensorFlow", 2017.
class FrameLoops {
 public:
  /// Throws `Error` (corrupt) where a frame has a variable and no LoopCond, or an input names no node.
  explicit FrameLoops(const Scope& scope);

  /// The loop whose LoopCond that is.
  const FrameLoop* loop_of(NodeNumber condition) const;

  /// The result of the loop as a whole that an Exit node gives: its variable's.
  std::optional<Source> result_of_exit(NodeNumber exit) const;

  /// The Merge belongs to a loop: any other joins the branches of a condition.
  bool is_loop_merge(NodeNumber merge) const { return variables_.contains(merge); }

 private:
  struct Place {
    size_t loop = 0;
    size_t variable = 0;
  };

  std::vector<FrameLoop> loops_;
  std::unordered_map<NodeNumber, size_t> by_condition_;
  std::unordered_map<NodeNumber, Place> variables_;  ///< by their Merge
  std::unordered_map<NodeNumber, Place> exits_;
};

}  // namespace flopstat::tensorflow
