// The built program, run as a user runs it: in the folder of the examples, through the shell.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "support/c_source.h"
#include "support/program.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using test::Outcome;
using test::text_of;

class Program : public test::ProgramTest {
 protected:
  std::string file(const std::string& name, const std::string& text) const {
    shell.write(name, text);
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
    return file("incomplete.tflite", text_of(b.finish()));
  }
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
  EXPECT_THAT(text.out, ::testing::ContainsRegex("Model +Format +MACs"));
  EXPECT_THAT(run("-v mnist_mlp.tflite mnist_mlp_int8.tflite").out, HasSubstr("\n\nmnist_mlp_int8.tflite   tflite"));
  EXPECT_THAT(text.err, HasSubstr("--> nosuch.tflite"));
}

TEST_F(Program, standard_input_is_a_dash) {
  const Outcome outcome = shell.run("\"$F\" - --json < mnist_mlp.tflite");
  EXPECT_EQ(outcome.code, 0);
  const nlohmann::json piped = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(piped["model"]["path"], "-");
  EXPECT_EQ(piped["totals"], nlohmann::json::parse(run("mnist_mlp.tflite --json").out)["totals"]);
}

TEST_F(Program, a_model_in_c_source_costs_what_its_file_costs) {
  const std::string bytes = test::contents(FLOPSTAT_SOURCE_DIR "/examples/sine_int8.tflite");
  const std::string source = file("model.cc", test::c_source(test::bytes_of_text(bytes), "g_sine"));
  const nlohmann::json array = nlohmann::json::parse(run(source + " --json").out);
  const nlohmann::json direct = nlohmann::json::parse(run("sine_int8.tflite --json").out);
  EXPECT_EQ(array["totals"], direct["totals"]);
  EXPECT_EQ(array["ops"], direct["ops"]);
  EXPECT_EQ(array["model"]["path"], "model.cc");
  EXPECT_EQ(array["model"]["format"], "tflite in a C array");
  EXPECT_EQ(array["model"]["c_array"], "g_sine");
  EXPECT_EQ(array["model"]["file_bytes"], bytes.size());
  EXPECT_THAT(run(source).out, StartsWith("model.cc   tflite in a C array   i8   3 ops"));
  EXPECT_THAT(shell.run("\"$F\" -v - < \"$T/model.cc\"").out, HasSubstr("\n  C array      g_sine\n"));
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
       {"", "mnist_mlp.tflite --dim", "mnist_mlp.tflite --dim batch", "mnist_mlp.tflite --dim batch=-1",
        "mnist_mlp.tflite --dim batch=4x", "mnist_mlp.tflite --dim =4", "mnist_mlp.tflite --input x=1x-3",
        "mnist_mlp.tflite --input x=1xx3", "mnist_mlp.tflite --color sometimes", "mnist_mlp.tflite --convention fvcor",
        "mnist_mlp.tflite -o costs.xyz", "formats mnist_mlp.tflite", "help nothing"}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments;
    EXPECT_THAT(outcome.out, IsEmpty()) << arguments;
    EXPECT_THAT(outcome.err, StartsWith("error: ")) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr("\n  help: ")) << arguments;
  }
  EXPECT_THAT(run("mnist_mlp.tflite --convention fvcor").err, HasSubstr("did you mean 'fvcore'?"));
  EXPECT_THAT(run("mnist_mlp.tflite --convention nobodys").err, HasSubstr("there are: flopstat, macs, "));
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
  EXPECT_EQ(shell.read("a.json"), run("mnist_mlp.tflite --json").out);
  EXPECT_EQ(shell.read("a.txt"), run("mnist_mlp.tflite").out);
  EXPECT_THAT(run("mnist_mlp.tflite -q -o \"$T/b.json\"").err, IsEmpty());
  EXPECT_EQ(run("mnist_mlp.tflite -o -").out, run("mnist_mlp.tflite").out);
}

TEST_F(Program, an_output_that_cannot_be_written_is_3) {
  const Outcome full = shell.run("\"$F\" mnist_mlp.tflite > /dev/full");
  EXPECT_EQ(full.code, 3);
  EXPECT_THAT(full.err, StartsWith("error: cannot write to standard output: "));
  EXPECT_EQ(run("mnist_mlp.tflite -o \"$T/nosuch/a.json\"").code, 3);
}

TEST_F(Program, a_closed_pipe_ends_silently_with_0) {
  // The reader is gone before the program starts.
  const Outcome outcome = shell.run("{ sleep 0.2; \"$F\" mnist_mlp.tflite; echo $? > \"$T/code\"; } | true");
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_EQ(shell.read("code"), "0\n");
}

TEST_F(Program, colour_is_for_terminals_and_for_those_who_ask) {
  EXPECT_THAT(run("mnist_mlp.tflite").out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(run("mnist_mlp.tflite --color always").out, HasSubstr("\x1b["));
  EXPECT_THAT(shell.run("CLICOLOR_FORCE=1 \"$F\" mnist_mlp.tflite").out, HasSubstr("\x1b["));
  EXPECT_THAT(shell.run("CLICOLOR_FORCE=1 NO_COLOR=1 \"$F\" mnist_mlp.tflite").out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(shell.run("CLICOLOR_FORCE=1 \"$F\" mnist_mlp.tflite --color=never").out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(shell.run("CLICOLOR_FORCE=1 \"$F\" mnist_mlp.tflite --json").out, Not(HasSubstr("\x1b")));
}

TEST_F(Program, characters_beyond_ascii_are_for_utf8_locales) {
  EXPECT_THAT(run("mnist_mlp.tflite").out, HasSubstr("####"));
  EXPECT_THAT(shell.run("LC_ALL= LC_CTYPE=C.UTF-8 \"$F\" mnist_mlp.tflite").out, HasSubstr("█"));
  EXPECT_THAT(shell.run("LC_ALL=C LANG=C.UTF-8 \"$F\" mnist_mlp.tflite").out, Not(HasSubstr("█")));
}

TEST_F(Program, every_screen_ends_silently_where_its_reader_goes) {
  for (const std::string command : {"ops", "tree", "memory"}) {
    const Outcome head = shell.run("{ \"$F\" " + command + " small_cnn.tflite; echo $? > \"$T/code\"; } | head -n 1");
    EXPECT_THAT(head.out, StartsWith("small_cnn.tflite   tflite"));
    EXPECT_THAT(head.err, IsEmpty());
    EXPECT_EQ(shell.read("code"), "0\n");
    const Outcome full = shell.run("\"$F\" " + command + " small_cnn.tflite > /dev/full");
    EXPECT_EQ(full.code, 3);
    EXPECT_THAT(full.err, StartsWith("error: cannot write to standard output: "));
  }
}

TEST_F(Program, every_screen_fits_a_terminal_of_any_width) {
  if (shell.run("script -qec true /dev/null").code != 0) {
    GTEST_SKIP() << "script(1) can open no terminal here: widths were NOT tested";
  }
  for (const std::string width : {"60", "80", "100", "200"}) {
    for (const std::string command : {"count", "ops", "tree", "memory"}) {
      const Outcome outcome = shell.run("COLUMNS=" + width + " NO_COLOR=1 script -qec \"$F " + command +
                                        " small_cnn.tflite\" /dev/null < /dev/null | tr -d '\\r'");
      EXPECT_THAT(outcome.out, HasSubstr("CONV_2D"));
      EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b[")));
      std::istringstream lines(outcome.out);
      for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), std::stoul(width)) << line;
    }
  }
}

TEST_F(Program, the_same_input_gives_the_same_bytes_in_every_locale_and_folder) {
  for (const std::string arguments :
       {"", "ops", "tree", "memory", "--csv", "ops --csv", "--markdown", "--json", "tree --json"}) {
    const std::string here = shell.run("LC_ALL=C.UTF-8 \"$F\" " + arguments + " small_cnn.tflite").out;
    EXPECT_THAT(here, Not(IsEmpty()));
    EXPECT_EQ(shell.run("LC_ALL=de_DE.UTF-8 \"$F\" " + arguments + " small_cnn.tflite").out, here);
    const std::string absolute = shell.run("LC_ALL=C.UTF-8 \"$F\" " + arguments + " \"$PWD\"/small_cnn.tflite").out;
    EXPECT_EQ(absolute, here);
    EXPECT_THAT(absolute, Not(HasSubstr(FLOPSTAT_SOURCE_DIR)));
  }
}

TEST_F(Program, a_folder_is_the_models_in_it) {
  shell.run(
      "mkdir -p \"$T/models/deep\" && cp sine.tflite \"$T/models/b.bin\" && cp mnist_mlp.tflite \"$T/models/deep/a\" "
      "&& "
      "echo words > \"$T/models/README\" && : > \"$T/models/empty\" && ln -s . \"$T/models/loop\"");
  const Outcome json = shell.run("cd \"$T\" && \"$F\" models --json");
  EXPECT_EQ(json.code, 0) << json.err;
  EXPECT_THAT(json.err, IsEmpty());
  const nlohmann::json documents = nlohmann::json::parse(json.out);
  ASSERT_EQ(documents.size(), 2u);
  EXPECT_EQ(documents[0]["model"]["path"], "models/b.bin");
  EXPECT_EQ(documents[1]["model"]["path"], "models/deep/a");
  EXPECT_THAT(shell.run("cd \"$T\" && \"$F\" models/").out, ::testing::ContainsRegex("Model +Format +MACs"));
  EXPECT_EQ(nlohmann::json::parse(shell.run("cd \"$T\" && \"$F\" models/deep --json").out).size(), 1u);

  shell.run("head -c 1000 sine.tflite > \"$T/models/cut.tflite\" && : > \"$T/models/nothing.onnx\"");
  const Outcome broken = shell.run("cd \"$T\" && \"$F\" ops models");
  EXPECT_EQ(broken.code, 3);
  EXPECT_THAT(broken.out, HasSubstr("b.bin   tflite"));
  EXPECT_THAT(broken.out, HasSubstr("\n\na   tflite"));
  EXPECT_THAT(broken.err, HasSubstr("--> models/cut.tflite"));
  EXPECT_THAT(broken.err, HasSubstr("--> models/nothing.onnx"));
  EXPECT_THAT(broken.err, Not(HasSubstr("README")));
}

TEST_F(Program, a_folder_without_a_model_is_3) {
  shell.run("mkdir \"$T/none\" \"$T/bare\" && echo words > \"$T/none/README\"");
  for (const char* folder : {"none", "bare"}) {
    const Outcome outcome = run(std::string("\"$T/") + folder + "\"");
    EXPECT_EQ(outcome.code, 3) << folder;
    EXPECT_THAT(outcome.err, StartsWith("error: ")) << folder;
  }
  EXPECT_EQ(nlohmann::json::parse(run("\"$T/none\" --json").out).size(), 0u);
}

TEST_F(Program, of_two_files_the_good_one_is_shown_by_every_command) {
  const std::string broken = file("broken.tflite", "\x18\x01\x01\x01TFL3 and no more");
  for (const std::string command : {"count", "ops", "tree", "memory"}) {
    const Outcome outcome = run(command + " " + broken + " small_cnn.tflite");
    EXPECT_EQ(outcome.code, 3) << command;
    EXPECT_THAT(outcome.out, HasSubstr("small_cnn.tflite   tflite")) << command;
    EXPECT_THAT(outcome.err, HasSubstr("broken.tflite")) << command;
    const nlohmann::json documents =
        nlohmann::json::parse(run(command + " " + broken + " small_cnn.tflite --json").out);
    ASSERT_EQ(documents.size(), 2u);
    EXPECT_TRUE(documents[0].contains("error"));
    EXPECT_EQ(documents[1]["command"], command);
  }
}

TEST_F(Program, one_run_writes_several_formats) {
  const Outcome outcome = run("ops small_cnn.tflite -o \"$T/a.csv\" -o \"$T/a.md\" -o \"$T/a.json\" -o \"$T/a.txt\"");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(shell.read("a.csv"), run("ops small_cnn.tflite --csv").out);
  EXPECT_EQ(shell.read("a.md"), run("ops small_cnn.tflite --markdown").out);
  EXPECT_EQ(shell.read("a.json"), run("ops small_cnn.tflite --json").out);
  EXPECT_EQ(shell.read("a.txt"), run("ops small_cnn.tflite").out);
  EXPECT_THAT(shell.read("a.csv"), StartsWith("index,graph,node,offset,name,type,"));
  EXPECT_THAT(shell.read("a.md"), HasSubstr("| **TOTAL** |"));
  EXPECT_EQ(run("memory small_cnn.tflite -o \"$T/plan.svg\"").code, 0);
  EXPECT_THAT(shell.read("plan.svg"), StartsWith("<svg "));
}

TEST_F(Program, csv_of_several_models_is_one_table_that_names_them) {
  const Outcome outcome = run("sine.tflite small_cnn.tflite --csv");
  EXPECT_THAT(outcome.out, StartsWith("path,type,nodes,"));
  EXPECT_THAT(outcome.out, HasSubstr("\nsine.tflite,FULLY_CONNECTED,"));
  EXPECT_THAT(outcome.out, HasSubstr("\nsmall_cnn.tflite,CONV_2D,2,"));
}

TEST_F(Program, standard_input_has_every_screen) {
  for (const std::string command : {"ops", "tree", "memory"}) {
    const Outcome piped = shell.run("cat small_cnn.tflite | \"$F\" " + command + " -");
    EXPECT_EQ(piped.code, 0);
    EXPECT_THAT(piped.out, StartsWith("standard input   tflite"));
    EXPECT_THAT(piped.out, HasSubstr("conv2d"));
  }
}

TEST_F(Program, rows_are_sorted_cut_and_filtered_as_asked) {
  EXPECT_EQ(run("ops mnist_mlp.tflite --csv --columns macs,type --sort macs -n 2").out,
            "macs,type\n78400,FULLY_CONNECTED\n10000,FULLY_CONNECTED\n");
  EXPECT_EQ(run("ops small_cnn.tflite --csv --columns index --filter type=CONV_2D").out, "index\n0\n3\n");
  EXPECT_THAT(run("tree small_cnn.tflite --depth 1").out, HasSubstr("TOTAL"));
}

TEST_F(Program, options_that_a_command_does_not_have_are_2) {
  for (const char* arguments :
       {"ops sine.tflite --sort mcas", "ops sine.tflite --columns index,colour", "ops sine.tflite -n 0",
        "ops sine.tflite -n many", "tree sine.tflite --depth 0", "sine.tflite --depth 2", "tree sine.tflite --csv",
        "memory sine.tflite -o plan.csv", "sine.tflite -o plan.svg", "sine.tflite --csv --json", "ops", "tree",
        "memory", "memory sine.tflite small_cnn.tflite -o \"$T/plan.svg\""}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments;
    EXPECT_THAT(outcome.err, StartsWith("error: ")) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr("\n  help: ")) << arguments;
  }
  EXPECT_THAT(run("ops sine.tflite --sort mcas").err, HasSubstr("did you mean 'macs'?"));
  EXPECT_THAT(shell.read("plan.svg"), IsEmpty());
}

TEST_F(Program, names_from_a_file_move_no_cursor) {
  test::TfliteBuilder b;
  const std::string name = "caf\xC3\xA9/\x1b[2J\xE2\x80\xAE\x07|x";
  const int32_t x = b.tensor({.name = name, .shape = {1, 4}});
  const int32_t y = b.tensor({.name = name, .shape = {1, 4}});
  b.op({.code = test::builtin::relu, .inputs = {x}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  const std::string model = file("names.tflite", text_of(b.finish()));
  for (const std::string arguments : {"ops", "tree", "memory", "ops --csv", "ops --markdown"}) {
    const Outcome plain = run(arguments + " " + model);
    EXPECT_EQ(plain.code, 0);
    const std::string text = shell.run("LC_ALL=C.UTF-8 \"$F\" " + arguments + " " + model).out;
    EXPECT_THAT(text, HasSubstr("caf\xC3\xA9")) << arguments;
    EXPECT_THAT(text, HasSubstr("x1B")) << arguments;
    for (const char* control : {"\x1b", "\x07", "\xE2\x80\xAE"}) EXPECT_THAT(text, Not(HasSubstr(control)));
  }
}

TEST_F(Program, every_help_fits_80_columns_and_has_an_example) {
  for (const std::string command : {"", "count", "ops", "tree", "memory", "diff", "formats", "help"}) {
    const Outcome help = run("help " + command);
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, HasSubstr("\nexamples:\n  flopstat "));
    std::istringstream lines(help.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
    if (command.empty()) continue;
    EXPECT_EQ(run(command + " --help").out, help.out);
  }
}

TEST_F(Program, version_formats_and_help_answer) {
  EXPECT_THAT(run("--version").out, StartsWith(std::string("flopstat ") + version() + "\n"));
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
