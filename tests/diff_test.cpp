// `flopstat diff`, run as a user runs it: in the folder of the examples, through the shell.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/onnx_writer.h"
#include "support/program.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using test::Outcome;
using test::text_of;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kAnyDifference = " --fail-if 'macs!=+0'";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// A dense layer of 3 inputs and `width` outputs, as either format has it.
std::string tflite_dense(int32_t width, const std::string& name = "dense") {
  test::TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 3}});
  const int32_t w = b.constant({.name = "w", .shape = {width, 3}}, std::vector<float>(static_cast<size_t>(width) * 3));
  const int32_t y = b.tensor({.name = name, .shape = {1, width}});
  b.op({.code = test::builtin::fully_connected, .inputs = {x, w, -1}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  return text_of(b.finish());
}

std::string onnx_dense(int64_t width, const test::OnnxDim& rows = 1) {
  test::OnnxGraph graph;
  graph.input("x", {rows, 3}).weight("w", {3, width});
  graph.node(test::onnx_node("MatMul", {"x", "w"}, {"y"}, {}, "dense")).output("y", {rows, width});
  return text_of(test::bytes_of(graph.model()));
}

/// A model of one operation that nobody knows, with this name.
std::string unknown_model(const std::string& name) {
  test::TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
  const int32_t y = b.tensor({.name = name, .shape = {1, 4}});
  b.op({.code = test::builtin::custom, .custom_code = "Mystery", .inputs = {x}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  return text_of(b.finish());
}

class Diff : public test::ProgramTest {
 protected:
  Diff() : ProgramTest("diff") {}

  /// The path of a file with these contents, for the shell.
  std::string file(const std::string& name, const std::string& contents) const {
    shell.write(name, contents);
    return "\"$T/" + name + "\"";
  }
};

// ---- The screen

TEST_F(Diff, shows_totals_operations_and_nodes_that_differ) {
  const int layers[][2] = {{1, 16}, {16, 16}, {16, 1}};
  int macs = 0;
  for (const auto& [in, out] : layers) macs += in * out;
  ASSERT_EQ(macs, 288);
  const Outcome outcome = run("sine.tflite sine_8.tflite");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("A   sine.tflite   tflite   f32   3 ops"));
  EXPECT_THAT(outcome.out, HasSubstr("\nB   sine_8.tflite   tflite"));
  EXPECT_THAT(outcome.out, HasSubstr("(convention flopstat)"));
  EXPECT_THAT(outcome.out, ContainsRegex("\n  MACs +288 +16 +-272 +-94.4%\n"));  // 16 = 1*8 + 8*1
  EXPECT_THAT(outcome.out, ContainsRegex("\n  Nodes +3 +2 +-1 +-33.3%\n"));
  EXPECT_THAT(outcome.out, ContainsRegex(" matmul +x3 -> x2\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\n  Nodes: 0 same, 2 changed, 0 added, 1 removed\n"));
  EXPECT_THAT(outcome.out, ContainsRegex("\n  changed +0 +0 +FULLY_CONNECTED +1x16 -> 1x8 +-8 +-50.0%"));
  EXPECT_THAT(outcome.out, ContainsRegex("\n  removed +1 +FULLY_CONNECTED +1x16 +-256 +gone"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("nan")));
}

TEST_F(Diff, calls_new_what_was_nothing_and_gone_what_is_nothing) {
  const Outcome outcome = run("mnist_mlp.tflite mnist_mlp_int8.tflite");
  EXPECT_THAT(outcome.out, ContainsRegex("\n  FLOPs +179,258 +0 +-179,258 +gone\n"));
  EXPECT_THAT(outcome.out, ContainsRegex("\n  Int OPs +0 +180,108 +.180,108 +new\n"));
  EXPECT_THAT(outcome.out, ContainsRegex("\n  MACs +89,400 +89,400 +=\n"));
  EXPECT_THAT(outcome.out, HasSubstr("1x100 f32 -> 1x100 i8"));
}

TEST_F(Diff, of_a_model_and_itself_shows_no_operation_and_no_node) {
  const Outcome outcome = run("small_cnn.tflite small_cnn.tflite --fail-if 'flops!=+0' --fail-if 'nodes!=+0'");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\n  Nodes: 8 same, 0 changed, 0 added, 0 removed\n"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("CONV_2D")));
  EXPECT_THAT(run("small_cnn.tflite small_cnn.tflite -v").out, AllOf(HasSubstr("CONV_2D"), HasSubstr("TOTAL")));
}

TEST_F(Diff, shows_the_nodes_that_differ_most_in_their_order_and_how_many_more_there_are) {
  const Outcome all = run("mnist_mlp.tflite mnist_mlp_int8.tflite");
  const Outcome two = run("mnist_mlp.tflite mnist_mlp_int8.tflite -n 2");
  EXPECT_THAT(all.out, Not(HasSubstr("less (-n")));
  EXPECT_THAT(two.out, HasSubstr("\n  ... and 2 that differ less (-n 4 shows all)\n"));
  EXPECT_LT(two.out.find("dense/output"), two.out.find("dense_1/output"));
  EXPECT_THAT(two.out, Not(HasSubstr("dense_2/output")));
}

TEST_F(Diff, tells_files_of_one_name_apart_by_their_folders) {
  shell.run(
      "mkdir \"$T/old\" \"$T/new\" && cp sine.tflite \"$T/old/m.tflite\" && cp sine_8.tflite \"$T/new/m.tflite\"");
  const Outcome outcome = shell.run("cd \"$T\" && \"$F\" diff old/m.tflite new/m.tflite");
  EXPECT_THAT(outcome.out, AllOf(StartsWith("A   old/m.tflite   "), HasSubstr("\nB   new/m.tflite   ")));
}

TEST_F(Diff, reads_one_of_the_models_from_a_pipe) {
  const Outcome outcome = shell.run("cat sine.tflite | \"$F\" diff - sine_8.tflite" + std::string(kAnyDifference));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, StartsWith("A   standard input   tflite"));
  EXPECT_THAT(run("- -").err, HasSubstr("standard input holds one model"));
}

TEST_F(Diff, fits_a_terminal_of_any_width_whatever_the_names) {
  if (!shell.has_terminals()) GTEST_SKIP() << "script(1) can open no terminal here: widths were NOT tested";
  const std::string a = file("a.tflite", tflite_dense(4, "caf\xC3\xA9/" + std::string(150, 'n')));
  const std::string b = file("b.tflite", tflite_dense(5, "caf\xC3\xA9/" + std::string(150, 'n')));
  for (const size_t width : {size_t{60}, size_t{80}, size_t{100}, size_t{200}}) {
    for (const std::string& models : {a + " " + b, std::string("mnist_mlp.tflite mnist_mlp_int8.tflite")}) {
      const Outcome outcome = shell.on_terminal("LC_ALL=C.UTF-8 \"$F\" diff --color never " + models, width);
      EXPECT_THAT(outcome.out, HasSubstr("changed"));
      for (const std::string& line : lines_of(outcome.out)) {
        const auto columns = std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; });
        EXPECT_LE(static_cast<size_t>(columns), width) << line;
      }
    }
  }
}

TEST_F(Diff, moves_no_cursor_by_names_from_a_file) {
  const std::string name = "caf\xC3\xA9/\x1b[2J\xE2\x80\xAE\x07|x";
  const std::string models = file("a.tflite", tflite_dense(4, name)) + " " + file("b.tflite", unknown_model(name));
  for (const std::string format : {"table", "markdown", "csv", "json"}) {
    const Outcome outcome = shell.run("LC_ALL=C.UTF-8 \"$F\" diff " + models + " --format " + format);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("Mystery")) << format;
    for (const char* control : {"\x1b", "\x07", "\xE2\x80\xAE"}) EXPECT_THAT(outcome.out, Not(HasSubstr(control)));
  }
}

// ---- What is not known

TEST_F(Diff, with_something_unknown_is_unknown_and_fails_every_gate_that_asks_for_it) {
  const std::string models = "sine.tflite " + file("unknown.tflite", unknown_model("y"));
  const Outcome outcome = run(models);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, ContainsRegex("\n  MACs +288 +\\? +\\? +\\?\n"));
  EXPECT_THAT(outcome.out, HasSubstr("? 1 of 1 ops of B is not known; totals are lower bounds:"));
  for (const std::string gate : {"macs>+1%", "macs>5M", "macs<1", "macs!=+0"}) {
    const Outcome gated = run(models + " --fail-if '" + gate + "'");
    EXPECT_EQ(gated.code, 1) << gate;
    EXPECT_THAT(gated.err, StartsWith("error: " + gate + ": MACs of B is not known: #0 Mystery: "));
  }
  EXPECT_EQ(run(models + " --fail-if 'nodes>1'").code, 0);
  EXPECT_EQ(run(models + " --strict").code, 4);
  EXPECT_EQ(run(models + " --strict --fail-if 'macs>+0'").code, 4);
  EXPECT_EQ(run("sine.tflite sine_8.tflite --strict").code, 0);
  const nlohmann::json json = document(models);
  EXPECT_TRUE(json["totals"]["macs"]["difference"].is_null());
  EXPECT_FALSE(json["b"]["complete"]);
}

// ---- Gates

TEST_F(Diff, exits_with_1_where_a_gate_fails_and_says_which) {
  const Outcome passes = run("sine_8.tflite sine.tflite --fail-if 'macs>+1700%' --fail-if 'weight_bytes>2KiB'");
  EXPECT_EQ(passes.code, 0) << passes.err;  // 100 * (288 - 16) / 16 = 1700
  EXPECT_THAT(passes.err, IsEmpty());
  const Outcome fails = run("sine_8.tflite sine.tflite --fail-if 'macs>+1%' --fail-if 'weight_bytes>1KiB' -n 1");
  EXPECT_EQ(fails.code, 1);
  EXPECT_EQ(fails.err,
            "error: macs>+1%: MACs 16 -> 288 (+272, +1,700%)\n"
            "error: weight_bytes>1KiB: Weights 100 B -> 1.254 KiB (+1.156 KiB, +1,184%)\n");
  EXPECT_THAT(fails.out, StartsWith("A   sine_8.tflite"));
  EXPECT_EQ(100 + 1184, 4 * 321);  // bytes: B's weights
}

TEST_F(Diff, refuses_a_gate_without_a_meaning_and_shows_what_one_looks_like) {
  const std::pair<std::string, std::string> cases[] = {
      {"mcas>+1%", "did you mean 'macs'?"},        {"macs>1%", "did you mean 'macs>+1%'?"},
      {"macs", "there is no relation in it"},      {"macs>1m", "'m' is no unit"},
      {"zzzzzz>1", "there are: macs, valid_macs"}, {"", "no relation"},
  };
  for (const auto& [gate, advice] : cases) {
    const Outcome outcome = run("sine.tflite sine_8.tflite --fail-if '" + gate + "'");
    EXPECT_EQ(outcome.code, 2) << gate;
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(advice), HasSubstr("macs>+1% is more than 1% above A"))) << gate;
  }
}

TEST_F(Diff, takes_two_models_and_says_what_is_wrong_with_each) {
  EXPECT_EQ(run("").code, 2);
  EXPECT_THAT(run("sine.tflite").err, HasSubstr("usage: flopstat diff A B"));
  EXPECT_EQ(run("sine.tflite sine.tflite sine.tflite").code, 2);
  const Outcome missing = run("sine.tflte nosuch.onnx");
  EXPECT_EQ(missing.code, 3);
  EXPECT_THAT(missing.out, IsEmpty());
  EXPECT_THAT(missing.err, AllOf(HasSubstr("did you mean 'sine.tflite'?"), HasSubstr("--> nosuch.onnx")));
}

// ---- Two formats

TEST_F(Diff, finds_nothing_changed_in_one_network_of_two_formats) {
  const std::string tflite = file("a.tflite", tflite_dense(4)), onnx = file("b.onnx", onnx_dense(4));
  const Outcome outcome = run(tflite + " " + onnx + kAnyDifference + " --fail-if 'params!=+0' -v");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Nodes: 1 same, 0 changed"));
  EXPECT_THAT(outcome.out, HasSubstr("FULLY_CONNECTED -> MatMul"));
  const nlohmann::json wider = document(tflite + " " + file("c.onnx", onnx_dense(6)));
  EXPECT_EQ(wider["totals"]["macs"]["difference"], 3 * 6 - 3 * 4);
  EXPECT_EQ(wider["totals"]["macs"]["percent"], 100.0 * (3 * 6 - 3 * 4) / (3 * 4));
  EXPECT_EQ(wider["by_op"][0]["op"], "matmul");
}

TEST_F(Diff, binds_sizes_of_both_models_or_of_the_one_that_has_them) {
  const std::string models = file("a.onnx", onnx_dense(4, "rows")) + " " + file("b.onnx", onnx_dense(4, "items"));
  const nlohmann::json both = document(models + " --dim rows=5 --dim items=7");
  EXPECT_EQ(both["totals"]["macs"]["a"], 5 * 3 * 4);
  EXPECT_EQ(both["totals"]["macs"]["b"], 7 * 3 * 4);
  const Outcome one = run(models + " --dim rows=5");
  EXPECT_EQ(one.code, 0);
  EXPECT_THAT(one.err, HasSubstr("warning: the model has no free dimension 'rows', only "));
  EXPECT_THAT(run(models + " --dim rows=5 -q").err, IsEmpty());
  const Outcome neither = run(models + " --dim rows=5 --dim seq=2");
  EXPECT_EQ(neither.code, 2);
  EXPECT_THAT(neither.err, AllOf(HasSubstr("the model has no free dimension 'seq'"), HasSubstr("a.onnx"),
                                 HasSubstr("it has: rows"), HasSubstr("it has: items")));
  EXPECT_THAT(neither.out, IsEmpty());
  EXPECT_EQ(run(models + " --input nosuch=1x3").code, 2);
  EXPECT_EQ(document(models + " --input x=9x3")["totals"]["macs"]["b"], 9 * 3 * 4);
}

// ---- The waterfall

TEST_F(Diff, shows_layer_by_layer_how_one_total_becomes_the_other) {
  const Outcome outcome = run("mnist_mlp.tflite mnist_mlp_50.tflite --waterfall");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\n  MACs from A to B, layer by layer (convention flopstat)\n"));
  EXPECT_THAT(outcome.out, ContainsRegex("\n  A +89,400  #+\n  dense +-39,200 +-50.0% +50,200 +-+\n"
                                         "  dense_1 +-7,500 +-75.0% +42,700 +-+\n  dense_2 +-500 +-50.0% +42,200 +-\n"
                                         "  B +42,200  #+\n"));
  EXPECT_EQ(89'400 - 784 * 50 - (100 * 100 - 50 * 50) - 50 * 10, 42'200);
  const nlohmann::json json = document("mnist_mlp.tflite mnist_mlp_50.tflite --figure params")["waterfall"];
  int64_t total = json["from"];
  for (const nlohmann::json& step : json["steps"]) {
    total += step["difference"].get<int64_t>();
    EXPECT_EQ(step["total"], total);
  }
  EXPECT_EQ(total, json["to"]);
  EXPECT_EQ(json["steps"][0]["difference"], -(784 * 50 + 50));
}

TEST_F(Diff, writes_the_waterfall_in_every_format_and_beside_gates) {
  const std::string models = "mnist_mlp.tflite mnist_mlp_50.tflite --waterfall";
  EXPECT_EQ(lines_of(run(models + " --csv").out)[0], "layer,a,b,difference,total");
  EXPECT_EQ(lines_of(run(models + " --csv -n 1").out)[1], "dense,78400,39200,-39200,50200");
  EXPECT_THAT(run(models + " --markdown").out, HasSubstr("| dense | -39,200 | -50.0% | 50,200 |"));
  EXPECT_EQ(run(models + " --fail-if 'macs!=+0'").code, 1);
  EXPECT_THAT(run("sine.tflite sine_8.tflite --figure intensity").err, HasSubstr("names no figure of a layer"));
  EXPECT_THAT(run("sine.tflite sine_8.tflite --figure mcas").err, HasSubstr("did you mean 'macs'?"));
  const std::string check = " | " + test::against_schema("diff.schema.json");
  EXPECT_THAT(shell.run("\"$F\" diff " + models + " --json" + check).code, ::testing::AnyOf(0, 77));
}

// ---- Outputs for programs

TEST_F(Diff, json_is_described_by_its_schema) {
  const std::string check = " | " + test::against_schema("diff.schema.json");
  if (shell.run("echo {}" + check).code == 77) {
    GTEST_SKIP() << "python3-jsonschema is not installed: the schema was NOT checked";
  }
  EXPECT_EQ(shell.run("echo {}" + check).code, 1);
  const std::string unknown = file("unknown.tflite", unknown_model("y"));
  for (const std::string& models : {std::string("mnist_mlp.tflite mnist_mlp_int8.tflite --fail-if 'macs>+1%'"),
                                    "small_cnn.tflite " + unknown + " --fail-if 'macs>+1%'"}) {
    const Outcome outcome = shell.run("\"$F\" diff " + models + " --json" + check);
    EXPECT_EQ(outcome.code, 0) << models << outcome.err;
  }
}

TEST_F(Diff, json_has_every_node_and_every_gate) {
  const nlohmann::json json =
      document("sine.tflite sine_8.tflite -n 1 --fail-if 'macs>+1%' --fail-if 'weight_bytes>50B'");
  EXPECT_EQ(json["command"], "diff");
  EXPECT_EQ(json["a"]["model"]["path"], "sine.tflite");
  ASSERT_EQ(json["nodes"].size(), 3u);
  EXPECT_EQ(json["nodes"][1]["status"], "removed");
  EXPECT_TRUE(json["nodes"][1]["b"].is_null());
  EXPECT_EQ(json["nodes"][1]["macs"]["difference"], -16 * 16);
  EXPECT_EQ(json["node_counts"]["changed"], 2);
  ASSERT_EQ(json["gates"].size(), 2u);
  EXPECT_EQ(json["gates"][0]["failed"], false);
  EXPECT_TRUE(json["gates"][0]["reason"].is_null());
  EXPECT_EQ(json["gates"][1]["failed"], true);
}

TEST_F(Diff, csv_has_a_line_for_each_node_and_both_sides_of_each_figure) {
  const std::vector<std::string> lines = lines_of(run("sine.tflite sine_8.tflite --csv").out);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[0], StartsWith("status,changed,op,index_a,index_b,type_a,type_b,outputs_a,outputs_b,repeat_a,"
                                   "repeat_b,name_a,name_b,macs_a,macs_b,"));
  EXPECT_THAT(lines[2], StartsWith("removed,,matmul,1,,FULLY_CONNECTED,,1x16,,1,,dense_1/output,,256,0,"));
  for (const std::string& line : lines) EXPECT_EQ(std::ranges::count(line, ','), std::ranges::count(lines[0], ','));
}

TEST_F(Diff, markdown_is_three_tables_for_a_comment) {
  const std::string page = run("sine.tflite sine_8.tflite --markdown").out;
  EXPECT_THAT(page, StartsWith("A: **sine.tflite**, B: **sine_8.tflite** (convention flopstat)\n\n| Total |"));
  size_t tables = 0;
  for (const std::string& line : lines_of(page)) tables += line.starts_with("| :--- |") || line.starts_with("| ---: |");
  EXPECT_EQ(tables, 3u);
  EXPECT_EQ(run("sine.tflite sine_8.tflite -o \"$T/a.md\"").code, 0);
  EXPECT_EQ(shell.read("a.md"), page);
}

TEST_F(Diff, is_the_same_bytes_from_every_folder) {
  for (const std::string format : {"table", "markdown", "csv", "json"}) {
    const std::string options = " --format " + format;
    const std::string here = run("sine.tflite sine_8.tflite" + options).out;
    EXPECT_THAT(here, Not(IsEmpty()));
    EXPECT_EQ(run("\"$PWD\"/sine.tflite \"$PWD\"/sine_8.tflite" + options).out, here) << format;
  }
}

// ---- The networks of the benchmark MLPerf Tiny, as several converters wrote them

class DiffOfCorpus : public Diff {
 protected:
  void SetUp() override {
    Diff::SetUp();
    if (!std::filesystem::is_directory(FLOPSTAT_SHARED_DIR "/models")) {
      GTEST_SKIP() << "NOT TESTED against real models: there is no folder " FLOPSTAT_SHARED_DIR;
    }
  }

  static std::string model(const std::string& path) { return "'" FLOPSTAT_SHARED_DIR "/models/" + path + "'"; }

  void expect_equal_macs(const std::string& a, const std::string& b) const {
    const Outcome outcome = run(a + " " + b + kAnyDifference + " --strict -q");
    EXPECT_EQ(outcome.code, 0) << a << " and " << b << "\n" << outcome.out << outcome.err;
  }
};

TEST_F(DiffOfCorpus, keyword_spotting_costs_the_same_macs_in_every_format) {
  expect_equal_macs(model("tflite/kws_ref_model_float32.tflite"), model("tflite/kws_ref_model.tflite"));
  expect_equal_macs(model("tflite/kws_ref_model_float32.tflite"), model("onnx/kws_ref_model.onnx"));
}

TEST_F(DiffOfCorpus, visual_wake_words_costs_the_same_macs_in_every_format) {
  expect_equal_macs(model("tflite/vww_96_float.tflite"), model("tflite/vww_96_int8.tflite"));
  expect_equal_macs(model("tflite/vww_96_float.tflite"), model("onnx/vww_96_float.onnx"));
}

TEST_F(DiffOfCorpus, anomaly_detection_costs_the_same_macs_in_every_format) {
  for (const std::string other : {"tflite/ad01_int8.tflite", "tflite/model_ToyCar_quant.tflite",
                                  "tflite/model_ToyCar_quant_fullint.tflite", "onnx/deep_autoencoder.onnx"}) {
    expect_equal_macs(model("tflite/ad01_fp32.tflite"), model(other));
  }
}

/// ResNet8 of the benchmark's reference, as ONNX: three stacks of two convolutions with 16, 32 and 64 channels beside a
/// shortcut, which is a 1x1 convolution where the size changes.
std::string resnet8_as_onnx() {
  test::OnnxGraph graph;
  graph.input("x", {1, 3, 32, 32});
  int weights = 0;
  const auto conv = [&](const std::string& x, int64_t in, int64_t out, int64_t kernel, int64_t stride,
                        const std::string& y) {
    const std::string w = "w" + std::to_string(weights), b = "b" + std::to_string(weights++);
    graph.weight(w, {out, in, kernel, kernel}).weight(b, {out});
    graph.node(
        test::onnx_node("Conv", {x, w, b}, {y},
                        {test::onnx_text("auto_pad", "SAME_UPPER"), test::onnx_integers("strides", {stride, stride})}));
  };
  const auto relu = [&](const std::string& x, const std::string& y) { graph.node(test::onnx_node("Relu", {x}, {y})); };
  conv("x", 3, 16, 3, 1, "first");
  relu("first", "stack0");
  int64_t in = 16;
  for (int stack = 0; stack < 3; ++stack) {
    const int64_t out = int64_t{16} << stack, stride = stack == 0 ? 1 : 2;
    const std::string s = std::to_string(stack), x = "stack" + s;
    conv(x, in, out, 3, stride, "a" + s);
    relu("a" + s, "r" + s);
    conv("r" + s, out, out, 3, 1, "c" + s);
    if (stack > 0) conv(x, in, out, 1, stride, "short" + s);
    graph.node(test::onnx_node("Add", {stack == 0 ? x : "short" + s, "c" + s}, {"sum" + s}));
    relu("sum" + s, "stack" + std::to_string(stack + 1));
    in = out;
  }
  graph.node(test::onnx_node("AveragePool", {"stack3"}, {"pool"}, {test::onnx_integers("kernel_shape", {8, 8})}));
  graph.initializer(test::onnx_int64s("row", {1, 64}));
  graph.node(test::onnx_node("Reshape", {"pool", "row"}, {"flat"}));
  graph.weight("w", {64, 10}).weight("b", {10});
  graph.node(test::onnx_node("Gemm", {"flat", "w", "b"}, {"logits"}));
  graph.node(test::onnx_node("Softmax", {"logits"}, {"y"})).output("y", {1, 10});
  return text_of(test::bytes_of(graph.model()));
}

TEST_F(DiffOfCorpus, image_classification_costs_the_same_macs_in_every_format) {
  const std::string tflite = model("tflite/pretrainedResnet.tflite"), onnx = file("resnet8.onnx", resnet8_as_onnx());
  expect_equal_macs(tflite, model("tflite/pretrainedResnet_quant.tflite"));
  expect_equal_macs(tflite, onnx);
  const nlohmann::json json = document(tflite + " " + onnx);
  for (const char* key : {"macs", "flops", "params", "weight_bytes"}) {
    EXPECT_EQ(json["totals"][key]["difference"], 0) << key;  // fused or not, a relu costs the same
  }
  EXPECT_EQ(json["totals"]["nodes"]["difference"], 1 + 2 * 3);  // the relus that TFLite fuses
  EXPECT_EQ(json["node_counts"]["added"], 1 + 2 * 3);
  EXPECT_EQ(json["node_counts"]["removed"], 0);
}

TEST_F(DiffOfCorpus, a_narrower_network_under_the_same_name_does_not_pass) {
  const auto macs = [](int channels) {
    const int places = 25 * 5, first = 10 * 4, depthwise = 3 * 3, classes = 12;
    return places * channels * first + 4 * (places * channels * depthwise + places * channels * channels) +
           channels * classes;
  };
  const std::string models = model("tflite/kws_ref_model.tflite") + " " + model("onnx/model_kws.onnx");
  EXPECT_EQ(run(models + kAnyDifference).code, 1);
  EXPECT_EQ(document(models)["totals"]["macs"]["difference"], macs(32) - macs(64));
}

}  // namespace
}  // namespace flopstat
