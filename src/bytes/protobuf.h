#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "bytes/file.h"

namespace flopstat {

/// How the value of a field is stored. Groups (3 and 4), which no model format uses, are refused.
enum class WireType : uint8_t { varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5 };

/// Walks the fields of one protobuf message in place; what is not asked for is skipped and not looked into.
///
///   while (message.next()) {
///     switch (message.field()) {
///       case 1: name = message.text(); break;
///       case 2: read_shape(message.child()); break;
///     }
///   }
///
/// A copy made before the first `next` can be walked again. Every function that reads throws `Error`: truncated where a
/// field passes the end of its message, corrupt where its bytes or its wire type are not what the field needs, limit
/// where messages are nested deeper than `kMaxDepth`; always with the byte in the file.
///
/// Source: protobuf.dev/programming-guides/encoding.
class ProtoMessage {
 public:
  static constexpr uint32_t kMaxDepth = 64;

  /// An empty message.
  ProtoMessage() = default;

  /// A file that is one message.
  explicit ProtoMessage(Bytes file) : file_(file), end_(file.size()) {}

  /// Goes to the next field; false behind the last one. `field()` is valid even where the field's value throws.
  bool next();

  uint32_t field() const { return field_; }
  WireType type() const { return type_; }

  /// Byte in the file at which the message begins.
  uint64_t offset() const { return begin_; }

  /// Byte in the file at which the current field begins.
  uint64_t field_offset() const { return field_begin_; }

  // Values of the current field. A wrong wire type throws.

  /// int32, int64, uint64, bool, enum. Negative ones of 32 bits are stored as 64.
  int64_t integer() const;
  float real32() const;
  Bytes bytes() const;
  std::string_view text() const;
  ProtoMessage child() const;

  /// Appends one value or a packed run of them of a repeated integer field. More than `limit` in all throw (limit).
  void append_integers(std::vector<int64_t>& values, size_t limit) const;
  /// The same for floats.
  void append_reals32(std::vector<float>& values, size_t limit) const;

 private:
  ProtoMessage(Bytes file, uint64_t begin, uint64_t end, uint32_t depth)
      : file_(file), begin_(begin), at_(begin), end_(end), depth_(depth) {}

  uint64_t varint();
  void skip(uint64_t size);
  void expect(WireType type) const;

  Bytes file_;
  uint64_t begin_ = 0;
  uint64_t at_ = 0;
  uint64_t end_ = 0;
  uint64_t field_begin_ = 0;
  uint64_t value_ = 0;  ///< of a varint; otherwise the byte at which the value begins, up to `at_`
  uint32_t field_ = 0;
  uint32_t depth_ = 0;
  WireType type_ = WireType::varint;
};

}  // namespace flopstat
