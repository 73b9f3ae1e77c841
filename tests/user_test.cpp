// The program as its users meet it: terminals, pipes, mistyped words, shells that complete, the manual.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "support/program.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using test::Outcome;
using test::text_of;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> fields_of(const std::string& line, char between) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, between);) fields.push_back(field);
  return fields;
}

/// Characters of a text in UTF-8; each of ours takes one column.
size_t columns_of(const std::string& line) {
  return static_cast<size_t>(std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }));
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

class User : public test::ProgramTest {
 protected:
  Outcome flopstat(const std::string& arguments) const { return shell.run("\"$F\" " + arguments); }
};

// ---- Terminals

TEST_F(User, no_screen_wraps_a_row_whatever_the_width_and_the_names) {
  if (!shell.has_terminals()) GTEST_SKIP() << "script(1) can open no terminal here: terminals were NOT tested";
  shell.write("long.tflite", unknown_model("caf\xC3\xA9/\x1b[2J" + std::string(150, 'n') + "/last"));
  for (const size_t width : {size_t{60}, size_t{80}, size_t{100}, size_t{200}}) {
    for (const std::string arguments :
         {"\"$T/long.tflite\"", "ops \"$T/long.tflite\"", "tree \"$T/long.tflite\"", "memory \"$T/long.tflite\"",
          "*.tflite", "\"$T/long.tflite\" sine.tflite", "ops small_cnn.tflite --exact", "formats"}) {
      const Outcome outcome = shell.on_terminal("LC_ALL=C.UTF-8 \"$F\" --color never " + arguments, width);
      EXPECT_EQ(outcome.code, 0) << arguments;
      EXPECT_GT(lines_of(outcome.out).size(), 2u) << arguments;
      for (const std::string& line : lines_of(outcome.out)) EXPECT_LE(columns_of(line), width) << line;
    }
  }
}

TEST_F(User, wide_shortens_nothing_on_a_narrow_terminal) {
  if (!shell.has_terminals()) GTEST_SKIP() << "script(1) can open no terminal here: terminals were NOT tested";
  const std::string piped = flopstat("ops small_cnn.tflite").out;
  EXPECT_EQ(shell.on_terminal("\"$F\" --color never ops small_cnn.tflite -w", 60).out, piped);
  EXPECT_NE(shell.on_terminal("\"$F\" --color never ops small_cnn.tflite", 60).out, piped);
}

TEST_F(User, each_stream_has_colours_only_where_it_is_a_terminal_itself) {
  if (!shell.has_terminals()) GTEST_SKIP() << "script(1) can open no terminal here: terminals were NOT tested";
  const Outcome both = shell.on_terminal("\"$F\" sine.tflite nosuch.tflite");
  EXPECT_THAT(both.out, HasSubstr("\x1b["));
  shell.on_terminal("\"$F\" sine.tflite nosuch.tflite 2> \"$T/errors\" > \"$T/result\"");
  EXPECT_THAT(shell.read("errors"), AllOf(HasSubstr("error: "), Not(HasSubstr("\x1b["))));
  EXPECT_THAT(shell.read("result"), AllOf(HasSubstr("TOTAL"), Not(HasSubstr("\x1b["))));
  const Outcome errors = shell.on_terminal("\"$F\" sine.tflite nosuch.tflite > \"$T/result\"");
  EXPECT_THAT(errors.out, AllOf(HasSubstr("\x1b["), HasSubstr("nosuch.tflite")));
  EXPECT_THAT(shell.read("result"), Not(HasSubstr("\x1b[")));
}

TEST_F(User, a_terminal_has_no_colours_where_the_user_wants_none) {
  if (!shell.has_terminals()) GTEST_SKIP() << "script(1) can open no terminal here: terminals were NOT tested";
  for (const std::string setting : {"NO_COLOR=1", "TERM=dumb"}) {
    EXPECT_THAT(shell.on_terminal(setting + " \"$F\" sine.tflite").out, Not(HasSubstr("\x1b["))) << setting;
  }
  EXPECT_THAT(shell.on_terminal("NO_COLOR= \"$F\" sine.tflite").out, HasSubstr("\x1b["));
  EXPECT_THAT(shell.on_terminal("TERM=dumb \"$F\" sine.tflite --color=always").out, HasSubstr("\x1b["));
}

TEST_F(User, a_terminal_shows_what_to_type_next_and_it_works) {
  if (!shell.has_terminals()) GTEST_SKIP() << "script(1) can open no terminal here: terminals were NOT tested";
  const std::string screen = shell.on_terminal("\"$F\" --color never sine.tflite", 200).out;
  ASSERT_THAT(screen, HasSubstr("next:   flopstat ops sine.tflite --sort macs   flopstat memory sine.tflite"));
  EXPECT_EQ(flopstat("ops sine.tflite --sort macs").code, 0);
  EXPECT_THAT(flopstat("sine.tflite").out, Not(HasSubstr("next:")));
  EXPECT_THAT(shell.on_terminal("\"$F\" -q sine.tflite").out, Not(HasSubstr("next:")));
  shell.write("two words.tflite", unknown_model("y"));
  EXPECT_THAT(shell.on_terminal("cd \"$T\" && \"$F\" 'two words.tflite'").out, HasSubstr("flopstat ops MODEL"));
}

// ---- Screens

TEST_F(User, the_first_screen_names_the_largest_operations) {
  const int first = 32 * 32 * 8 * (3 * 3 * 3), depthwise = 16 * 16 * 8 * (3 * 3), pointwise = 16 * 16 * 16 * 8;
  const int dense = 8 * 8 * 16 * 10;
  ASSERT_EQ(first, 221'184);
  EXPECT_THAT(flopstat("small_cnn.tflite").out, HasSubstr("Largest op: #0 CONV_2D, 221,184 MACs (78.3%)"));
  EXPECT_NEAR(100.0 * first / (first + depthwise + pointwise + dense), 78.3, 0.05);

  test::TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 10}});
  int32_t last = x;
  for (int i = 0; i < 10; ++i) {
    const int32_t weights = b.constant({.name = "w", .shape = {10, 10}}, std::vector<float>(100));
    const int32_t y = b.tensor({.name = "y", .shape = {1, 10}});
    b.op({.code = test::builtin::fully_connected, .inputs = {last, weights, -1}, .outputs = {y}});
    last = y;
  }
  b.inputs({x});
  b.outputs({last});
  shell.write("ten.tflite", text_of(b.finish()));
  EXPECT_THAT(flopstat("\"$T/ten.tflite\"").out,
              HasSubstr("Largest ops: #0 #1 #2 #3 #4 #5 #6 #7 and 2 more FULLY_CONNECTED, 100 MACs each (100.0% "
                        "together)"));
}

TEST_F(User, several_models_are_rows_of_one_table_that_tells_them_apart) {
  shell.run(
      "mkdir -p \"$T/m/a\" \"$T/m/b\" && cp sine.tflite \"$T/m/a/net.tflite\" && "
      "cp small_cnn.tflite \"$T/m/b/net.tflite\"");
  const Outcome folder = shell.run("cd \"$T\" && \"$F\" m");
  EXPECT_EQ(folder.code, 0);
  EXPECT_THAT(folder.out, AllOf(HasSubstr("\n  1  a/net.tflite  tflite"), HasSubstr("\n  2  b/net.tflite  tflite")));
  EXPECT_EQ(lines_of(folder.out).size(), 4u);  // what they are ranked by, a header and two models
  const Outcome verbose = shell.run("cd \"$T\" && \"$F\" -v m");
  EXPECT_THAT(verbose.out, AllOf(HasSubstr("TOTAL"), HasSubstr("\n  2  b/net.tflite  tflite")));
  shell.write("m/unknown.tflite", unknown_model("y"));
  EXPECT_THAT(shell.run("cd \"$T\" && \"$F\" m").out, HasSubstr("? 1 of 3 models has operations that are not known"));
}

TEST_F(User, a_line_for_each_model_leaves_no_figure_out) {
  shell.write("unknown.tflite", unknown_model("y"));
  const Outcome outcome = shell.run("cp mnist_mlp.tflite \"$T\" && cd \"$T\" && \"$F\" --oneline *.tflite");
  EXPECT_EQ(outcome.code, 0);
  const std::vector<std::string> lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0],
            "mnist_mlp.tflite: 4 ops, 89.40 k MACs, 179.3 k FLOPs, 0 integer OPs, 89.61 k params, 350.0 KiB weights, "
            "3.453 KiB peak activations (convention flopstat)");
  EXPECT_THAT(lines[1], StartsWith("unknown.tflite: 1 op, ? MACs, ? FLOPs, ? integer OPs, ? params, ? weights, "));
  EXPECT_THAT(lines[1], HasSubstr(", 1 not known "));
}

TEST_F(User, memory_is_written_in_the_units_that_are_asked_for) {
  const int weights = 4 * (784 * 100 + 100 + 100 * 100 + 100 + 100 * 10 + 10);
  ASSERT_EQ(weights, 358'440);
  EXPECT_THAT(flopstat("mnist_mlp.tflite").out, HasSubstr("weights 350.0 KiB "));
  EXPECT_THAT(flopstat("mnist_mlp.tflite --units si").out, HasSubstr("weights 358.4 kB "));
  EXPECT_THAT(flopstat("mnist_mlp.tflite --units raw").out, HasSubstr("weights 358,440 B "));
  EXPECT_THAT(flopstat("mnist_mlp.tflite --exact").out, HasSubstr("weights 358440 B "));
  EXPECT_THAT(flopstat("memory mnist_mlp.tflite --units raw").out, Not(HasSubstr("KiB")));
  EXPECT_EQ(flopstat("mnist_mlp.tflite --units si --json").out, flopstat("mnist_mlp.tflite --json").out);
}

TEST_F(User, format_is_the_long_word_for_every_short_one) {
  for (const std::string format : {"oneline", "json", "csv", "markdown"}) {
    EXPECT_EQ(flopstat("sine.tflite --format=" + format).out, flopstat("sine.tflite --" + format).out) << format;
  }
  EXPECT_EQ(flopstat("sine.tflite --format table").out, flopstat("sine.tflite").out);
  EXPECT_THAT(flopstat("memory sine.tflite --format svg").out, StartsWith("<svg "));
  EXPECT_EQ(flopstat("sine.tflite --format svg").code, 2);
  EXPECT_EQ(flopstat("sine.tflite --format json --csv").code, 2);
}

// ---- Outputs for programs

TEST_F(User, the_header_of_a_csv_is_the_keys_of_the_json_in_their_order) {
  const nlohmann::ordered_json row =
      nlohmann::ordered_json::parse(flopstat("ops small_cnn.tflite --json").out)["ops"][0];
  std::vector<std::string> keys;
  for (const auto& [key, value] : row.items()) {
    if (key != "work") keys.push_back(key);  // a list of records has no place in a cell
  }
  const std::vector<std::string> lines = lines_of(flopstat("ops small_cnn.tflite --csv").out);
  EXPECT_EQ(fields_of(lines[0], ','), keys);
  const std::vector<std::string> first = fields_of(lines[1], ',');
  for (size_t i = 0; i < first.size(); ++i) {
    const nlohmann::ordered_json& value = row[keys[i]];
    if (value.is_number_integer()) {
      EXPECT_EQ(first[i], value.dump()) << keys[i];
    } else if (value.is_string()) {
      EXPECT_EQ(first[i], value.get<std::string>()) << keys[i];
    }
  }
  const auto outputs = std::ranges::find(keys, "outputs") - keys.begin();
  EXPECT_EQ(first[static_cast<size_t>(outputs)], "1x32x32x8");
}

TEST_F(User, markdown_has_as_many_cells_in_every_row_as_in_its_header) {
  shell.write("pipes.tflite", unknown_model("a|b_*c*`d`<e>\\"));
  for (const std::string arguments : {"sine.tflite", "ops small_cnn.tflite", "ops \"$T/pipes.tflite\""}) {
    size_t bars = 0, rows = 0;
    for (const std::string& line : lines_of(flopstat(arguments + " --markdown").out)) {
      if (!line.starts_with('|')) continue;
      size_t in_line = 0;
      for (size_t i = 0; i < line.size(); ++i) in_line += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
      if (rows++ == 0) bars = in_line;
      EXPECT_EQ(in_line, bars) << line;
    }
    EXPECT_GE(rows, 4u) << arguments;  // a header, the line below it, a row, the total
  }
}

// ---- Mistakes

TEST_F(User, a_mistyped_word_gets_the_one_that_was_meant) {
  const std::pair<std::string, std::string> cases[] = {
      {"sine.tflte", "did you mean 'sine.tflite'?"},
      {"../exampels/sine.tflite", "did you mean '../examples'?"},
      {"exampels/", "'ls' lists"},
      {"memroy sine.tflite", "did you mean 'memory'?"},
      {"help memroy", "did you mean 'memory'?"},
      {"sine.tflite --exat", "did you mean '--exact'?"},
      {"sine.tflite --color alwys", "did you mean 'always'?"},
      {"sine.tflite --units kib", "--units is one of iec, si, raw"},
      {"sine.tflite --format jsn", "did you mean 'json'?"},
      {"ops sine.tflite --columns nme", "did you mean 'name'?"},
      {"ops sine.tflite --filter dence", "did you mean 'dense'?"},
      {"ops sine.tflite --filter type=FULY_CONNECTED", "did you mean 'FULLY_CONNECTED'?"},
      {"completion tcsh", "there are: bash, zsh, fish"},
      {"completion", "no shell is given"},
      {"sine.tflite --dim", "--dim NAME=N: size of a free dimension"},
      {"sine.tflite --json=3", "--json alone"},
      {"tree sine.tflite --depth x", "'flopstat help tree' lists the options"},
      {"sine.tflite -o \"$T/nosuch/a.json\"", "mkdir -p "},
      {"sine.tflite > /dev/full", "or write elsewhere: -o FILE"},
  };
  for (const auto& [arguments, advice] : cases) EXPECT_THAT(flopstat(arguments).err, HasSubstr(advice)) << arguments;
}

TEST_F(User, options_may_stand_before_the_command) {
  EXPECT_EQ(flopstat("--units raw ops sine.tflite").out, flopstat("ops sine.tflite --units raw").out);
  EXPECT_EQ(flopstat("--help ops").out, flopstat("help ops").out);
}

TEST_F(User, an_interrupt_ends_it_with_130_and_leaves_no_word) {
  // Python stands for the terminal: a shell without one starts what runs beside it with interrupts ignored.
  shell.write("interrupt.py",
              "import signal, subprocess, sys, time\n"
              "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
              "pipe = subprocess.PIPE\n"
              "program = subprocess.Popen([sys.argv[1], '-'], stdin=pipe, stdout=pipe, stderr=pipe)\n"
              "time.sleep(0.1)  # until it reads the model that does not come\n"
              "program.send_signal(signal.SIGINT)\n"
              "code = program.wait(10)\n"
              "print(128 - code if code < 0 else code, program.stdout.read() + program.stderr.read())\n");
  const Outcome outcome = shell.run("'" FLOPSTAT_PYTHON "' \"$T/interrupt.py\" \"$F\"");
  EXPECT_EQ(outcome.out, "130 b''\n") << outcome.err;
}

// ---- What the program says of itself

TEST_F(User, the_version_names_the_formats_and_the_build) {
  const std::vector<std::string> lines = lines_of(flopstat("--version").out);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "flopstat " FLOPSTAT_VERSION);
  EXPECT_THAT(lines[1], StartsWith("reads: tflite, onnx"));
  EXPECT_THAT(lines[2], ContainsRegex("^built: .*(GNU|Clang) [0-9]+\\.[0-9]+"));
}

/// The long options of a help text.
std::vector<std::string> options_in(const std::string& help) {
  std::vector<std::string> options;
  for (const std::string& line : lines_of(help)) {
    const size_t begin = line.find("--");
    if (begin == 6 && (line[2] == '-' || line[2] == ' ')) {
      options.push_back(line.substr(begin + 2, line.find_first_of(" [", begin) - begin - 2));
    }
  }
  return options;
}

TEST_F(User, the_manual_and_all_completions_have_every_command_and_option_of_the_help) {
  const std::string manual = flopstat("manual").out;
  const std::string bash = flopstat("completion bash").out;
  const std::string zsh = flopstat("completion zsh").out;
  const std::string fish = flopstat("completion fish").out;
  for (const std::string command :
       {"count", "ops", "tree", "memory", "diff", "check", "formats", "completion", "manual", "help"}) {
    EXPECT_THAT(bash, HasSubstr("\n    " + command + ")\n"));
    EXPECT_THAT(zsh, HasSubstr("\n    " + command + ") _arguments"));
    EXPECT_THAT(fish, HasSubstr(" -a " + command + " "));
    const std::vector<std::string> options = options_in(flopstat("help " + command).out);
    EXPECT_THAT(options, ::testing::Contains("help")) << command;
    for (const std::string& option : options) {
      const std::string in_manual = std::regex_replace(option, std::regex("-"), "\\-");
      EXPECT_THAT(manual, HasSubstr("\\fB\\-\\-" + in_manual + "\\fR")) << command;
      EXPECT_THAT(bash, HasSubstr("--" + option)) << command;
      EXPECT_THAT(zsh, HasSubstr("'*--" + option)) << command;
      EXPECT_THAT(fish, HasSubstr(" -l " + option + " ")) << command;
    }
  }
}

TEST_F(User, the_manual_page_is_one_that_man_sets_without_complaint) {
  if (!test::has_command("groff")) GTEST_SKIP() << "there is no groff: the manual page was NOT set";
  const Outcome outcome = shell.run("\"$F\" manual | groff -man -ww -Tutf8");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("FLOPSTAT(1)"), HasSubstr("tell exactly what a neural-network model costs")));
}

TEST_F(User, bash_completes_commands_options_values_and_files) {
  if (!test::has_command("bash")) GTEST_SKIP() << "there is no bash: its completion was NOT tested";
  shell.write("ask",
              "source <(\"$F\" completion bash)\n"
              "COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1))\n"
              "_flopstat\n"
              "echo \"${COMPREPLY[*]}\"\n");
  const auto ask = [&](const std::string& words) { return shell.run("bash \"$T/ask\" flopstat " + words).out; };
  EXPECT_EQ(ask("me"), "memory\n");
  EXPECT_EQ(ask("small_cnn.t"), "small_cnn.tflite\n");
  EXPECT_EQ(ask("ops --so"), "--sort\n");
  EXPECT_EQ(ask("tree --so"), "\n");
  EXPECT_EQ(ask("ops --sort va"), "valid_macs\n");
  EXPECT_EQ(ask("check m.tflite --report si"), "\n");
  EXPECT_EQ(ask("check m.tflite --report sa"), "sarif\n");
  EXPECT_EQ(ask("sine.tflite --color = al"), "always\n");
  EXPECT_EQ(ask("completion ''"), "bash zsh fish\n");
  EXPECT_EQ(ask("ops sine_8.t"), "sine_8.tflite\n");
}

TEST_F(User, fish_completes_commands_options_and_values) {
  if (!test::has_command("fish")) GTEST_SKIP() << "there is no fish: its completion was NOT tested";
  const auto ask = [&](const std::string& line) {
    return shell
        .run(
            "export HOME=\"$T\"; \"$F\" completion fish > \"$T/c.fish\"; fish --no-config -c 'source "
            "$T/c.fish; complete -C \"flopstat " +
            line + "\"'")
        .out;
  };
  EXPECT_THAT(ask("me"), StartsWith("memory\t"));
  EXPECT_THAT(ask("ops m.tflite --so"), StartsWith("--sort\t"));
  EXPECT_THAT(ask("m.tflite --dep"), Not(HasSubstr("--depth")));
  EXPECT_THAT(ask("check m.tflite --max-mac"), StartsWith("--max-macs"));
  EXPECT_THAT(ask("m.tflite --color al"), StartsWith("always\t"));
  EXPECT_THAT(ask("completion z"), StartsWith("zsh"));
}

TEST_F(User, zsh_takes_its_completion) {
  if (!test::has_command("zsh")) GTEST_SKIP() << "there is no zsh: its completion was NOT tested";
  const Outcome outcome = shell.run(
      "export HOME=\"$T\"; \"$F\" completion zsh > \"$T/_flopstat\"; zsh -f -c 'fpath=($T $fpath); autoload -Uz "
      "compinit; compinit -u -D; print $_comps[flopstat]; source $T/_flopstat; print $+functions[_flopstat]'");
  EXPECT_EQ(outcome.out, "_flopstat\n1\n") << outcome.err;
  EXPECT_THAT(outcome.err, IsEmpty());
}

}  // namespace
}  // namespace flopstat
