#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace flopstat::fuzz {

/// Choices taken from the bytes of a fuzzer's input, in order. When the bytes are used up every choice is 0, so the
/// same input always makes the same thing.
class Source {
 public:
  explicit Source(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }

  uint8_t byte() {
    if (bytes_.empty()) return 0;
    const uint8_t result = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return result;
  }

  bool flag() { return (byte() & 1) != 0; }

  /// A number in [0, count); `count` is at least 1.
  size_t below(size_t count) {
    size_t choice = byte();
    if (count > 256) choice = choice << 8 | byte();
    return choice % count;
  }

  /// Any 64 bits.
  uint64_t word() {
    uint64_t result = 0;
    for (int i = 0; i < 8; ++i) result = result << 8 | byte();
    return result;
  }

  /// The next bytes as text, at most `longest`: a view into the input.
  std::string_view text(size_t longest) {
    const size_t chosen = below(longest + 1);  // apart: it takes bytes, and compilers order operands as they like
    const size_t size = std::min(chosen, bytes_.size());
    const std::string_view result(reinterpret_cast<const char*>(bytes_.data()), size);
    bytes_ = bytes_.subspan(size);
    return result;
  }

 private:
  std::span<const uint8_t> bytes_;
};

}  // namespace flopstat::fuzz
