// `flopstat check`, run as a user and a build server run it: in the folder of the examples, through the shell.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/program.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using test::Outcome;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr int kMacs = 784 * 100 + 100 * 100 + 100 * 10;    // of mnist_mlp
constexpr int kMacsOfHalf = 784 * 50 + 50 * 50 + 50 * 10;  // of mnist_mlp_50
constexpr int kWeights = 4 * (kMacs + 100 + 100 + 10);     // bytes

/// A model of one known operation and one that nobody knows.
std::string incomplete_model() {
  test::TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
  const int32_t w = b.constant({.name = "w", .shape = {4, 4}}, std::vector<float>(16));
  const int32_t h = b.tensor({.name = "h", .shape = {1, 4}});
  const int32_t y = b.tensor({.name = "y", .shape = {1, 4}});
  b.op({.code = test::builtin::fully_connected, .inputs = {x, w, -1}, .outputs = {h}});
  b.op({.code = test::builtin::custom, .custom_code = "Mystery", .inputs = {h}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  return test::text_of(b.finish());
}

class Check : public test::ProgramTest {
 protected:
  Check() : ProgramTest("check") {}

  /// In the folder for files.
  Outcome run_there(const std::string& arguments) const { return shell.run("cd \"$T\" && \"$F\" check " + arguments); }
};

// ---- Limits

TEST_F(Check, ends_with_0_where_every_rule_passes) {
  const Outcome outcome = run("mnist_mlp.tflite --max-macs 100k --max-weights 512KiB");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_THAT(outcome.out, ContainsRegex("\n  ok +MACs +89,400 +100,000 +-10,600 +-10.6% +at most 100k\n"));
  EXPECT_THAT(outcome.out, EndsWith("\n1 model, 2 rules: 2 passed\n"));
}

TEST_F(Check, ends_with_1_and_names_the_rows_that_cost_most_where_a_rule_fails) {
  const Outcome outcome = run("mnist_mlp.tflite --max-macs 50k --max-weights 512KiB");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, ContainsRegex("\n  FAIL +MACs +89,400 +50,000 +.39,400 +.78.8% +at most 50k\n"));
  EXPECT_THAT(outcome.out, HasSubstr("MACs 89,400: 39,400 (+78.8%) more than the limit of 50,000\n"
                                     "        most of it: #0 FULLY_CONNECTED dense/output 78,400 (87.7%), "));
  EXPECT_THAT(outcome.out, EndsWith("\n1 model, 2 rules: 1 passed, 1 failed\n"));
  EXPECT_NEAR(100.0 * 784 * 100 / kMacs, 87.7, 0.05);
}

TEST_F(Check, a_limit_holds_to_the_unit) {
  EXPECT_EQ(run("mnist_mlp.tflite --max-macs " + std::to_string(kMacs)).code, 0);
  EXPECT_EQ(run("mnist_mlp.tflite --max-macs " + std::to_string(kMacs - 1)).code, 1);
  EXPECT_EQ(run("mnist_mlp.tflite --max-weights " + std::to_string(kWeights)).code, 0);
  EXPECT_EQ(run("mnist_mlp.tflite --max-weights " + std::to_string(kWeights - 1)).code, 1);
}

TEST_F(Check, limits_every_figure_that_a_board_or_a_reviewer_asks_for) {
  const std::string generous =
      "--max-macs 1G --max-valid-macs 1G --max-flops 1G --max-int-ops 1G --max-params 1G --max-weights 1GiB "
      "--max-quantization 1MB --max-state 1kB --max-read 1GB --max-written 1GiB --max-peak-activations 64KiB "
      "--max-planned-activations 64KiB --max-file 1MiB --max-nodes 100";
  EXPECT_EQ(run("mnist_mlp_int8.tflite " + generous).code, 0);
  for (const std::string limit :
       {"macs 1", "valid-macs 1", "int-ops 1", "params 1", "weights 1", "quantization 1", "read 1", "written 1",
        "peak-activations 1", "planned-activations 1", "file 1", "nodes 1"}) {
    EXPECT_EQ(run("mnist_mlp_int8.tflite " + generous + " --max-" + limit).code, 1) << limit;
  }
}

TEST_F(Check, counts_at_the_sizes_that_are_asked_for) {
  EXPECT_EQ(run("digits_cnn.tflite --max-macs 93288").code, 0);
  EXPECT_EQ(run("digits_cnn.tflite --max-macs 93288 --dim batch=2").code, 1);
  EXPECT_EQ(run("digits_cnn.tflite --max-macs 93288 --dim seq=2").code, 2);
}

TEST_F(Check, shows_what_activations_are_the_peak) {
  EXPECT_THAT(run("mnist_mlp.tflite --max-peak-activations 1KiB").out,
              HasSubstr("most of it: x 3.062 KiB (88.7%), dense/output 400 B (11.3%)"));
}

// ---- What is not known

TEST_F(Check, a_lower_bound_passes_no_limit_and_ends_with_4) {
  shell.write("m.tflite", incomplete_model());
  const Outcome outcome = run_there("m.tflite --max-macs 1M");
  EXPECT_EQ(outcome.code, 4);
  EXPECT_THAT(outcome.out, HasSubstr("MACs >=16, and maybe more: #1 Mystery: "));
  EXPECT_THAT(outcome.out, HasSubstr("a lower bound passes no limit: 'flopstat explain MODEL --template'"));
  EXPECT_EQ(run_there("m.tflite --max-macs 15").code, 1);  // that much it has for certain
  EXPECT_EQ(run_there("m.tflite --max-macs 15 --max-flops 1M").code, 4);
  EXPECT_EQ(run_there("m.tflite --max-nodes 2").code, 0);
  EXPECT_EQ(run_there("m.tflite --max-nodes 2 --strict").code, 4);
  shell.write("my.toml", "[op.Mystery]\nadd = 'numel(y)'\noutput = 'x'\n");
  EXPECT_EQ(run_there("m.tflite --max-macs 1M --rules my.toml").code, 0);
}

TEST_F(Check, a_file_that_cannot_be_read_is_3_and_does_not_stop_the_others) {
  const Outcome outcome = run("nosuch.tflite mnist_mlp.tflite --max-macs 1k");
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("--> nosuch.tflite"));
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("cannot be read"), HasSubstr("FAIL")));
  EXPECT_THAT(outcome.out, EndsWith("2 models, 1 rule: 0 passed, 1 failed; 1 model cannot be read\n"));
}

TEST_F(Check, nothing_passes_because_nothing_was_asked) {
  const Outcome outcome = run("mnist_mlp.tflite");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, StartsWith("error: there is no rule for mnist_mlp.tflite\n"));
  EXPECT_THAT(run("mnist_mlp.tflite --allow +1%").err, StartsWith("error: '--allow +1%' needs a baseline\n"));
  const Outcome nothing = run_there("");
  EXPECT_EQ(nothing.code, 2);
  EXPECT_THAT(nothing.err, StartsWith("error: no model is given, and there is no flopstat.toml here\n"));
}

TEST_F(Check, refuses_limits_without_a_meaning) {
  const std::pair<std::string, std::string> cases[] = {
      {"--max-macs 10m", "'m' is no unit"},
      {"--max-macs ten", "'ten' is no number"},
      {"--max-mcas 10M", "did you mean '--max-macs'?"},
      {"--allow mcas=+1%", "did you mean 'macs'?"},
      {"--allow +10k", "macs=+10k"},
      {"--report pdf", "is one of table, json, markdown, github"},
      {"-o a.csv", "no format belongs"},
      {"--config nosuch.toml", "there is no such file"},
      {"--baseline nosuch.json", "there is no such file"},
  };
  for (const auto& [arguments, advice] : cases) {
    const Outcome outcome = run("mnist_mlp.tflite --max-flops 1G " + arguments);
    EXPECT_EQ(outcome.code, advice == "there is no such file" ? 3 : 2) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr(advice));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

// ---- Baselines

TEST_F(Check, holds_models_against_what_json_wrote_before) {
  shell.run("\"$F\" mnist_mlp.tflite sine.tflite --json > \"$T/main.json\"");
  EXPECT_EQ(run("mnist_mlp.tflite sine.tflite --baseline \"$T/main.json\"").code, 0);
  shell.run("cp mnist_mlp.tflite \"$T/mnist_mlp.tflite\" && cp mnist_mlp_50.tflite \"$T/sine.tflite\"");
  const Outcome outcome = run_there("mnist_mlp.tflite sine.tflite --baseline main.json --allow +1%");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out,
              HasSubstr("MACs 42,200: 41,912 (+14,553%) more than the baseline's 288, and +1% is allowed"));
  EXPECT_EQ(kMacsOfHalf - 288, 41'912);
  EXPECT_THAT(outcome.out, ContainsRegex("\n  ok +MACs +89,400 +90,294 += +baseline .1%\n"));  // 89,400 * 1.01
}

TEST_F(Check, allows_single_figures_to_grow) {
  shell.run("\"$F\" mnist_mlp_50.tflite --json > \"$T/main.json\" && cp mnist_mlp.tflite \"$T/mnist_mlp_50.tflite\"");
  const std::string models = "mnist_mlp_50.tflite --baseline main.json";
  EXPECT_EQ(run_there(models + " --allow +111%").code, 1);
  EXPECT_EQ(run_there(models + " --allow +112%").code, 0);
  const Outcome one = run_there(models + " --allow +112% --allow macs=+47199");  // 89,400 - 42,200 = 47,200
  EXPECT_EQ(one.code, 1);
  EXPECT_THAT(one.out, HasSubstr("1 model, 5 rules: 4 passed, 1 failed"));
  EXPECT_EQ(kMacs - kMacsOfHalf, 47'200);
}

TEST_F(Check, says_which_models_the_baseline_does_not_have) {
  shell.run("\"$F\" sine.tflite --json > \"$T/main.json\"");
  const Outcome outcome = run("mnist_mlp.tflite --baseline \"$T/main.json\"");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, StartsWith("warning: mnist_mlp.tflite is not in the baseline, and nothing was compared\n"));
  EXPECT_THAT(outcome.out, HasSubstr("new nothing to compare with: "));
  EXPECT_EQ(run("mnist_mlp.tflite --baseline \"$T/main.json\" --strict").code, 4);
}

TEST_F(Check, refuses_a_baseline_of_another_size_or_kind) {
  shell.run(
      "\"$F\" digits_cnn.tflite --json > \"$T/one.json\" && \"$F\" diff sine.tflite sine.tflite --json > "
      "\"$T/d.json\"");
  const Outcome sizes = run("digits_cnn.tflite --dim batch=8 --baseline \"$T/one.json\"");
  EXPECT_EQ(sizes.code, 2);
  EXPECT_THAT(sizes.err, HasSubstr("the baseline was counted for batch = 1, and this is for batch = 8"));
  const Outcome kind = run("digits_cnn.tflite --baseline \"$T/d.json\"");
  EXPECT_EQ(kind.code, 2);
  EXPECT_THAT(kind.err, HasSubstr("this is the document of 'flopstat diff', and no baseline"));
  EXPECT_EQ(run("digits_cnn.tflite --baseline sine.tflite").code, 3);
}

// ---- A file of budgets

TEST_F(Check, reads_the_file_of_budgets_that_lies_here) {
  shell.run("cp mnist_mlp.tflite digits_cnn.tflite \"$T\"");
  shell.write("flopstat.toml",
              "[defaults]\nmax_peak_activations = '40KiB'\n"
              "[model.mnist]\npath = 'mnist_mlp.tflite'\nmax_macs = '90k'\n"
              "[model.digits]\npath = 'digits_cnn.tflite'\ndims = { batch = 2 }\n");
  const Outcome outcome = run_there("");
  EXPECT_EQ(outcome.code, 1);  // 2 * 39.61 KiB
  EXPECT_THAT(outcome.out, StartsWith("mnist (mnist_mlp.tflite)\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\ndigits (digits_cnn.tflite)\n"));
  EXPECT_THAT(outcome.out, EndsWith("2 models, 3 rules: 2 passed, 1 failed\n"));
  EXPECT_EQ(run_there("--max-peak-activations 80KiB").code, 0) << "the command line goes before the file";
  EXPECT_EQ(run("--config \"$T/flopstat.toml\"").code, 1);
  EXPECT_EQ(run_there("--config flopstat.toml mnist_mlp.tflite").code, 0) << "of the file, that model alone";
  EXPECT_EQ(run_there("mnist_mlp.tflite").code, 2) << "without --config a named model has no rules from the file";
}

TEST_F(Check, a_file_of_budgets_names_its_baseline) {
  shell.run("\"$F\" mnist_mlp_50.tflite --json > \"$T/main.json\" && cp mnist_mlp.tflite \"$T/mnist_mlp_50.tflite\"");
  shell.write("flopstat.toml",
              "baseline = 'main.json'\nallow = '+100%'\n[model.m]\npath = 'mnist_mlp_50.tflite'\n"
              "allow = { all = '+112%', macs = '+10%' }\n");
  const Outcome outcome = run_there("");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("1 model, 5 rules: 4 passed, 1 failed"));
  EXPECT_EQ(run_there("--allow macs=+112%").code, 0);
}

TEST_F(Check, a_mistake_in_the_file_of_budgets_has_its_place) {
  shell.write("flopstat.toml", "[model.m]\npath = 'm.tflite'\nmax_mcas = '1M'\n");
  const Outcome outcome = run_there("");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err,
            "error: flopstat.toml:3:1: there is no 'max_mcas' here\n"
            "  --> flopstat.toml\n"
            "  help: did you mean 'max_macs'?\n");
  shell.write("flopstat.toml", "allow = '+1%'\n");
  EXPECT_THAT(run_there("").err, StartsWith("error: flopstat.toml names no model\n"));
}

// ---- Outputs

TEST_F(Check, writes_every_report_in_one_run) {
  const Outcome outcome =
      run("mnist_mlp.tflite --max-macs 50k -o - -o \"$T/a.sarif\" -o \"$T/a.xml\" -o \"$T/a.md\" -o \"$T/a.json\"");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("FAIL"));
  EXPECT_EQ(nlohmann::json::parse(shell.read("a.sarif"))["version"], "2.1.0");
  EXPECT_THAT(shell.read("a.xml"), StartsWith("<?xml"));
  EXPECT_THAT(shell.read("a.md"), StartsWith("**flopstat check**: 1 model, 1 rule: 0 passed, 1 failed\n"));
  EXPECT_EQ(nlohmann::json::parse(shell.read("a.json"))["command"], "check");
  EXPECT_EQ(run("mnist_mlp.tflite --max-macs 50k --report sarif -o \"$T/b.json\"").code, 1);
  EXPECT_EQ(shell.read("b.json"), shell.read("a.sarif")) << "SARIF is JSON";
}

TEST_F(Check, says_on_standard_error_why_where_the_reports_are_for_programs) {
  const Outcome outcome = run("mnist_mlp.tflite --max-macs 50k --report junit");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, StartsWith("error: MACs 89,400: 39,400 (+78.8%) more than the limit of 50,000\n"
                                      "  --> mnist_mlp.tflite\n  note: most of it: #0 FULLY_CONNECTED"));
  EXPECT_THAT(run("mnist_mlp.tflite --max-macs 50k").err, IsEmpty());
}

TEST_F(Check, json_has_every_rule) {
  const nlohmann::json json = document("mnist_mlp.tflite nosuch.tflite --max-macs 50k --max-params 100k");
  EXPECT_EQ(json["counts"],
            nlohmann::json({{"passed", 1}, {"failed", 1}, {"unknown", 0}, {"new", 0}, {"unreadable", 1}}));
  const nlohmann::json& macs = json["models"][0]["rules"][0];
  EXPECT_EQ(macs["rule"], "max-macs");
  EXPECT_EQ(macs["verdict"], "failed");
  EXPECT_EQ(macs["value"], kMacs);
  EXPECT_EQ(macs["at_most"], 50'000);
  EXPECT_EQ(macs["culprits"][0]["amount"], 784 * 100);
  EXPECT_TRUE(json["models"][0]["rules"][1]["reason"].is_null());
  EXPECT_EQ(json["models"][1]["error"]["code"], "unreadable");
}

TEST_F(Check, github_gets_an_annotation_for_each_rule_that_failed) {
  shell.run("cp mnist_mlp.tflite \"$T/100%,a:b.tflite\"");
  const Outcome outcome = run_there("'100%,a:b.tflite' --max-macs 50k --max-params 1G --report github");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(
      outcome.out,
      StartsWith("::error file=100%25%2Ca%3Ab.tflite,title=over its budget::MACs 89,400: 39,400 (+78.8%25) more "
                 "than the limit of 50,000%0Amost of it: #0 FULLY_CONNECTED dense/output 78,400 (87.7%25), "));
  EXPECT_THAT(outcome.out, EndsWith("\nflopstat check: 1 model, 2 rules: 1 passed, 1 failed\n"));
}

TEST_F(Check, markdown_is_a_section_for_each_model) {
  const std::string page = run("mnist_mlp.tflite sine.tflite --max-macs 50k --markdown").out;
  EXPECT_THAT(page, HasSubstr("\n### mnist_mlp.tflite\n\n|"));
  EXPECT_THAT(page, HasSubstr("\n- **FAIL** MACs 89,400: 39,400 "));
}

TEST_F(Check, moves_no_cursor_and_breaks_no_markup_by_names_from_a_file) {
  test::TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
  const int32_t w = b.constant({.name = "w", .shape = {4, 4}}, std::vector<float>(16));
  const int32_t y = b.tensor({.name = "\x1b[2J\xE2\x80\xAE<b>\"&'\n::error::x", .shape = {1, 4}});
  b.op({.code = test::builtin::fully_connected, .inputs = {x, w, -1}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  const std::vector<std::byte> bytes = b.finish();
  shell.write("m.tflite", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  for (const std::string format : {"table", "github", "junit", "sarif", "markdown", "json"}) {
    const Outcome outcome =
        shell.run("cd \"$T\" && LC_ALL=C.UTF-8 \"$F\" check m.tflite --max-macs 1 --report " + format);
    EXPECT_EQ(outcome.code, 1) << format;
    for (const char* control : {"\x1b", "\xE2\x80\xAE", "\n::error::x"}) {
      EXPECT_THAT(outcome.out, Not(HasSubstr(control))) << format;
    }
    const bool is_markup = format == "junit" || format == "markdown";
    EXPECT_TRUE(!is_markup || outcome.out.find("<b>") == std::string::npos) << format;
  }
}

// ---- A repository

TEST_F(Check, passes_in_one_commit_of_a_repository_and_fails_in_the_next_when_the_model_has_grown) {
  if (!test::has_command("git")) GTEST_SKIP() << "there is no git: flopstat check in a repository was NOT tested";
  const auto must = [&](const std::string& command) {
    const Outcome outcome = shell.run("cd \"$T\" && " + command);
    EXPECT_EQ(outcome.code, 0) << command << "\n" << outcome.out << outcome.err;
  };
  const std::string commit = "git add -A && git -c user.name=a -c user.email=a@b commit -q -m ";
  must("git init -q . && mkdir models && cp '" FLOPSTAT_SOURCE_DIR "/examples/mnist_mlp_50.tflite' models/net.tflite");
  shell.write("flopstat.toml",
              "baseline = 'main.json'\nallow = '+1%'\n"
              "[model.net]\npath = 'models/net.tflite'\nmax_macs = '50k'\nmax_weights = '256KiB'\n");
  must("\"$F\" models/net.tflite --json > main.json && " + commit + "'a small network'");
  const Outcome passes = run_there("");
  EXPECT_EQ(passes.code, 0) << passes.out << passes.err;
  EXPECT_THAT(passes.out, EndsWith("1 model, 7 rules: 7 passed\n"));

  must("cp '" FLOPSTAT_SOURCE_DIR "/examples/mnist_mlp.tflite' models/net.tflite && " + commit + "'a larger one'");
  const Outcome fails = run_there("");
  EXPECT_EQ(fails.code, 1);
  EXPECT_THAT(fails.out, HasSubstr("MACs 89,400: 39,400 (+78.8%) more than the limit of 50,000\n"
                                   "        most of it: #0 FULLY_CONNECTED dense/output 78,400 (87.7%), "));
  EXPECT_THAT(fails.out, HasSubstr("Weights 350.0 KiB: 94.04 KiB (+36.7%) more than the limit of 256.0 KiB"));
  EXPECT_THAT(fails.out, HasSubstr("MACs 89,400: 47,200 (+111.8%) more than the baseline's 42,200, and +1% is allowed\n"
                                   "        grew most: #0 FULLY_CONNECTED dense/output 39,200 -> 78,400, "));
  must("git checkout -q HEAD^");
  EXPECT_EQ(run_there("").code, 0);
}

}  // namespace
}  // namespace flopstat
