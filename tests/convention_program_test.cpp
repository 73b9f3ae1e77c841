// Conventions as a user meets them: the program on the examples.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "flopstat/conventions.h"
#include "support/program.h"

namespace flopstat {
namespace {

using test::Outcome;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using ConventionProgram = test::ProgramTest;

TEST_F(ConventionProgram, lists_every_convention_with_its_rule) {
  const std::string list = run("conventions").out;
  for (const ConventionInfo& info : convention_list()) {
    EXPECT_THAT(list, AllOf(HasSubstr(std::string(info.name)), HasSubstr(std::string(info.rule))));
    EXPECT_THAT(list, HasSubstr(std::string(info.source)));
  }
}

TEST_F(ConventionProgram, names_the_convention_and_its_unit) {
  EXPECT_THAT(run("sine_8.keras --convention keras-flops --oneline").out,
              HasSubstr("41 FLOPs, 0 integer OPs, 25 params, 100 B weights"));
  EXPECT_THAT(run("sine_8.keras --convention keras-flops --oneline").out, HasSubstr("(convention keras-flops)"));
  EXPECT_THAT(run("small_cnn.onnx --convention thop-0.1").out, HasSubstr(" MACs of thop-0.1"));
}

TEST_F(ConventionProgram, says_why_a_number_may_not_be_the_tools) {
  EXPECT_THAT(run("sine_8.keras --convention thop-0.1").err,
              HasSubstr("the number may not be that of thop-0.1: the tool does not read such files"));
  EXPECT_THAT(run("sine_8.keras --convention keras-flops").err, Not(HasSubstr("may not be")));
}

TEST_F(ConventionProgram, says_why_a_tool_gives_no_number) {
  const Outcome outcome = run("tiny_lstm.keras --convention flopco-keras");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("? FLOPs"));
  EXPECT_THAT(outcome.err, HasSubstr("flopco-keras gives no number of this model: KeyError"));
}

TEST_F(ConventionProgram, shows_what_every_tool_says_and_what_makes_them_differ) {
  const Outcome outcome = run("digits_cnn.keras --convention all");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  for (const ConventionInfo& info : convention_list())
    EXPECT_THAT(outcome.out, HasSubstr("  " + std::string(info.name)));
  EXPECT_THAT(outcome.out, HasSubstr("multiply-adds twice: "));
}

TEST_F(ConventionProgram, writes_all_of_them_into_the_document) {
  const nlohmann::json document = nlohmann::json::parse(run("digits_cnn.keras --convention all --json").out);
  EXPECT_EQ(document["convention"], "flopstat");
  ASSERT_EQ(document["conventions"].size(), convention_list().size());
  for (const nlohmann::json& each : document["conventions"]) {
    if (each["value"].is_null()) {
      EXPECT_TRUE(each["fails"].is_string()) << each;
      continue;
    }
    uint64_t sum = 0;
    for (const auto& [part, number] : each["parts"].items()) sum += number.get<uint64_t>();
    EXPECT_EQ(each["value"], sum) << each;
    EXPECT_EQ(each["exact"], each["reasons"].empty()) << each;
  }
  EXPECT_FALSE(nlohmann::json::parse(run("digits_cnn.keras --json").out).contains("conventions"));
}

TEST_F(ConventionProgram, gives_documents_that_fit_their_schemas) {
  for (const char* arguments : {"digits_cnn.keras --convention all", "tiny_lstm.keras --convention flopco-keras",
                                "tiny_gpt.onnx --convention fvcore"}) {
    const Outcome outcome =
        shell.run("$F " + std::string(arguments) + " --json | " + test::against_schema("count.schema.json"));
    if (outcome.code == 77) GTEST_SKIP() << "NOT TESTED: no validator of JSON schemas is installed";
    EXPECT_EQ(outcome.code, 0) << arguments << outcome.out << outcome.err;
  }
}

TEST_F(ConventionProgram, explains_both_derivations_side_by_side) {
  // Conv 3 -> 16, 3x3, on 32x32: thop counts the products once and no bias.
  const Outcome outcome = run("explain small_cnn.onnx 1 --convention thop-0.1");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("figures of one run (convention thop-0.1)"));
  EXPECT_THAT(outcome.out, HasSubstr("MACs of thop-0.1: |y|*(Cin/g)*K = "));
  EXPECT_THAT(outcome.out, HasSubstr("FLOPs (flopstat): 2*mul_add + bias add = "));
}

TEST_F(ConventionProgram, counts_by_a_file_of_ones_own) {
  EXPECT_THAT(run("digits_cnn.keras --convention mac_rule.toml --oneline").out, HasSubstr("(convention house rule)"));
  const Outcome missing = run("digits_cnn.keras --convention nobodys.toml");
  EXPECT_NE(missing.code, 0);
  EXPECT_THAT(missing.err, HasSubstr("nobodys.toml"));
}

}  // namespace
}  // namespace flopstat
