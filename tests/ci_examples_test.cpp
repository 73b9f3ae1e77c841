// What examples/ci/ has for continuous integration, used as its pages say, in a repository of its own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "support/program.h"

namespace flopstat {
namespace {

using test::Outcome;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CiExamples : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    if (IsSkipped()) return;
    for (const char* command : {"git", "bash"}) {
      if (!test::has_command(command)) GTEST_SKIP() << "there is no " << command << ": these examples were NOT tested";
    }
    must(
        "mkdir bin repo temp && ln -s \"$F\" bin/flopstat && git init -q repo && cd repo && "
        "git config user.name a && git config user.email a@b && mkdir models && cp \"$E/mnist_mlp_50.tflite\" "
        "models/net.tflite");
    commit("a small network");
  }

  /// In the folder for files, with flopstat on the path and $E for the examples.
  Outcome run(const std::string& command) const {
    return shell.run(
        "E=\"$PWD\" && cd \"$T\" && export PATH=\"$T/bin:$PATH\" RUNNER_TEMP=\"$T/temp\" "
        "GITHUB_STEP_SUMMARY=\"$T/summary.md\" && " +
        command);
  }

  void must(const std::string& command) const {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, 0) << command << "\n" << outcome.out << outcome.err;
  }

  void commit(const std::string& title) const { must("cd repo && git add -A && git commit -q -m '" + title + "'"); }

  Outcome action(const std::string& inputs) const {
    return run("cd repo && '" FLOPSTAT_PYTHON "' '" FLOPSTAT_SOURCE_DIR "/scripts/run_action' \"$E/ci/action.yml\" " +
               inputs);
  }
};

TEST_F(CiExamples, the_file_of_budgets_holds_for_the_examples) {
  const Outcome outcome = run("cd \"$E/ci\" && flopstat check");
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("2 models, 6 rules: 6 passed"));
}

TEST_F(CiExamples, the_action_passes_what_has_not_grown_and_fails_what_has) {
  if (shell.run("'" FLOPSTAT_PYTHON "' -c 'import yaml'").code != 0) GTEST_SKIP() << "no python3-yaml: NOT tested";
  const std::string inputs = "'models=*.tflite' base=HEAD 'allow=+1% weights=+4KiB'";
  const Outcome same = action(inputs);
  EXPECT_EQ(same.code, 0) << same.out << same.err;
  EXPECT_THAT(same.out, HasSubstr("flopstat check: 1 model, 5 rules: 5 passed\n"));
  EXPECT_THAT(shell.read("summary.md"), HasSubstr("### models/net.tflite"));

  must("cp \"$E/mnist_mlp.tflite\" repo/models/net.tflite");
  const Outcome grown = action(inputs);
  EXPECT_EQ(grown.code, 1);
  EXPECT_THAT(grown.out,
              HasSubstr("::error file=models/net.tflite,title=over its budget::MACs 89,400: 47,200 (+111.8%25) "
                        "more than the baseline's 42,200, and +1%25 is allowed%0Agrew most: #0 "));
  const nlohmann::json sarif = nlohmann::json::parse(shell.read("repo/flopstat.sarif"));
  EXPECT_EQ(sarif["runs"][0]["results"].size(), 5u);
  EXPECT_THAT(shell.read("repo/flopstat.xml"), HasSubstr("failures=\"5\""));
  EXPECT_THAT(run("cd repo && git worktree list | wc -l").out, HasSubstr("1")) << "the base is cleared away";
}

TEST_F(CiExamples, the_action_reads_a_file_of_budgets) {
  if (shell.run("'" FLOPSTAT_PYTHON "' -c 'import yaml'").code != 0) GTEST_SKIP() << "no python3-yaml: NOT tested";
  shell.write("repo/flopstat.toml", "[model.net]\npath = 'models/net.tflite'\nmax_macs = '40k'\n");
  EXPECT_EQ(action("config=flopstat.toml").code, 1);
  shell.write("repo/flopstat.toml", "[model.net]\npath = 'models/net.tflite'\nmax_macs = '50k'\n");
  EXPECT_EQ(action("config=flopstat.toml").code, 0);
  const Outcome mistake = action("base=HEAD");
  EXPECT_NE(mistake.code, 0);
  EXPECT_THAT(mistake.err, HasSubstr("the input base needs the input models"));
}

TEST_F(CiExamples, the_git_hook_lets_a_commit_through_only_within_the_budget) {
  shell.write("repo/flopstat.toml", "[model.net]\npath = 'models/net.tflite'\nmax_macs = '50k'\n");
  must("install -m 755 \"$E/ci/pre-commit\" repo/.git/hooks/pre-commit");
  commit("budgets");
  must("cp \"$E/mnist_mlp.tflite\" repo/models/net.tflite && cd repo && git add -A");
  const Outcome refused = run("cd repo && git commit -q -m 'a larger network'");
  EXPECT_NE(refused.code, 0);
  EXPECT_THAT(refused.out + refused.err, AllOf(HasSubstr("MACs 89,400: 39,400 (+78.8%) more than the limit of 50,000"),
                                               HasSubstr("pre-commit: the commit is not made")));
  EXPECT_THAT(run("cd repo && git log --format=%s -1").out, HasSubstr("budgets"));

  // What is staged counts, not what lies in the folder.
  must("cd repo && cp \"$E/sine.tflite\" models/net.tflite");
  EXPECT_NE(run("cd repo && git commit -q -m 'staged is still the larger one'").code, 0);
  must("cd repo && git add -A && git commit -q -m 'a tiny network'");
  must("cd repo && echo words > notes.txt && git add -A && git commit -q -m 'no model at all'");
}

TEST_F(CiExamples, pre_commit_finds_a_hook_whose_command_is_there) {
  const std::string script =
      "import sys, re, yaml\n"
      "hook, = yaml.safe_load(open(sys.argv[1]))\n"
      "wanted, = yaml.safe_load(open(sys.argv[2]))[\"repos\"][0][\"hooks\"]\n"
      "assert hook[\"id\"] == wanted[\"id\"] and hook[\"language\"] == \"system\" and hook[\"pass_filenames\"] is "
      "False\n"
      "files = re.compile(hook[\"files\"])\n"
      "assert all(map(files.search, [\"a/b.tflite\", \"m.onnx\", \"flopstat.toml\", \"s/saved_model.pb\"]))\n"
      "assert not any(map(files.search, [\"a.py\", \"my_flopstat.toml\", \"m.onnx.txt\"]))\n"
      "print(hook[\"entry\"])\n";
  const Outcome entry =
      shell.run("'" FLOPSTAT_PYTHON "' -c '" + script + "' ../.pre-commit-hooks.yaml ci/pre-commit-config.yaml");
  ASSERT_EQ(entry.code, 0) << entry.err;
  shell.write("repo/flopstat.toml", "[model.net]\npath = 'models/net.tflite'\nmax_macs = '40k'\n");
  const Outcome outcome = run("cd repo && " + entry.out);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, Not(IsEmpty()));
}

}  // namespace
}  // namespace flopstat
