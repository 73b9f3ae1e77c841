#pragma once

#include <span>
#include <string_view>

#include "bytes/file.h"
#include "model/user_convention.h"

namespace flopstat::rules {

/// Reads a convention file: TOML with `name`, `unit` and a table `[count]` that gives a formula over `kLayerSizes` for
/// each kind of layer. `kinds`: the keys that the table may have. Throws `Error` (usage), whose message begins with
/// "path:line:column".
UserConvention read_convention(const File& file, std::span<const std::string_view> kinds);

}  // namespace flopstat::rules
