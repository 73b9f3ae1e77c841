#include "bytes/flatbuffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// In namespace flopstat FlatTable is the one that reads, test::FlatTable the one that is written.
std::vector<std::byte> written(const test::FlatTable& root) { return test::write_flatbuffer(root, "TEST"); }

template <class T>
void overwrite(std::vector<std::byte>& bytes, size_t place, T value) {
  ASSERT_LE(place + sizeof value, bytes.size());
  std::memcpy(bytes.data() + place, &value, sizeof value);
}

/// Where the layout of the root table stands.
size_t layout_of(const std::vector<std::byte>& bytes) {
  uint32_t root = 0;
  int32_t back = 0;
  std::memcpy(&root, bytes.data(), sizeof root);
  std::memcpy(&back, bytes.data() + root, sizeof back);
  return root - static_cast<size_t>(back);
}

template <class Read>
Error refusal(Read read) {
  try {
    read();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was refused";
  return {ErrorCode::usage, ""};
}

TEST(FlatBuffer, fields_are_found_by_their_slots_and_missing_ones_give_the_default) {
  const std::vector<std::byte> bytes =
      written({{{0, uint8_t{200}}, {1, int32_t{-5}}, {3, 0.5}, {4, true}, {6, uint64_t{1} << 60}}});
  FlatBuffer buffer(bytes);
  const FlatTable root = buffer.root("TEST");
  EXPECT_EQ(root.scalar<uint8_t>(0, 0), 200);
  EXPECT_EQ(root.scalar<int32_t>(1, 0), -5);
  EXPECT_EQ(root.scalar<int32_t>(2, 42), 42);
  EXPECT_EQ(root.scalar<double>(3, 0), 0.5);
  EXPECT_EQ(root.scalar<uint8_t>(4, 0), 1);
  EXPECT_EQ(root.scalar<uint64_t>(6, 0), uint64_t{1} << 60);
  EXPECT_EQ(root.scalar<int32_t>(7, 43), 43) << "behind the layout";
  EXPECT_EQ(root.scalar<int32_t>(40'000, 44), 44);
  EXPECT_TRUE(root.has(1));
  EXPECT_FALSE(root.has(2));
}

TEST(FlatBuffer, vectors_strings_and_tables_are_followed) {
  const test::FlatTable child{{{0, std::string("inner")}}};
  const std::vector<std::byte> bytes = written({{{0, test::flat_vector(std::vector<int64_t>{-1, 1L << 40})},
                                                 {1, std::string("text")},
                                                 {2, child},
                                                 {3, std::vector<test::FlatTable>{child, {}, child}}}});
  FlatBuffer buffer(bytes);
  const FlatTable root = buffer.root("TEST");
  EXPECT_THAT(root.vector<int64_t>(0).copy<int64_t>(), ElementsAre(-1, 1L << 40));
  EXPECT_EQ(root.string(1), "text");
  EXPECT_EQ(root.table(2)->string(0), "inner");
  ASSERT_EQ(root.tables(3).size(), 3u);
  EXPECT_EQ(root.tables(3)[2].string(0), "inner");
  EXPECT_EQ(root.tables(3)[1].string(0), "");
  EXPECT_EQ(root.blob(1).size(), 4u);
}

TEST(FlatBuffer, what_is_not_stored_is_empty) {
  const std::vector<std::byte> bytes = written({});
  FlatBuffer buffer(bytes);
  const FlatTable root = buffer.root("");
  EXPECT_TRUE(root.vector<int32_t>(0).empty());
  EXPECT_TRUE(root.string(0).empty());
  EXPECT_FALSE(root.table(0).has_value());
  EXPECT_EQ(root.tables(0).size(), 0u);
  EXPECT_TRUE(root.blob(0).empty());
}

TEST(FlatBuffer, another_identifier_is_corrupt_at_byte_4) {
  const std::vector<std::byte> bytes = written({});
  const Error error = refusal([&] { FlatBuffer(bytes).root("TFL3"); });
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_EQ(error.message, "expected the identifier 'TFL3'");
  EXPECT_EQ(error.offset, 4u);
}

TEST(FlatBuffer, a_root_behind_the_end_is_truncated_at_its_place) {
  std::vector<std::byte> bytes = written({});
  overwrite(bytes, 0, uint32_t{0x7fff'ffff});
  const Error error = refusal([&] { FlatBuffer(bytes).root("TEST"); });
  EXPECT_EQ(error.code, ErrorCode::truncated);
  EXPECT_EQ(error.message, "a table lies behind the end of the file");
  EXPECT_EQ(error.offset, 0x7fff'ffffu);
  EXPECT_THAT(error.note, HasSubstr(std::to_string(bytes.size()) + " bytes"));
}

TEST(FlatBuffer, a_layout_of_odd_or_no_size_is_corrupt) {
  for (const uint16_t size : {uint16_t{0}, uint16_t{2}, uint16_t{5}}) {
    std::vector<std::byte> bytes = written({{{0, int32_t{1}}}});
    overwrite(bytes, layout_of(bytes), size);
    const Error error = refusal([&] { FlatBuffer(bytes).root("TEST"); });
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_EQ(error.message, "the layout of a table has " + std::to_string(size) + " bytes");
  }
}

TEST(FlatBuffer, a_layout_may_stand_behind_its_table_but_not_outside_the_file) {
  std::vector<std::byte> bytes = written({{{0, int32_t{7}}}});
  uint32_t root = 0;
  std::memcpy(&root, bytes.data(), sizeof root);
  const std::vector<std::byte> layout(bytes.begin() + static_cast<std::ptrdiff_t>(layout_of(bytes)),
                                      bytes.begin() + root);
  const auto behind = static_cast<int32_t>(bytes.size() - root);
  bytes.insert(bytes.end(), layout.begin(), layout.end());
  overwrite(bytes, root, -behind);
  FlatBuffer buffer(bytes);
  EXPECT_EQ(buffer.root("TEST").scalar<int32_t>(0, 0), 7);
  for (const int32_t distance : {INT32_MIN, INT32_MAX, -behind - 1000, static_cast<int32_t>(root) + 1}) {
    overwrite(bytes, root, distance);
    EXPECT_EQ(refusal([&] { FlatBuffer(bytes).root("TEST"); }).message,
              "the layout of a table lies behind the end of the file");
  }
}

/// The place where the root's only field stands, and what it refers to.
struct Place {
  size_t field;
  size_t target;
};

Place only_field(const std::vector<std::byte>& bytes) {
  uint32_t root = 0;
  uint16_t distance = 0;
  uint32_t reference = 0;
  std::memcpy(&root, bytes.data(), sizeof root);
  std::memcpy(&distance, bytes.data() + root - 2, sizeof distance);  // one slot: the layout's last entry
  std::memcpy(&reference, bytes.data() + root + distance, sizeof reference);
  return {root + distance, root + distance + reference};
}

TEST(FlatBuffer, lengths_that_pass_the_end_are_truncated) {
  std::vector<std::byte> bytes = written({{{0, std::string("text")}}});
  const Place place = only_field(bytes);
  const auto room = static_cast<uint32_t>(bytes.size() - place.target - 4);
  overwrite(bytes, place.target, room);
  EXPECT_EQ(FlatBuffer(bytes).root("TEST").blob(0).size(), room);
  for (const uint32_t length : {room + 1, uint32_t{0x8000'0000}, UINT32_MAX}) {
    overwrite(bytes, place.target, length);
    FlatBuffer buffer(bytes);
    const FlatTable root = buffer.root("TEST");
    EXPECT_EQ(refusal([&] { root.blob(0); }).message, "a vector lies behind the end of the file");
    EXPECT_EQ(refusal([&] { root.tables(0); }).message, "a vector of tables lies behind the end of the file");
    EXPECT_THROW(root.string(0), Error);
    EXPECT_THROW(root.vector<int64_t>(0), Error);
  }
}

TEST(FlatBuffer, references_that_pass_the_end_are_truncated) {
  std::vector<std::byte> bytes = written({{{0, std::string("text")}}});
  for (const uint32_t distance : {static_cast<uint32_t>(bytes.size()), UINT32_MAX}) {
    overwrite(bytes, only_field(bytes).field, distance);
    FlatBuffer buffer(bytes);
    const FlatTable root = buffer.root("TEST");
    EXPECT_EQ(refusal([&] { root.string(0); }).code, ErrorCode::truncated);
    EXPECT_EQ(refusal([&] { root.table(0); }).code, ErrorCode::truncated);
    bytes = written({{{0, std::string("text")}}});
  }
}

TEST(FlatBuffer, a_field_that_its_layout_puts_outside_the_file_is_truncated) {
  std::vector<std::byte> bytes = written({{{0, int32_t{1}}}});
  overwrite(bytes, layout_of(bytes) + 4, uint16_t{0xffff});
  FlatBuffer buffer(bytes);
  const FlatTable root = buffer.root("TEST");
  EXPECT_EQ(refusal([&] { root.scalar<int32_t>(0, 0); }).message, "a field of a table lies behind the end of the file");
}

TEST(FlatBuffer, reading_more_than_the_file_can_hold_is_a_limit) {
  const std::vector<std::byte> bytes = written({{{0, test::flat_vector(std::vector<int32_t>(256))}}});
  FlatBuffer buffer(bytes);
  const FlatTable root = buffer.root("TEST");
  const auto read_it_again_and_again = [&] {
    for (size_t i = 0; i < 1000; ++i) root.vector<int32_t>(0);
  };
  const Error error = refusal(read_it_again_and_again);
  EXPECT_EQ(error.code, ErrorCode::limit);
  EXPECT_THAT(error.message, HasSubstr("describe more than the file holds"));
}

TEST(FlatBuffer, contents_that_are_only_referred_to_cost_nothing_of_the_budget) {
  const std::vector<std::byte> bytes = written({{{0, test::flat_vector(std::vector<int32_t>(100'000))}}});
  FlatBuffer buffer(bytes);
  const FlatTable root = buffer.root("TEST");
  for (size_t i = 0; i < 1000; ++i) EXPECT_EQ(root.blob(0).size(), 100'000u);
}

TEST(FlatBuffer, every_beginning_of_a_file_is_read_or_refused) {
  const std::vector<std::byte> bytes = written({{{0, std::vector<test::FlatTable>{{{{0, std::string("name")}}}}}}});
  const size_t needed = bytes.size() - 1;  // all but the text's closing zero
  for (size_t size = 0; size < needed; ++size) {
    const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    FlatBuffer buffer(cut);
    EXPECT_EQ(refusal([&] { buffer.root("TEST").tables(0)[0].string(0); }).code, ErrorCode::truncated) << size;
  }
}

}  // namespace
}  // namespace flopstat
