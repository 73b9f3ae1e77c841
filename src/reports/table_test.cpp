#include "reports/table.h"

#include <gtest/gtest.h>

namespace flopstat {
namespace {

Table small_table() {
  return {
      .columns = {{.title = "MACs"},
                  {.title = "Params", .priority = 1},
                  {.title = "Op type", .align = Table::Align::left},
                  {.align = Table::Align::left}},
      .rows = {{{"6,193,664", "198,226", "CONV_2D", "x14"}}, {{"0", "0", "AVERAGE_POOL_2D", "x1"}, Emphasis::bold}}};
}

std::string written(const Table& table, const TerminalStyle& style) {
  std::string text;
  table.write(style, 0, text);
  return text;
}

TEST(Table, numbers_end_and_words_begin_in_one_column) {
  EXPECT_EQ(written(small_table(), {}),
            "     MACs   Params  Op type\n"
            "6,193,664  198,226  CONV_2D          x14\n"
            "        0        0  AVERAGE_POOL_2D  x1\n");
}

TEST(Table, the_least_important_column_goes_first) {
  EXPECT_EQ(written(small_table(), {.width = 39}),
            "     MACs  Op type\n"
            "6,193,664  CONV_2D          x14\n"
            "        0  AVERAGE_POOL_2D  x1\n");
}

TEST(Table, words_are_shortened_when_no_column_is_left_to_go) {
  EXPECT_EQ(written(small_table(), {.width = 25}),
            "     MACs  Op type\n"
            "6,193,664  CONV_2D    x14\n"
            "        0  AVERAG...  x1\n");
}

TEST(Table, the_last_columns_go_when_nothing_else_makes_a_line_fit) {
  EXPECT_EQ(written(small_table(), {.width = 15}),
            "     MACs  O...\n"
            "6,193,664  C...\n"
            "        0  A...\n");
}

TEST(Table, colour_adds_nothing_but_escape_sequences) {
  EXPECT_EQ(written(small_table(), {.width = 39, .colour = true}),
            "     \x1b[2mMACs\x1b[0m  \x1b[2mOp type\x1b[0m\n"
            "6,193,664  CONV_2D          x14\n"
            "        \x1b[1m0\x1b[0m  \x1b[1mAVERAGE_POOL_2D\x1b[0m  \x1b[1mx1\x1b[0m\n");
}

}  // namespace
}  // namespace flopstat
