// Rules files as a user writes them: the program on a model with an operator that nobody knows.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/onnx_writer.h"
#include "support/program.h"

namespace flopstat {
namespace {

using test::Outcome;
using test::text_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint64_t kLength = 16, kChannels = 64, kClasses = 10, kWidth = 5;  // of examples/custom_op.onnx
constexpr uint64_t kMacs = kLength * kChannels * kWidth + kLength * kChannels * kClasses;

class RulesFiles : public test::ProgramTest {
 protected:
  nlohmann::json json_of(const std::string& arguments) const {
    const Outcome outcome = run(arguments + " --json");
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return nlohmann::json::parse(outcome.out);
  }
};

TEST_F(RulesFiles, make_a_model_known_that_was_not) {
  EXPECT_EQ(json_of("custom_op.onnx")["totals"]["complete"], false);
  const nlohmann::json document = json_of("custom_op.onnx --rules custom_op.toml");
  EXPECT_EQ(document["totals"]["complete"], true);
  EXPECT_EQ(document["totals"]["macs"], kMacs);
  const nlohmann::json& row = document["ops"][0];
  EXPECT_EQ(row["certainty"], "rule");
  EXPECT_EQ(row["rule"], "custom_op.toml:2");
  EXPECT_FALSE(document["ops"][1].contains("rule"));
  EXPECT_EQ(document["warnings"][0]["code"], "rule");
}

TEST_F(RulesFiles, give_documents_that_fit_their_schemas) {
  const std::string count =
      "$F custom_op.onnx --rules custom_op.toml --json | " + test::against_schema("count.schema.json");
  const std::string explain =
      "$F explain custom_op.onnx --rules custom_op.toml --json | " + test::against_schema("explain.schema.json");
  for (const std::string& command : {count, explain}) {
    const Outcome outcome = shell.run(command);
    if (outcome.code == 77) GTEST_SKIP() << "NOT TESTED: no validator of JSON schemas is installed";
    EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  }
}

TEST_F(RulesFiles, are_taken_by_every_command_that_counts) {
  for (const char* command : {"ops", "tree", "memory", "explain"}) {
    const Outcome outcome = run(std::string(command) + " custom_op.onnx --rules custom_op.toml --strict");
    EXPECT_EQ(outcome.code, 0) << command << outcome.err;
  }
  const Outcome diff = run("diff custom_op.onnx custom_op.onnx --rules custom_op.toml --strict --fail-if 'macs!=+0'");
  EXPECT_EQ(diff.code, 0) << diff.err;
  EXPECT_EQ(run("custom_op.onnx --strict").code, 4);
}

TEST_F(RulesFiles, scale_with_the_free_dimensions) {
  const auto bytes = test::bytes_of(test::OnnxGraph()
                                        .input("x", {"batch", "seq", 8})
                                        .node(test::onnx_node("MyOp", {"x"}, {"y"}, {}, "n", "com.acme"))
                                        .output("y")
                                        .model());
  shell.write("free.onnx", text_of(bytes));
  shell.write("my.toml", "[op.MyOp]\nmul_add = 'dim(x, 1) * dim(x, 1) * dim(x, 0)'\noutput = 'x'\n");
  const Outcome outcome = run("scale $T/free.onnx --rules $T/my.toml");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("batch"));
  EXPECT_THAT(outcome.out, HasSubstr("seq"));
  EXPECT_EQ(json_of("$T/free.onnx --rules $T/my.toml --dim batch=3 --dim seq=7")["totals"]["macs"], 3 * 7 * 7);
}

TEST_F(RulesFiles, are_told_where_they_are_used) {
  const Outcome outcome = run("explain custom_op.onnx 0 --rules custom_op.toml");
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("counted by the rule custom_op.toml:2"), HasSubstr("numel(y)*width"),
                                 HasSubstr("as the user's rule says")));
  EXPECT_THAT(outcome.out, Not(HasSubstr("bug in flopstat")));
  EXPECT_THAT(run("custom_op.onnx --rules custom_op.toml").out, HasSubstr("as the user's rules say"));
}

TEST_F(RulesFiles, with_a_mistake_end_with_its_place) {
  shell.write("my.toml", "[op.BandMix]\nmull_add = 'numel(y)'\n");
  const Outcome key = run("custom_op.onnx --rules $T/my.toml");
  EXPECT_EQ(key.code, 2);
  EXPECT_THAT(key.err, AllOf(HasSubstr("my.toml:2:1: a rule has no 'mull_add'"), HasSubstr("did you mean 'mul_add'?")));
  shell.write("my.toml", "[op.BandMix]\nmul_add = 'numel(y'\n");
  EXPECT_THAT(run("explain custom_op.onnx 0 --rules $T/my.toml").err, HasSubstr("my.toml:2:19: expected ')'"));
  const Outcome missing = run("custom_op.onnx --rules $T/none.toml");
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("none.toml' cannot be used"));
  EXPECT_EQ(run("custom_op.onnx --rules .").code, 2);
  EXPECT_EQ(run("custom_op.onnx --rules custom_op.onnx").code, 2);
}

TEST_F(RulesFiles, that_fit_no_node_are_warned_of) {
  shell.write("my.toml", "[op.BandMixx]\nadd = 1\n[op.MatMul]\nadd = 1\n");
  const Outcome outcome = run("custom_op.onnx --rules custom_op.toml --rules $T/my.toml");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("my.toml:1: the model has no node of the type 'BandMixx'"),
                                 HasSubstr("my.toml:3: flopstat knows 1 node 'MatMul'")));
}

TEST_F(RulesFiles, begin_with_a_template_that_is_read_again) {
  const Outcome written = run("explain custom_op.onnx --template");
  EXPECT_EQ(written.code, 0) << written.err;
  EXPECT_THAT(written.out, AllOf(HasSubstr("[op.\"com.acme::BandMix\"]"), HasSubstr("attr('width') = 5"),
                                 HasSubstr("x1: f32 5x64 '/band'"), HasSubstr("x: f32 1x16x64 'x'")));
  shell.write("my.toml", written.out);
  const Outcome unchanged = run("custom_op.onnx --rules $T/my.toml");
  EXPECT_EQ(unchanged.code, 0) << unchanged.err;
  EXPECT_THAT(unchanged.out, HasSubstr("the rule gives no shape"));

  shell.write("filled.toml", written.out + "mul_add = 'numel(y) * dim(w, 0)'\noutput = 'x'\n");
  EXPECT_EQ(json_of("custom_op.onnx --rules $T/filled.toml")["totals"]["macs"], kMacs);
}

TEST_F(RulesFiles, have_a_template_for_a_type_with_and_without_a_model) {
  EXPECT_THAT(run("explain --template Own").out, HasSubstr("[op.\"Own\"]"));
  const Outcome of_model = run("explain --template MatMul custom_op.onnx --rules custom_op.toml");
  EXPECT_THAT(of_model.out, AllOf(HasSubstr("[op.\"MatMul\"]"), HasSubstr("override = true")));
  EXPECT_EQ(run("explain custom_op.onnx BandMix --template").out.find("MatMul"), std::string::npos);
  EXPECT_EQ(run("explain custom_op.onnx BandMx --template").code, 2);
  EXPECT_EQ(run("explain --template").code, 2);
  EXPECT_EQ(run("explain custom_op.onnx --template --json").code, 2);
  EXPECT_THAT(run("explain mnist_mlp.tflite --template").out, HasSubstr("nothing to be told"));
}

TEST_F(RulesFiles, survive_names_that_would_leave_their_comment) {
  const std::string name = "a\n[op.Evil]\nadd = 1 # \x1b[31m\"\\";
  const auto bytes = test::bytes_of(test::OnnxGraph()
                                        .input("x", {4})
                                        .node(test::onnx_node(name, {"x"}, {"y"}, {}, name, "com.acme"))
                                        .output("y")
                                        .model());
  shell.write("evil.onnx", text_of(bytes));
  const Outcome written = run("explain $T/evil.onnx --template");
  EXPECT_EQ(written.code, 0) << written.err;
  EXPECT_THAT(written.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(written.out, Not(HasSubstr("\n[op.Evil]")));
  shell.write("evil.toml", written.out + "add = 'numel(x)'\noutput = 'x'\n");
  const nlohmann::json document = json_of("$T/evil.onnx --rules $T/evil.toml");
  EXPECT_EQ(document["totals"]["complete"], true) << "the name is read again as it was";
}

}  // namespace
}  // namespace flopstat
