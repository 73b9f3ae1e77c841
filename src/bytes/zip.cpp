#include "bytes/zip.h"

#define ZLIB_CONST  // what is inflated is not written to
#include <zlib.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>

#include "bytes/cursor.h"
#include "flopstat/error.h"

namespace flopstat {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50;
constexpr uint32_t kDirectoryEntry = 0x02014b50;
constexpr uint32_t kEndRecord = 0x06054b50;
constexpr uint32_t kEndRecord64 = 0x06064b50;
constexpr uint32_t kLocator64 = 0x07064b50;

constexpr uint64_t kLocalHeaderSize = 30;
constexpr uint64_t kDirectoryEntrySize = 46;
constexpr uint64_t kEndRecordSize = 22;
constexpr uint64_t kEndRecord64Size = 56;
constexpr uint64_t kLocator64Size = 20;
constexpr uint64_t kLongestComment = 0xffff;

constexpr uint16_t kExtra64 = 1;
constexpr uint16_t kStored = 0, kDeflated = 8;
constexpr uint16_t kFlagEncrypted = 1 << 0, kFlagSizesBehind = 1 << 3, kFlagMasked = 1 << 13;

constexpr uint64_t kAlwaysUnpacked = uint64_t{1} << 20;
constexpr uint64_t kHighestRatio = 200;

[[noreturn]] void throw_corrupt(const std::string& message, uint64_t offset, const std::string& note = {}) {
  throw Error(ErrorCode::corrupt, message, offset, note);
}

/// A name for messages, cut where it is long.
std::string quoted(std::string_view name) {
  constexpr size_t kLongest = 80;
  return "'" + std::string(name.substr(0, kLongest)) + (name.size() > kLongest ? "...'" : "'");
}

std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// What the end of an archive says of its directory.
struct EndRecord {
  uint64_t offset = 0;  ///< byte behind the directory
  uint64_t entries = 0;
  uint64_t directory_size = 0;
  uint64_t directory_offset = 0;  ///< from the beginning of the archive, or of the bytes
  bool several_parts = false;
};

/// The last place where an end record and its comment fill the bytes to their end.
std::optional<uint64_t> find_end_record(Bytes bytes) {
  if (bytes.size() < kEndRecordSize) return std::nullopt;
  const uint64_t last = bytes.size() - kEndRecordSize;
  const uint64_t first = last - std::min(last, kLongestComment);
  for (uint64_t at = last + 1; at-- > first;) {
    if (bytes[at] != std::byte{'P'} || read_at<uint32_t>(bytes, at, "a signature") != kEndRecord) continue;
    const auto comment = read_at<uint16_t>(bytes, at + 20, "the comment of an archive");
    if (at + kEndRecordSize + comment == bytes.size()) return at;
  }
  return std::nullopt;
}

/// The record of 64-bit sizes in front of the end record, where there is one: it then holds instead (section 4.3.14).
std::optional<uint64_t> find_end_record64(Bytes bytes, uint64_t end) {
  if (end < kLocator64Size + kEndRecord64Size) return std::nullopt;
  const uint64_t locator = end - kLocator64Size;
  if (read_at<uint32_t>(bytes, locator, "a signature") != kLocator64) return std::nullopt;
  // The locator's own place counts from a beginning that is not known yet.
  const uint64_t record = locator - kEndRecord64Size;
  if (read_at<uint32_t>(bytes, record, "a signature") != kEndRecord64) {
    throw_corrupt("the archive has no end record of 64-bit sizes where one is announced", record);
  }
  return record;
}

std::optional<EndRecord> read_end_record(Bytes bytes) {
  const std::optional<uint64_t> end = find_end_record(bytes);
  if (!end) return std::nullopt;
  const Bytes record = bytes.subspan(*end);
  if (const std::optional<uint64_t> end64 = find_end_record64(bytes, *end)) {
    const Bytes record64 = bytes.subspan(*end64);
    const auto field = [&](uint64_t at) { return read_at<uint64_t>(record64, at, "the end record of an archive"); };
    const uint64_t part = field(16);  // two of 32 bits: this part's number and that with the directory
    return EndRecord{*end64, field(32), field(40), field(48), part != 0 || field(24) != field(32)};
  }
  const auto small = [&](uint64_t at) { return read_at<uint16_t>(record, at, "the end record of an archive"); };
  const auto large = [&](uint64_t at) { return read_at<uint32_t>(record, at, "the end record of an archive"); };
  return EndRecord{*end, small(10), large(12), large(16), large(4) != 0 || small(8) != small(10)};
}

/// Replaces each value that is the highest of 32 bits by the 64 bits of it in the extra fields, in this order, which is
/// that of section 4.5.3. `offset` is that of the extra fields in the archive.
void read_extra64(Bytes extra, uint64_t offset, std::initializer_list<uint64_t*> values) {
  const auto is_elsewhere = [](const uint64_t* value) { return *value == UINT32_MAX; };
  if (std::none_of(values.begin(), values.end(), is_elsewhere)) return;
  for (uint64_t at = 0; at + 4 <= extra.size();) {
    const auto id = read_at<uint16_t>(extra, at, "an extra field of an archive");
    const auto size = read_at<uint16_t>(extra, at + 2, "an extra field of an archive");
    at += 4;
    if (size > extra.size() - at)
      throw_corrupt("an extra field of the archive passes the end of its header", offset + at);
    if (id != kExtra64) {
      at += size;
      continue;
    }
    const Bytes field = extra.subspan(at, size);
    uint64_t used = 0;
    for (uint64_t* value : values) {
      if (!is_elsewhere(value)) continue;
      if (used + 8 > size) throw_corrupt("a 64-bit size of a file in the archive is not stored", offset + at);
      *value = read_at<uint64_t>(field, used, "a 64-bit size");
      used += 8;
    }
    return;
  }
  // Without the field, the value is what it says: 4 GiB less one byte.
}

/// One entry and how many bytes of the directory it takes.
struct ReadEntry {
  ZipEntry entry;
  uint64_t length = 0;
};

/// The entry at that byte; its offset is as stored.
ReadEntry read_entry(Bytes directory, uint64_t at, uint64_t index) {
  const Bytes header = slice(directory, at, kDirectoryEntrySize, "an entry of the archive's directory");
  if (read_at<uint32_t>(header, 0, "a signature") != kDirectoryEntry) {
    throw_corrupt("entry " + std::to_string(index) + " of the archive's directory has no signature", at);
  }
  const auto small = [&](uint64_t place) { return read_at<uint16_t>(header, place, "an entry of the directory"); };
  const auto large = [&](uint64_t place) { return read_at<uint32_t>(header, place, "an entry of the directory"); };
  const uint64_t name_size = small(28), extra_size = small(30), comment_size = small(32);
  const uint64_t extra_at = at + kDirectoryEntrySize + name_size;
  const Bytes name = slice(directory, at + kDirectoryEntrySize, name_size, "the name of a file in the archive");
  const Bytes extra = slice(directory, extra_at, extra_size, "an extra field of the archive");
  ZipEntry entry{.name = text_of(name),
                 .size = large(24),
                 .stored_size = large(20),
                 .offset = large(42),
                 .crc = large(16),
                 .flags = small(8),
                 .method = small(10)};
  read_extra64(extra, extra_at, {&entry.size, &entry.stored_size, &entry.offset});
  return {entry, kDirectoryEntrySize + name_size + extra_size + comment_size};
}

/// Why a name must not be that of a member, or null.
const char* fault_of_name(std::string_view name) {
  if (name.empty()) return "it is empty";
  if (name.find('\0') != std::string_view::npos) return "it holds a zero byte";
  if (name.find('\\') != std::string_view::npos) return "it holds a backslash";
  if (name.front() == '/' || (name.size() > 1 && name[1] == ':')) return "it is an absolute path";
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    if (name.substr(begin, end - begin) == "..") return "it leads out of the archive";
    begin = end + 1;
  }
  return nullptr;
}

/// How inflation ended and how much it gave and took.
struct Inflated {
  int status = Z_OK;
  uint64_t written = 0;
  uint64_t consumed = 0;
};

/// Inflates raw deflate data until they end or the room does.
Inflated inflate_into(Bytes data, std::span<std::byte> room) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return {Z_MEM_ERROR, 0, 0};
  Inflated result;
  constexpr uint64_t kStep = std::numeric_limits<uInt>::max();  // zlib counts what is left in 32 bits
  do {
    const Bytes in = data.subspan(result.consumed, std::min<uint64_t>(data.size() - result.consumed, kStep));
    const auto out = room.subspan(result.written, std::min<uint64_t>(room.size() - result.written, kStep));
    stream.next_in = reinterpret_cast<const Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    result.status = inflate(&stream, Z_NO_FLUSH);
    result.consumed += in.size() - stream.avail_in;
    result.written += out.size() - stream.avail_out;
  } while (result.status == Z_OK && (result.consumed < data.size() || result.written < room.size()));
  inflateEnd(&stream);
  return result;
}

uint32_t checksum(Bytes bytes) {
  return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// The unpacked contents of a deflated member. Its size was checked against the limits.
ZipContents unpack(const ZipEntry& entry, Bytes data) {
  const std::shared_ptr<std::byte> owner(new std::byte[std::max<uint64_t>(entry.size, 1)],
                                         std::default_delete<std::byte[]>());  // never null: zlib refuses that
  const std::span<std::byte> room(owner.get(), entry.size);
  const Inflated inflated = inflate_into(data, room);
  if (inflated.status != Z_STREAM_END || inflated.written != entry.size || inflated.consumed != data.size()) {
    throw_corrupt(
        "the data of " + quoted(entry.name) + " in the archive do not unpack to the size that is noted", entry.offset,
        std::to_string(entry.size) + " bytes are noted, inflation ended after " + std::to_string(inflated.written));
  }
  if (checksum(room) != entry.crc) {
    throw_corrupt("the contents of " + quoted(entry.name) + " in the archive do not match their checksum",
                  entry.offset);
  }
  return {room, owner};
}

}  // namespace

std::optional<ZipTail> find_zip_tail(Bytes bytes) {
  const std::optional<EndRecord> end = read_end_record(bytes);
  if (!end) return std::nullopt;
  if (end->several_parts) {
    throw Error(ErrorCode::unsupported, "the archive is one part of several", end->offset,
                "its directory names files that lie in other parts", "join the parts, for example with: zip -s 0");
  }
  if (end->directory_size > end->offset || end->directory_offset > end->offset - end->directory_size) {
    throw_corrupt("the directory of the archive needs more bytes than lie before its end", end->offset);
  }
  if (end->entries > end->directory_size / kDirectoryEntrySize) {
    throw_corrupt("the directory of the archive has no room for the files that are announced", end->offset,
                  std::to_string(end->entries) + " files in " + std::to_string(end->directory_size) + " bytes");
  }
  // Whoever appends an archive may count from the beginning of the file or from that of the archive.
  const uint64_t directory = end->offset - end->directory_size;
  const uint64_t base = directory - end->directory_offset;
  const Bytes before_end = bytes.first(end->offset);

  ZipTail tail{.offset = directory, .directory = directory, .entries = {}};
  tail.entries.reserve(end->entries);
  uint64_t at = directory;
  for (uint64_t i = 0; i < end->entries; ++i) {
    auto [entry, length] = read_entry(before_end, at, i);
    if (entry.offset >= directory - base ||
        read_at<uint32_t>(bytes, base + entry.offset, "a file in the archive") != kLocalHeader) {
      throw_corrupt("the archive's directory places a file where none begins", at);
    }
    entry.offset += base;
    tail.offset = std::min(tail.offset, entry.offset);
    tail.entries.push_back(entry);
    at += length;
  }
  if (at > end->offset) throw_corrupt("the last entry of the archive's directory passes its end", at);
  if (end->offset - at >= 4 && read_at<uint32_t>(bytes, at, "a signature") == kDirectoryEntry) {
    throw_corrupt(
        "the archive's directory holds more files than the " + std::to_string(end->entries) + " that are announced",
        at);
  }
  return tail;
}

ZipArchive::ZipArchive(Bytes bytes) : bytes_(bytes) {
  std::optional<ZipTail> tail = find_zip_tail(bytes);
  if (!tail) {
    throw Error(ErrorCode::unrecognised, "there is no directory of a zip archive at the end", bytes.size(),
                "the file is cut off, or no archive");
  }
  entries_ = std::move(tail->entries);
  places_.reserve(entries_.size() + 1);
  for (const ZipEntry& entry : entries_) {
    if (const char* fault = fault_of_name(entry.name)) {
      throw_corrupt("the archive has a file of the name " + quoted(entry.name) + ", which is refused", entry.offset,
                    fault);
    }
    places_.push_back(entry.offset);
  }
  std::sort(places_.begin(), places_.end());
  places_.push_back(tail->directory);
  for (const ZipEntry& entry : entries_) {
    const uint64_t room = end_of_room(entry) - entry.offset;
    const uint64_t header = kLocalHeaderSize + entry.name.size();
    if (room < header || room - header < entry.stored_size) {
      throw_corrupt("the file " + quoted(entry.name) + " in the archive overlaps what lies behind it", entry.offset);
    }
  }
}

const ZipEntry* ZipArchive::find(std::string_view name) const {
  const ZipEntry* found = nullptr;
  for (const ZipEntry& entry : entries_) {
    if (entry.name != name) continue;
    if (found != nullptr) {
      throw_corrupt("the archive has several files of the name " + quoted(name), entry.offset,
                    "the first begins at byte " + std::to_string(found->offset));
    }
    found = &entry;
  }
  return found;
}

/// Where the next member or the directory begins. Two that begin at the same byte have no room.
uint64_t ZipArchive::end_of_room(const ZipEntry& entry) const {
  return *(std::lower_bound(places_.begin(), places_.end(), entry.offset) + 1);
}

/// The data behind the local header, which must say the same as the directory.
Bytes ZipArchive::stored_data(const ZipEntry& entry) const {
  const Bytes room = bytes_.subspan(entry.offset, end_of_room(entry) - entry.offset);
  const auto small = [&](uint64_t at) { return read_at<uint16_t>(room, at, "the header of a file in the archive"); };
  const auto large = [&](uint64_t at) { return read_at<uint32_t>(room, at, "the header of a file in the archive"); };
  const uint64_t name_size = small(26), extra_size = small(28);
  const uint64_t begin = kLocalHeaderSize + name_size + extra_size;
  if (begin > room.size() || room.size() - begin < entry.stored_size) {
    throw_corrupt("the file " + quoted(entry.name) + " in the archive overlaps what lies behind it", entry.offset);
  }
  const auto check = [&](bool same, const char* what) {
    if (same) return;
    throw_corrupt(
        "the header and the directory of the archive differ in " + std::string(what) + " of " + quoted(entry.name),
        entry.offset);
  };
  check(text_of(room.subspan(kLocalHeaderSize, name_size)) == entry.name, "the name");
  check(small(8) == entry.method, "the method of compression");
  uint64_t size = large(22), stored_size = large(18);
  read_extra64(room.subspan(kLocalHeaderSize + name_size, extra_size), entry.offset + kLocalHeaderSize + name_size,
               {&size, &stored_size});
  const uint32_t crc = large(14);
  // What was written before its size was known has zeros here, and the values behind the data.
  const bool unknown = (entry.flags & small(6) & kFlagSizesBehind) != 0 && size == 0 && stored_size == 0 && crc == 0;
  check(unknown || (size == entry.size && stored_size == entry.stored_size), "the size");
  check(unknown || crc == entry.crc, "the checksum");
  return room.subspan(begin, entry.stored_size);
}

ZipContents ZipArchive::contents(const ZipEntry& entry, uint64_t limit) const {
  if ((entry.flags & (kFlagEncrypted | kFlagMasked)) != 0) {
    throw Error(ErrorCode::unsupported, "the file " + quoted(entry.name) + " in the archive is encrypted",
                entry.offset);
  }
  const Bytes data = stored_data(entry);
  if (entry.method == kStored) {
    if (entry.size == entry.stored_size) return {data, nullptr};
    throw_corrupt("the file " + quoted(entry.name) + " is not compressed and has two sizes", entry.offset,
                  std::to_string(entry.size) + " and " + std::to_string(entry.stored_size) + " bytes");
  }
  if (entry.method != kDeflated) {
    throw Error(
        ErrorCode::unsupported,
        "the file " + quoted(entry.name) + " in the archive is packed by method " + std::to_string(entry.method),
        entry.offset, "stored (0) and deflated (8) files are read");
  }
  const bool inflates_too_much = entry.size > kAlwaysUnpacked && entry.size / kHighestRatio > entry.stored_size;
  if (inflates_too_much || entry.size > limit) {
    throw Error(
        ErrorCode::limit, "the file " + quoted(entry.name) + " in the archive unpacks to too many bytes", entry.offset,
        std::to_string(entry.stored_size) + " bytes are stored for " + std::to_string(entry.size) +
            (inflates_too_much ? ", more than 200 for each" : ", at most " + std::to_string(limit) + " are read"));
  }
  return unpack(entry, data);
}

}  // namespace flopstat
