#include "bytes/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flopstat/error.h"

namespace flopstat {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::vector<std::string>> read(std::string_view text) {
  return read_csv({reinterpret_cast<const std::byte*>(text.data()), text.size()});
}

TEST(Csv, has_a_list_of_fields_for_each_line) {
  EXPECT_THAT(read("model,accuracy\na,0.5\n"), ElementsAre(ElementsAre("model", "accuracy"), ElementsAre("a", "0.5")));
  EXPECT_THAT(read("a,,b"), ElementsAre(ElementsAre("a", "", "b")));
}

TEST(Csv, takes_what_stands_in_quotes_as_it_is) {
  EXPECT_THAT(read("\"a,b\",\"two\nlines\",\"say \"\"hi\"\"\"\n"),
              ElementsAre(ElementsAre("a,b", "two\nlines", "say \"hi\"")));
}

TEST(Csv, is_as_spreadsheets_of_all_countries_write_it) {
  EXPECT_THAT(read("\xEF\xBB\xBFmodel;top-1\r\na;0,5\r\n"),
              ElementsAre(ElementsAre("model", "top-1"), ElementsAre("a", "0,5")));
  EXPECT_THAT(read("model\ttop-1\na\t1\n"), ElementsAre(ElementsAre("model", "top-1"), ElementsAre("a", "1")));
}

TEST(Csv, leaves_out_empty_lines) {
  EXPECT_THAT(read("a\n\n,,\nb\n"), ElementsAre(ElementsAre("a"), ElementsAre("b")));
  EXPECT_THAT(read(""), IsEmpty());
}

TEST(Csv, with_a_quote_that_is_never_closed_is_an_error_at_that_quote) {
  try {
    read("a,\"b\n");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::truncated);
    EXPECT_EQ(error.offset, 2u);
  }
}

}  // namespace
}  // namespace flopstat
