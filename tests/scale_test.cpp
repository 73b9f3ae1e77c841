// `flopstat scale` and the function behind it, on models written here whose costs are derived by hand, and on real
// ones.

#include "flopstat/scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "support/corpus.h"
#include "support/onnx_writer.h"
#include "support/program.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using nlohmann::json;
using test::onnx_integers;
using test::onnx_node;
using test::OnnxGraph;
using test::Outcome;
using test::text_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Powers = std::vector<uint32_t>;
using Coefficients = std::map<Powers, int64_t>;

constexpr int64_t kHeads = 4;
constexpr int64_t kWidth = 8;  // of a head

/// Self-attention: x of [batch, heads, seq, width], three projections, softmax(q k^T) v.
OnnxGraph attention() {
  OnnxGraph graph;
  graph.input("x", {"batch", kHeads, "seq", kWidth});
  for (const std::string name : {"q", "k", "v"}) {
    graph.weight("w" + name, {kWidth, kWidth}).node(onnx_node("MatMul", {"x", "w" + name}, {name}));
  }
  return graph.node(onnx_node("Transpose", {"k"}, {"kt"}, {onnx_integers("perm", {0, 1, 3, 2})}))
      .node(onnx_node("MatMul", {"q", "kt"}, {"scores"}))
      .node(onnx_node("Softmax", {"scores"}, {"p"}))
      .node(onnx_node("MatMul", {"p", "v"}, {"y"}))
      .output("y", {"batch", kHeads, "seq", kWidth});
}

/// A convolution of 3 channels to 8 over [batch, 3, height, width].
OnnxGraph convolution(int64_t kernel, int64_t stride, int64_t padding) {
  OnnxGraph graph;
  return graph.input("x", {"batch", 3, "height", "width"})
      .weight("w", {8, 3, kernel, kernel})
      .node(onnx_node("Conv", {"x", "w"}, {"y"},
                      {onnx_integers("kernel_shape", {kernel, kernel}), onnx_integers("strides", {stride, stride}),
                       onnx_integers("pads", {padding, padding, padding, padding})},
                      "stem"))
      .output("y", {"batch", 8, "h", "w"});
}

std::vector<std::byte> file_of(const OnnxGraph& graph) { return test::bytes_of(graph.model()); }

Scaling scaling_of(const OnnxGraph& graph, const Options& options = {},
                   const std::map<std::string, SizeRange>& ranges = {}) {
  return scale(file_of(graph), "made.onnx", options, ranges);
}

const ScalingLaw& law(const Scaling& scaling, ScaledFigure figure) { return scaling.laws[index_of(figure)]; }

/// Coefficients by their powers; fails the test where there is no polynomial or one is no whole number.
Coefficients coefficients(const Scaling& scaling, ScaledFigure figure) {
  const ScalingLaw& found = law(scaling, figure);
  Coefficients coefficients;
  if (!found.polynomial) {
    ADD_FAILURE() << "no polynomial: " << found.unknown;
    return coefficients;
  }
  for (const Monomial& each : found.polynomial->monomials) {
    EXPECT_EQ(each.denominator, 1);
    coefficients[each.powers] = each.numerator;
  }
  return coefficients;
}

// ---- Polynomials, by hand

TEST(Scale, attention_has_a_linear_and_a_quadratic_part) {
  const Scaling scaling = scaling_of(attention());
  EXPECT_THAT(scaling.dims, ElementsAre("batch", "seq"));
  // Powers of batch and seq. Projections: 3 B h S d d. Scores and their product with v: 2 B h S S d.
  const Coefficients macs = {{{1, 2}, 2 * kHeads * kWidth}, {{1, 1}, 3 * kHeads * kWidth * kWidth}};
  EXPECT_EQ(coefficients(scaling, ScaledFigure::macs), macs);
  // Softmax of a row of S: S - 1 comparisons, S - 1 additions, S each of subtraction, exp and division.
  const Coefficients flops = {{{1, 2}, 2 * 2 * kHeads * kWidth + 5 * kHeads},
                              {{1, 1}, 2 * 3 * kHeads * kWidth * kWidth - 2 * kHeads}};
  EXPECT_EQ(coefficients(scaling, ScaledFigure::flops), flops);
  EXPECT_THAT(coefficients(scaling, ScaledFigure::int_ops), IsEmpty());
  // f32. Of S S: written by the scores, read and written by softmax, read by the last product. Of S d: 3 projections,
  // the transpose and the last product read and write one, the scores read two. And 3 weights, and the order of
  // the transpose's four axes as i64.
  const Coefficients traffic = {{{1, 2}, 4 * 4 * kHeads},
                                {{1, 1}, 4 * (3 * 2 + 2 + 2 + 2) * kHeads * kWidth},
                                {{0, 0}, 4 * 3 * kWidth * kWidth + 8 * 4}};
  EXPECT_EQ(coefficients(scaling, ScaledFigure::traffic_bytes), traffic);
}

TEST(Scale, peak_activations_are_a_polynomial_from_where_one_row_stays_the_largest) {
  const Scaling scaling = scaling_of(attention());
  // While seq is small rows with 4 tensors of S d are the peak. Of large ones it is softmax: scores, p, and v of S d.
  const Coefficients peak = {{{1, 2}, 4 * 2 * kHeads}, {{1, 1}, 4 * kHeads * kWidth}};
  EXPECT_EQ(coefficients(scaling, ScaledFigure::peak_activation_bytes), peak);
  const ScalingLaw& found = law(scaling, ScaledFigure::peak_activation_bytes);
  EXPECT_THAT(found.not_poly_in, ElementsAre(1u));
  // The scores hold q, kt and v besides: 2 S S + S d >= S S + 3 S d from S = 2 d on.
  EXPECT_EQ(found.domains[1].first, 2 * kWidth);
}

TEST(Scale, a_dimension_that_is_bound_is_no_longer_in_the_polynomial) {
  Options options;
  options.dims["batch"] = 8;
  const Scaling scaling = scaling_of(attention(), options);
  EXPECT_THAT(scaling.dims, ElementsAre("seq"));
  const Coefficients macs = {{{2}, 8 * 2 * kHeads * kWidth}, {{1}, 8 * 3 * kHeads * kWidth * kWidth}};
  EXPECT_EQ(coefficients(scaling, ScaledFigure::macs), macs);
}

TEST(Scale, a_strided_convolution_is_a_polynomial_at_multiples_of_its_stride) {
  const Scaling scaling = scaling_of(convolution(3, 2, 1));
  const ScalingLaw& macs = law(scaling, ScaledFigure::macs);
  EXPECT_THAT(macs.not_poly_in, ElementsAre(1u, 2u));
  EXPECT_THAT(macs.rows, ElementsAre(0u));
  ASSERT_TRUE(macs.polynomial);
  EXPECT_EQ(macs.domains[0].step, 1);
  EXPECT_EQ(macs.domains[1].step, 2);
  EXPECT_EQ(macs.domains[2].step, 2);
  const Coefficients even = {{{1, 1, 1}, 8 * 3 * 3 * 3 / (2 * 2)}};
  EXPECT_EQ(coefficients(scaling, ScaledFigure::macs), even);
}

TEST(Scale, a_window_without_padding_starts_at_its_own_size) {
  const Scaling scaling = scaling_of(convolution(7, 1, 0));
  const ScalingLaw& macs = law(scaling, ScaledFigure::macs);
  ASSERT_TRUE(macs.polynomial);
  EXPECT_EQ(macs.domains[0].first, 1);
  EXPECT_EQ(macs.domains[1].first, 7);
  EXPECT_EQ(macs.domains[2].first, 7);
  constexpr int64_t kTaps = 8 * 3 * 7 * 7;  // for each of (height - 6) (width - 6) places
  const Coefficients expected = {
      {{1, 1, 1}, kTaps}, {{1, 1, 0}, -6 * kTaps}, {{1, 0, 1}, -6 * kTaps}, {{1, 0, 0}, 6 * 6 * kTaps}};
  EXPECT_EQ(coefficients(scaling, ScaledFigure::macs), expected);
}

TEST(Scale, the_table_is_what_an_analysis_at_each_size_counts) {
  Options options;
  options.dims["batch"] = 3;
  const Scaling scaling = scaling_of(attention(), options, {{"seq", {1, 100}}});
  EXPECT_THAT(scaling.ranged, ElementsAre(0u));
  ASSERT_EQ(scaling.table.size(), 8u);  // 1, 2, 4, ..., 64, 100
  for (const ScaledSizes& line : scaling.table) {
    options.dims["seq"] = line.sizes[0];
    const Totals totals = analyze(file_of(attention()), "made.onnx", options).totals;
    const ScaledFigures expected = {totals.figures.macs, totals.figures.flops, totals.figures.int_ops,
                                    *totals.figures.read_bytes + *totals.figures.written_bytes,
                                    totals.peak_activation_bytes};
    EXPECT_EQ(line.figures, expected) << line.sizes[0];
  }
}

TEST(Scale, several_ranges_have_a_line_for_each_combination) {
  const Scaling scaling = scaling_of(attention(), {}, {{"seq", {1, 2}}, {"batch", {1, 9, 4}}});
  std::vector<std::vector<int64_t>> sizes;
  for (const ScaledSizes& line : scaling.table) sizes.push_back(line.sizes);
  EXPECT_THAT(sizes, ElementsAre(ElementsAre(1, 1), ElementsAre(1, 2), ElementsAre(5, 1), ElementsAre(5, 2),
                                 ElementsAre(9, 1), ElementsAre(9, 2)));
}

TEST(Scale, a_batch_that_the_file_fixes_at_one_scales_with_a_range) {
  test::TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
  const int32_t y = b.tensor({.name = "y", .shape = {1, 4}});
  b.op({.code = test::builtin::tanh, .inputs = {x}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  EXPECT_THROW(scale(b.finish(), "made.tflite"), Error);
  const Scaling scaling = scale(b.finish(), "made.tflite", {}, {{"batch", {1, 4}}});
  EXPECT_EQ(coefficients(scaling, ScaledFigure::flops), (Coefficients{{{1}, 4}}));
}

TEST(Scale, a_shape_that_fixes_the_batch_leaves_figures_unknown_with_the_reason) {
  test::TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}, .shape_signature = std::vector<int32_t>{-1, 4}});
  const int32_t shape =
      b.constant({.name = "s", .shape = {2}, .type = test::TensorType::int32}, std::vector<int32_t>{2, 2});
  const int32_t y = b.tensor({.name = "y", .shape = {2, 2}});
  b.op({.code = test::builtin::reshape, .inputs = {x, shape}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  const ScalingLaw found = law(scale(b.finish(), "made.tflite"), ScaledFigure::macs);
  EXPECT_FALSE(found.polynomial);
  EXPECT_THAT(found.unknown, HasSubstr("at batch = 2: the model fixes its batch"));
}

TEST(Scale, names_and_sizes_that_do_not_fit_are_usage_errors) {
  const auto code_of = [](const OnnxGraph& graph, const Options& options,
                          const std::map<std::string, SizeRange>& ranges) {
    try {
      scaling_of(graph, options, ranges);
    } catch (const Error& error) {
      return std::string(name_of(error.code)) + ": " + error.message;
    }
    return std::string("no error");
  };
  EXPECT_THAT(code_of(attention(), {}, {{"sqe", {1, 4}}}), HasSubstr("usage: the model has no free dimension 'sqe'"));
  EXPECT_THAT(code_of(attention(), {}, {{"batch", {1, 4}}}), HasSubstr("usage: a table needs a size of 'seq'"));
  EXPECT_THAT(code_of(attention(), {}, {{"batch", {1, 4}}, {"seq", {1, 20'000, 1}}}), HasSubstr("more than 10,000"));
  EXPECT_THAT(code_of(attention(), {}, {{"batch", {1, 200, 1}}, {"seq", {1, 200, 1}}}), HasSubstr("more than 10,000"));
  Options all_bound;
  all_bound.dims = {{"batch", 1}, {"seq", 7}};
  EXPECT_THAT(code_of(attention(), all_bound, {}), HasSubstr("usage: the model has no free dimension to scale with"));
  all_bound.dims.emplace("sqe", 7);
  EXPECT_THAT(code_of(attention(), all_bound, {}), HasSubstr("usage: the model has no free dimension 'sqe'"));
}

TEST(Scale, the_shape_of_an_input_binds_its_dimensions) {
  Options options;
  options.inputs["x"] = {1, 3, 224, 224};
  EXPECT_THROW(scaling_of(convolution(3, 1, 1), options), Error);
}

// ---- The program

class ScaleProgram : public test::ProgramTest {
 protected:
  ScaleProgram() : ProgramTest("scale") {}

  void SetUp() override {
    ProgramTest::SetUp();
    if (IsSkipped()) return;
    shell.write("attention.onnx", text_of(file_of(attention())));
    shell.write("strided.onnx", text_of(file_of(convolution(3, 2, 1))));
  }
};

TEST_F(ScaleProgram, shows_a_polynomial_for_each_figure) {
  const Outcome outcome = run("\"$T/attention.onnx\"");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_THAT(outcome.out, HasSubstr("free batch, seq\n"));
  EXPECT_THAT(outcome.out, HasSubstr("MACs            64*batch*seq^2 + 768*batch*seq\n"));
  EXPECT_THAT(outcome.out, HasSubstr("for seq >= 16\n"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("Integer OPs")));
  const Outcome utf8 = shell.run("LC_ALL=C.UTF-8 \"$F\" scale \"$T/attention.onnx\"");
  EXPECT_THAT(utf8.out, HasSubstr("MACs            64·batch·seq² + 768·batch·seq\n"));
  EXPECT_THAT(utf8.out, HasSubstr("for seq ≥ 16\n"));
}

TEST_F(ScaleProgram, names_what_is_no_polynomial) {
  const Outcome outcome = run("\"$T/strided.onnx\"");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("54*batch*height*width for height = 2, 4, 6, ... and width = 2, 4, 6, ...\n"));
  EXPECT_THAT(outcome.out, HasSubstr("not a polynomial in height, width over all sizes: first #0 Conv 'stem'\n"));
}

TEST_F(ScaleProgram, has_a_table_for_a_range) {
  const Outcome outcome = run("\"$T/attention.onnx\" --dim seq=100..300:100 --exact");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("\n  at batch = 1\n  seq     MACs"));
  for (const int64_t seq : {100, 200, 300}) {
    const int64_t macs = 64 * seq * seq + 768 * seq;
    EXPECT_THAT(outcome.out, HasSubstr("\n  " + std::to_string(seq) + "  ")) << outcome.out;
    EXPECT_THAT(outcome.out, HasSubstr(std::to_string(macs) + "  ")) << outcome.out;
  }
}

TEST_F(ScaleProgram, a_line_of_the_table_that_is_not_known_has_its_reason) {
  const std::string arguments = "\"$T/attention.onnx\" --dim seq=1..9000000000000000000";
  const Outcome outcome = run(arguments);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, testing::ContainsRegex("\n  [?] at seq = [0-9,]+: #4 MatMul: "));
  const json table = json::parse(run(arguments + " --json").out)["table"];
  size_t line = 0;
  for (; !table[line]["macs"].is_null(); ++line) {
    const uint64_t seq = uint64_t{1} << line;
    EXPECT_EQ(table[line]["macs"], 64 * seq * seq + 768 * seq);
    EXPECT_EQ(table[line]["unknown"], nullptr);
  }
  EXPECT_GT(line, 20u);
  EXPECT_LT(line, 29u);  // 64 * 2^29 * 2^29 = 2^64
  EXPECT_THAT(table[line]["unknown"].get<std::string>(), HasSubstr("#4 MatMul: "));
}

TEST_F(ScaleProgram, verbose_tells_the_share_of_each_summand) {
  // 64 * 36 of 64 * 36 + 768 * 6; of the table's last line, else of the smallest sizes.
  EXPECT_THAT(run("\"$T/attention.onnx\" --dim seq=1..6 -v").out, HasSubstr("33.3% + 66.7% at batch = 1, seq = 6\n"));
  EXPECT_THAT(run("\"$T/attention.onnx\" -v").out, HasSubstr("7.7% + 92.3% at batch = 1, seq = 1\n"));
  EXPECT_THAT(run("\"$T/attention.onnx\"").out, Not(HasSubstr("%")));
}

TEST_F(ScaleProgram, csv_and_markdown_have_the_same_table) {
  const Outcome csv = run("\"$T/attention.onnx\" --dim seq=1..2 --csv");
  EXPECT_EQ(csv.code, 0);
  EXPECT_THAT(csv.out, testing::StartsWith("batch,seq,macs,flops,int_ops,traffic_bytes,peak_activation_bytes\n"
                                           "1,1,832,"));  // 64 + 768
  const Outcome markdown = run("\"$T/attention.onnx\" --dim seq=1..2 --markdown");
  EXPECT_EQ(markdown.code, 0);
  EXPECT_THAT(markdown.out, HasSubstr("| MACs | 64·batch·seq² + 768·batch·seq |\n"));
  EXPECT_THAT(markdown.out, HasSubstr("| 1 | 832 |"));
  EXPECT_EQ(run("\"$T/attention.onnx\" --csv").code, 2);
  EXPECT_EQ(run("\"$T/attention.onnx\" --dim seq=1..2 -o \"$T/a.csv\" -o \"$T/a.json\"").code, 0);
  EXPECT_EQ(shell.read("a.csv"), csv.out);
  EXPECT_EQ(shell.read("a.json"), run("\"$T/attention.onnx\" --dim seq=1..2 --json").out);
}

TEST_F(ScaleProgram, json_has_monomials_and_where_they_hold) {
  const json document = json::parse(run("\"$T/attention.onnx\" --dim seq=1..64 --json").out);
  EXPECT_EQ(document["command"], "scale");
  const json& macs = document["laws"]["macs"];
  EXPECT_EQ(macs["text"], "64·batch·seq² + 768·batch·seq");
  const json square = {{"numerator", 64}, {"denominator", 1}, {"powers", {{"batch", 1}, {"seq", 2}}}};
  EXPECT_EQ(macs["polynomial"][0], square);
  const json everywhere = {{"first", 1}, {"step", 1}, {"last", nullptr}};
  EXPECT_EQ(macs["holds_for"]["seq"], everywhere);
  EXPECT_EQ(document["laws"]["peak_activation_bytes"]["holds_for"]["seq"]["first"], 2 * kWidth);
  EXPECT_EQ(document["table"].size(), 7u);
  EXPECT_EQ(document["table"][6]["dims"]["seq"], 64);
}

TEST_F(ScaleProgram, json_is_described_by_its_schema) {
  const std::string check = " | " + test::against_schema("scale.schema.json");
  if (shell.run("echo {}" + check).code == 77) {
    GTEST_SKIP() << "python3-jsonschema is not installed: the schema was NOT checked";
  }
  EXPECT_EQ(shell.run("echo {}" + check).code, 1);
  for (const char* model : {"\"$T/attention.onnx\" --dim seq=1..9", "\"$T/strided.onnx\"", "digits_cnn.tflite"}) {
    const Outcome outcome = shell.run("\"$F\" scale " + std::string(model) + " --json" + check);
    EXPECT_EQ(outcome.code, 0) << model << outcome.err;
  }
}

TEST_F(ScaleProgram, what_is_not_known_is_a_question_mark_with_its_reason) {
  OnnxGraph graph;
  graph.input("x", {"batch", 4}).node(onnx_node("Mystery", {"x"}, {"y"})).output("y", {"batch", 4});
  shell.write("unknown.onnx", text_of(file_of(graph)));
  const Outcome outcome = run("\"$T/unknown.onnx\"");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("MACs            ?\n"));
  EXPECT_THAT(outcome.out, HasSubstr("? MACs, FLOPs, Int OPs, Traffic, Peak: at batch = 1: #0 Mystery: "));
  EXPECT_EQ(run("\"$T/unknown.onnx\" --strict").code, 4);
  EXPECT_EQ(run("\"$T/attention.onnx\" --strict").code, 0);
}

TEST_F(ScaleProgram, long_and_strange_names_have_a_letter) {
  OnnxGraph graph;
  graph.input("x", {"past_sequence_length + 1", "\x1b[31mred", "N"}).node(onnx_node("Tanh", {"x"}, {"y"})).output("y");
  shell.write("names.onnx", text_of(file_of(graph)));
  const Outcome outcome = run("\"$T/names.onnx\"");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("P = past_sequence_length + 1, M = \\x1B[31mred\n"));
  EXPECT_THAT(outcome.out, HasSubstr("FLOPs           P*M*N\n"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
  EXPECT_EQ(run("\"$T/names.onnx\" --dim 'past_sequence_length + 1=1..2' --dim N=1..2").code, 2);
}

TEST_F(ScaleProgram, only_scale_takes_ranges) {
  for (const char* command : {"", "ops", "tree", "memory", "explain"}) {
    const Outcome outcome = shell.run(std::string("\"$F\" ") + command + " digits_cnn.tflite --dim batch=1..8");
    EXPECT_EQ(outcome.code, 2) << command;
    EXPECT_THAT(outcome.err, HasSubstr("flopstat scale MODEL --dim batch=1..8")) << command;
  }
}

TEST_F(ScaleProgram, a_range_without_meaning_is_a_usage_error) {
  for (const char* range : {"batch=8..1", "batch=0..4", "batch=1..", "batch=..4", "batch=1..4:0", "batch=1...4",
                            "batch=1..4:", "batch=a..b", "=1..4", "batch"}) {
    const Outcome outcome = run(std::string("digits_cnn.tflite --dim ") + range);
    EXPECT_EQ(outcome.code, 2) << range;
    EXPECT_THAT(outcome.err, HasSubstr("seq=1..4096")) << range;
  }
  EXPECT_EQ(run("digits_cnn.tflite sine.tflite").code, 2);
  EXPECT_EQ(run("nosuch.tflite").code, 3);
}

TEST_F(ScaleProgram, without_a_free_dimension_it_says_what_can_be_done) {
  const Outcome outcome = run("mnist_mlp.tflite");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, HasSubstr("--dim batch=1..64"));
  EXPECT_EQ(run("mnist_mlp.tflite --dim batch=1..64").code, 0);
}

TEST_F(ScaleProgram, reads_standard_input) {
  const Outcome outcome = shell.run("\"$F\" scale - < digits_cnn.tflite");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("standard input"));
}

TEST_F(ScaleProgram, lines_fit_a_narrow_terminal) {
  if (!shell.has_terminals()) GTEST_SKIP() << "script(1) can open no terminal here: the width was NOT tested";
  const Outcome outcome =
      shell.on_terminal("\"$F\" scale \"$T/strided.onnx\" --dim height=1..9 --dim width=7 --color never", 50);
  EXPECT_EQ(outcome.code, 0);
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 50u) << line;
}

// ---- Real models

class ScaleCorpus : public test::Corpus {};

/// The polynomial's figures at sizes that nobody looked at are those of an analysis there.
TEST_F(ScaleCorpus, polynomials_hold_where_nobody_looked) {
  size_t polynomials = 0;
  for (const std::string folder : {"tflite", "onnx"}) {
    for (const std::string& file : test::files_in(test::in_corpus("models/" + folder))) {
      const std::string path = test::in_corpus("models/" + folder + "/" + file);
      Scaling scaling;
      try {
        scaling = scale(path);
      } catch (const Error&) {
        continue;  // no free dimension, or a broken file
      }
      for (const ScaledFigure figure : kScaledFigures) {
        const ScalingLaw& found = law(scaling, figure);
        if (!found.polynomial) continue;
        Options options;
        std::vector<int64_t> sizes;
        for (size_t dim = 0; dim < scaling.dims.size(); ++dim) {
          const SizeDomain& domain = found.domains[dim];
          sizes.push_back(domain.first + domain.step * static_cast<int64_t>(9 + 2 * dim));
          options.dims[scaling.dims[dim]] = sizes.back();
        }
        const Totals totals = analyze(path, options).totals;
        ASSERT_TRUE(totals.complete) << file;
        const ScaledFigures counted = {totals.figures.macs, totals.figures.flops, totals.figures.int_ops,
                                       *totals.figures.read_bytes + *totals.figures.written_bytes,
                                       totals.peak_activation_bytes};
        EXPECT_EQ(value_of(*found.polynomial, sizes), counted[index_of(figure)]) << file;
        ++polynomials;
      }
    }
  }
  EXPECT_GT(polynomials, 100u);
}

}  // namespace
}  // namespace flopstat
