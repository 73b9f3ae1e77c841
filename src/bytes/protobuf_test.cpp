#include "bytes/protobuf.h"

#include <gtest/gtest.h>

#include "flopstat/error.h"
#include "support/onnx_writer.h"

namespace flopstat {
namespace {

using test::bytes_of;
using test::Proto;

/// The error of walking all fields of a message.
Error error_of(const std::vector<std::byte>& bytes) {
  try {
    ProtoMessage message(bytes);
    while (message.next()) {
    }
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "the message is read without an error";
  return {ErrorCode::empty, ""};
}

std::vector<std::byte> raw(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

TEST(ProtoMessage, fields_come_in_the_order_of_the_file) {
  const auto bytes = bytes_of(Proto{}.integer(3, 300).text(1, "relu").real32(2, 0.5F));
  ProtoMessage message(bytes);
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.field(), 3U);
  EXPECT_EQ(message.integer(), 300);
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.text(), "relu");
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.real32(), 0.5F);
  EXPECT_FALSE(message.next());
}

TEST(ProtoMessage, what_is_not_asked_for_is_skipped) {
  const auto bytes = bytes_of(Proto{}.text(1, "not a message").integer(2, 7));
  ProtoMessage message(bytes);
  ASSERT_TRUE(message.next());
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.integer(), 7);
}

TEST(ProtoMessage, negative_integers_take_ten_bytes) {
  const auto bytes = bytes_of(Proto{}.integer(1, -1).integer(1, INT64_MIN));
  ASSERT_EQ(bytes.size(), 2U * (1 + 10));
  ProtoMessage message(bytes);
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.integer(), -1);
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.integer(), INT64_MIN);
}

TEST(ProtoMessage, packed_and_single_values_make_one_list) {
  const auto bytes = bytes_of(Proto{}.packed(1, {1, -2}).unpacked(1, {300}));
  ProtoMessage message(bytes);
  std::vector<int64_t> values;
  while (message.next()) message.append_integers(values, 3);
  EXPECT_EQ(values, (std::vector<int64_t>{1, -2, 300}));
}

TEST(ProtoMessage, a_list_longer_than_the_limit_is_an_error) {
  const auto bytes = bytes_of(Proto{}.packed(1, {1, 2, 3}));
  ProtoMessage message(bytes);
  ASSERT_TRUE(message.next());
  std::vector<int64_t> values;
  EXPECT_THROW(message.append_integers(values, 2), Error);
}

TEST(ProtoMessage, a_length_past_the_end_is_an_error_with_its_offset) {
  // Two bytes of another field, then a field of 100 bytes of which one is there.
  const Error error = error_of(raw({0x08, 0x01, 0x12, 100, 0x41}));
  EXPECT_EQ(error.code, ErrorCode::truncated);
  EXPECT_EQ(error.offset, 2U);
}

TEST(ProtoMessage, a_length_beyond_32_bits_is_not_cut_to_them) {
  // 2^32 + 1 as a varint: a reader that narrows it sees the length 1.
  const Error error = error_of(raw({0x12, 0x81, 0x80, 0x80, 0x80, 0x10, 0x41}));
  EXPECT_EQ(error.code, ErrorCode::truncated);
}

TEST(ProtoMessage, a_varint_of_more_than_64_bits_is_corrupt) {
  const Error eleven = error_of(raw({0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}));
  EXPECT_EQ(eleven.code, ErrorCode::corrupt);
  EXPECT_EQ(eleven.offset, 1U);
  const Error tenth_too_large = error_of(raw({0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2}));
  EXPECT_EQ(tenth_too_large.code, ErrorCode::corrupt);
}

TEST(ProtoMessage, a_varint_cut_by_the_end_is_truncated) {
  EXPECT_EQ(error_of(raw({0x08, 0x80})).code, ErrorCode::truncated);
}

TEST(ProtoMessage, groups_and_field_0_are_corrupt) {
  EXPECT_EQ(error_of(raw({0x0b})).code, ErrorCode::corrupt);
  EXPECT_EQ(error_of(raw({0x00, 0x00})).code, ErrorCode::corrupt);
}

TEST(ProtoMessage, a_value_of_another_wire_type_is_corrupt) {
  const auto bytes = bytes_of(Proto{}.integer(1, 5));
  ProtoMessage message(bytes);
  ASSERT_TRUE(message.next());
  EXPECT_THROW(message.text(), Error);
  EXPECT_THROW(message.child(), Error);
  EXPECT_THROW(message.real32(), Error);
}

TEST(ProtoMessage, a_child_knows_its_place_in_the_file) {
  const auto bytes = bytes_of(Proto{}.integer(1, 5).message(2, Proto{}.text(1, "x")));
  ProtoMessage message(bytes);
  ASSERT_TRUE(message.next());
  ASSERT_TRUE(message.next());
  EXPECT_EQ(message.child().offset(), 2U + 2U);  // behind the first field, and tag and length of the second
}

TEST(ProtoMessage, nesting_ends_at_its_limit) {
  Proto nest;
  for (uint32_t i = 0; i < ProtoMessage::kMaxDepth + 1; ++i) nest = Proto{}.message(1, nest);
  const auto bytes = bytes_of(nest);
  ProtoMessage message(bytes);
  for (uint32_t i = 0; i < ProtoMessage::kMaxDepth; ++i) {
    ASSERT_TRUE(message.next());
    message = message.child();
  }
  ASSERT_TRUE(message.next());
  EXPECT_THROW(message.child(), Error);
}

}  // namespace
}  // namespace flopstat
