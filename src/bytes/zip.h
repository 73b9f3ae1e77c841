#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "bytes/file.h"

/// Zip archives in memory: the directory is read, members are views or unpacked into memory, nothing goes to disk.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 (records), 4.4 (fields) and 4.5.3 (64-bit sizes).
namespace flopstat {

/// What an archive's directory says of one file in it.
struct ZipEntry {
  std::string_view name;     ///< a view into the archive
  uint64_t size = 0;         ///< unpacked
  uint64_t stored_size = 0;  ///< as it lies in the archive
  uint64_t offset = 0;       ///< byte at which its local header begins
  uint32_t crc = 0;          ///< CRC-32 of the unpacked contents
  uint16_t flags = 0;        ///< section 4.4.4
  uint16_t method = 0;       ///< of compression, section 4.4.5: 0 stored, 8 deflated
};

/// A zip archive at the end of bytes that may begin with something else.
struct ZipTail {
  uint64_t offset = 0;     ///< byte at which the archive begins
  uint64_t directory = 0;  ///< byte at which its directory begins
  std::vector<ZipEntry> entries;
};

/// The directory of the archive that the bytes end with; nothing where they end with none. Nothing is unpacked, and
/// names are as they stand. Throws `Error` (corrupt, truncated) where there is an end of an archive whose directory
/// contradicts it, unsupported for one part of an archive of several.
std::optional<ZipTail> find_zip_tail(Bytes bytes);

/// The contents of one file in an archive.
struct ZipContents {
  Bytes bytes;                             ///< a view into the archive, or into `owner`
  std::shared_ptr<const std::byte> owner;  ///< of what had to be unpacked; else empty
};

/// An archive whose members are read: stricter than its directory alone. The bytes must outlive it.
class ZipArchive {
 public:
  /// Throws `Error`: unrecognised where the bytes do not end with an archive; corrupt also for a member whose name
  /// would leave a folder (absolute, `..`, a backslash or a zero in it), and for members that overlap.
  explicit ZipArchive(Bytes bytes);

  /// In the order of the directory.
  const std::vector<ZipEntry>& entries() const { return entries_; }

  /// The member of that name, or null. Throws `Error` (corrupt) where several have it: readers differ in which one
  /// they take.
  const ZipEntry* find(std::string_view name) const;

  /// The contents of a member of this archive. A stored one is a view, of any size, of which no byte is read. A
  /// deflated one is unpacked into memory, and its size and checksum are compared.
  ///
  /// Throws `Error`: corrupt where its local header contradicts the directory or its data are not what both say;
  /// unsupported where it is encrypted or packed by another method; limit where it unpacks to more than `limit` bytes,
  /// or to more than 1 MiB and 200 times what is stored. Memory is taken for no more than both limits allow.
  ZipContents contents(const ZipEntry& entry, uint64_t limit) const;

 private:
  uint64_t end_of_room(const ZipEntry& entry) const;
  Bytes stored_data(const ZipEntry& entry) const;

  Bytes bytes_;
  std::vector<ZipEntry> entries_;
  std::vector<uint64_t> places_;  ///< where local headers begin, ascending, then the directory
};

}  // namespace flopstat
