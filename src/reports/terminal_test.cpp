#include "reports/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "reports/comparison.h"
#include "reports/escape.h"
#include "support/report_builder.h"

namespace flopstat {
namespace {

using test::incomplete_model;
using test::mnist_mlp;
using test::ReportBuilder;
using ::testing::HasSubstr;
using ::testing::Not;

std::string written(const Report& report, const TerminalStyle& style) {
  std::string text;
  write_terminal(report, style, text);
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// A model with everything that makes lines long.
Report wide_model() {
  ReportBuilder b("models/" + std::string(150, 'n') + ".tflite");
  for (int i = 0; i < 60; ++i) b.input("cache", DType::f16, {1, 32, 4096, 128}).output("cache", DType::f16, {1});
  const uint64_t large = uint64_t{1} << 60;
  for (const char* type : {"A", "com.company.department::QuantizedGroupedSparseAttentionWithRotaryEmbedding"}) {
    b.row({.type = type,
           .work = {{.unit = Unit::mul_add, .dtype = DType::f16, .count = large},
                    {.unit = Unit::mul_add, .dtype = DType::i8, .count = large},
                    {.part = Part::requantize,
                     .unit = Unit::transcendental,
                     .dtype = DType::boolean,
                     .mark = Mark::constant,
                     .count = large}},
           .padding_macs = large,
           .params = large,
           .weight_bytes = large,
           .read_bytes = large,
           .written_bytes = large});
  }
  for (int i = 0; i < 20; ++i) {
    b.row({.type = "F" + std::to_string(i), .unknown = std::string(90, 'w') + " why " + std::to_string(i)});
  }
  Report report = b.finish();
  report.dims = {{"batch", 1}, {std::string(200, 'd'), 7}};
  report.other_signatures = {"a", "a_signature_with_a_rather_long_name_that_goes_on_and_on_and_on_and_on"};
  report.totals.float_equivalent_flops = large;
  report.totals.state_bytes = report.totals.quantization_bytes = report.totals.buffer_elements = large;
  return report;
}

TEST(Terminal, the_first_screen_of_a_small_network) {
  EXPECT_EQ(written(mnist_mlp(), {.width = 100, .hints = true}),
            "mnist_mlp.tflite   tflite   f32   4 ops   in 1x784   out 1x10\n"
            "\n"
            "  Compute      89.40 k MACs   179.3 k FLOPs   (convention flopstat)\n"
            "  Parameters   89.61 k        weights 350.0 KiB   99.6% of the file (351.6 KiB)\n"
            "  Activations  3.453 KiB      peak at #0 FULLY_CONNECTED (lower bound)   planned 3.453 KiB\n"
            "  Traffic      354.8 KiB      read 353.9 KiB   written 880 B   per run\n"
            "  Intensity    0.4934         operations per byte (OP/B)\n"
            "\n"
            "    MACs       %                  FLOPs  Params    Weights       Read    OP/B  Op type\n"
            "  89,400  100.0%  ############  179,210  89,610  350.0 KiB  353.9 KiB  0.4934  FULLY_CONNECTED  x3\n"
            "       0    0.0%                     48       0        0 B       40 B  0.6000  SOFTMAX          x1\n"
            "  89,400  100.0%                179,258  89,610  350.0 KiB  353.9 KiB  0.4934  TOTAL            x4\n"
            "\n"
            "  Largest op: #0 FULLY_CONNECTED, 78,400 MACs (87.7%)\n"
            "  note: free dimensions: batch = 1 (--dim batch=N changes it)\n"
            "\n"
            "  next:   flopstat mnist_mlp.tflite --dim batch=8   flopstat ops mnist_mlp.tflite --sort macs\n"
            "          flopstat memory mnist_mlp.tflite   flopstat help\n");
}

TEST(Terminal, no_line_is_wider_than_the_terminal) {
  for (const Report& report : {mnist_mlp(), incomplete_model(), wide_model()}) {
    for (const size_t width : {40, 60, 80, 100, 200}) {
      for (const bool utf8 : {false, true}) {
        const TerminalStyle style{.width = width, .utf8 = utf8, .hints = true, .details = true};
        for (const std::string& line : lines_of(written(report, style))) {
          EXPECT_LE(display_width(line), width) << line;
        }
      }
    }
  }
}

TEST(Terminal, a_total_stands_in_every_width_below_the_types) {
  for (const size_t width : {60, 80, 100, 200}) {
    const std::string text = written(mnist_mlp(), {.width = width});
    EXPECT_THAT(text, HasSubstr("FULLY_CONNECTED"));
    EXPECT_LT(text.find("SOFTMAX"), text.find("TOTAL"));
    EXPECT_THAT(text, HasSubstr("89,400"));
  }
}

TEST(Terminal, what_is_no_terminal_gets_every_name_in_full) {
  const Report report = wide_model();
  const std::string text = written(report, {});
  EXPECT_THAT(text, HasSubstr(std::string(150, 'n') + ".tflite"));
  for (const TypeSummary& type : report.by_type) EXPECT_THAT(text, HasSubstr(std::string(type.type)));
  for (const Row& row : report.rows) EXPECT_THAT(text, HasSubstr(row.unknown));
  EXPECT_THAT(text, Not(HasSubstr("...")));
}

TEST(Terminal, unknown_is_a_question_mark_and_totals_are_lower_bounds) {
  const std::string text = written(incomplete_model(), {});
  EXPECT_THAT(text, ::testing::ContainsRegex("\n +\\? +\\? +\\? .* FlexFoo +x1\n"));
  EXPECT_THAT(text, HasSubstr("? 1 of 3 ops is not known; totals are lower bounds:\n"
                              "    FlexFoo x1 (#1): no rule for the custom operation 'FlexFoo'\n"));
  EXPECT_THAT(text, HasSubstr("? 1 op is in a loop whose number of rounds is not known"));
  EXPECT_THAT(text, ::testing::ContainsRegex("\n +>=1,800 .* TOTAL"));
  EXPECT_THAT(written(incomplete_model(), {.utf8 = true}), HasSubstr("≥1,800"));
}

TEST(Terminal, floating_point_and_integer_operations_are_never_one_number) {
  const std::string text = written(incomplete_model(), {.exact = true});
  const uint64_t int_ops = 2 * (5 * 5 * 8 * 3 * 3) + 5 * 5 * 8 * 5;
  EXPECT_THAT(text, HasSubstr(">=700 FLOPs"));
  EXPECT_THAT(text, HasSubstr(">=" + std::to_string(int_ops) + " integer OPs"));
  EXPECT_THAT(text, Not(HasSubstr(std::to_string(700 + int_ops))));
}

TEST(Terminal, a_kind_of_operation_that_a_model_lacks_takes_no_room) {
  EXPECT_THAT(written(mnist_mlp(), {}), Not(HasSubstr("integer OPs")));
  EXPECT_THAT(written(mnist_mlp(), {}), Not(HasSubstr("Int OPs")));
}

TEST(Terminal, padding_is_told_apart_where_it_matters) {
  EXPECT_THAT(written(incomplete_model(), {.exact = true}), HasSubstr(">=1352 MACs without padding"));  // 8 * 13 * 13
  EXPECT_THAT(written(mnist_mlp(), {}), Not(HasSubstr("without padding")));
}

TEST(Terminal, assumptions_are_said) {
  EXPECT_THAT(written(mnist_mlp(), {}), HasSubstr("free dimensions: batch = 1 (--dim batch=N changes it)"));
  EXPECT_THAT(written(incomplete_model(), {}),
              HasSubstr("signature 'serving_default'; there is also: 'train' (--signature NAME)"));
  EXPECT_THAT(written(incomplete_model(), {}), HasSubstr("1 op's figures are upper bounds"));
}

TEST(Terminal, only_the_name_of_the_file_is_shown) {
  EXPECT_THAT(written(incomplete_model(), {}), ::testing::StartsWith("quantized.tflite   "));
}

TEST(Terminal, exact_shows_every_digit_and_no_unit) {
  const std::string text = written(mnist_mlp(), {.exact = true});
  EXPECT_THAT(text, ::testing::ContainsRegex("89400 MACs +179258 FLOPs"));
  EXPECT_THAT(text, Not(HasSubstr("KiB")));
  EXPECT_THAT(text, Not(HasSubstr("89,400")));
}

TEST(Terminal, without_colour_there_is_no_escape_sequence_and_with_it_the_text_is_the_same) {
  const std::string plain = written(incomplete_model(), {.width = 100});
  std::string coloured = written(incomplete_model(), {.width = 100, .colour = true});
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  EXPECT_NE(coloured, plain);
  for (size_t start = 0; (start = coloured.find('\x1b')) != std::string::npos;) {
    coloured.erase(start, coloured.find('m', start) + 1 - start);
  }
  EXPECT_EQ(coloured, plain);
}

TEST(Terminal, names_from_the_file_cannot_steer_the_terminal) {
  ReportBuilder b("a\x1b[2J.tflite");
  b.row({.type = "EVIL\x1b[31m", .unknown = "because\nof \xe2\x80\xae"});
  Report report = b.finish();
  report.producer = "\x1b]0;title\x07";
  report.dims = {{"d\x1b", 1}};
  report.other_signatures = {"s\x1b"};
  const std::string text = written(report, {.utf8 = true, .hints = true, .details = true});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
  EXPECT_THAT(text, HasSubstr("EVIL\\x1B[31m"));
  EXPECT_THAT(text, HasSubstr("because\\x0Aof \\u{202E}"));
}

TEST(Terminal, ascii_only_where_the_locale_says_so) {
  for (const Report& report : {mnist_mlp(), incomplete_model(), wide_model()}) {
    for (const char c : written(report, {.width = 80, .hints = true, .details = true})) EXPECT_LT(c & 0xFF, 0x80);
  }
}

TEST(Terminal, a_bar_is_as_long_as_its_share) {
  ReportBuilder b("x");
  for (const uint64_t count : {9, 3}) {
    b.row({.type = "T" + std::to_string(count), .work = {{.dtype = DType::f32, .count = count}}});
  }
  const std::string text = written(b.finish(), {});
  EXPECT_THAT(text, HasSubstr("75.0%  #########  "));  // 9 of 12 columns
  EXPECT_THAT(text, HasSubstr("25.0%  ###  "));
}

TEST(Comparison, has_a_row_for_each_model) {
  Comparison comparison(usual_comparison());
  comparison.add(mnist_mlp());
  comparison.add(incomplete_model());
  std::string text;
  comparison.write({.width = 100}, text);
  const std::vector<std::string> lines = lines_of(text);
  ASSERT_GE(lines.size(), 6u);
  EXPECT_EQ(lines[0], "  By MACs, least first (convention flopstat)");
  EXPECT_THAT(lines[1], ::testing::ContainsRegex("Model +MACs +FLOPs +Int OPs +Params +Weights +OP/B +Peak"));
  EXPECT_THAT(lines[2], ::testing::ContainsRegex("1 +broken/quantized.tflite +>=1,800 +>=700 +>=4,600 +>=72 "));
  EXPECT_THAT(lines[3], ::testing::ContainsRegex("2 +mnist_mlp.tflite +89,400 +179,258 +0 +89,610 "));
  EXPECT_THAT(text, HasSubstr("  ? 1 of 2 models has operations that are not known"));
  for (const std::string& line : lines) EXPECT_LE(display_width(line), 100u);
}

TEST(Terminal, a_model_that_has_a_name_in_its_file_is_shown_by_it) {
  Report report = mnist_mlp();
  report.about = {.name = "Digits", .description = "tells digits", .version = "v2", .min_runtime = "1.14.0"};
  const std::string text = written(report, {.width = 80});
  EXPECT_THAT(text, HasSubstr("\n  Model        Digits v2 (runtime 1.14.0 or newer)\n  Compute "));
  EXPECT_THAT(text, Not(HasSubstr("tells digits")));
  EXPECT_THAT(written(report, {.width = 80, .details = true}),
              HasSubstr("\n  Purpose      tells digits\n  Runtime      1.14.0\n"));
}

TEST(Terminal, what_lies_behind_the_model_in_its_file_is_named) {
  Report report = mnist_mlp();
  report.attached_bytes = 1536;
  for (const char* name : {"a", "b", "c", "d"}) report.attached_files.push_back({name, 1});
  EXPECT_THAT(written(report, {.width = 100}),
              HasSubstr("note: 1.500 KiB of the file are an archive behind the model: a, b, c and 1 more\n"));
  EXPECT_THAT(written(report, {}), HasSubstr("an archive behind the model: a, b, c, d\n"));
}

}  // namespace
}  // namespace flopstat
