#include "formats/tensorflow/loops.h"

#include <map>
#include <string>
#include <string_view>

#include "flopstat/error.h"
#include "formats/names.h"
#include "formats/tensorflow/schema.h"
#include "formats/tensorflow/tensor.h"

namespace flopstat::tensorflow {
namespace {

bool is_any(std::string_view op, std::string_view name) {
  return op == name || (op.starts_with("Ref") && op.substr(3) == name);
}

/// The attribute frame_name of an Enter node.
std::string_view frame_of(const Definition& enter) {
  std::string_view frame;
  for (ProtoMessage node = enter.message; node.next();) {
    if (node.field() != NodeDef::attr) continue;
    std::string_view key;
    std::string_view text;
    for (ProtoMessage entry = node.child(); entry.next();) {
      if (entry.field() == MapEntry::key) key = name_in(entry);
      if (entry.field() != MapEntry::value) continue;
      for (ProtoMessage value = entry.child(); value.next();) {
        if (value.field() == AttrValue::s) text = name_in(value);
      }
    }
    if (key == "frame_name") frame = text;
  }
  return frame;
}

}  // namespace

FrameLoops::FrameLoops(const Scope& scope) {
  std::map<std::string_view, size_t> by_frame;
  std::unordered_map<NodeNumber, bool> entered;  // Enter nodes, and whether a Merge takes them
  const auto loop_named = [&](std::string_view frame) {
    const auto [found, is_new] = by_frame.try_emplace(frame, loops_.size());
    if (is_new) loops_.emplace_back();
    return found->second;
  };
  for (NodeNumber n = 0; n < scope.size(); ++n) {
    if (is_any(scope[n].op, "Enter")) entered.emplace(n, false);
  }
  if (entered.empty()) return;

  for (NodeNumber n = 0; n < scope.size(); ++n) {
    if (!is_any(scope[n].op, "Merge")) continue;
    const std::vector<Source> inputs = scope.inputs_of(n);
    if (inputs.size() != 2) continue;
    const bool enters_first = is_any(scope[inputs[0].node].op, "Enter");
    const NodeNumber enter = inputs[enters_first ? 0 : 1].node;
    const NodeNumber next = inputs[enters_first ? 1 : 0].node;
    if (!is_any(scope[enter].op, "Enter") || !is_any(scope[next].op, "NextIteration")) continue;
    const size_t loop = loop_named(frame_of(scope[enter]));
    variables_.emplace(n, Place{loop, loops_[loop].variables.size()});
    loops_[loop].variables.push_back({.enter = enter, .merge = n, .next_iteration = next});
    entered[enter] = true;
  }
  for (NodeNumber n = 0; n < scope.size(); ++n) {
    if (!is_any(scope[n].op, "Switch")) continue;
    const std::vector<Source> inputs = scope.inputs_of(n);
    if (inputs.size() != 2 || !is_any(scope[inputs[1].node].op, "LoopCond")) continue;
    const auto variable = variables_.find(inputs[0].node);
    if (variable == variables_.end()) continue;
    FrameLoop& loop = loops_[variable->second.loop];
    loop.variables[variable->second.variable].change = n;
    loop.condition = inputs[1].node;
    by_condition_.emplace(loop.condition, variable->second.loop);
    exits_.emplace(n, variable->second);  // for now by its Switch
  }
  const std::unordered_map<NodeNumber, Place> switches = std::move(exits_);
  exits_.clear();
  for (NodeNumber n = 0; n < scope.size(); ++n) {
    if (is_any(scope[n].op, "Enter") && !entered.at(n)) {
      loops_[loop_named(frame_of(scope[n]))].constants.push_back(n);
    }
    if (!is_any(scope[n].op, "Exit")) continue;
    const std::vector<Source> inputs = scope.inputs_of(n);
    const auto place = inputs.empty() ? switches.end() : switches.find(inputs[0].node);
    if (place == switches.end()) {
      throw Error(ErrorCode::corrupt, "the Exit " + quoted(scope[n].name) + " leaves no loop",
                  scope[n].message.offset(), "a loop has an Enter, Merge, Switch and NextIteration per variable");
    }
    exits_.emplace(n, place->second);
  }
}

const FrameLoop* FrameLoops::loop_of(NodeNumber condition) const {
  const auto found = by_condition_.find(condition);
  return found == by_condition_.end() ? nullptr : &loops_[found->second];
}

std::optional<Source> FrameLoops::result_of_exit(NodeNumber exit) const {
  const auto found = exits_.find(exit);
  if (found == exits_.end()) return std::nullopt;
  return Source{loops_[found->second.loop].condition, static_cast<uint32_t>(found->second.variable)};
}

}  // namespace flopstat::tensorflow
