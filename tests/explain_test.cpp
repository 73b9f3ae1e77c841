// `flopstat explain`, run as a user runs it: in the folder of the examples, through the shell.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "support/formula.h"
#include "support/program.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using test::Outcome;

class Explain : public test::ProgramTest {
 protected:
  Explain() : ProgramTest("explain") {}

  /// Writes a model and returns its path for the shell.
  std::string model(test::TfliteBuilder& b) const {
    shell.write("m.tflite", test::text_of(b.finish()));
    return "\"$T/m.tflite\"";
  }
};

TEST_F(Explain, alone_lists_what_can_be_explained) {
  const Outcome outcome = run("");
  EXPECT_EQ(outcome.code, 0);
  for (const char* word : {"MACs", "intensity", "peak activations", "conv", "matmul", "lstm", "relu", "gelu_tanh"}) {
    EXPECT_THAT(outcome.out, HasSubstr(word));
  }
}

TEST_F(Explain, an_operation_has_its_formula_letters_source_and_a_worked_example) {
  const Outcome outcome = run("conv");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, StartsWith("conv\n"));
  EXPECT_THAT(outcome.out, HasSubstr("source: ONNX operator specification"));
  EXPECT_THAT(outcome.out, HasSubstr("mul_add in f32: |y|*(Cin/g)*K = 401,408*3*9 = 10,838,016\n"));
  EXPECT_THAT(outcome.out, HasSubstr("K = 3*3 = 9, taps of the kernel"));
  EXPECT_THAT(outcome.out, HasSubstr("valid MACs: N*Cout*(Cin/g)*V*V = 1*32*3*335*335 = 10,773,600"));
}

TEST_F(Explain, a_word_of_a_file_leads_to_its_operation) {
  EXPECT_EQ(run("CONV_2D").out, run("conv").out);
  EXPECT_EQ(run("Gemm").out, run("matmul").out);
  EXPECT_EQ(run("LOGISTIC").out, run("sigmoid").out);
}

TEST_F(Explain, words_of_the_reports_have_a_paragraph_each) {
  for (const char* word : {"MACs", "FLOPs", "OPs", "parameters", "weights", "intensity", "peak activations", "traffic",
                           "bound", "nominal", "valid", "requantize", "float equivalent", "quantization bytes",
                           "state bytes", "scope", "convention", "unit", "index"}) {
    const Outcome outcome = run(std::string("'") + word + "'");
    EXPECT_EQ(outcome.code, 0) << word;
    EXPECT_GT(outcome.out.size(), 80u) << word;
  }
  EXPECT_EQ(run("peak activations").out, run("'peak activations'").out);
  EXPECT_EQ(run("macs").out, run("MACs").out);
}

TEST_F(Explain, a_mistyped_word_is_a_usage_error_with_a_suggestion) {
  const Outcome outcome = run("covn");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, HasSubstr("there is nothing to explain under 'covn'"));
  EXPECT_THAT(outcome.err, HasSubstr("did you mean 'conv'?"));
  EXPECT_THAT(run("zzzzzzzzz").err, HasSubstr("'flopstat explain' lists what there is"));
}

TEST_F(Explain, a_row_is_derived_step_by_step) {
  const Outcome outcome = run("mnist_mlp.tflite 0");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, StartsWith("#0 FULLY_CONNECTED"));
  EXPECT_THAT(outcome.out, HasSubstr("MACs: |y|*k = 100*784 = 78,400\n"));
  EXPECT_THAT(outcome.out, HasSubstr("bias add in f32: |y| = 100\n"));
  EXPECT_THAT(outcome.out, HasSubstr("activation compare in f32: |y| = 100\n"));
  EXPECT_THAT(outcome.out, HasSubstr("= 2*78,400 + 100 + 100 = 157,000\n"));
  EXPECT_THAT(outcome.out, HasSubstr("together: 78,500 parameters, 314,000 B of weights"));
  EXPECT_THAT(outcome.out, HasSubstr("4*784 + 4*78,400 + 4*100 = 317,136 B\n"));
  EXPECT_THAT(outcome.out, HasSubstr("(157,000 + 0) / (317,136 + 400) = 0.4944 operations per byte"));
  EXPECT_EQ(run("mnist_mlp.tflite '#0'").out, outcome.out);
}

TEST_F(Explain, a_row_is_found_by_its_name_or_a_unique_part_of_it) {
  test::TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
  const int32_t first = b.tensor({.name = "block1/tanh", .shape = {1, 4}});
  const int32_t second = b.tensor({.name = "block2/tanh", .shape = {1, 4}});
  b.op({.code = test::builtin::tanh, .inputs = {x}, .outputs = {first}});
  b.op({.code = test::builtin::tanh, .inputs = {first}, .outputs = {second}});
  b.inputs({x});
  b.outputs({second});
  const std::string path = model(b);
  const Outcome exact = run(path + " block2/tanh");
  EXPECT_EQ(exact.code, 0);
  EXPECT_THAT(exact.out, StartsWith("#1 TANH"));
  EXPECT_EQ(run(path + " block2").out, exact.out);
  EXPECT_EQ(run(path + " 1").out, exact.out);

  const Outcome several = run(path + " tanh");
  EXPECT_EQ(several.code, 2);
  EXPECT_THAT(several.err, HasSubstr("'tanh' names 2 rows"));
  EXPECT_THAT(several.err, HasSubstr("#0 TANH 'block1/tanh', #1 TANH 'block2/tanh'"));

  const Outcome near = run(path + " blokc2/tanh");
  EXPECT_EQ(near.code, 2);
  EXPECT_THAT(near.err, HasSubstr("did you mean 'block2/tanh'?"));
  EXPECT_THAT(run(path + " 2").err, HasSubstr("its rows are #0 to #1"));
  EXPECT_EQ(run(path + " 2").code, 2);
}

TEST_F(Explain, a_row_that_is_not_known_says_why_and_what_would_help) {
  test::TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
  const int32_t y = b.tensor({.name = "y", .shape = {1, 4}});
  b.op({.code = test::builtin::custom, .custom_code = "Mystery", .inputs = {x}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  const Outcome outcome = run(model(b) + " 0");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("'Mystery' has no public definition"));
  EXPECT_THAT(outcome.out, HasSubstr("what would help"));
  EXPECT_EQ(run("\"$T/m.tflite\" 0 --strict").code, 4);
}

TEST_F(Explain, the_totals_of_a_model_are_sums_over_types) {
  const Outcome outcome = run("mnist_mlp.tflite");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("MACs: 89,400 FULLY_CONNECTED x3 = 89,400\n"));
  EXPECT_THAT(outcome.out, HasSubstr("FLOPs: 179,210 FULLY_CONNECTED x3 + 48 SOFTMAX x1 = 179,258\n"));
}

TEST_F(Explain, json_has_the_same_derivations) {
  const nlohmann::json row = nlohmann::json::parse(run("mnist_mlp.tflite 0 --json").out);
  EXPECT_EQ(row["command"], "explain");
  ASSERT_EQ(row["ops"].size(), 1u);
  const nlohmann::json& derivation = row["ops"][0]["derivation"];
  EXPECT_EQ(derivation["macs"]["formula"], "|y|·k");
  EXPECT_EQ(test::value_of_formula(derivation["macs"]["numbers"].get<std::string>()), 784u * 100u);
  EXPECT_EQ(derivation["macs"]["value"], 784 * 100);
  const nlohmann::json all = nlohmann::json::parse(run("mnist_mlp.tflite --json").out);
  EXPECT_EQ(all["ops"].size(), 4u);
  EXPECT_EQ(all["totals"]["macs"], 784 * 100 + 100 * 100 + 100 * 10);
  EXPECT_EQ(nlohmann::json::parse(run("conv --json").out)["rules"][0]["name"], "conv");
  EXPECT_GT(nlohmann::json::parse(run("--json").out)["terms"].size(), 10u);
  EXPECT_EQ(run("mnist_mlp.tflite 0 -o \"$T/a.json\"").code, 0);
  EXPECT_EQ(shell.read("a.json"), run("mnist_mlp.tflite 0 --json").out);
}

TEST_F(Explain, json_is_described_by_its_schema) {
  const std::string check = " | " + test::against_schema("explain.schema.json");
  if (shell.run("echo {}" + check).code == 77) {
    GTEST_SKIP() << "python3-jsonschema is not installed: the schema was NOT checked";
  }
  EXPECT_EQ(shell.run("echo {}" + check).code, 1);
  for (const char* words : {"mnist_mlp.tflite", "small_cnn_int8.tflite 0", "rules", "MACs", ""}) {
    const Outcome outcome = shell.run("\"$F\" explain " + std::string(words) + " --json" + check);
    EXPECT_EQ(outcome.code, 0) << words << outcome.err;
  }
}

TEST_F(Explain, lines_fit_a_narrow_terminal) {
  if (!shell.has_terminals()) GTEST_SKIP() << "script(1) can open no terminal here: the width was NOT tested";
  const Outcome outcome =
      shell.run("COLUMNS=60 TERM=dumb script -qec \"'$F' explain small_cnn_int8.tflite 0\" /dev/null | tr -d '\\r'");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("requantize"));
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 60u) << line;
}

TEST_F(Explain, a_closed_pipe_ends_it_silently) {
  const Outcome outcome = shell.run("\"$F\" explain rules | head -n 1");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_THAT(outcome.out, StartsWith("conv:"));
}

TEST_F(Explain, colour_is_for_terminals) {
  EXPECT_THAT(run("conv").out, Not(HasSubstr("\x1b[")));
  EXPECT_THAT(run("conv --color always").out, HasSubstr("\x1b["));
}

TEST_F(Explain, has_help_and_refuses_a_second_node) {
  const Outcome help = shell.run("\"$F\" help explain");
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("flopstat explain model.tflite 7"));
  EXPECT_EQ(run("mnist_mlp.tflite 0 1").code, 2);
  EXPECT_EQ(run("nosuch.tflite 0").code, 3);
}

}  // namespace
}  // namespace flopstat
