#include "reports/ops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "reports/escape.h"
#include "reports/markdown.h"
#include "reports/memory_map.h"
#include "reports/tree.h"
#include "support/report_builder.h"

namespace flopstat {
namespace {

using test::incomplete_model;
using test::mnist_mlp;
using test::ReportBuilder;
using ::testing::HasSubstr;
using ::testing::Not;

std::string written(const Report& report, const Selection& selection, const TerminalStyle& style) {
  std::string text;
  write_ops(report, selection, style, text);
  return text;
}

/// A model with long names, large figures, a loop and activations that overlap.
Report wide_model() {
  ReportBuilder b(std::string(150, 'n') + ".tflite");
  const uint64_t large = uint64_t{1} << 50;
  for (int i = 0; i < 40; ++i) {
    b.row({.type = i % 2 == 0 ? "CONV_2D" : "com.company::QuantizedGroupedSparseAttentionWithRotaryEmbedding",
           .name = "model/" + std::string(60, 'l') + std::to_string(i) + "/\xE6\xB7\xB1\xE5\xB1\xA4/x;\x1b[2J",
           .outputs = {{"y", DType::f32, {{1, 1024, 1024, 1024}}}},
           .work = {{.unit = Unit::mul_add, .dtype = DType::f16, .count = large},
                    {.unit = Unit::mul_add, .dtype = DType::i8, .count = large}},
           .params = large,
           .weight_bytes = large,
           .read_bytes = large,
           .written_bytes = large,
           .repeat = i == 3 ? Figure{} : Figure{10}});
  }
  b.row({.type = "F", .unknown = std::string(90, 'w')});
  Report report = b.finish();
  for (uint32_t i = 0; i < 40; ++i) {
    report.plan.push_back(
        {.name = report.rows[i].name, .offset = i % 2 * 512, .bytes = 512, .first_row = i, .last_row = i + 1});
  }
  report.totals.peak_activation_bytes = report.totals.planned_activation_bytes = 1024;
  report.totals.peak_row = 39;
  return report;
}

TEST(Ops, shows_every_row_and_the_total_last) {
  EXPECT_EQ(written(mnist_mlp(), {}, {}),
            "mnist_mlp.tflite   tflite   f32   4 ops   in 1x784   out 1x10\n"
            "\n"
            "  #  Op type          Output    MACs    FLOPs  Params    Weights       Read  Written    OP/B  Name\n"
            "  0  FULLY_CONNECTED  1x100   78,400  157,000  78,500  306.6 KiB  309.7 KiB    400 B  0.4944  dense_0\n"
            "  1  FULLY_CONNECTED  1x100   10,000   20,200  10,100  39.45 KiB  39.84 KiB    400 B  0.4903  dense_1\n"
            "  2  FULLY_CONNECTED  1x10     1,000    2,010   1,010  3.945 KiB  4.336 KiB     40 B  0.4487  dense_2\n"
            "  3  SOFTMAX          1x10         0       48       0        0 B       40 B     40 B  0.6000  softmax\n"
            "     TOTAL                    89,400  179,258  89,610  350.0 KiB  353.9 KiB    880 B  0.4934\n"
            "\n"
            "  note: free dimensions: batch = 1 (--dim batch=N changes it)\n");
}

TEST(Ops, what_a_limit_leaves_out_is_summed_up_and_nothing_is_lost) {
  const Selection selection{
      .sort = find_row_column("macs"), .limit = 1, .columns = {find_row_column("type"), find_row_column("macs")}};
  EXPECT_THAT(written(mnist_mlp(), selection, {}), HasSubstr("  Op type            MACs\n"
                                                             "  FULLY_CONNECTED  78,400\n"
                                                             "  ... 3 more       11,000\n"
                                                             "  TOTAL            89,400\n"));
}

TEST(Ops, what_a_filter_matches_is_summed_up_before_the_total) {
  const Selection selection{.columns = {find_row_column("index"), find_row_column("macs"), find_row_column("type")},
                            .filter = "dense_1"};
  EXPECT_THAT(written(mnist_mlp(), selection, {}), HasSubstr("  #    MACs  Op type\n"
                                                             "  1  10,000  FULLY_CONNECTED\n"
                                                             "     10,000  1 matching\n"
                                                             "     89,400  TOTAL\n"));
}

TEST(Ops, figures_alone_still_name_their_sums) {
  EXPECT_THAT(written(mnist_mlp(), {.columns = {find_row_column("params")}}, {}), HasSubstr("  89,610  TOTAL\n"));
}

TEST(Ops, shapes_of_operands_say_which_is_unknown_and_which_is_absent) {
  ReportBuilder b("x");
  b.row({.type = "A",
         .inputs = {{"x", DType::f32, {{1, 5}}}, {}, {"s", DType::f32, {{}}}},
         .outputs = {{"y", DType::f32, std::nullopt}, {"z", DType::f32, {{2}}}}});
  EXPECT_THAT(written(b.finish(), {.columns = {find_row_column("inputs"), find_row_column("outputs")}}, {}),
              HasSubstr("  1x5, -, scalar  ?, 2\n"));
}

TEST(Ops, an_unknown_row_has_question_marks_and_its_reason_below) {
  const std::string text = written(incomplete_model(), {}, {});
  EXPECT_THAT(text, ::testing::ContainsRegex("  1  FlexFoo +\\? +\\? +\\? +\\?"));
  EXPECT_THAT(text, HasSubstr("no rule for the custom operation 'FlexFoo'"));
  EXPECT_THAT(text, HasSubstr("x?"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(Ops, no_screen_has_a_line_wider_than_the_terminal) {
  for (const Report& report : {mnist_mlp(), incomplete_model(), wide_model()}) {
    for (const size_t width : {60, 80, 100, 200}) {
      for (const bool utf8 : {false, true}) {
        const TerminalStyle style{.width = width, .utf8 = utf8};
        std::string text = written(report, {}, style);
        text += written(report, {.limit = 2, .filter = "o"}, style);
        write_tree(report, std::nullopt, style, text);
        write_tree(report, 1, style, text);
        write_memory(report, 5, style, text);
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), width) << line;
        EXPECT_THAT(text, HasSubstr("TOTAL"));
      }
    }
  }
}

TEST(Ops, a_narrow_terminal_keeps_figures_and_the_end_of_a_name) {
  ReportBuilder b("x");
  b.row({.type = "RELU", .name = "model/" + std::string(200, 'l') + "/the_end", .params = 7});
  const std::string text = written(b.finish(), {}, {.width = 100});
  EXPECT_THAT(text, ::testing::ContainsRegex("Op type +Output +MACs +FLOPs +Params +Weights .*Name\n"));
  EXPECT_THAT(text, ::testing::ContainsRegex(" [.][.][.]l+/the_end\n"));
}

TEST(Ops, what_is_no_terminal_gets_every_name_in_full) {
  const Report report = wide_model();
  const std::string text = written(report, {}, {.utf8 = true});
  for (const Row& row : report.rows) EXPECT_THAT(text, HasSubstr(escape(row.name)));
}

TEST(Markdown, is_a_table_whose_names_mean_nothing) {
  ReportBuilder b("a|b.tflite");
  b.row({.type = "a|b", .name = "<b>*x*</b> `c` [l](u) _e_ CONV_2D \\"});
  std::string text;
  write_markdown(
      b.finish(),
      ops_table(b.finish(), {.columns = {find_row_column("type"), find_row_column("name"), find_row_column("params")}},
                {}),
      {}, text);
  EXPECT_EQ(text,
            "**a\\|b.tflite** (tflite, 1 op, convention flopstat)\n"
            "\n"
            "| Op type | Name | Params |\n"
            "| :--- | :--- | ---: |\n"
            "| a\\|b | \\<b\\>\\*x\\*\\</b\\> \\`c\\` \\[l\\](u) \\_e\\_ CONV_2D \\\\\\\\ | 0 |\n"
            "| **TOTAL** |  | **0** |\n");
}

}  // namespace
}  // namespace flopstat
