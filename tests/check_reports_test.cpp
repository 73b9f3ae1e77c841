// What `flopstat check` writes for other programs, held against the official schemas, and against ours.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/program.h"

namespace flopstat {
namespace {

using test::Outcome;

const std::filesystem::path kSchemas = FLOPSTAT_SOURCE_DIR "/build/schemas";

/// The command that holds a document on its standard input against a JSON schema: 0 where that fits.
std::string against(const std::string& schema) {
  const std::string script =
      "import sys, json, jsonschema\n"
      "schema = json.load(open(sys.argv[1]))\n"
      "jsonschema.validators.validator_for(schema)(schema).validate(json.load(sys.stdin))\n";
  return "'" FLOPSTAT_PYTHON "' -c '" + script + "' '" + (kSchemas / schema).string() + "'";
}

/// The same of YAML.
std::string yaml_against(const std::string& schema) {
  const std::string script =
      "import sys, json, jsonschema, yaml\n"
      "class Loader(yaml.SafeLoader): pass\n"
      "Loader.yaml_implicit_resolvers = {k: [r for r in v if r[0] != \"tag:yaml.org,2002:bool\" or k not in \"oO\"]\n"
      "                                  for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}\n"  // "on" is a
                                                                                                          // key
      "schema = json.load(open(sys.argv[1]))\n"
      "jsonschema.validators.validator_for(schema)(schema).validate(yaml.load(sys.stdin, Loader))\n";
  return "'" FLOPSTAT_PYTHON "' -c '" + script + "' '" + (kSchemas / schema).string() + "'";
}

/// The command that holds XML on its standard input against the schema of JUnit.
std::string against_xsd() {
  const std::string script =
      "import sys\n"
      "from lxml import etree\n"
      "etree.XMLSchema(etree.parse(sys.argv[1])).assertValid(etree.parse(sys.stdin.buffer))\n";
  return "'" FLOPSTAT_PYTHON "' -c '" + script + "' '" + (kSchemas / "junit.xsd").string() + "'";
}

class CheckReports : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    if (IsSkipped()) return;
    if (!std::filesystem::is_directory(kSchemas)) {
      GTEST_SKIP() << "scripts/make_schemas was not run: the official schemas were NOT used";
    }
  }

  /// A passing, a failing and an unknown rule, a model without a baseline and one that cannot be read.
  std::vector<std::string> cases() const {
    shell.run("\"$F\" mnist_mlp_50.tflite --json > \"$T/main.json\" && cp mnist_mlp.tflite \"$T/mnist_mlp_50.tflite\"");
    const std::string grown = "\"$T/mnist_mlp_50.tflite\" --baseline \"$T/main.json\"";
    return {"mnist_mlp.tflite --max-macs 1M",
            "mnist_mlp.tflite sine.tflite --max-macs 50k --max-params 1k --max-peak-activations 1KiB --max-file 1kB",
            "../fuzz/corpus/fuzz_tflite/customs --max-macs 1M --max-params 1",
            grown,
            "sine.tflite " + grown,
            "nosuch.tflite mnist_mlp.tflite --max-macs 1"};
  }
};

TEST_F(CheckReports, sarif_is_described_by_the_schema_of_oasis) {
  const std::string check = " | " + against("sarif-2.1.0.json");
  ASSERT_NE(shell.run("echo '{\"version\": \"2.1.0\"}'" + check).code, 0) << "what is no SARIF";
  for (const std::string& arguments : cases()) {
    const Outcome outcome = shell.run("\"$F\" check " + arguments + " --report sarif 2> /dev/null" + check);
    EXPECT_EQ(outcome.code, 0) << arguments << "\n" << outcome.err;
  }
}

TEST_F(CheckReports, sarif_places_results_in_the_file_and_its_rows_at_their_bytes) {
  const Outcome outcome = shell.run("\"$F\" check mnist_mlp.tflite --max-macs 50k --max-params 1M --report sarif");
  const nlohmann::json run = nlohmann::json::parse(outcome.out)["runs"][0];
  ASSERT_EQ(run["results"].size(), 1u) << "rules that passed are no results";
  const nlohmann::json& result = run["results"][0];
  EXPECT_EQ(result["ruleId"], "max-macs");
  EXPECT_EQ(result["level"], "error");
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "mnist_mlp.tflite");
  const nlohmann::json ops = nlohmann::json::parse(shell.run("\"$F\" mnist_mlp.tflite --json").out)["ops"];
  EXPECT_EQ(result["relatedLocations"][0]["physicalLocation"]["region"]["byteOffset"], ops[0]["offset"]);
  EXPECT_EQ(run["tool"]["driver"]["rules"][0]["id"], "max-macs");
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], true);
  const Outcome unreadable = shell.run("\"$F\" check 'no such.tflite' --max-macs 1 --report sarif");
  const nlohmann::json failed = nlohmann::json::parse(unreadable.out)["runs"][0]["invocations"][0];
  EXPECT_EQ(failed["executionSuccessful"], false);
  EXPECT_EQ(failed["toolExecutionNotifications"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "no%20such.tflite");
}

TEST_F(CheckReports, junit_is_described_by_the_schema_of_jenkins) {
  const std::string check = " | " + against_xsd();
  ASSERT_NE(shell.run("echo '<testsuites><testcase/></testsuites>'" + check).code, 0) << "what is no JUnit";
  for (const std::string& arguments : cases()) {
    const Outcome outcome = shell.run("\"$F\" check " + arguments + " --report junit 2> /dev/null" + check);
    EXPECT_EQ(outcome.code, 0) << arguments << "\n" << outcome.err;
  }
}

TEST_F(CheckReports, junit_counts_failures_errors_and_what_was_skipped) {
  const std::string script =
      "import sys, collections, xml.etree.ElementTree as xml\n"
      "suites = xml.parse(sys.stdin).getroot()\n"
      "for suite in suites:\n"
      "    kinds = collections.Counter(each.tag for case in suite for each in case)\n"
      "    assert int(suite.get(\"tests\")) == len(suite), \"tests\"\n"
      "    assert int(suite.get(\"failures\")) == kinds[\"failure\"], \"failures\"\n"
      "    assert int(suite.get(\"errors\")) == kinds[\"error\"], \"errors\"\n"
      "    assert int(suite.get(\"skipped\")) == kinds[\"skipped\"], \"skipped\"\n"
      "assert int(suites.get(\"tests\")) == sum(len(suite) for suite in suites) > 0\n"
      "assert int(suites.get(\"failures\")) == len(suites.findall(\".//failure\"))\n"
      "assert int(suites.get(\"errors\")) == len(suites.findall(\".//error\"))\n";
  for (const std::string& arguments : cases()) {
    const Outcome outcome = shell.run("\"$F\" check " + arguments +
                                      " --report junit 2> /dev/null | '" FLOPSTAT_PYTHON "' -c '" + script + "'");
    EXPECT_EQ(outcome.code, 0) << arguments << "\n" << outcome.err;
  }
}

TEST_F(CheckReports, json_is_described_by_its_schema) {
  const std::string check = " | " + test::against_schema("check.schema.json");
  ASSERT_EQ(shell.run("echo {}" + check).code, 1);
  for (const std::string& arguments : cases()) {
    const Outcome outcome = shell.run("\"$F\" check " + arguments + " --json 2> /dev/null" + check);
    EXPECT_EQ(outcome.code, 0) << arguments << "\n" << outcome.err;
  }
}

TEST_F(CheckReports, the_workflow_and_the_action_of_the_examples_are_what_github_takes) {
  const Outcome workflow = shell.run(yaml_against("github-workflow.json") + " < ci/workflow.yml");
  EXPECT_EQ(workflow.code, 0) << workflow.err;
  const Outcome action = shell.run(yaml_against("github-action.json") + " < ci/action.yml");
  EXPECT_EQ(action.code, 0) << action.err;
  const Outcome hooks = shell.run(yaml_against("pre-commit-config.json") + " < ci/pre-commit-config.yaml");
  EXPECT_EQ(hooks.code, 0) << hooks.err;
}

}  // namespace
}  // namespace flopstat
