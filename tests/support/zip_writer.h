#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace flopstat::test {

/// A zip archive of stored files, name and contents: what tools append behind a model. `before` is the number of bytes
/// in front of it that its places count too, as Python's zipfile does; other writers count from the archive.
/// Checksums are 0: nothing here unpacks.
std::vector<std::byte> zip_archive(const std::vector<std::pair<std::string, std::string>>& files, uint32_t before = 0);

/// The bytes, and others behind them.
std::vector<std::byte> joined(std::vector<std::byte> bytes, const std::vector<std::byte>& behind);

}  // namespace flopstat::test
