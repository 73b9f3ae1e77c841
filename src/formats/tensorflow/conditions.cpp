#include "formats/tensorflow/conditions.h"

#include <algorithm>
#include <unordered_set>

namespace flopstat::tensorflow {
namespace {

/// The Switch nodes on the way back from a result, each with the side that the way takes.
struct Way {
  std::vector<Source> switches = {};
  bool complete = true;
};

Way way_back(const Scope& scope, const Source& from, size_t& visits_left) {
  Way way;
  std::vector<Source> stack = {from};
  std::unordered_set<uint64_t> seen;
  while (!stack.empty() && way.complete) {
    const Source source = stack.back();
    stack.pop_back();
    if (!seen.insert(key_of(source)).second) continue;
    way.complete = visits_left > 0;
    if (way.complete) --visits_left;
    if (scope[source.node].op == "Switch" || scope[source.node].op == "RefSwitch") way.switches.push_back(source);
    // Behind the Switch of a condition inside this one stands one of this condition, or what is outside of both.
    for (const Source& input : scope.inputs_of(source.node)) stack.push_back(input);
  }
  return way;
}

}  // namespace

const Condition* Conditions::joined_by(NodeNumber merge) const {
  const std::string_view op = scope_[merge].op;
  if ((op != "Merge" && op != "RefMerge") || loops_.is_loop_merge(merge)) return nullptr;
  auto found = known_.find(merge);
  if (found == known_.end()) found = known_.emplace(merge, find(merge)).first;
  return found->second ? &*found->second : nullptr;
}

std::optional<Condition> Conditions::find(NodeNumber merge) const {
  const std::vector<Source> joined = scope_.inputs_of(merge);
  if (joined.size() != 2) return std::nullopt;
  const std::array<Way, 2> ways{way_back(scope_, joined[0], visits_left_), way_back(scope_, joined[1], visits_left_)};
  if (!ways[0].complete || !ways[1].complete) return std::nullopt;
  const auto predicate_of = [&](NodeNumber each) {
    const std::vector<Source> inputs = scope_.inputs_of(each);
    return inputs.size() == 2 ? std::optional(behind_identities(scope_, inputs[1])) : std::nullopt;
  };
  // The predicate on which the ways part: one takes its false side, the other its true side.
  for (const size_t first : {0U, 1U}) {
    for (const Source& mine : ways[first].switches) {
      const auto predicate = predicate_of(mine.node);
      if (!predicate) continue;
      const auto on_it = [&](const Source& each) { return predicate_of(each.node) == predicate; };
      const auto other_side = [&](const Source& each) { return on_it(each) && each.result != mine.result; };
      const std::vector<Source>& others = ways[1 - first].switches;
      const bool same_here = std::ranges::none_of(ways[first].switches, other_side);
      const bool parts = std::ranges::any_of(others, other_side) || std::ranges::none_of(others, on_it);
      if (!same_here || !parts) continue;
      Condition condition{.predicate = *predicate, .switches = {}, .operands = {}, .branches = {}};
      condition.branches[mine.result == 0 ? 0 : 1] = joined[first];
      condition.branches[mine.result == 0 ? 1 : 0] = joined[1 - first];
      for (const Way& way : ways) {
        for (const Source& each : way.switches) {
          const bool is_new = std::ranges::find(condition.switches, each.node) == condition.switches.end();
          if (!on_it(each) || !is_new) continue;
          condition.switches.push_back(each.node);
          condition.operands.push_back(scope_.inputs_of(each.node)[0]);
        }
      }
      return condition;
    }
  }
  return std::nullopt;
}

}  // namespace flopstat::tensorflow
