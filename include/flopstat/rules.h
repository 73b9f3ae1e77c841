#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "flopstat/analyze.h"

/// Rules files (docs/rules.md) to begin with.
namespace flopstat {

/// A rules file with a table for an operator of that type, every line of which is a comment to choose from.
std::string rules_template(std::string_view type);

/// The same for an operator of a model, which tells of its operands, results and attributes: of the first node of that
/// type ("Name" or "domain::Name"), or, where `type` is empty, of each type that flopstat does not know. Throws
/// `Error`: that of reading the model, and usage where it has no node of that type.
std::string rules_template(const std::string& path, std::string_view type, const Options& options = {});

/// The same for bytes in memory; `path` is only shown.
std::string rules_template(std::vector<std::byte> bytes, std::string path, std::string_view type,
                           const Options& options = {});

}  // namespace flopstat
