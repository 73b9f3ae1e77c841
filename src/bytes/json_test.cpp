#include "bytes/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "flopstat/error.h"

namespace flopstat {
namespace {

Bytes bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

Error refusal(const std::string& text) {
  try {
    const JsonDocument document(bytes_of(text));
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "read: " << text.substr(0, 80);
  return {ErrorCode::unreadable, ""};
}

TEST(Json, has_every_kind_of_value_with_its_place) {
  const std::string text = R"( {"a": null, "b": true, "c": -12, "d": 2.5e1, "e": "text", "f": [1, []], "g": {}} )";
  const JsonDocument document(bytes_of(text));
  const JsonValue& root = document.root();
  EXPECT_EQ(root.offset, text.find('{'));
  EXPECT_TRUE(root.find("a")->is_null());
  EXPECT_TRUE(*root.find("b")->boolean());
  EXPECT_EQ(*root.find("c")->integer(), -12);
  EXPECT_EQ(root.find("c")->real(), -12.0);
  EXPECT_EQ(root.find("d")->real(), 25.0);
  EXPECT_EQ(root.find("d")->integer(), nullptr);
  EXPECT_EQ(*root.find("e")->text(), "text");
  EXPECT_EQ(root.find("e")->offset, text.find("\"text\""));
  ASSERT_EQ(root.find("f")->array()->size(), 2);
  EXPECT_TRUE((*root.find("f")->array())[1].array()->empty());
  EXPECT_TRUE(root.find("g")->object()->empty());
  EXPECT_EQ(root.find("h"), nullptr);
  EXPECT_EQ(root.find("a")->find("b"), nullptr);
}

TEST(Json, has_the_numbers_that_only_python_writes) {
  const std::string text = "[NaN, Infinity, -Infinity, 9223372036854775807, 9223372036854775808, -0]";
  const JsonDocument document(bytes_of(text));
  const JsonValue::Array& values = *document.root().array();
  EXPECT_TRUE(std::isnan(*values[0].real()));
  EXPECT_EQ(values[1].real(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(values[2].real(), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(*values[3].integer(), INT64_MAX);
  EXPECT_EQ(values[4].integer(), nullptr);
  EXPECT_EQ(values[4].real(), std::ldexp(1.0, 63));
  EXPECT_EQ(*values[5].integer(), 0);
}

TEST(Json, strings_without_escapes_are_views_and_escapes_are_decoded) {
  const std::string text = R"(["plain", "a\n\"\\\/\t", "\u00e9\u20AC\ud83d\ude00", "\ud83dx"])";
  const JsonDocument document(bytes_of(text));
  const JsonValue::Array& values = *document.root().array();
  EXPECT_EQ(values[0].text()->data(), text.data() + 2);
  EXPECT_EQ(*values[1].text(), "a\n\"\\/\t");
  EXPECT_EQ(*values[2].text(), "\u00e9\u20ac\U0001F600");
  EXPECT_EQ(*values[3].text(), "\uFFFDx");
}

TEST(Json, of_equal_keys_the_last_counts_and_the_second_is_listed) {
  const std::string text = R"({"a": 1, "b": 2, "a": 3})";
  const JsonDocument document(bytes_of(text));
  EXPECT_EQ(*document.root().find("a")->integer(), 3);
  ASSERT_EQ(document.repeated_keys().size(), 1);
  EXPECT_EQ(document.repeated_keys()[0].first, "a");
  EXPECT_EQ(document.repeated_keys()[0].second, text.rfind("\"a\""));
}

TEST(Json, nests_as_deep_as_the_limit_and_no_deeper) {
  const auto nested = [](size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_NO_THROW(JsonDocument(bytes_of(nested(JsonDocument::kMaxDepth))));
  const Error error = refusal(nested(1'000'000));
  EXPECT_EQ(error.code, ErrorCode::limit);
  EXPECT_EQ(error.offset, JsonDocument::kMaxDepth);
}

TEST(Json, a_text_that_ends_early_is_truncated_at_its_end) {
  for (const std::string text :
       {"", "[", "[1", "[1,", "{", "{\"a\"", "{\"a\":", "{\"a\": 1", "\"abc", "\"a\\", "\"\\u00"}) {
    const Error error = refusal(text);
    EXPECT_EQ(error.code, ErrorCode::truncated) << text;
    EXPECT_EQ(error.offset, text.size()) << text;
  }
}

TEST(Json, what_is_no_json_is_refused_at_its_byte) {
  struct Case {
    const char* text;
    uint64_t offset;
  };
  for (const Case& each : {Case{"[1 2]", 3}, Case{"{1: 2}", 1}, Case{"[01]", 1}, Case{"nul", 0}, Case{"[1,]", 3},
                           Case{"{\"a\" 1}", 5}, Case{"[1] x", 4}, Case{"\"\\x\"", 1}, Case{"[\"a\nb\"]", 3},
                           Case{"[1.x]", 3}, Case{"[-]", 1}, Case{"\"\\u00zz\"", 1}}) {
    const Error error = refusal(each.text);
    EXPECT_EQ(error.code, ErrorCode::corrupt) << each.text;
    EXPECT_EQ(error.offset, each.offset) << each.text;
  }
}

}  // namespace
}  // namespace flopstat
