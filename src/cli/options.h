#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flopstat/analyze.h"
#include "flopstat/scale.h"
#include "reports/budget.h"
#include "reports/error_text.h"
#include "reports/gate.h"
#include "reports/selection.h"
#include "reports/style.h"

namespace flopstat::cli {

enum class Command : uint8_t {
  count,
  ops,
  tree,
  memory,
  scale,
  diff,
  check,
  explain,
  conventions,
  formats,
  completion,
  manual,
  help,
  version
};
enum class When : uint8_t { automatic, always, never };

/// How a report is written.
enum class Format : uint8_t { terminal, oneline, json, csv, markdown, svg, github, junit, sarif };

/// How several models are to be compared, in words that are given a meaning once the table is read.
struct ComparisonWords {
  std::string sort = {};    ///< a figure or a column of the table; empty: the usual one
  std::string with = {};    ///< a table of what else is known of the models, or empty
  std::string pareto = {};  ///< keys with commas between them, or empty
};

/// What the user asked for.
struct Arguments {
  Command command = Command::count;
  std::string topic = {};                ///< of `help`: a command, or empty; of `completion`: a shell
  std::vector<std::string> models = {};  ///< files and folders; "-" is standard input. Of `explain`: its words
  flopstat::Options options = {};
  std::map<std::string, SizeRange> ranges = {};  ///< of `scale`: free dimensions by name
  std::vector<std::string> outputs = {};         ///< files to write instead of standard output
  When colour = When::automatic;
  Format format = Format::terminal;    ///< where the name of an output says nothing
  Selection selection = {};            ///< of `ops`; the limit of `memory` and `diff`, too
  ComparisonWords comparison = {};     ///< of `count`
  std::optional<uint32_t> depth = {};  ///< of `tree`
  std::vector<Gate> gates = {};        ///< of `diff`
  const Column* waterfall = nullptr;   ///< of `diff`: the figure whose way from A to B is asked for, or null
  Budget budget = {};                  ///< of `check`: what goes before the file of budgets
  std::string config = {};             ///< of `check`: that file, or empty
  std::string baseline = {};           ///< of `check`: the file, or empty
  bool rules_template = false;         ///< of `explain`
  ByteUnits units = ByteUnits::iec;
  bool exact = false;
  bool wide = false;
  bool quiet = false;
  bool verbose = false;
  bool strict = false;
};

/// A command line that makes no sense: exit code 2.
struct UsageError {
  Message message;
};

/// Format of an output of this command by its name. Throws `UsageError` for one that it does not write.
Format format_of(const std::string& path, const Arguments& arguments);

/// Throws `UsageError`. Reads nothing but the arguments, and asks whether a word is the name of a file.
Arguments parse_arguments(int argc, const char* const* argv);

/// Whether a word names a model: a path, a file that exists, or standard input.
bool looks_like_a_file(const std::string& word);

/// What help, manual and completions say of a command.
struct CommandInfo {
  std::string_view name;
  std::string_view usage;
  std::string_view summary;
  Command command;
  std::string_view examples;  ///< lines, each with two spaces in front
};

/// Every command, in the order in which they are shown.
std::span<const CommandInfo> commands();

/// The command of this name, or null.
const CommandInfo* find_command(std::string_view name);

/// Whether the command takes model files.
bool takes_models(Command command);

/// What help, manual and completions say of an option.
struct OptionInfo {
  std::string short_name;  ///< "o", or empty
  std::string name;        ///< "output"
  std::string value;       ///< the word for its value, "FILE"; empty for one that takes none
  std::string description;
  std::vector<std::string_view> choices;  ///< all values that it takes, where they can be listed
  std::string optional_value = {};        ///< the word for one that may stand behind "=", or empty
};

/// Every option of a command.
std::vector<OptionInfo> options_of(Command command);

/// What `flopstat completion` writes for.
std::span<const std::string_view> shells();

/// For a word that names no command: with the closest one that does.
UsageError unknown_command(std::string_view word);

}  // namespace flopstat::cli
