#pragma once

#include <optional>
#include <string_view>

#include "bytes/file.h"

/// FlexBuffers, as far as custom operators' options need them: numbers in a map.
/// Format: https://flatbuffers.dev/internals.html, "FlexBuffers".
namespace flopstat {

/// The number (or boolean) stored under `key` in the map at the root; nothing where there is no such map, key or
/// number. Never reads outside the bytes, whatever they are.
std::optional<double> flexbuffer_number(Bytes bytes, std::string_view key);

}  // namespace flopstat
