#include "graph/apply_rules.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/suggest.h"

namespace flopstat {
namespace {

std::string shown(std::string_view name) {
  constexpr size_t kLongest = 80;
  return "'" + std::string(name.substr(0, kLongest)) + (name.size() > kLongest ? "...'" : "'");
}

/// "com.acme::Op", as rules name a type of a domain; empty where it has none.
std::string whole_type(const Node& node) {
  const auto* opaque = std::get_if<Opaque>(&node.op);
  if (opaque == nullptr || opaque->domain.empty()) return {};
  return opaque->domain + "::" + std::string(node.type);
}

/// What became of a rule.
struct Fate {
  uint64_t counted = 0;  ///< nodes
  uint64_t known = 0;    ///< nodes that it is for and that flopstat knows
};

class Application {
 public:
  explicit Application(std::span<const UserRules> files) {
    for (const UserRules& rules : files) {
      for (const std::shared_ptr<const UserRule>& rule : rules) {
        by_name_.insert_or_assign({rule->subject, rule->name}, rule);
        fates_.emplace_back(rule, Fate{});
      }
    }
    for (size_t i = 0; i < fates_.size(); ++i) index_[fates_[i].first.get()] = i;
  }

  void apply(Model& model) {
    for (Graph& graph : model.graphs) {
      for (Node& node : graph.nodes) apply(node);
    }
    for (const auto& [rule, fate] : fates_) warn(*rule, fate, model);
  }

 private:
  using Key = std::pair<UserRule::Subject, std::string_view>;

  void apply(Node& node) {
    const std::shared_ptr<const UserRule>* rule = find(node);
    if (rule == nullptr) return;
    Fate& fate = fates_[index_.at(rule->get())].second;
    if (auto* opaque = std::get_if<Opaque>(&node.op)) {
      opaque->rule = *rule;
    } else if ((*rule)->overrides) {
      node.op = Opaque{.rule = *rule};
      node.activation.reset();
    } else {
      ++fate.known;
      return;
    }
    ++fate.counted;
  }

  const std::shared_ptr<const UserRule>* find(const Node& node) const {
    const std::string whole = whole_type(node);
    for (const Key& key : {Key{UserRule::Subject::node, node.name}, Key{UserRule::Subject::node, node.scope},
                           Key{UserRule::Subject::type, whole}, Key{UserRule::Subject::type, node.type}}) {
      if (const auto found = by_name_.find(key); found != by_name_.end() && !key.second.empty()) return &found->second;
    }
    return nullptr;
  }

  static void warn(const UserRule& rule, const Fate& fate, Model& model) {
    const bool of_type = rule.subject == UserRule::Subject::type;
    const auto nodes = [&rule, of_type](uint64_t count) {
      return std::to_string(count) + (count == 1 ? " node " : " nodes ") + (of_type ? "" : "named ") + shown(rule.name);
    };
    if (fate.counted > 0) {
      model.warnings.push_back(
          {"rule", nodes(fate.counted) + (fate.counted == 1 ? " is" : " are") + " counted by the rule " + rule.place});
    }
    if (fate.known > 0) {
      model.warnings.push_back({"rule_unused", rule.place + ": flopstat knows " + nodes(fate.known) +
                                                   " and does not use the rule; override = true would"});
    }
    if (fate.counted > 0 || fate.known > 0) return;
    const std::string_view meant = closest(rule.name, candidates(model, of_type));
    model.warnings.push_back({"rule_unused", rule.place + ": the model has no node " +
                                                 (of_type ? "of the type " : "named ") + shown(rule.name) +
                                                 (meant.empty() ? "" : "; did you mean " + shown(meant) + "?")});
  }

  /// Types or names of the nodes that flopstat does not know.
  static std::vector<std::string_view> candidates(const Model& model, bool types) {
    constexpr size_t kMost = 1'000;
    std::vector<std::string_view> names;
    for (const Graph& graph : model.graphs) {
      for (const Node& node : graph.nodes) {
        if (names.size() < kMost && std::holds_alternative<Opaque>(node.op))
          names.push_back(types ? node.type : node.name);
      }
    }
    return names;
  }

  std::map<Key, std::shared_ptr<const UserRule>> by_name_;
  std::vector<std::pair<std::shared_ptr<const UserRule>, Fate>> fates_;
  std::map<const UserRule*, size_t> index_;
};

}  // namespace

void apply_rules(Model& model, std::span<const UserRules> files) { Application(files).apply(model); }

}  // namespace flopstat
