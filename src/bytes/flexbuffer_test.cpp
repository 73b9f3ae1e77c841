#include "bytes/flexbuffer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace flopstat {
namespace {

// Types as the format numbers them; the width of what a reference leads to stands in the two bits below.
enum : uint8_t { kInt = 1, kUInt = 2, kFloat = 3, kString = 5, kIndirectInt = 6, kMap = 9, kBool = 26 };

/// One value of a map: its type, and its bits as they are stored.
struct Stored {
  uint8_t type = kInt;
  uint64_t bits = 0;
};

uint64_t bits_of_double(double value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

uint64_t bits_of_float(float value) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// Writes a map whose scalars all take `width` bytes, its keys in the order given (the format sorts them).
class MapWriter {
 public:
  explicit MapWriter(uint32_t width) : width_(width) {}

  std::vector<std::byte> write(const std::vector<std::pair<std::string, Stored>>& entries) {
    std::vector<size_t> names;
    for (const auto& [key, value] : entries) {
      names.push_back(out_.size());
      for (const char c : key) put(static_cast<uint8_t>(c), 1);
      put(0, 1);
    }
    put(entries.size(), width_);
    const size_t keys = out_.size();
    for (const size_t name : names) put(out_.size() - name, width_);
    put(out_.size() - keys, width_);
    put(width_, width_);
    put(entries.size(), width_);
    const size_t values = out_.size();
    for (const auto& [key, value] : entries) put(value.bits, width_);
    const auto log_width = static_cast<uint8_t>(width_ == 1 ? 0 : width_ == 2 ? 1 : width_ == 4 ? 2 : 3);
    for (const auto& [key, value] : entries) put(static_cast<uint8_t>(value.type << 2 | log_width), 1);
    put(out_.size() - values, width_);
    put(static_cast<uint8_t>(kMap << 2 | log_width), 1);
    put(width_, 1);
    return out_;
  }

 private:
  void put(uint64_t value, uint32_t width) {
    for (uint32_t i = 0; i < width; ++i) out_.push_back(static_cast<std::byte>(value >> (8 * i)));
  }

  uint32_t width_;
  std::vector<std::byte> out_;
};

std::vector<std::byte> map_of(const std::vector<std::pair<std::string, Stored>>& entries, uint32_t width) {
  return MapWriter(width).write(entries);
}

TEST(FlexBuffer, a_number_is_found_under_its_key_at_every_width) {
  for (const uint32_t width : {1u, 2u, 4u, 8u}) {
    const std::vector<std::byte> bytes = map_of({{"a", {kInt, 7}}, {"bc", {kUInt, 200}}, {"d", {kBool, 1}}}, width);
    EXPECT_EQ(flexbuffer_number(bytes, "a"), 7.0) << width;
    EXPECT_EQ(flexbuffer_number(bytes, "bc"), 200.0) << width;
    EXPECT_EQ(flexbuffer_number(bytes, "d"), 1.0) << width;
  }
}

TEST(FlexBuffer, integers_have_a_sign_at_every_width) {
  for (const uint32_t width : {1u, 2u, 4u, 8u}) {
    const std::vector<std::byte> bytes = map_of({{"a", {kInt, static_cast<uint64_t>(-3)}}}, width);
    EXPECT_EQ(flexbuffer_number(bytes, "a"), -3.0) << width;
  }
  EXPECT_EQ(flexbuffer_number(map_of({{"a", {kUInt, 0xfd}}}, 1), "a"), 0xfd);
  EXPECT_EQ(flexbuffer_number(map_of({{"a", {kUInt, UINT64_MAX}}}, 8), "a"), 0x1p64);
}

TEST(FlexBuffer, real_numbers_have_four_or_eight_bytes) {
  EXPECT_EQ(flexbuffer_number(map_of({{"a", {kFloat, bits_of_float(0.25F)}}}, 4), "a"), 0.25);
  EXPECT_EQ(flexbuffer_number(map_of({{"a", {kFloat, bits_of_double(1e300)}}}, 8), "a"), 1e300);
  EXPECT_EQ(flexbuffer_number(map_of({{"a", {kFloat, 1}}}, 2), "a"), std::nullopt);
}

TEST(FlexBuffer, keys_are_compared_whole) {
  const std::vector<std::byte> bytes = map_of({{"ab", {kInt, 1}}, {"abc", {kInt, 2}}}, 1);
  EXPECT_EQ(flexbuffer_number(bytes, "ab"), 1.0);
  EXPECT_EQ(flexbuffer_number(bytes, "abc"), 2.0);
  EXPECT_EQ(flexbuffer_number(bytes, "a"), std::nullopt);
  EXPECT_EQ(flexbuffer_number(bytes, "abcd"), std::nullopt);
  EXPECT_EQ(flexbuffer_number(bytes, ""), std::nullopt);
}

TEST(FlexBuffer, what_is_no_number_and_what_is_no_map_gives_nothing) {
  EXPECT_EQ(flexbuffer_number(map_of({{"a", {kString, 1}}}, 1), "a"), std::nullopt);
  EXPECT_EQ(flexbuffer_number(map_of({}, 1), "a"), std::nullopt);
  const std::vector<std::byte> number{std::byte{5}, std::byte{kInt << 2}, std::byte{1}};
  EXPECT_EQ(flexbuffer_number(number, "a"), std::nullopt);
  EXPECT_EQ(flexbuffer_number({}, "a"), std::nullopt);
}

TEST(FlexBuffer, a_number_elsewhere_is_followed_and_a_way_out_of_the_bytes_is_not) {
  // The value's distance leads back to a byte that is known: the last of the first key's text.
  std::vector<std::byte> bytes = map_of({{"a", {kIndirectInt, 0}}}, 1);
  const size_t value = bytes.size() - 5;  // before it the map; behind it its type and the three bytes of the root
  bytes[value + 1] = std::byte{kIndirectInt << 2};
  bytes[value] = static_cast<std::byte>(value);
  EXPECT_EQ(flexbuffer_number(bytes, "a"), static_cast<double>('a'));
  bytes[value] = static_cast<std::byte>(value + 1);
  EXPECT_EQ(flexbuffer_number(bytes, "a"), std::nullopt);
}

/// The entry of that key; fails the test where there is none.
FlexEntry entry_of(const std::vector<std::byte>& bytes, std::string_view key) {
  for (FlexEntry& each : flexbuffer_entries(bytes, 100, 100)) {
    if (each.key == key) return std::move(each);
  }
  ADD_FAILURE() << "no entry " << key;
  return {};
}

TEST(FlexBuffer, lists_numbers_under_their_keys) {
  for (const uint32_t width : {4u, 8u}) {
    const uint64_t half = width == 4 ? bits_of_float(0.5F) : bits_of_double(0.5);
    const std::vector<std::byte> bytes =
        map_of({{"a", {kInt, static_cast<uint64_t>(-3)}}, {"b", {kBool, 1}}, {"c", {kFloat, half}}}, width);
    EXPECT_EQ(std::get<std::vector<int64_t>>(entry_of(bytes, "a").value), std::vector<int64_t>{-3});
    EXPECT_EQ(std::get<std::vector<int64_t>>(entry_of(bytes, "b").value), std::vector<int64_t>{1});
    EXPECT_EQ(std::get<std::vector<double>>(entry_of(bytes, "c").value), std::vector<double>{0.5});
  }
}

TEST(FlexBuffer, lists_texts_and_lists_of_numbers) {
  // In front of the map [len=3, 5, 6, 7] as a vector of integers and [len=2, 'o', 'k', 0] as a text; each value of the
  // map is the way back to what follows the length.
  std::vector<std::byte> map = map_of({{"n", {11, 0}}, {"t", {kString, 0}}}, 1);
  std::vector<std::byte> bytes;
  for (const int byte : {3, 5, 6, 7, 2, int{'o'}, int{'k'}, 0}) bytes.push_back(static_cast<std::byte>(byte));
  bytes.insert(bytes.end(), map.begin(), map.end());
  const size_t values = bytes.size() - 7;  // two values, their types, and the three bytes of the root
  bytes[values] = static_cast<std::byte>(values - 1);
  bytes[values + 1] = static_cast<std::byte>(values + 1 - 5);
  EXPECT_EQ(std::get<std::vector<int64_t>>(entry_of(bytes, "n").value), (std::vector<int64_t>{5, 6, 7}));
  EXPECT_EQ(std::get<std::string_view>(entry_of(bytes, "t").value), "ok");
  EXPECT_EQ(flexbuffer_entries(bytes, 1, 100).size(), 1u);
  EXPECT_EQ(flexbuffer_entries(bytes, 100, 2).size(), 1u) << "three numbers are more than two";
}

TEST(FlexBuffer, every_cut_and_every_changed_byte_is_survived) {
  for (const uint32_t width : {1u, 2u, 4u, 8u}) {
    const std::vector<std::byte> bytes = map_of({{"ab", {kInt, 1}}, {"cd", {kFloat, 2}}, {"ef", {kMap, 3}}}, width);
    for (size_t size = 0; size < bytes.size(); ++size) {
      const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      flexbuffer_number(cut, "ef");  // the sanitizers watch: nothing outside may be read
      for (int change = 0; change < 256; ++change) {
        std::vector<std::byte> changed = bytes;
        changed[size] = static_cast<std::byte>(change);
        flexbuffer_number(changed, "ef");
        flexbuffer_entries(changed, 8, 8);
      }
    }
  }
}

}  // namespace
}  // namespace flopstat
