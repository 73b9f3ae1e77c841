#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace flopstat {

/// Whole numbers (booleans are 0 and 1), real numbers, or a text. A single number is a list of one.
using AttributeValue = std::variant<std::vector<int64_t>, std::vector<double>, std::string>;

/// What a file says of a node that is no operand.
struct NamedAttribute {
  std::string name = {};
  AttributeValue value = {};
};

/// In the order of the file.
using Attributes = std::vector<NamedAttribute>;

/// Readers keep no more attributes of one node, numbers of one attribute and bytes of one text: what describes an
/// operation is small, and files come from strangers.
inline constexpr size_t kMaxAttributes = 256;
inline constexpr size_t kMaxAttributeNumbers = 1'024;
inline constexpr size_t kMaxAttributeText = 1'024;

}  // namespace flopstat
