#include "bytes/zip.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "bytes/cursor.h"
#include "flopstat/error.h"

namespace flopstat {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50;
constexpr uint32_t kDirectoryEntry = 0x02014b50;
constexpr uint32_t kEndRecord = 0x06054b50;

constexpr uint64_t kDirectoryEntrySize = 46;
constexpr uint64_t kEndRecordSize = 22;
constexpr uint64_t kLongestComment = 0xffff;

/// What the end record says of the directory.
struct EndRecord {
  uint64_t offset = 0;  ///< of the record, in the bytes
  uint16_t entries = 0;
  uint32_t directory_size = 0;
  uint32_t directory_offset = 0;  ///< from the beginning of the archive, or of the bytes
};

/// The last place where an end record and its comment fill the bytes to their end.
std::optional<EndRecord> find_end_record(Bytes bytes) {
  if (bytes.size() < kEndRecordSize) return std::nullopt;
  const uint64_t last = bytes.size() - kEndRecordSize;
  const uint64_t first = last - std::min(last, kLongestComment);
  for (uint64_t at = last + 1; at-- > first;) {
    if (bytes[at] != std::byte{'P'} || read_at<uint32_t>(bytes, at, "a signature") != kEndRecord) continue;
    const auto comment = read_at<uint16_t>(bytes, at + 20, "the comment of an archive");
    if (at + kEndRecordSize + comment != bytes.size()) continue;
    return EndRecord{at, read_at<uint16_t>(bytes, at + 10, "the number of files in an archive"),
                     read_at<uint32_t>(bytes, at + 12, "the size of an archive's directory"),
                     read_at<uint32_t>(bytes, at + 16, "the place of an archive's directory")};
  }
  return std::nullopt;
}

[[noreturn]] void throw_corrupt(const std::string& message, uint64_t offset) {
  throw Error(ErrorCode::corrupt, message, offset);
}

}  // namespace

std::optional<ZipTail> find_zip_tail(Bytes bytes) {
  const std::optional<EndRecord> end = find_end_record(bytes);
  if (!end) return std::nullopt;
  if (end->entries == UINT16_MAX || end->directory_offset == UINT32_MAX || end->directory_size == UINT32_MAX) {
    throw Error(ErrorCode::unsupported, "the archive has 64-bit sizes, its directory is not read", end->offset);
  }
  if (uint64_t{end->directory_size} + end->directory_offset > end->offset) {
    throw_corrupt("the directory of the archive needs more bytes than lie before its end", end->offset);
  }
  // Whoever appends an archive may count from the beginning of the file or from that of the archive.
  const uint64_t directory = end->offset - end->directory_size;
  const uint64_t base = directory - end->directory_offset;
  const Bytes before_end = bytes.first(end->offset);

  ZipTail tail{.offset = directory, .entries = {}};
  uint64_t at = directory;
  for (uint32_t i = 0; i < end->entries; ++i) {
    const Bytes entry = slice(before_end, at, kDirectoryEntrySize, "an entry of the archive's directory");
    if (read_at<uint32_t>(entry, 0, "a signature") != kDirectoryEntry) {
      throw_corrupt("entry " + std::to_string(i) + " of the archive's directory has no signature", at);
    }
    const auto stored_size = read_at<uint32_t>(entry, 20, "the size of a file in the archive");
    const auto size = read_at<uint32_t>(entry, 24, "the size of a file in the archive");
    const auto name_size = read_at<uint16_t>(entry, 28, "the name of a file in the archive");
    const auto extra_size = read_at<uint16_t>(entry, 30, "a field of the archive's directory");
    const auto comment_size = read_at<uint16_t>(entry, 32, "a field of the archive's directory");
    const uint64_t header = base + read_at<uint32_t>(entry, 42, "the place of a file in the archive");
    const Bytes name = slice(before_end, at + kDirectoryEntrySize, name_size, "the name of a file in the archive");
    if (header >= directory || read_at<uint32_t>(bytes, header, "a file in the archive") != kLocalHeader) {
      throw_corrupt("the archive's directory places a file where none begins", at);
    }
    tail.offset = std::min(tail.offset, header);
    tail.entries.push_back({{reinterpret_cast<const char*>(name.data()), name.size()}, size, stored_size});
    at += kDirectoryEntrySize + name_size + extra_size + comment_size;
  }
  return tail;
}

}  // namespace flopstat
