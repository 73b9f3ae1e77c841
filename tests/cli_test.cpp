// The built program, run as a user runs it: in the folder of the examples, through the shell.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Program : public ::testing::Test {
 protected:
  void SetUp() override {
#ifndef FLOPSTAT_PROGRAM
    GTEST_SKIP() << "the program is not built: the command line was NOT tested";
#endif
  }

  /// A shell command in which $F is the program and $T a folder for files; its streams are read back.
  Outcome shell(const std::string& command) const {
#ifdef FLOPSTAT_PROGRAM
    const std::string program = FLOPSTAT_PROGRAM;
#else
    const std::string program = "false";
#endif
    const std::string line = "cd '" FLOPSTAT_SOURCE_DIR
                             "/examples' && unset NO_COLOR CLICOLOR_FORCE COLUMNS && export "
                             "LC_ALL=C TERM=xterm F='" +
                             program + "' T='" + folder_ + "' && { " + command + "; } >'" + folder_ + "/out' 2>'" +
                             folder_ + "/err'";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(folder_ + "/out"), contents(folder_ + "/err")};
  }

  Outcome run(const std::string& arguments) const { return shell("\"$F\" " + arguments); }

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
    return "\"$T/" + name + "\"";
  }

  /// A model whose only operation nobody knows.
  std::string incomplete_model() const {
    test::TfliteBuilder b;
    const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
    const int32_t y = b.tensor({.name = "y", .shape = {1, 4}});
    b.op({.code = test::builtin::custom, .custom_code = "Mystery", .inputs = {x}, .outputs = {y}});
    b.inputs({x});
    b.outputs({y});
    const std::vector<std::byte> bytes = b.finish();
    return file("incomplete.tflite", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }

  std::string folder_ = [] {
    std::string path = ::testing::TempDir() + "flopstat_cli_XXXXXX";
    return std::string(::mkdtemp(path.data()));
  }();

  void TearDown() override { std::system(("rm -r '" + folder_ + "'").c_str()); }
};

TEST_F(Program, a_bare_path_is_the_command_count) {
  const Outcome bare = run("mnist_mlp.tflite");
  EXPECT_EQ(bare.code, 0);
  EXPECT_THAT(bare.out, StartsWith("mnist_mlp.tflite   tflite   f32 "));
  EXPECT_THAT(bare.out, HasSubstr("TOTAL"));
  EXPECT_THAT(bare.err, IsEmpty());
  EXPECT_EQ(run("count mnist_mlp.tflite").out, bare.out);
}

TEST_F(Program, json_goes_to_standard_output_alone) {
  const Outcome outcome = run("mnist_mlp.tflite --json");
  EXPECT_EQ(outcome.code, 0);
  const nlohmann::json document = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(document["totals"]["macs"], 784 * 100 + 100 * 100 + 100 * 10);
  EXPECT_EQ(document["model"]["path"], "mnist_mlp.tflite");
}

TEST_F(Program, several_models_are_an_array_or_a_comparison) {
  const Outcome json = run("mnist_mlp.tflite nosuch.tflite mnist_mlp_int8.tflite --json");
  EXPECT_EQ(json.code, 3);
  const nlohmann::json documents = nlohmann::json::parse(json.out);
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_EQ(documents[1]["path"], "nosuch.tflite");
  EXPECT_EQ(documents[1]["error"]["code"], "unreadable");
  EXPECT_EQ(documents[2]["model"]["path"], "mnist_mlp_int8.tflite");
  const Outcome text = run("mnist_mlp.tflite nosuch.tflite mnist_mlp_int8.tflite");
  EXPECT_EQ(text.code, 3);
  EXPECT_THAT(text.out, HasSubstr("\n\nmnist_mlp_int8.tflite   tflite"));
  EXPECT_THAT(text.out, ::testing::ContainsRegex("Model +Format +MACs"));
  EXPECT_THAT(text.err, HasSubstr("--> nosuch.tflite"));
}

TEST_F(Program, standard_input_is_a_dash) {
  const Outcome outcome = shell("\"$F\" - --json < mnist_mlp.tflite");
  EXPECT_EQ(outcome.code, 0);
  const nlohmann::json piped = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(piped["model"]["path"], "-");
  EXPECT_EQ(piped["totals"], nlohmann::json::parse(run("mnist_mlp.tflite --json").out)["totals"]);
}

TEST_F(Program, a_file_that_cannot_be_read_is_3_and_says_where) {
  for (const std::string& model : {std::string("nosuch.tflite"), std::string("/dev/null"), file("empty.tflite", ""),
                                   file("noise.bin", "no model at all, only some words")}) {
    const Outcome outcome = run(model);
    EXPECT_EQ(outcome.code, 3) << model;
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, StartsWith("error: "));
    EXPECT_THAT(outcome.err, HasSubstr("\n  --> "));
  }
}

TEST_F(Program, a_word_that_is_no_file_and_no_command_gets_a_suggestion) {
  const Outcome outcome = run("fromats");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err,
            "error: unknown command 'fromats'\n"
            "  help: did you mean 'formats'?  (a file name needs an extension or './': ./fromats)\n");
  EXPECT_THAT(run("xyzzy").err, HasSubstr("'flopstat help' lists the commands"));
}

TEST_F(Program, an_unknown_option_gets_a_suggestion) {
  const Outcome outcome = run("mnist_mlp.tflite --jsno");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "error: unknown option '--jsno'\n  help: did you mean '--json'?\n");
  EXPECT_THAT(run("mnist_mlp.tflite --frobnicate=3").err, HasSubstr("unknown option '--frobnicate'"));
}

TEST_F(Program, values_without_a_meaning_are_2) {
  for (const char* arguments :
       {"", "mnist_mlp.tflite --dim", "mnist_mlp.tflite --dim batch", "mnist_mlp.tflite --dim batch=0",
        "mnist_mlp.tflite --dim batch=4x", "mnist_mlp.tflite --dim =4", "mnist_mlp.tflite --input x=1x-3",
        "mnist_mlp.tflite --input x=1xx3", "mnist_mlp.tflite --color sometimes", "mnist_mlp.tflite --convention fvcore",
        "mnist_mlp.tflite -o costs.xyz", "formats mnist_mlp.tflite", "help nothing"}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments;
    EXPECT_THAT(outcome.out, IsEmpty()) << arguments;
    EXPECT_THAT(outcome.err, StartsWith("error: ")) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr("\n  help: ")) << arguments;
  }
  EXPECT_THAT(run("mnist_mlp.tflite --convention fvcore").err, HasSubstr("there is: flopstat"));
}

TEST_F(Program, a_dimension_that_the_model_does_not_have_is_2) {
  EXPECT_EQ(run("mnist_mlp.tflite --dim nosuch=4").code, 2);
}

TEST_F(Program, strict_is_4_where_something_is_not_known) {
  const std::string model = incomplete_model();
  const Outcome outcome = run(model + " --strict");
  EXPECT_EQ(outcome.code, 4);
  EXPECT_THAT(outcome.out, HasSubstr("TOTAL"));
  EXPECT_THAT(outcome.err, HasSubstr("--strict"));
  EXPECT_EQ(run(model).code, 0);
  EXPECT_EQ(run("mnist_mlp.tflite --strict").code, 0);
}

TEST_F(Program, the_highest_code_of_several_models_wins) {
  EXPECT_EQ(run("nosuch.tflite " + incomplete_model() + " mnist_mlp.tflite --strict").code, 4);
}

TEST_F(Program, output_goes_to_files_by_their_extension) {
  const Outcome outcome = run("mnist_mlp.tflite -o \"$T/a.json\" -o \"$T/a.txt\"");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, HasSubstr("wrote "));
  EXPECT_EQ(contents(folder_ + "/a.json"), run("mnist_mlp.tflite --json").out);
  EXPECT_EQ(contents(folder_ + "/a.txt"), run("mnist_mlp.tflite").out);
  EXPECT_THAT(run("mnist_mlp.tflite -q -o \"$T/b.json\"").err, IsEmpty());
  EXPECT_EQ(run("mnist_mlp.tflite -o -").out, run("mnist_mlp.tflite").out);
}

TEST_F(Program, an_output_that_cannot_be_written_is_3) {
  const Outcome full = shell("\"$F\" mnist_mlp.tflite > /dev/full");
  EXPECT_EQ(full.code, 3);
  EXPECT_THAT(full.err, StartsWith("error: cannot write to standard output: "));
  EXPECT_EQ(run("mnist_mlp.tflite -o \"$T/nosuch/a.json\"").code, 3);
}

TEST_F(Program, a_closed_pipe_ends_silently_with_0) {
  // The reader is gone before the program starts.
  const Outcome outcome = shell("{ sleep 0.2; \"$F\" mnist_mlp.tflite; echo $? > \"$T/code\"; } | true");
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_EQ(contents(folder_ + "/code"), "0\n");
}

TEST_F(Program, colour_is_for_terminals_and_for_those_who_ask) {
  EXPECT_THAT(run("mnist_mlp.tflite").out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(run("mnist_mlp.tflite --color always").out, HasSubstr("\x1b["));
  EXPECT_THAT(shell("CLICOLOR_FORCE=1 \"$F\" mnist_mlp.tflite").out, HasSubstr("\x1b["));
  EXPECT_THAT(shell("CLICOLOR_FORCE=1 NO_COLOR=1 \"$F\" mnist_mlp.tflite").out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(shell("CLICOLOR_FORCE=1 \"$F\" mnist_mlp.tflite --color=never").out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(shell("CLICOLOR_FORCE=1 \"$F\" mnist_mlp.tflite --json").out, Not(HasSubstr("\x1b")));
}

TEST_F(Program, characters_beyond_ascii_are_for_utf8_locales) {
  EXPECT_THAT(run("mnist_mlp.tflite").out, HasSubstr("####"));
  EXPECT_THAT(shell("LC_ALL= LC_CTYPE=C.UTF-8 \"$F\" mnist_mlp.tflite").out, HasSubstr("█"));
  EXPECT_THAT(shell("LC_ALL=C LANG=C.UTF-8 \"$F\" mnist_mlp.tflite").out, Not(HasSubstr("█")));
}

TEST_F(Program, version_formats_and_help_answer) {
  EXPECT_EQ(run("--version").out, std::string("flopstat ") + version() + "\n");
  const Outcome formats = run("formats");
  EXPECT_EQ(formats.code, 0);
  for (const FormatInfo& format : flopstat::formats()) EXPECT_THAT(formats.out, HasSubstr(std::string(format.title)));
  for (const char* arguments : {"help", "help count", "--help", "-h", "count --help"}) {
    const Outcome help = run(arguments);
    EXPECT_EQ(help.code, 0) << arguments;
    for (const char* option : {"--dim NAME=N", "-o, --output FILE", "--strict"}) {
      EXPECT_THAT(help.out, HasSubstr(option)) << arguments;
    }
  }
  EXPECT_THAT(run("help formats").out, StartsWith("usage: flopstat formats"));
}

}  // namespace
}  // namespace flopstat
