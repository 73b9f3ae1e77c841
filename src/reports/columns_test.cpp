#include "reports/columns.h"

#include <gtest/gtest.h>

#include <set>

#include "support/report_builder.h"

namespace flopstat {
namespace {

using test::incomplete_model;
using test::mnist_mlp;

const uint64_t* count_of(const Cell& cell) { return std::get_if<uint64_t>(&cell); }

TEST(Columns, keys_are_unique_and_each_has_one_getter) {
  std::set<std::string_view> keys;
  for (const Column& c : columns()) {
    EXPECT_TRUE(keys.insert(c.key).second) << c.key;
    EXPECT_NE(c.figure == nullptr, c.total == nullptr) << c.key;
    EXPECT_EQ(&column(c.key), &c);
  }
}

TEST(Columns, keys_in_bytes_say_so) {
  for (const Column& c : columns()) EXPECT_EQ(c.key.ends_with("_bytes"), c.quantity == Quantity::bytes) << c.key;
}

TEST(Columns, rows_and_types_add_up_to_the_total) {
  for (const Report& report : {mnist_mlp(), incomplete_model()}) {
    for (const Column& c : columns()) {
      if (c.figure == nullptr || c.quantity == Quantity::ratio) continue;
      uint64_t rows = 0, types = 0;
      for (const Row& row : report.rows) {
        if (const Cell shown = cell(c, row); const uint64_t* count = count_of(shown)) rows += *count;
      }
      for (const TypeSummary& type : report.by_type) {
        if (const Cell shown = cell(c, type); const uint64_t* count = count_of(shown)) types += *count;
      }
      EXPECT_EQ(cell(c, report.totals), Cell{rows}) << c.key;
      EXPECT_EQ(cell(c, report.totals), Cell{types}) << c.key;
    }
  }
}

TEST(Columns, a_row_without_a_rule_has_no_number) {
  const Report report = incomplete_model();
  const Row& unknown = report.rows[1];
  for (const Column& c : columns()) {
    if (!c.figure) continue;
    EXPECT_EQ(cell(c, unknown), Cell{NoNumber::unknown}) << c.key;
  }
}

TEST(Columns, a_type_of_which_nothing_is_known_has_no_number_either) {
  const Report report = incomplete_model();
  for (const TypeSummary& type : report.by_type) {
    if (type.unknown_nodes == 0) continue;
    for (const Column& c : columns()) {
      if (!c.figure) continue;
      EXPECT_EQ(cell(c, type), Cell{NoNumber::unknown}) << c.key;
    }
  }
}

TEST(Columns, the_ratio_of_two_lower_bounds_is_unknown) {
  const Report report = incomplete_model();
  EXPECT_EQ(cell(column("intensity"), report.totals), Cell{NoNumber::unknown});
}

TEST(Columns, an_operation_that_moves_no_bytes_has_no_intensity) {
  const Report report = test::ReportBuilder("x").row({.type = "RESHAPE"}).finish();
  EXPECT_EQ(cell(column("intensity"), report.rows[0]), Cell{NoNumber::not_applicable});
}

TEST(Columns, figures_that_a_model_does_not_have_are_not_unknown) {
  const Report report = mnist_mlp();
  EXPECT_EQ(cell(column("float_equivalent_flops"), report.totals), Cell{NoNumber::not_applicable});
  EXPECT_EQ(cell(column("trainable_params"), report.totals), Cell{NoNumber::not_applicable});
}

}  // namespace
}  // namespace flopstat
