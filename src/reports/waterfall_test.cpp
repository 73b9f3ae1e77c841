#include "reports/waterfall.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/waterfall_text.h"
#include "support/report_builder.h"

namespace flopstat {
namespace {

using ::testing::HasSubstr;

struct Part {
  std::string name;
  uint64_t macs;
};

Report model_of(const std::vector<Part>& parts) {
  test::ReportBuilder builder("m.tflite");
  for (const Part& part : parts) {
    builder.row({.type = "FULLY_CONNECTED",
                 .op = "matmul",
                 .name = part.name,
                 .work = {{.unit = Unit::mul_add, .dtype = DType::f32, .count = part.macs}}});
  }
  return builder.finish();
}

Waterfall waterfall_of(const Report& a, const Report& b) { return waterfall(a, b, diff(a, b), column("macs")); }

TEST(Waterfall, goes_from_the_total_of_a_to_that_of_b_layer_by_layer) {
  const Report a = model_of({{"stem/x", 10}, {"body/x", 20}, {"body/y", 30}, {"head/x", 40}});
  const Report b = model_of({{"stem/x", 10}, {"body/x", 25}, {"body/y", 45}, {"head/x", 4}});
  const Waterfall steps = waterfall_of(a, b);
  EXPECT_EQ(steps.from, 10u + 20 + 30 + 40);
  EXPECT_EQ(steps.to, 10u + 25 + 45 + 4);
  ASSERT_EQ(steps.steps.size(), 2u) << "the stem is the same";
  EXPECT_EQ(steps.steps[0].layer, "body");
  EXPECT_EQ(steps.steps[0].difference, 25 + 45 - 20 - 30);
  EXPECT_EQ(steps.steps[0].total, 120u);
  EXPECT_EQ(steps.steps[1].layer, "head");
  EXPECT_EQ(steps.steps[1].total, steps.to);
}

TEST(Waterfall, has_layers_that_only_one_of_them_has) {
  const Report a = model_of({{"a/x", 10}, {"gone/x", 7}}), b = model_of({{"a/x", 10}, {"new/x", 5}, {"newer/x", 6}});
  const Waterfall steps = waterfall_of(a, b);
  uint64_t total = *steps.from;
  for (const WaterfallStep& step : steps.steps) {
    total += static_cast<uint64_t>(*step.difference);
    EXPECT_EQ(step.total, total) << step.layer;
  }
  EXPECT_EQ(total, *steps.to);
}

TEST(Waterfall, of_equal_models_has_no_step) {
  const Report a = model_of({{"a/x", 10}, {"b/x", 20}});
  EXPECT_TRUE(waterfall_of(a, a).steps.empty());
}

TEST(Waterfall, does_not_add_up_what_is_not_known) {
  const Report known = model_of({{"a/x", 10}}), unknown = test::incomplete_model();
  const Waterfall steps = waterfall_of(known, unknown);
  EXPECT_FALSE(steps.complete);
  std::string text;
  write_waterfall(known, unknown, steps, std::nullopt, {}, text);
  EXPECT_THAT(text, HasSubstr("?"));
  EXPECT_THAT(text, HasSubstr(">=1,800"));
}

TEST(Waterfall, adds_the_smaller_layers_up_where_few_are_asked_for) {
  const Report a = model_of({{"a/x", 10}, {"b/x", 20}, {"c/x", 30}});
  const Report b = model_of({{"a/x", 11}, {"b/x", 120}, {"c/x", 32}});
  std::string text;
  write_waterfall(a, b, waterfall_of(a, b), 1, {}, text);
  EXPECT_THAT(text, ::testing::ContainsRegex("\n  b +.100 +.500.0% +160"));
  EXPECT_THAT(text, ::testing::ContainsRegex("\n  2 others .-n 3 shows all. +.3 +.*163"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("\n  a ")));
}

}  // namespace
}  // namespace flopstat
