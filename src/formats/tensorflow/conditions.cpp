#include "formats/tensorflow/conditions.h"

#include <algorithm>
#include <unordered_set>

namespace flopstat::tensorflow {
namespace {

bool is_switch(std::string_view op) { return op == "Switch" || op == "RefSwitch"; }
bool is_merge(std::string_view op) { return op == "Merge" || op == "RefMerge"; }

/// The Switch nodes at which a branch begins, each with the side that the branch takes.
struct Way {
  std::vector<Source> switches = {};
  bool complete = true;
};

/// What a node takes; the Exit of a loop all that enters that.
std::vector<Source> taken_by(const Scope& scope, const FrameLoops& loops, NodeNumber node) {
  const std::optional<Source> whole = loops.result_of_exit(node);
  const FrameLoop* loop = whole ? loops.loop_of(whole->node) : nullptr;
  if (loop == nullptr) return scope.inputs_of(node);
  std::vector<NodeNumber> enters = loop->constants;
  for (const LoopVariable& variable : loop->variables) enters.push_back(variable.enter);
  std::vector<Source> taken;
  for (const NodeNumber enter : enters) {
    const std::vector<Source> inputs = scope.inputs_of(enter);
    taken.insert(taken.end(), inputs.begin(), inputs.end());
  }
  return taken;
}

/// Goes back from the end of a branch. A Merge on the way ends a condition inside the branch, and a Switch behind it
/// begins that one: they match like brackets.
Way way_back(const Scope& scope, const FrameLoops& loops, const Source& from, size_t& visits_left) {
  struct Place {
    Source source = {};
    uint32_t inside = 0;  ///< conditions that were entered from their end
  };
  constexpr uint32_t kDeepest = 1000;
  Way way;
  std::vector<Place> stack = {{from, 0}};
  std::unordered_set<uint64_t> seen;  // nodes, and how deep
  while (!stack.empty()) {
    auto [source, inside] = stack.back();
    stack.pop_back();
    const std::string_view op = scope[source.node].op;
    if (is_switch(op) && inside == 0) {
      if (std::ranges::find(way.switches, source) == way.switches.end()) way.switches.push_back(source);
      continue;
    }
    if (is_switch(op)) --inside;
    if (is_merge(op)) ++inside;
    if (!seen.insert(uint64_t{source.node} << 32 | inside).second) continue;
    way.complete = visits_left > 0 && inside < kDeepest;
    if (!way.complete) return way;
    --visits_left;
    for (const Source& input : taken_by(scope, loops, source.node)) stack.push_back({input, inside});
  }
  return way;
}

}  // namespace

const Condition* Conditions::joined_by(NodeNumber merge) const {
  if (!is_merge(scope_[merge].op) || loops_.is_loop_merge(merge)) return nullptr;
  auto found = known_.find(merge);
  if (found == known_.end()) found = known_.emplace(merge, find(merge)).first;
  return found->second ? &*found->second : nullptr;
}

std::optional<Condition> Conditions::find(NodeNumber merge) const {
  const std::vector<Source> joined = scope_.inputs_of(merge);
  if (joined.size() != 2) return std::nullopt;
  const std::array<Way, 2> ways{way_back(scope_, loops_, joined[0], visits_left_),
                                way_back(scope_, loops_, joined[1], visits_left_)};
  const size_t first = ways[0].switches.empty() ? 1 : 0;
  if (!ways[0].complete || !ways[1].complete || ways[first].switches.empty()) return std::nullopt;

  // One branch takes the one side of every Switch, the other branch the other side, all on one predicate.
  const uint32_t side = ways[first].switches.front().result;
  std::optional<Condition> condition;
  for (const size_t way : {first, 1 - first}) {
    for (const Source& each : ways[way].switches) {
      const std::vector<Source> inputs = scope_.inputs_of(each.node);
      if (inputs.size() != 2 || (each.result == side) != (way == first)) return std::nullopt;
      const Source predicate = behind_identities(scope_, inputs[1]);
      if (!condition) condition = Condition{.predicate = predicate, .switches = {}, .operands = {}, .branches = {}};
      if (!(condition->predicate == predicate)) return std::nullopt;
      if (std::ranges::find(condition->switches, each.node) != condition->switches.end()) continue;
      condition->switches.push_back(each.node);
      condition->operands.push_back(inputs[0]);
    }
  }
  condition->branches[side == 0 ? 0 : 1] = joined[first];
  condition->branches[side == 0 ? 1 : 0] = joined[1 - first];
  return condition;
}

}  // namespace flopstat::tensorflow
