#pragma once

#include <cstdint>

#include "bytes/file.h"

namespace flopstat {

/// The addressed bytes of an HDF5 file, and how much of them may still be read. Structures can be shared and overlap,
/// so a small file can describe an endless tree: each one read is charged against a budget in proportion to the file,
/// and a limit `Error` ends it.
class Hdf5Space {
 public:
  Hdf5Space() = default;
  Hdf5Space(Bytes bytes, uint64_t base)
      : bytes_(bytes), base_(base), budget_(bytes.size() * 16 + (uint64_t{1} << 20)) {}

  Bytes bytes() const { return bytes_; }

  /// Byte at which an address lies: they count from the superblock. Throws `Error` (truncated) for one behind the end.
  uint64_t place(uint64_t address, const char* what) const;

  /// An address of only ones is none (section II, "undefined address").
  bool is_defined(uint64_t address) const { return address != (UINT64_MAX >> (64 - 8 * offset_size)); }

  void charge(uint64_t cost);

  uint8_t offset_size = 8;  ///< bytes of an address: 2, 4 or 8
  uint8_t length_size = 8;  ///< bytes of a length: 2, 4 or 8

 private:
  Bytes bytes_;
  uint64_t base_ = 0;
  uint64_t budget_ = 0;
};

}  // namespace flopstat
