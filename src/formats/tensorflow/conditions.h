#pragma once

#include <array>
#include <optional>
#include <unordered_map>
#include <vector>

#include "formats/tensorflow/loops.h"
#include "formats/tensorflow/scope.h"

namespace flopstat::tensorflow {

/// Two branches of Switch nodes on one predicate that a Merge joins.
struct Condition {
  Source predicate = {};
  std::vector<NodeNumber> switches = {};  ///< where operands enter the branches
  std::vector<Source> operands = {};      ///< per Switch what it hands down
  std::array<Source, 2> branches = {};    ///< what is joined where the predicate is false, and where it is true
};

/// The conditions of a scope that are written with Switch and Merge (TensorFlow 1). They are looked for as they are
/// asked for.
class Conditions {
 public:
  Conditions(const Scope& scope, const FrameLoops& loops) : scope_(scope), loops_(loops) {}

  /// The condition whose branches the Merge joins; null for another node, and for a Merge that joins something else.
  const Condition* joined_by(NodeNumber merge) const;

 private:
  std::optional<Condition> find(NodeNumber merge) const;

  const Scope& scope_;
  const FrameLoops& loops_;
  mutable std::unordered_map<NodeNumber, std::optional<Condition>> known_;
  mutable size_t visits_left_ = 10'000'000;  ///< a stranger nests conditions without end
};

}  // namespace flopstat::tensorflow
