#pragma once

#include <cstring>
#include <type_traits>

#include "bytes/file.h"
#include "flopstat/error.h"

namespace flopstat {

/// Throws `Error` (truncated): `what` at `offset` does not lie in the bytes.
[[noreturn]] void throw_truncated(Bytes bytes, uint64_t offset, const char* what);

/// Little-endian scalar at `offset`. Throws `Error` (truncated) where it does not lie in the bytes; `what` names it.
template <class T>
T read_at(Bytes bytes, uint64_t offset, const char* what) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) throw_truncated(bytes, offset, what);
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

/// Throws `Error` (truncated): `what`, `size` bytes from `offset`, does not lie in the bytes.
[[noreturn]] void throw_truncated(Bytes bytes, uint64_t offset, uint64_t size, const char* what);

/// `size` bytes from `offset`. Throws `Error` (truncated) where they do not lie in the bytes; `what` names them.
inline Bytes slice(Bytes bytes, uint64_t offset, uint64_t size, const char* what) {
  if (offset > bytes.size() || bytes.size() - offset < size) throw_truncated(bytes, offset, size, what);
  return bytes.subspan(offset, size);
}

}  // namespace flopstat
