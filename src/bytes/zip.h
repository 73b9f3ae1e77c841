#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "bytes/file.h"

namespace flopstat {

/// What an archive's directory says of one file in it.
struct ZipEntry {
  std::string_view name;     ///< a view into the archive
  uint64_t size = 0;         ///< unpacked
  uint64_t stored_size = 0;  ///< as it lies in the archive
};

/// A zip archive at the end of bytes that may begin with something else.
struct ZipTail {
  uint64_t offset = 0;  ///< byte at which the archive begins
  std::vector<ZipEntry> entries;
};

/// The directory of the archive that the bytes end with; nothing where they end with none. Nothing is unpacked. Throws
/// `Error` (corrupt, truncated) where there is an end of an archive whose directory contradicts it, unsupported for
/// one with 64-bit sizes.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
std::optional<ZipTail> find_zip_tail(Bytes bytes);

}  // namespace flopstat
