// check_invariants notices what it is there for: each test breaks a sound report in one place.

#include "support/invariants.h"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "flopstat/analyze.h"

namespace flopstat {
namespace {

using ::testing::HasSubstr;

Report sound_report() { return analyze(FLOPSTAT_SOURCE_DIR "/examples/mnist_mlp.tflite"); }

/// Everything that the check says of a report, in one text.
std::string complaints(const Report& report) {
  ::testing::TestPartResultArray results;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    test::check_invariants(report);
  }
  std::string text;
  for (int i = 0; i < results.size(); ++i) text += results.GetTestPartResult(i).message();
  return text;
}

TEST(Invariants, hold_for_a_sound_report) { EXPECT_EQ(complaints(sound_report()), ""); }

TEST(Invariants, a_total_that_is_not_the_sum_of_its_rows_is_noticed) {
  Report report = sound_report();
  ++*report.totals.figures.macs;
  EXPECT_THAT(complaints(report), HasSubstr("macs is not the sum of the rows"));
}

TEST(Invariants, a_type_that_is_not_the_sum_of_its_rows_is_noticed) {
  Report report = sound_report();
  ++*report.by_type[0].figures.params;
  EXPECT_THAT(complaints(report), HasSubstr("params is not the sum of the rows"));
}

TEST(Invariants, parameters_are_summed_once_however_often_a_row_runs) {
  Report report = sound_report();
  report.rows[1].repeat = 3;
  const std::string text = complaints(report);
  EXPECT_THAT(text, HasSubstr("macs is not the sum of the rows"));
  EXPECT_THAT(text, Not(HasSubstr("params is not the sum of the rows")));
}

TEST(Invariants, a_figure_without_the_work_for_it_is_noticed) {
  Report report = sound_report();
  report.rows[0].figures.work[0].count -= 1;
  EXPECT_THAT(complaints(report), HasSubstr("row 0, FULLY_CONNECTED"));
}

TEST(Invariants, a_figure_of_an_unknown_row_is_noticed) {
  Report report = sound_report();
  report.rows[3].unknown = "there is no rule";
  const std::string text = complaints(report);
  EXPECT_THAT(text, HasSubstr("flops of an unknown row"));
  EXPECT_THAT(text, HasSubstr("report.totals.complete"));
}

TEST(Invariants, a_missing_figure_without_a_reason_is_noticed) {
  Report report = sound_report();
  report.rows[2].figures.flops.reset();
  EXPECT_THAT(complaints(report), HasSubstr("flops is missing and no reason is given"));
}

TEST(Invariants, a_report_is_not_complete_where_a_row_runs_an_unknown_number_of_times) {
  Report report = sound_report();
  report.rows[2].repeat.reset();
  EXPECT_THAT(complaints(report), HasSubstr("report.totals.complete"));
}

TEST(Invariants, activations_on_each_other_are_noticed) {
  Report report = sound_report();
  for (Placement& placement : report.plan) placement.offset = 0;
  EXPECT_THAT(complaints(report), HasSubstr("lies on"));
}

TEST(Invariants, a_peak_that_the_plan_does_not_have_is_noticed) {
  Report report = sound_report();
  *report.totals.peak_activation_bytes -= 4;
  EXPECT_THAT(complaints(report), HasSubstr("peak_of(report.plan)"));
}

}  // namespace
}  // namespace flopstat
