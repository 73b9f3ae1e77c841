#pragma once

#include <cstring>
#include <string>
#include <type_traits>

#include "bytes/file.h"
#include "flopstat/error.h"

namespace flopstat {

/// Little-endian scalar at `offset`. Throws `Error` (truncated) where it does not lie in the bytes; `what` names it.
template <class T>
T read_at(Bytes bytes, uint64_t offset, const char* what) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) {
    throw Error(ErrorCode::truncated, std::string(what) + " lies behind the end of the file", offset,
                "the file has " + std::to_string(bytes.size()) + " bytes");
  }
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

/// `size` bytes from `offset`. Throws `Error` (truncated) where they do not lie in the bytes; `what` names them.
inline Bytes slice(Bytes bytes, uint64_t offset, uint64_t size, const char* what) {
  if (offset > bytes.size() || bytes.size() - offset < size) {
    throw Error(ErrorCode::truncated, std::string(what) + " lies behind the end of the file", offset,
                "it needs " + std::to_string(size) + " bytes, the file has " + std::to_string(bytes.size()));
  }
  return bytes.subspan(offset, size);
}

}  // namespace flopstat
