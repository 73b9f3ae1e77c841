#include "reports/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/report_builder.h"

namespace flopstat {
namespace {

using test::ReportBuilder;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Work macs(uint64_t count) { return {.unit = Unit::mul_add, .dtype = DType::f32, .count = count}; }

Report model() {
  ReportBuilder b("x");
  b.row({.type = "CONV_2D", .name = "stem/conv", .work = {macs(50)}, .params = 9});
  b.row(
      {.type = "DEPTHWISE_CONV_2D", .name = "body/dw", .work = {macs(7)}, .params = 2, .repeat = 10, .scope = "loop"});
  b.row({.type = "Mystery", .name = "body/what", .unknown = "no rule"});
  b.row({.type = "RELU", .name = "a=b"});
  return b.finish();
}

std::vector<uint32_t> chosen(const Selection& selection) {
  static const Report report = model();
  std::vector<uint32_t> indices;
  for (const Row* row : select(report, selection)) indices.push_back(row->index);
  return indices;
}

TEST(Selection, without_a_wish_is_the_model_in_its_order) { EXPECT_THAT(chosen({}), ElementsAre(0, 1, 2, 3)); }

TEST(Selection, figures_sort_from_large_to_small_by_all_runs_and_unknown_comes_last) {
  EXPECT_THAT(chosen({.sort = find_row_column("macs")}), ElementsAre(1, 0, 3, 2));    // 10 * 7, 50, 0, ?
  EXPECT_THAT(chosen({.sort = find_row_column("params")}), ElementsAre(0, 1, 3, 2));  // stored once: 9, 2, 0, ?
}

TEST(Selection, properties_sort_from_small_to_large) {
  EXPECT_THAT(chosen({.sort = find_row_column("name")}), ElementsAre(3, 1, 2, 0));
  EXPECT_THAT(chosen({.sort = find_row_column("repeat")}), ElementsAre(0, 2, 3, 1));
}

TEST(Selection, a_text_is_looked_for_in_name_type_and_scope) {
  EXPECT_THAT(chosen({.filter = "conv"}), ElementsAre(0, 1));
  EXPECT_THAT(chosen({.filter = "BODY"}), ElementsAre(1, 2));
  EXPECT_THAT(chosen({.filter = "loop"}), ElementsAre(1));
  EXPECT_THAT(chosen({.filter = "nothing"}), IsEmpty());
  EXPECT_THAT(chosen({.filter = "a=b"}), ElementsAre(3));  // no column is called "a"
}

TEST(Selection, a_pattern_is_the_whole) {
  EXPECT_THAT(chosen({.filter = "*conv*"}), ElementsAre(0, 1));
  EXPECT_THAT(chosen({.filter = "conv*"}), ElementsAre(0));
  EXPECT_THAT(chosen({.filter = "body/??"}), ElementsAre(1));
  EXPECT_THAT(chosen({.filter = "type=CONV_2D"}), ElementsAre(0));
  EXPECT_THAT(chosen({.filter = "type=*conv_2d"}), ElementsAre(0, 1));
  EXPECT_THAT(chosen({.filter = "repeat=10"}), ElementsAre(1));
}

TEST(Selection, patterns_of_many_stars_take_no_longer_than_the_text_is) {
  ReportBuilder b("x");
  b.row({.type = "A", .name = std::string(20'000, 'a')});
  std::string stars;
  for (int i = 0; i < 50; ++i) stars += "*a";
  EXPECT_THAT(select(b.finish(), {.filter = stars + "*b"}), IsEmpty());
}

}  // namespace
}  // namespace flopstat
