#include "support/zip_writer.h"

#include <cstring>

namespace flopstat::test {
namespace {

template <class... Values>
std::string little_endian(Values... values) {
  std::string bytes;
  const auto add = [&](auto value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof value);
  };
  (add(values), ...);
  return bytes;
}

/// What the local header and the entry of the directory share: from the version to the length of the extra field.
std::string header(const std::string& name, const std::string& contents) {
  const auto size = static_cast<uint32_t>(contents.size());
  return little_endian(uint16_t{10}, uint16_t{0}, uint16_t{0}, uint32_t{0}, uint32_t{0}, size, size,
                       static_cast<uint16_t>(name.size()), uint16_t{0});
}

}  // namespace

std::vector<std::byte> zip_archive(const std::vector<std::pair<std::string, std::string>>& files, uint32_t before) {
  std::string archive;
  std::string directory;
  for (const auto& [name, contents] : files) {
    const auto place = static_cast<uint32_t>(before + archive.size());
    archive.append("PK\x03\x04").append(header(name, contents)).append(name).append(contents);
    directory.append("PK\x01\x02").append(little_endian(uint16_t{20})).append(header(name, contents));
    directory.append(little_endian(uint16_t{0}, uint16_t{0}, uint16_t{0}, uint32_t{0}, place)).append(name);
  }
  const auto count = static_cast<uint16_t>(files.size());
  const auto place = static_cast<uint32_t>(before + archive.size());
  archive += directory + "PK\x05\x06" +
             little_endian(uint16_t{0}, uint16_t{0}, count, count, static_cast<uint32_t>(directory.size()), place,
                           uint16_t{0});
  const auto* begin = reinterpret_cast<const std::byte*>(archive.data());
  return {begin, begin + archive.size()};
}

std::vector<std::byte> joined(std::vector<std::byte> bytes, const std::vector<std::byte>& behind) {
  bytes.insert(bytes.end(), behind.begin(), behind.end());
  return bytes;
}

}  // namespace flopstat::test
