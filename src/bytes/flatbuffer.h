#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/cursor.h"

/// FlatBuffers read without a schema compiler: every access checks that what it reads lies in the file and throws
/// `Error` (truncated, corrupt) with its place where it does not. Nothing is verified ahead, so unread parts cost
/// nothing. Format: https://flatbuffers.dev/internals.html
namespace flopstat {

class FlatTable;

/// A FlatBuffer and how much of it may still be read. Tables and vectors can be shared, so a small file can describe an
/// endless tree: each one read is charged against a budget in proportion to the file, and a limit `Error` ends it.
class FlatBuffer {
 public:
  explicit FlatBuffer(Bytes bytes) : bytes_(bytes), budget_(bytes.size() * 2 + (size_t{64} << 10)) {}

  /// The root table. `identifier` is expected at byte 4 if it is not empty.
  FlatTable root(std::string_view identifier);

  Bytes bytes() const { return bytes_; }

  void charge(uint64_t read) {
    if (read > budget_) throw_over_budget();
    budget_ -= read;
  }

 private:
  [[noreturn]] static void throw_over_budget();

  Bytes bytes_;
  uint64_t budget_;
};

/// A vector of scalars in the file; `T` is read without alignment.
template <class T>
class FlatVector {
 public:
  FlatVector() = default;
  explicit FlatVector(Bytes bytes) : bytes_(bytes) {}

  size_t size() const { return bytes_.size() / sizeof(T); }
  bool empty() const { return bytes_.empty(); }
  Bytes bytes() const { return bytes_; }

  /// The i-th element; `i` must be below the size.
  T operator[](size_t i) const {
    T value;
    std::memcpy(&value, bytes_.data() + i * sizeof(T), sizeof(T));
    return value;
  }

  template <class To>
  std::vector<To> copy() const {
    std::vector<To> result(size());
    for (size_t i = 0; i < result.size(); ++i) result[i] = static_cast<To>((*this)[i]);
    return result;
  }

 private:
  Bytes bytes_;
};

/// The tables that a vector of offsets names.
class FlatTables {
 public:
  FlatTables() = default;
  FlatTables(FlatBuffer* buffer, uint64_t first, uint32_t size) : buffer_(buffer), first_(first), size_(size) {}

  uint32_t size() const { return size_; }
  FlatTable operator[](uint32_t i) const;

 private:
  FlatBuffer* buffer_ = nullptr;
  uint64_t first_ = 0;
  uint32_t size_ = 0;
};

/// One table. A slot that is not stored gives the default.
class FlatTable {
 public:
  FlatTable(FlatBuffer* buffer, uint64_t position);

  /// Byte of the table in the file.
  uint64_t offset() const { return position_; }

  bool has(uint32_t slot) const { return field(slot) != 0; }

  template <class T>
  T scalar(uint32_t slot, T fallback) const {
    const uint64_t place = field(slot);
    return place == 0 ? fallback : read_at<T>(buffer_->bytes(), place, "a field of a table");
  }

  std::optional<FlatTable> table(uint32_t slot) const;

  template <class T>
  FlatVector<T> vector(uint32_t slot) const {
    return FlatVector<T>(elements(slot, sizeof(T), true));
  }

  /// Contents that are only referred to: their extent is checked and not charged.
  Bytes blob(uint32_t slot) const { return elements(slot, 1, false); }

  std::string_view string(uint32_t slot) const;

  FlatTables tables(uint32_t slot) const;

 private:
  /// Byte of a field in the file, 0 where the slot is not stored.
  uint64_t field(uint32_t slot) const {
    const uint64_t entry = 4 + uint64_t{slot} * 2;
    if (entry + 2 > vtable_size_) return 0;
    uint16_t distance = 0;
    std::memcpy(&distance, buffer_->bytes().data() + vtable_ + entry, sizeof distance);
    return distance == 0 ? 0 : position_ + distance;
  }

  uint64_t target(uint64_t place) const;
  Bytes elements(uint32_t slot, size_t element_size, bool charged) const;

  FlatBuffer* buffer_;
  uint64_t position_;
  uint64_t vtable_;
  uint16_t vtable_size_;
};

}  // namespace flopstat
