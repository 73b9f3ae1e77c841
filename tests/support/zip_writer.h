#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace flopstat::test {

/// One file of an archive and how it is written.
struct ZipFile {
  std::string name;
  std::string contents = {};
  bool deflated = false;
  bool sizes_behind = false;     ///< zeros in the local header, the values behind the data: written to a pipe
  bool sizes64 = false;          ///< sizes and places as 64 bits in extra fields
  std::string local_extra = {};  ///< an extra field that only the local header has
};

/// A zip archive. `before` is the number of bytes in front of it that its places count too, as Python's zipfile does;
/// other writers count from the archive. `end64`: an end record of 64-bit sizes too, as for more than 65,535 files.
std::vector<std::byte> zip_archive_of(const std::vector<ZipFile>& files, uint32_t before = 0, bool end64 = false);

/// The same of stored files, name and contents: what tools append behind a model.
std::vector<std::byte> zip_archive(const std::vector<std::pair<std::string, std::string>>& files, uint32_t before = 0);

/// The bytes, and others behind them.
std::vector<std::byte> joined(std::vector<std::byte> bytes, const std::vector<std::byte>& behind);

}  // namespace flopstat::test
