#pragma once

#include <string_view>

#include "bytes/file.h"
#include "model/user_rule.h"

namespace flopstat::rules {

/// Reads a rules file: TOML 1.0 with a table `[op.NAME]` or `[layer.NAME]` for each rule. Grammar: docs/rules.md.
/// Throws `Error` (usage), whose message begins with "path:line:column".
UserRules read_rules(const File& file);

}  // namespace flopstat::rules
