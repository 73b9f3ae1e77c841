#include "reports/json_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace flopstat {
namespace {

template <class Value>
std::string written(Value value) {
  std::string text;
  JsonWriter(text).value(value);
  return text;
}

TEST(JsonWriter, entries_stand_on_one_line_or_on_a_line_each) {
  std::string text;
  JsonWriter json(text);
  json.object(JsonWriter::lines, [&] {
    json.member("a", uint64_t{1});
    json.key("b");
    json.list(JsonWriter::lines, [&] {
      json.object(JsonWriter::line, [&] {
        json.member("x", true);
        json.member("y", "z");
      });
      json.null();
    });
    json.key("c");
    json.list(JsonWriter::line, [&] {
      json.value(int64_t{-1});
      json.value(int64_t{2});
    });
  });
  EXPECT_EQ(text, "{\n  \"a\": 1,\n  \"b\": [\n    {\"x\":true,\"y\":\"z\"},\n    null\n  ],\n  \"c\": [-1,2]\n}");
}

TEST(JsonWriter, nothing_stands_between_empty_brackets) {
  std::string text;
  JsonWriter json(text);
  json.list(JsonWriter::lines, [&] { json.object(JsonWriter::lines, [] {}); });
  EXPECT_EQ(text, "[\n  {}\n]");
}

TEST(JsonWriter, text_is_ascii_with_surrogates_beyond_the_first_plane) {
  EXPECT_EQ(written("a\"b\\c\n\t\x01"), "\"a\\\"b\\\\c\\n\\t\\u0001\"");
  EXPECT_EQ(written("\xC3\xA9"), "\"\\u00e9\"");
  EXPECT_EQ(written("\xF0\x9F\x98\x80"), "\"\\ud83d\\ude00\"");
}

TEST(JsonWriter, bytes_that_are_no_utf8_are_replaced) { EXPECT_EQ(written("a\xFFz"), "\"a\\ufffdz\""); }

TEST(JsonWriter, numbers_keep_all_their_digits) {
  EXPECT_EQ(written(std::numeric_limits<uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(written(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(written(0.1), "0.1");
}

TEST(JsonWriter, what_json_has_no_number_for_is_null) {
  EXPECT_EQ(written(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(written(std::numeric_limits<double>::quiet_NaN()), "null");
}

TEST(JsonWriter, a_long_document_is_drained_part_by_part_and_is_the_same) {
  const auto write = [](JsonWriter& json) {
    json.list(JsonWriter::lines, [&] {
      for (uint64_t i = 0; i < 300'000; ++i) json.value(i);
    });
  };
  std::string whole;
  JsonWriter in_one(whole);
  write(in_one);
  std::string parts, rest;
  size_t longest = 0;
  JsonWriter drained(rest, [&](std::string& part) {
    longest = std::max(longest, part.size());
    parts += part;
    part.clear();
  });
  write(drained);
  EXPECT_EQ(parts + rest, whole);
  EXPECT_GT(parts.size(), 0u);
  EXPECT_LT(longest, (size_t{1} << 20) + 100);
}

}  // namespace
}  // namespace flopstat
