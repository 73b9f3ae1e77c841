#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "bytes/file.h"

/// FlexBuffers, as far as custom operators' options need them: numbers, lists of them and texts in a map.
/// Format: https://flatbuffers.dev/internals.html, "FlexBuffers".
namespace flopstat {

/// The number (or boolean) stored under `key` in the map at the root; nothing where there is no such map, key or
/// number. Never reads outside the bytes, whatever they are.
std::optional<double> flexbuffer_number(Bytes bytes, std::string_view key);

/// An entry of a map: a text, or numbers. Whole ones (booleans are 0 and 1) where all of them are; one is a list of
/// one.
struct FlexEntry {
  std::string_view key = {};
  std::variant<std::vector<int64_t>, std::vector<double>, std::string_view> value = {};
};

/// The entries of the map at the root that are numbers, lists of them or texts, at most `most` of them with at most
/// `longest` numbers or bytes each; others are left out. Empty where there is no such map. Never reads outside the
/// bytes, whatever they are.
std::vector<FlexEntry> flexbuffer_entries(Bytes bytes, size_t most, size_t longest);

}  // namespace flopstat
