// Several models ranked, with what else is known of them, as a user asks for it: in the folder of the examples.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/program.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using test::Outcome;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kModels = "mnist_mlp.tflite sine.onnx mnist_mlp_50.keras digits_cnn.h5";

/// A model of one operation that nobody knows.
std::string unknown_model() {
  test::TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
  const int32_t y = b.tensor({.name = "y", .shape = {1, 4}});
  b.op({.code = test::builtin::custom, .custom_code = "Mystery", .inputs = {x}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  return test::text_of(b.finish());
}

class Compared : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    if (IsSkipped()) return;
    shell.write("accuracy.csv",
                "model,top-1,by\nsine,0.5,Ada\nmnist_mlp.tflite,97.1,Bob\nmnist_mlp_50,97.3,Bob\nresnet,99,Eve\n");
  }

  std::vector<std::string> ranking(const std::string& arguments) const {
    std::vector<std::string> paths;
    const nlohmann::json json = document(arguments);
    for (const nlohmann::json& model : json["models"]) paths.push_back(model["path"]);
    return paths;
  }
};

TEST_F(Compared, ranks_models_of_any_format_by_macs) {
  const int large = 784 * 100 + 100 * 100 + 100 * 10, half = 784 * 50 + 50 * 50 + 50 * 10;
  const int cnn = 26 * 26 * 12 * 9 + 13 * 13 * 12 * 10, sine = 16 + 16 * 16 + 16;
  ASSERT_TRUE(sine < half && half < large && large < cnn);
  const Outcome outcome = run(kModels);
  EXPECT_THAT(outcome.out, StartsWith("  By MACs, least first (convention flopstat)\n"));
  EXPECT_THAT(outcome.out,
              ContainsRegex("\n  1 +sine.onnx +onnx +288 .*\n  2 +mnist_mlp_50.keras +keras +42,200 .*\n"
                            "  3 +mnist_mlp.tflite +tflite +89,400 .*\n  4 +digits_cnn.h5 +keras h5 +93,288 "));
}

TEST_F(Compared, ranks_by_any_figure_and_lets_equals_share_a_rank) {
  EXPECT_THAT(ranking(std::string(kModels) + " --sort params"),
              ElementsAre("sine.onnx", "digits_cnn.h5", "mnist_mlp_50.keras", "mnist_mlp.tflite"));
  const nlohmann::json json = document("mnist_mlp.tflite sine.tflite sine_int8.tflite --sort macs");
  EXPECT_EQ(json["models"][0]["rank"], 1);
  EXPECT_EQ(json["models"][1]["rank"], 1);
  EXPECT_EQ(json["models"][2]["rank"], 3);
  const nlohmann::json intensity = document(std::string(kModels) + " --sort intensity")["models"];
  EXPECT_GT(intensity[0]["intensity"], intensity[3]["intensity"]);
  EXPECT_THAT(ranking(std::string(kModels) + " --sort=-params"),
              ElementsAre("mnist_mlp.tflite", "mnist_mlp_50.keras", "digits_cnn.h5", "sine.onnx"));
}

TEST_F(Compared, joins_what_else_is_known_by_file_name_or_stem_and_says_what_has_no_partner) {
  const Outcome outcome = run(std::string(kModels) + " --with \"$T/accuracy.csv\"");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, ContainsRegex("Peak +top-1 +by +Pareto\n"));
  EXPECT_THAT(outcome.out, ContainsRegex("\n  1 +sine.onnx .* 0.5 +Ada +\\*\n"));
  EXPECT_THAT(outcome.out, ContainsRegex("\n  2 +mnist_mlp_50.keras .* 97.3 +Bob +\\*\n"));
  EXPECT_THAT(outcome.out, ContainsRegex("\n  3 +mnist_mlp.tflite .* 97.1 +Bob\n"));  // more MACs, less accurate
  EXPECT_THAT(outcome.out, ContainsRegex("\n  4 +digits_cnn.h5 .* - +- +\\?\n"));
  EXPECT_THAT(outcome.out, HasSubstr("the Pareto front of MACs (less is better) and top-1 (more is better)"));
  EXPECT_THAT(outcome.out, HasSubstr("accuracy.csv has no line for digits_cnn.h5\n"));
  EXPECT_THAT(outcome.out, HasSubstr("accuracy.csv has lines without a model: resnet\n"));
}

TEST_F(Compared, marks_the_front_of_the_keys_that_are_asked_for) {
  const std::string with = std::string(kModels) + " --with \"$T/accuracy.csv\"";
  EXPECT_EQ(document(with + " --sort top-1")["pareto"][0]["key"], "macs");
  const nlohmann::json json = document("mnist_mlp.tflite mnist_mlp_int8.tflite --pareto macs,weight_bytes");
  EXPECT_EQ(json["pareto"], nlohmann::json::parse(R"([{"key": "macs", "better": "less"},
                                                      {"key": "weight_bytes", "better": "less"}])"));
  for (const nlohmann::json& model : json["models"]) {
    EXPECT_EQ(model["pareto"], model["path"] == "mnist_mlp_int8.tflite") << model["path"];
  }
  EXPECT_THAT(ranking(with + " --sort top-1"),
              ElementsAre("mnist_mlp_50.keras", "mnist_mlp.tflite", "sine.onnx", "digits_cnn.h5"));
}

TEST_F(Compared, a_lower_bound_of_costs_is_on_no_front) {
  shell.write("unknown.tflite", unknown_model());
  shell.write("b.csv", "model;acc\nunknown;2\nsine;1\n");
  const nlohmann::json json = document("\"$T/unknown.tflite\" sine.tflite --with \"$T/b.csv\"");
  for (const nlohmann::json& model : json["models"]) EXPECT_TRUE(model["pareto"].is_null()) << model["path"];
  EXPECT_THAT(run("\"$T/unknown.tflite\" sine.tflite").out,
              HasSubstr("? 1 of 2 models has operations that are not known"));
}

TEST_F(Compared, is_a_document_a_csv_and_a_table_of_markdown) {
  const std::string with = std::string(kModels) + " --with \"$T/accuracy.csv\"";
  const std::string csv = run(with + " --csv").out;
  EXPECT_THAT(csv, StartsWith("rank,path,format,complete,macs,valid_macs,"));
  EXPECT_THAT(csv, HasSubstr(",top-1,by,pareto\n1,sine.onnx,onnx,true,288,"));
  EXPECT_THAT(run(with + " --markdown").out, HasSubstr("| Pareto |\n"));
  EXPECT_EQ(document(with)["models"][1]["joined"], nlohmann::json({{"top-1", 97.3}, {"by", "Bob"}}));
  EXPECT_EQ(document(with)["unmatched_rows"], nlohmann::json({"resnet"}));
  const std::string check = " | " + test::against_schema("comparison.schema.json");
  if (shell.run("echo {}" + check).code == 77) GTEST_SKIP() << "no python3-jsonschema: the schema was NOT checked";
  shell.write("unknown.tflite", unknown_model());
  for (const std::string& arguments :
       {with, std::string("sine.tflite --sort flops"), "nosuch.tflite \"$T/unknown.tflite\" " + with}) {
    EXPECT_EQ(shell.run("\"$F\" " + arguments + " --json 2> /dev/null" + check).code, 0) << arguments;
  }
}

TEST_F(Compared, is_written_for_programs_only_where_it_is_asked_for) {
  EXPECT_TRUE(document("sine.tflite sine_8.tflite").is_array());
  EXPECT_THAT(run("sine.tflite sine_8.tflite --csv").out, StartsWith("path,type,"));
  EXPECT_THAT(run("sine.tflite --sort macs").out, HasSubstr("\n  1  sine.tflite"));
}

TEST_F(Compared, refuses_keys_and_tables_without_a_meaning) {
  const std::string with = " --with \"$T/accuracy.csv\"";
  shell.write("empty.csv", "");
  const std::pair<std::string, std::string> cases[] = {
      {" --sort mcas", "did you mean 'macs'?"},
      {with + " --pareto macs,top-2", "did you mean 'top-1'?"},
      {with + " --sort by", "names a column that is not of numbers"},
      {" --pareto macs,top-1", "names no figure"},
      {" --with \"$T/empty.csv\"", "the file is empty"},
      {" --with nosuch.csv", "there is no such file"},
  };
  for (const auto& [arguments, advice] : cases) {
    const Outcome outcome = run(kModels + arguments);
    EXPECT_NE(outcome.code, 0) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr(advice)) << arguments;
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

TEST_F(Compared, moves_no_cursor_by_words_from_the_table) {
  shell.write("evil.csv", "model,note\x1b[2J\nsine,\"|\x1b[31m\n=x\"\nre\x07snet,y\n");
  for (const std::string format : {"table", "csv", "markdown", "json"}) {
    const Outcome outcome = shell.run("LC_ALL=C.UTF-8 \"$F\" sine.tflite --with \"$T/evil.csv\" --format " + format);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\x07")))) << format;
  }
}

}  // namespace
}  // namespace flopstat
