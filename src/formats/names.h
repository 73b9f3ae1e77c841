#pragma once

#include <string>
#include <string_view>

#include "bytes/protobuf.h"

/// Names as files hold them and as messages show them.
namespace flopstat {

inline constexpr size_t kMaxName = size_t{1} << 20;

/// The current field as a name. Throws `Error` (limit) for one longer than `kMaxName`.
std::string_view name_in(const ProtoMessage& message);

/// A name as messages show it: in quotes, and cut where it is long.
std::string quoted(std::string_view name);

}  // namespace flopstat
