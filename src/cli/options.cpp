#include "cli/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "cli/suggest.h"

namespace flopstat::cli {
namespace {

struct CommandInfo {
  std::string_view name;
  std::string_view usage;
  std::string_view summary;
  Command command;
  std::string_view examples;
};

constexpr CommandInfo kCommands[] = {
    {"count", "flopstat [count] MODEL...", "what it costs; several: a comparison, too", Command::count,
     "  flopstat model.tflite\n"
     "  flopstat model.tflite --dim batch=8\n"
     "  flopstat models/ --csv -o - -o costs.md\n"},
    {"ops", "flopstat ops MODEL...", "every operation a row", Command::ops,
     "  flopstat ops model.onnx --sort macs -n 10\n"
     "  flopstat ops model.onnx --filter 'type=*conv*' --columns index,type,macs\n"
     "  flopstat ops model.onnx -o ops.csv -o ops.md\n"},
    {"tree", "flopstat tree MODEL...", "by layer, with everything inside added up", Command::tree,
     "  flopstat tree model.onnx\n"
     "  flopstat tree model.onnx --depth 2\n"},
    {"memory", "flopstat memory MODEL...", "activations over time, and the largest at the peak", Command::memory,
     "  flopstat memory model.tflite\n"
     "  flopstat memory model.tflite -o plan.svg\n"},
    {"formats", "flopstat formats", "the file formats that can be read", Command::formats, "  flopstat formats\n"},
    {"help", "flopstat help [COMMAND]", "this text, or the options of a command", Command::help,
     "  flopstat help ops\n"},
};

bool takes_models(Command command) {
  return command == Command::count || command == Command::ops || command == Command::tree || command == Command::memory;
}

bool writes_tables(Command command) { return command == Command::count || command == Command::ops; }

constexpr std::string_view kConventions[] = {"flopstat"};

const CommandInfo* find_command(std::string_view name) {
  const auto* found =
      std::ranges::find_if(kCommands, [name](const CommandInfo& command) { return command.name == name; });
  return found == std::end(kCommands) ? nullptr : found;
}

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text += fmt::format("{}{}", text.empty() ? "" : ", ", word);
  return text;
}

/// Arguments as CLI11 reads them, before their texts are given a meaning.
struct Texts {
  std::vector<std::string> dims, inputs;
  std::string colour = "auto";
  std::string sort, columns, limit, depth;
  bool json = false, csv = false, markdown = false;
  bool help = false;
  bool version = false;
};

// ---- Values of options

UsageError bad_value(std::string_view option, std::string_view value, std::string_view expected) {
  return {{fmt::format("'{} {}' has no meaning", option, value),
           {},
           fmt::format("{} {}", option, expected),
           "'flopstat help count' lists the options"}};
}

std::optional<int64_t> positive(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1) return std::nullopt;
  return value;
}

/// Splits NAME=VALUE at the last "=", since names come from files.
std::optional<std::pair<std::string, std::string_view>> assignment(std::string_view text) {
  const size_t equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  return std::pair{std::string(text.substr(0, equals)), text.substr(equals + 1)};
}

std::optional<std::vector<int64_t>> sizes(std::string_view text) {
  std::vector<int64_t> shape;
  while (true) {
    const size_t end = std::min(text.find('x'), text.size());
    const std::optional<int64_t> size = positive(text.substr(0, end));
    if (!size) return std::nullopt;
    shape.push_back(*size);
    if (end == text.size()) return shape;
    text.remove_prefix(end + 1);
  }
}

void read_dims(const std::vector<std::string>& texts, flopstat::Options& options) {
  for (const std::string& text : texts) {
    const auto parts = assignment(text);
    const std::optional<int64_t> size = parts ? positive(parts->second) : std::nullopt;
    if (!size) throw bad_value("--dim", text, "takes a name and a whole number of at least 1, as in batch=4");
    options.dims[parts->first] = *size;
  }
}

void read_inputs(const std::vector<std::string>& texts, flopstat::Options& options) {
  for (const std::string& text : texts) {
    const auto parts = assignment(text);
    const auto shape = parts ? sizes(parts->second) : std::nullopt;
    if (!shape) throw bad_value("--input", text, "takes the name of an input and its sizes, as in x=1x3x224x224");
    options.inputs[parts->first] = *shape;
  }
}

When read_when(const std::string& text) {
  if (text == "auto") return When::automatic;
  if (text == "always") return When::always;
  if (text == "never") return When::never;
  throw bad_value("--color", text, "is one of auto, always, never");
}

void check_convention(const std::string& name) {
  if (std::ranges::find(kConventions, name) != std::end(kConventions)) return;
  const std::string_view meant = closest(name, kConventions);
  throw UsageError{
      {fmt::format("unknown convention '{}'", name),
       {},
       "there is: " + joined(kConventions),
       meant.empty() ? "without --convention, flopstat's own counts" : fmt::format("did you mean '{}'?", meant)}};
}

const RowColumn* read_column(std::string_view option, const std::string& key) {
  if (const RowColumn* column = find_row_column(key)) return column;
  std::vector<std::string_view> keys;
  for (const RowColumn& column : row_columns()) keys.push_back(key_of(column));
  const std::string_view meant = closest(key, keys);
  throw UsageError{{fmt::format("'{} {}' names no column", option, key),
                    {},
                    "there are: " + joined(keys),
                    meant.empty() ? "'flopstat help ops' has examples" : fmt::format("did you mean '{}'?", meant)}};
}

void read_selection(const Texts& texts, Selection& selection) {
  if (!texts.sort.empty()) selection.sort = read_column("--sort", texts.sort);
  for (std::string_view keys = texts.columns; !keys.empty();) {
    const size_t comma = std::min(keys.find(','), keys.size());
    selection.columns.push_back(read_column("--columns", std::string(keys.substr(0, comma))));
    keys.remove_prefix(std::min(comma + 1, keys.size()));
  }
  if (texts.limit.empty()) return;
  const std::optional<int64_t> limit = positive(texts.limit);
  if (!limit) throw bad_value("-n", texts.limit, "takes a whole number of at least 1");
  selection.limit = static_cast<size_t>(*limit);
}

std::optional<uint32_t> read_depth(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::optional<int64_t> depth = positive(text);
  if (!depth) throw bad_value("--depth", text, "takes a whole number of at least 1");
  return static_cast<uint32_t>(std::min<int64_t>(*depth, UINT32_MAX));
}

Format read_format(const Texts& texts) {
  if ((texts.json && texts.csv) || (texts.json && texts.markdown) || (texts.csv && texts.markdown)) {
    throw UsageError{{"--json, --csv and --markdown exclude each other",
                      {},
                      "they say how standard output is written",
                      "name files for more formats at once: -o a.json -o a.csv -o a.md"}};
  }
  if (texts.json) return Format::json;
  if (texts.csv) return Format::csv;
  return texts.markdown ? Format::markdown : Format::terminal;
}

// ---- The options

std::string extensions_of(Command command) {
  if (writes_tables(command)) return ".json, .csv, .md or .txt";
  return command == Command::memory ? ".json, .svg or .txt" : ".json or .txt";
}

/// Every option of a command. Their descriptions are the help.
void define_options(CLI::App& app, Command command, Arguments& arguments, Texts& texts) {
  const auto repeatable = [](CLI::Option* option) { option->allow_extra_args(false); };
  const auto last = [](CLI::Option* option) { option->take_last(); };
  app.set_help_flag();
  app.add_option("MODEL", arguments.models, "a model file, or a folder of them; - reads standard input");
  if (command == Command::ops) {
    last(app.add_option("--sort", texts.sort, "by this column: figures from large to small")->type_name("KEY"));
    last(app.add_option("--columns", texts.columns, "only these, as in index,type,macs")->type_name("KEYS"));
    last(app.add_option("--filter", arguments.selection.filter, "rows with TEXT in name, type or scope; * ?")
             ->type_name("TEXT"));
  }
  if (command == Command::ops || command == Command::memory) {
    last(app.add_option("-n,--rows", texts.limit, "show that many rows")->type_name("ROWS"));
  }
  if (command == Command::tree) {
    last(app.add_option("--depth", texts.depth, "levels below the model; all else is added up")->type_name("N"));
  }
  if (takes_models(command)) {
    repeatable(app.add_option("--dim", texts.dims, "size of a free dimension, as in batch=4")->type_name("NAME=N"));
    repeatable(
        app.add_option("--input", texts.inputs, "whole shape of an input: x=1x3x224x224")->type_name("NAME=SHAPE"));
    last(app.add_option("--signature", arguments.options.signature, "which signature of the file is counted")
             ->type_name("NAME"));
    last(app.add_option("--convention", arguments.options.convention, "what counts as an operation: flopstat")
             ->type_name("NAME"));
    app.add_flag("--as-float", arguments.options.as_float, "the network as it was before quantization");
    app.add_flag("--exact", arguments.exact, "every digit, bytes instead of KiB");
    app.add_flag("--json", texts.json, "one document; several models: an array");
    if (writes_tables(command)) {
      app.add_flag("--csv", texts.csv, "a header and a line for each row, without sums");
      app.add_flag("--markdown", texts.markdown, "a table in Markdown");
    }
    repeatable(
        app.add_option("-o,--output", arguments.outputs, "write there: " + extensions_of(command))->type_name("FILE"));
    app.add_flag("-q,--quiet", arguments.quiet, "no warnings and no advice");
    app.add_flag("-v,--verbose", arguments.verbose, "more: the producer, work by unit and type");
    app.add_flag("--strict", arguments.strict, "exit with 4 where something is not known");
  }
  last(app.add_option("--color", texts.colour, "auto, always or never")->type_name("WHEN"));
  app.add_flag("-w,--wide", arguments.wide, "shorten nothing, leave out no column");
  app.add_flag("--version", texts.version, "the version of flopstat");
  app.add_flag("-h,--help", texts.help, "this text");
}

UsageError unknown_option(const std::string& word, std::string_view command, const CLI::App& app) {
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& long_name : option->get_lnames()) names.push_back("--" + long_name);
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string_view meant = closest(name, candidates);
  return {{fmt::format("unknown option '{}'", name),
           {},
           {},
           meant.empty() ? fmt::format("'flopstat help {}' lists the options", command)
                         : fmt::format("did you mean '{}'?", meant)}};
}

/// What CLI11 says of an option, in our words; it puts the option's name before the first colon.
UsageError bad_option(const CLI::ParseError& error) {
  const std::string_view what = error.what();
  const std::string_view name = what.substr(0, what.find(':'));
  return {{fmt::format("option '{}' has no value, or one that it does not take", name),
           {},
           {},
           "'flopstat help count' lists the options and their values"}};
}

bool looks_like_a_file(const std::string& word) {
  return word == "-" || word.find_first_of("./") != std::string::npos || ::access(word.c_str(), F_OK) == 0;
}

UsageError unknown_command(std::string_view word) {
  std::vector<std::string_view> names;
  for (const CommandInfo& command : kCommands) names.push_back(command.name);
  const std::string_view meant = closest(word, names);
  return {
      {fmt::format("unknown command '{}'", word),
       {},
       {},
       (meant.empty() ? std::string("'flopstat help' lists the commands") : fmt::format("did you mean '{}'?", meant)) +
           fmt::format("  (a file name needs an extension or './': ./{})", word)}};
}

/// Keys of all columns, in lines of at most 80 columns.
std::string column_keys() {
  constexpr size_t width = 80;
  std::string text, line = " ";
  for (const RowColumn& column : row_columns()) {
    const std::string_view key = key_of(column);
    if (line.size() + 1 + key.size() > width) text += std::exchange(line, " ") + "\n";
    line.append(" ").append(key);
  }
  return text + line + "\n";
}

void require_no_more(const CommandInfo& command, const std::vector<std::string>& words) {
  if (words.empty()) return;
  throw UsageError{
      {fmt::format("'{}' takes no '{}'", command.name, words[0]), {}, {}, fmt::format("usage: {}", command.usage)}};
}

}  // namespace

Arguments parse_arguments(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const CommandInfo* command = words.empty() ? nullptr : find_command(words[0]);
  const bool bare = command == nullptr;
  if (bare) command = find_command("count");
  if (!bare) words.erase(words.begin());

  Arguments arguments{.command = command->command};
  Texts texts;
  CLI::App app;
  define_options(app, command->command, arguments, texts);
  app.allow_extras();
  std::ranges::reverse(words);  // the order in which CLI11 takes them
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    throw bad_option(error);
  }
  for (const std::string& word : app.remaining()) throw unknown_option(word, command->name, app);

  if (texts.version) return {.command = Command::version};
  if (texts.help) return {.command = Command::help, .topic = bare ? "" : std::string(command->name)};
  if (command->command == Command::help) {
    if (!arguments.models.empty()) {
      arguments.topic = arguments.models[0];
      arguments.models.erase(arguments.models.begin());
    }
    require_no_more(*command, arguments.models);
    return arguments;
  }
  read_dims(texts.dims, arguments.options);
  read_inputs(texts.inputs, arguments.options);
  arguments.colour = read_when(texts.colour);
  check_convention(arguments.options.convention);
  read_selection(texts, arguments.selection);
  arguments.depth = read_depth(texts.depth);
  arguments.format = read_format(texts);
  for (const std::string& path : arguments.outputs) format_of(path, arguments);
  if (command->command == Command::formats) {
    require_no_more(*command, arguments.models);
  } else if (arguments.models.empty()) {
    throw UsageError{
        {"no model is given", {}, {}, fmt::format("{}  ('flopstat help' lists the commands)", command->usage)}};
  } else if (bare && !looks_like_a_file(arguments.models[0])) {
    throw unknown_command(arguments.models[0]);
  }
  return arguments;
}

Format format_of(const std::string& path, const Arguments& arguments) {
  const bool tables = writes_tables(arguments.command);
  if (path.ends_with(".json")) return Format::json;
  if (tables && path.ends_with(".csv")) return Format::csv;
  if (tables && path.ends_with(".md")) return Format::markdown;
  if (arguments.command == Command::memory && path.ends_with(".svg")) return Format::svg;
  if (path == "-" || path.ends_with(".txt") || arguments.format != Format::terminal) return arguments.format;
  throw UsageError{{fmt::format("no format belongs to the name of '{}'", path),
                    {},
                    "an output is written by its extension: " + extensions_of(arguments.command),
                    fmt::format("-o {}.json, or --json", path)}};
}

std::string help_text(std::string_view topic) {
  const CommandInfo* command = topic.empty() ? find_command("count") : find_command(topic);
  if (command == nullptr) throw unknown_command(topic);
  std::string text = fmt::format("usage: {} [OPTION]...\n  {}\n", command->usage, command->summary);
  if (topic.empty()) {
    text = "flopstat tells what a neural-network model costs. Nothing in the model is run.\n\n";
    for (const CommandInfo& each : kCommands) text += fmt::format("  {:<25} {}\n", each.usage, each.summary);
  }
  Arguments arguments;
  Texts texts;
  CLI::App app;
  define_options(app, command->command, arguments, texts);
  text += "\noptions:\n";
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) continue;
    const bool has_short = !option->get_snames().empty();
    const std::string value = option->get_items_expected_max() > 0 ? " " + option->get_type_name() : "";
    const std::string name =
        (has_short ? "-" + option->get_snames()[0] + ", " : "    ") + "--" + option->get_lnames()[0];
    text += fmt::format("  {:<26} {}\n", name + value, option->get_description());
  }
  if (command->command == Command::ops) text += "\ncolumns:\n" + column_keys();
  text +=
      "\nexit codes: 0 fine, 2 usage, 3 a file cannot be read or written,\n"
      "            4 incomplete under --strict, 70 a bug\n";
  return text + "\nexamples:\n" + std::string(command->examples);
}

}  // namespace flopstat::cli
