#include "bytes/flexbuffer.h"

#include <algorithm>
#include <cstring>

namespace flopstat {
namespace {

enum Type : uint8_t {
  kInt = 1,
  kUInt = 2,
  kFloat = 3,
  kKey = 4,
  kString = 5,
  kIndirectInt = 6,
  kIndirectUInt = 7,
  kIndirectFloat = 8,
  kMap = 9,
  kVector = 10,
  kVectorInt = 11,
  kVectorUInt = 12,
  kVectorFloat = 13,
  kBool = 26,
  kVectorBool = 36,
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

  /// The text up to its closing zero, if that comes within `longest` bytes.
  std::optional<std::string_view> text_at(uint64_t place, size_t longest) const {
    if (place >= bytes_.size()) return std::nullopt;
    const std::string_view rest = text(place, std::min<uint64_t>(bytes_.size() - place, uint64_t{longest} + 1));
    const size_t end = rest.find('\0');
    return end == std::string_view::npos ? std::nullopt : std::optional(rest.substr(0, end));
  }

  /// Bytes that the buffer has.
  std::string_view text(uint64_t place, uint64_t size) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + place, size};
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

/// The map at the root.
struct Map {
  uint64_t values;  ///< where they are
  uint32_t width;   ///< of each
  uint64_t keys;
  uint32_t key_width;
  uint64_t size;

  uint64_t types() const { return values + size * width; }
};

std::optional<Map> root_map(const Buffer& buffer, uint64_t bytes) {
  const std::optional<Reference> root = buffer.root();
  if (!root || (root->type >> 2) != kMap) return std::nullopt;
  const uint32_t width = uint32_t{1} << (root->type & 3);
  const std::optional<uint64_t> values = buffer.follow(root->place, root->width);
  // In front of a map's values: their number, the width of its keys, the way to the keys.
  if (!values || *values < uint64_t{3} * width) return std::nullopt;
  const std::optional<uint64_t> size = buffer.unsigned_at(*values - width, width);
  const std::optional<uint64_t> key_width = buffer.unsigned_at(*values - uint64_t{2} * width, width);
  const std::optional<uint64_t> keys = buffer.follow(*values - uint64_t{3} * width, width);
  if (!size || !keys || !key_width || *key_width == 0 || *key_width > 8 || *size > bytes) return std::nullopt;
  const Map map{*values, width, *keys, static_cast<uint32_t>(*key_width), *size};
  return buffer.has(map.types(), map.size) ? std::optional(map) : std::nullopt;
}

/// Where the i-th key is.
std::optional<uint64_t> key_at(const Buffer& buffer, const Map& map, uint64_t i) {
  return buffer.follow(map.keys + i * map.key_width, map.key_width);
}

Reference value_at(const Buffer& buffer, const Map& map, uint64_t i) {
  return {map.values + i * map.width, map.width, buffer.byte(map.types() + i)};
}

/// A whole or a real number.
using Scalar = std::variant<int64_t, double>;

/// A number; whole ones of more than 63 bits are none.
std::optional<Scalar> exact_number(const Buffer& buffer, const Reference& at) {
  const auto kind = static_cast<uint8_t>(at.type >> 2);
  const bool indirect = kind == kIndirectInt || kind == kIndirectUInt;
  if (kind != kInt && kind != kUInt && kind != kBool && !indirect) {
    const std::optional<double> real = number(buffer, at);
    return real ? std::optional<Scalar>(*real) : std::nullopt;
  }
  const uint32_t width = indirect ? uint32_t{1} << (at.type & 3) : at.width;
  const std::optional<uint64_t> place = indirect ? buffer.follow(at.place, at.width) : std::optional(at.place);
  const std::optional<uint64_t> bits = place ? buffer.unsigned_at(*place, width) : std::nullopt;
  if (!bits) return std::nullopt;
  const bool is_signed = kind == kInt || kind == kIndirectInt;
  if (!is_signed) return *bits <= INT64_MAX ? std::optional<Scalar>(static_cast<int64_t>(*bits)) : std::nullopt;
  if (width == 8) return static_cast<int64_t>(*bits);
  const uint64_t sign = uint64_t{1} << (width * 8 - 1);
  return static_cast<int64_t>((*bits ^ sign) - sign);
}

/// Appends a number; a real one makes all of them real.
void append(std::variant<std::vector<int64_t>, std::vector<double>, std::string_view>& list, const Scalar& number) {
  auto* integers = std::get_if<std::vector<int64_t>>(&list);
  const auto* integer = std::get_if<int64_t>(&number);
  if (integers != nullptr && integer != nullptr) return integers->push_back(*integer);
  if (integers != nullptr) list = std::vector<double>(integers->begin(), integers->end());
  auto& reals = std::get<std::vector<double>>(list);
  reals.push_back(integer != nullptr ? static_cast<double>(*integer) : std::get<double>(number));
}

/// The type of the elements of a list, if all have that one; 0 where each says its own.
std::optional<uint8_t> type_of_elements(uint8_t kind) {
  switch (kind) {
    case kVector: return uint8_t{0};
    case kVectorInt: return kInt;
    case kVectorUInt: return kUInt;
    case kVectorFloat: return kFloat;
    case kVectorBool: return kBool;
    default: return std::nullopt;
  }
}

/// The value of an entry; nothing where it is no number, list of numbers or text, or too long.
std::optional<FlexEntry> entry(const Buffer& buffer, const Reference& at, size_t longest) {
  const auto kind = static_cast<uint8_t>(at.type >> 2);
  const uint32_t width = uint32_t{1} << (at.type & 3);
  FlexEntry result;
  if (const std::optional<Scalar> number = exact_number(buffer, at)) {
    append(result.value, *number);
    return result;
  }
  const std::optional<uint64_t> place = buffer.follow(at.place, at.width);
  if (!place) return std::nullopt;
  if (kind == kKey) {
    const std::optional<std::string_view> text = buffer.text_at(*place, longest);
    if (!text) return std::nullopt;
    result.value = *text;
    return result;
  }
  const std::optional<uint8_t> type = type_of_elements(kind);
  if ((kind != kString && !type) || *place < width) return std::nullopt;
  const std::optional<uint64_t> size = buffer.unsigned_at(*place - width, width);
  if (!size || *size > longest) return std::nullopt;
  if (kind == kString) {
    if (!buffer.has(*place, *size)) return std::nullopt;
    result.value = buffer.text(*place, *size);
    return result;
  }
  const uint64_t types = *place + *size * width;
  if (!buffer.has(types, *type == 0 ? *size : 0)) return std::nullopt;
  for (uint64_t i = 0; i < *size; ++i) {
    const auto packed = *type == 0 ? buffer.byte(types + i) : static_cast<uint8_t>(*type << 2);
    const std::optional<Scalar> number = exact_number(buffer, {*place + i * width, width, packed});
    if (!number) return std::nullopt;
    append(result.value, *number);
  }
  return result;
}

}  // namespace

std::optional<double> flexbuffer_number(Bytes bytes, std::string_view key) {
  const Buffer buffer(bytes);
  const std::optional<Map> map = root_map(buffer, bytes.size());
  if (!map) return std::nullopt;
  for (uint64_t i = 0; i < map->size; ++i) {
    const std::optional<uint64_t> name = key_at(buffer, *map, i);
    if (!name || !buffer.text_equals(*name, key)) continue;
    return number(buffer, value_at(buffer, *map, i));
  }
  return std::nullopt;
}

std::vector<FlexEntry> flexbuffer_entries(Bytes bytes, size_t most, size_t longest) {
  const Buffer buffer(bytes);
  std::vector<FlexEntry> entries;
  const std::optional<Map> map = root_map(buffer, bytes.size());
  if (!map) return entries;
  for (uint64_t i = 0; i < map->size && entries.size() < most; ++i) {
    const std::optional<uint64_t> name = key_at(buffer, *map, i);
    const std::optional<std::string_view> key = name ? buffer.text_at(*name, longest) : std::nullopt;
    if (!key) continue;
    std::optional<FlexEntry> each = entry(buffer, value_at(buffer, *map, i), longest);
    if (!each) continue;
    each->key = *key;
    entries.push_back(*std::move(each));
  }
  return entries;
}

}  // namespace flopstat
