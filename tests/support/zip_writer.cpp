#include "support/zip_writer.h"

#include <zlib.h>

#include <stdexcept>

#include "support/little_endian.h"

namespace flopstat::test {
namespace {

/// Raw deflate data, as zip has them.
std::string deflate_raw(const std::string& contents) {
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  std::string packed(deflateBound(&stream, contents.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(contents.data()));
  stream.avail_in = static_cast<uInt>(contents.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int status = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("deflate did not finish");
  return packed;
}

/// What the local header and the entry of the directory share: from the version to the length of the extra field.
std::string header(const ZipFile& file, uint32_t crc, uint64_t size, uint64_t stored_size, const std::string& extra) {
  const auto short_of = [&](uint64_t value) { return file.sizes64 ? UINT32_MAX : static_cast<uint32_t>(value); };
  return little_endian(uint16_t{10}, static_cast<uint16_t>(file.sizes_behind ? 8 : 0),
                       static_cast<uint16_t>(file.deflated ? 8 : 0), uint32_t{0}, crc, short_of(stored_size),
                       short_of(size), static_cast<uint16_t>(file.name.size()), static_cast<uint16_t>(extra.size()));
}

template <class... Values>
std::string extra64(Values... values) {
  return little_endian(uint16_t{1}, static_cast<uint16_t>(sizeof...(values) * 8), uint64_t{values}...);
}

}  // namespace

std::vector<std::byte> zip_archive_of(const std::vector<ZipFile>& files, uint32_t before, bool end64) {
  std::string archive;
  std::string directory;
  for (const ZipFile& file : files) {
    const uint64_t place = before + archive.size();
    const std::string data = file.deflated ? deflate_raw(file.contents) : file.contents;
    const uint64_t size = file.contents.size(), stored_size = data.size();
    const auto crc =
        static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(file.contents.data()), file.contents.size()));

    const bool behind = file.sizes_behind;
    std::string extra = file.sizes64 ? extra64(behind ? 0 : size, behind ? 0 : stored_size) : "";
    extra += file.local_extra;
    archive.append("PK\x03\x04");
    archive += header(file, behind ? 0 : crc, behind ? 0 : size, behind ? 0 : stored_size, extra);
    archive.append(file.name).append(extra).append(data);
    if (behind) {
      archive += "PK\x07\x08" + little_endian(crc, static_cast<uint32_t>(stored_size), static_cast<uint32_t>(size));
    }

    extra = file.sizes64 ? extra64(size, stored_size, place) : "";
    directory.append("PK\x01\x02")
        .append(little_endian(uint16_t{20}))
        .append(header(file, crc, size, stored_size, extra));
    directory += little_endian(uint16_t{0}, uint16_t{0}, uint16_t{0}, uint32_t{0},
                               file.sizes64 ? UINT32_MAX : static_cast<uint32_t>(place));
    directory.append(file.name).append(extra);
  }
  const uint64_t count = files.size(), place = before + archive.size(), size = directory.size();
  const uint64_t end = place + size;
  archive += directory;
  if (end64) {
    archive += "PK\x06\x06" + little_endian(uint64_t{44}, uint16_t{45}, uint16_t{45}, uint32_t{0}, uint32_t{0}, count,
                                            count, size, place);
    archive += "PK\x06\x07" + little_endian(uint32_t{0}, end, uint32_t{1});
  }
  const auto small = static_cast<uint16_t>(end64 ? UINT16_MAX : count);
  archive += "PK\x05\x06" + little_endian(uint16_t{0}, uint16_t{0}, small, small,
                                          end64 ? UINT32_MAX : static_cast<uint32_t>(size),
                                          end64 ? UINT32_MAX : static_cast<uint32_t>(place), uint16_t{0});
  const auto* begin = reinterpret_cast<const std::byte*>(archive.data());
  return {begin, begin + archive.size()};
}

std::vector<std::byte> zip_archive(const std::vector<std::pair<std::string, std::string>>& files, uint32_t before) {
  std::vector<ZipFile> all;
  all.reserve(files.size());
  for (const auto& [name, contents] : files) all.push_back({.name = name, .contents = contents});
  return zip_archive_of(all, before);
}

std::vector<std::byte> joined(std::vector<std::byte> bytes, const std::vector<std::byte>& behind) {
  bytes.insert(bytes.end(), behind.begin(), behind.end());
  return bytes;
}

}  // namespace flopstat::test
