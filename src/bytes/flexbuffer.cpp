#include "bytes/flexbuffer.h"

#include <cstring>

namespace flopstat {
namespace {

enum Type : uint8_t {
  kInt = 1,
  kUInt = 2,
  kFloat = 3,
  kIndirectInt = 6,
  kIndirectUInt = 7,
  kIndirectFloat = 8,
  kMap = 9,
  kBool = 26,
};

/// A place in the buffer, the width of the scalars there, and what is stored.
struct Reference {
  uint64_t place;
  uint32_t width;
  uint8_t type;
};

class Buffer {
 public:
  explicit Buffer(Bytes bytes) : bytes_(bytes) {}

  std::optional<Reference> root() const {
    if (bytes_.size() < 3) return std::nullopt;
    const uint32_t width = byte(bytes_.size() - 1);
    const uint8_t packed = byte(bytes_.size() - 2);
    if ((width != 1 && width != 2 && width != 4 && width != 8) || bytes_.size() < width + 2) return std::nullopt;
    return Reference{bytes_.size() - 2 - width, width, packed};
  }

  std::optional<uint64_t> unsigned_at(uint64_t place, uint32_t width) const {
    if (width > 8 || place > bytes_.size() || bytes_.size() - place < width) return std::nullopt;
    uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + place, width);
    return value;
  }

  /// Where the offset stored at `place` points to: backwards.
  std::optional<uint64_t> follow(uint64_t place, uint32_t width) const {
    const std::optional<uint64_t> distance = unsigned_at(place, width);
    if (!distance || *distance > place) return std::nullopt;
    return place - *distance;
  }

  bool text_equals(uint64_t place, std::string_view text) const {
    if (place > bytes_.size() || bytes_.size() - place < text.size() + 1) return false;
    return std::memcmp(bytes_.data() + place, text.data(), text.size()) == 0 && byte(place + text.size()) == 0;
  }

  uint8_t byte(uint64_t place) const { return static_cast<uint8_t>(bytes_[place]); }

  bool has(uint64_t place, uint64_t size) const { return place <= bytes_.size() && bytes_.size() - place >= size; }

 private:
  Bytes bytes_;
};

std::optional<double> scalar(const Buffer& buffer, uint64_t place, uint32_t width, uint8_t kind) {
  const std::optional<uint64_t> bits = buffer.unsigned_at(place, width);
  if (!bits) return std::nullopt;
  if (kind == kFloat && width == 8) {
    double value = 0;
    std::memcpy(&value, &*bits, 8);
    return value;
  }
  if (kind == kFloat && width == 4) {
    float value = 0;
    std::memcpy(&value, &*bits, 4);
    return value;
  }
  if (kind == kFloat) return std::nullopt;
  if (kind != kInt) return static_cast<double>(*bits);
  if (width == 8) return static_cast<double>(static_cast<int64_t>(*bits));
  const uint64_t sign = uint64_t{1} << (width * 8 - 1);
  return static_cast<double>(static_cast<int64_t>((*bits ^ sign) - sign));
}

std::optional<double> number(const Buffer& buffer, const Reference& at) {
  const auto kind = static_cast<uint8_t>(at.type >> 2);
  switch (kind) {
    case kInt:
    case kUInt:
    case kFloat:
    case kBool: return scalar(buffer, at.place, at.width, kind);
    case kIndirectInt:
    case kIndirectUInt:
    case kIndirectFloat: {
      const std::optional<uint64_t> place = buffer.follow(at.place, at.width);
      if (!place) return std::nullopt;
      return scalar(buffer, *place, uint32_t{1} << (at.type & 3), static_cast<uint8_t>(kind - kIndirectInt + kInt));
    }
    default: return std::nullopt;
  }
}

}  // namespace

std::optional<double> flexbuffer_number(Bytes bytes, std::string_view key) {
  const Buffer buffer(bytes);
  const std::optional<Reference> root = buffer.root();
  if (!root || (root->type >> 2) != kMap) return std::nullopt;
  const uint32_t width = uint32_t{1} << (root->type & 3);
  const std::optional<uint64_t> values = buffer.follow(root->place, root->width);
  // In front of a map's values: their number, the width of its keys, the way to the keys.
  if (!values || *values < uint64_t{3} * width) return std::nullopt;
  const std::optional<uint64_t> size = buffer.unsigned_at(*values - width, width);
  const std::optional<uint64_t> key_width = buffer.unsigned_at(*values - uint64_t{2} * width, width);
  const std::optional<uint64_t> keys = buffer.follow(*values - uint64_t{3} * width, width);
  if (!size || !keys || !key_width || *key_width == 0 || *key_width > 8 || *size > bytes.size()) return std::nullopt;

  const uint64_t types = *values + *size * width;
  if (!buffer.has(types, *size)) return std::nullopt;
  for (uint64_t i = 0; i < *size; ++i) {
    const auto key_bytes = static_cast<uint32_t>(*key_width);
    const std::optional<uint64_t> name = buffer.follow(*keys + i * key_bytes, key_bytes);
    if (!name || !buffer.text_equals(*name, key)) continue;
    return number(buffer, {*values + i * width, width, buffer.byte(types + i)});
  }
  return std::nullopt;
}

}  // namespace flopstat
