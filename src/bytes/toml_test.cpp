#include "bytes/toml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flopstat/error.h"

namespace flopstat {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr TomlKind kKind{"file of tests", "read the tests"};

File file_of(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return File::from_bytes({bytes, bytes + text.size()}, "t.toml");
}

TomlValue::Table read(std::string_view text) { return read_toml(file_of(text), kKind); }

std::string fault_of(std::string_view text) {
  try {
    read(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::usage);
    return error.message;
  }
  return {};
}

TEST(Toml, has_values_of_every_kind_with_their_places) {
  const TomlValue::Table root = read("truth = true\nwhole = 7\nreal = 0.5\n[table]\ntext = 'a'\nlist = [1, 'b']\n");
  EXPECT_EQ(*find(root, "truth")->boolean(), true);
  EXPECT_EQ(*find(root, "whole")->integer(), 7);
  EXPECT_EQ(std::get<double>(find(root, "real")->data), 0.5);
  const TomlValue::Table& table = *find(root, "table")->table();
  EXPECT_EQ(*find(table, "text")->text(), "a");
  const TomlValue::Array& list = *find(table, "list")->array();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(*list[1].text(), "b");
  EXPECT_EQ(list[1].place.line, 6u);
  EXPECT_EQ(list[1].place.column, 12u);
  EXPECT_EQ(find(root, "nothing"), nullptr);
}

TEST(Toml, that_is_none_says_where) {
  EXPECT_THAT(fault_of("a = \n"), StartsWith("t.toml:1:"));
  EXPECT_THAT(fault_of("a = 1\na = 2\n"), HasSubstr("this is no TOML"));
  EXPECT_EQ(fault_of("a = 'caf\xC3\xA9'\n"), "t.toml:1:9: a file of tests is ASCII");
  EXPECT_THAT(fault_of(std::string(kMaxToml + 1, '#')), HasSubstr("the file of tests has 1048577 bytes"));
  EXPECT_THAT(fault_of("a" + std::string(65, '.') + "b = 1\n"), HasSubstr("more than 64 dots"));
}

}  // namespace
}  // namespace flopstat
