#pragma once

#include <span>

#include "model/model.h"
#include "model/user_rule.h"

namespace flopstat {

/// Gives every node that a rule is for that rule: those that flopstat does not know, and others where the rule says
/// `override`. A rule for the node's name goes before one for its type, one with the type's domain ("com.acme::Op")
/// before one without, and of equal ones the last. Warns of what is counted by rules ("rule"), and of
/// rules that nothing is counted by ("rule_unused").
void apply_rules(Model& model, std::span<const UserRules> files);

}  // namespace flopstat
