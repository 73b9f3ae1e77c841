#pragma once

#include <cstdint>
#include <string_view>

#include "bytes/cursor.h"
#include "bytes/hdf5_space.h"

namespace flopstat {

/// Reads one structure of an HDF5 file field by field. Every function throws `Error` (truncated) where the structure or
/// the file ends before the field does, and names the structure.
class Hdf5Cursor {
 public:
  /// A structure that begins at an address and may fill the rest of the file.
  Hdf5Cursor(Hdf5Space& space, uint64_t address, const char* what)
      : Hdf5Cursor(space, space.place(address, what), space.bytes().size(), what) {}

  /// From one byte of the file to before another, both within it.
  Hdf5Cursor(Hdf5Space& space, uint64_t begin, uint64_t end, const char* what)
      : space_(&space), what_(what), at_(begin), end_(end) {}

  /// A cursor on the next `size` bytes, which this one passes.
  Hdf5Cursor part(uint64_t size) {
    const uint64_t begin = at_;
    skip(size);
    return {*space_, begin, at_, what_};
  }

  /// Byte in the file.
  uint64_t at() const { return at_; }
  uint64_t left() const { return end_ - at_; }

  template <class T>
  T take() {
    const T value = read_at<T>(space_->bytes().first(end_), at_, what_);
    at_ += sizeof(T);
    return value;
  }

  /// An unsigned integer of 0 to 8 bytes.
  uint64_t integer(uint64_t size);
  uint64_t address() { return integer(space_->offset_size); }
  uint64_t length() { return integer(space_->length_size); }

  Bytes bytes(uint64_t size) {
    const Bytes result = slice(space_->bytes().first(end_), at_, size, what_);
    at_ += size;
    return result;
  }
  std::string_view text(uint64_t size);
  /// Text that a zero ends, which is passed.
  std::string_view terminated_text();

  void skip(uint64_t size) { bytes(size); }

  /// Throws `Error` (corrupt) where the next bytes are not the signature.
  void expect(std::string_view signature);
  /// Throws `Error` (unsupported) where the next byte is no version from `first` to `last`; gives it else.
  uint8_t version(uint8_t first, uint8_t last);

  [[noreturn]] void throw_corrupt(const char* fault) const;
  [[noreturn]] void throw_unsupported(const char* feature) const;

 private:
  Hdf5Space* space_;
  const char* what_;
  uint64_t at_;
  uint64_t end_;
};

}  // namespace flopstat
