#include "cli/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <utility>
#include <variant>

#include "flopstat/conventions.h"
#include "flopstat/training.h"
#include "model/suggest.h"

namespace flopstat::cli {
namespace {

constexpr CommandInfo kCommands[] = {
    {"count", "flopstat [count] MODEL...", "what it costs; several: a table of them", Command::count,
     "  flopstat model.tflite\n"
     "  flopstat model.tflite --dim batch=8\n"
     "  flopstat models/ --csv -o - -o costs.md\n"
     "  flopstat models/*.keras --with accuracy.csv --pareto macs,accuracy\n"},
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
    {"scale", "flopstat scale MODEL", "cost as a polynomial in batch, seq, ...", Command::scale,
     "  flopstat scale model.onnx\n"
     "  flopstat scale model.onnx --dim batch=8 --dim seq=1..4096\n"
     "  flopstat scale model.onnx --dim seq=128..1024:128 --csv\n"},
    {"diff", "flopstat diff A B", "what B costs more or less than A", Command::diff,
     "  flopstat diff old.tflite new.tflite\n"
     "  flopstat diff model.tflite model.onnx --verbose\n"
     "  flopstat diff old.onnx new.onnx --waterfall --figure params\n"
     "  flopstat diff old.onnx new.onnx --fail-if 'macs>+1%' --fail-if 'params>5M'\n"},
    {"check", "flopstat check [MODEL...]", "whether models keep to budgets, for CI", Command::check,
     "  flopstat check model.tflite --max-macs 10M --max-weights 256KiB\n"
     "  flopstat check model.onnx --baseline main.json --allow +1%\n"
     "  flopstat check --config flopstat.toml -o - -o check.sarif -o check.xml\n"},
    {"explain", "flopstat explain [WORD...]", "a word, a formula, or how a figure came about", Command::explain,
     "  flopstat explain conv\n"
     "  flopstat explain model.tflite\n"
     "  flopstat explain model.tflite 7\n"
     "  flopstat explain model.onnx --template > my.toml\n"},
    {"conventions", "flopstat conventions", "the rules of other tools, for --convention", Command::conventions,
     "  flopstat conventions\n"
     "  flopstat model.onnx --convention all\n"},
    {"formats", "flopstat formats", "the file formats that can be read", Command::formats, "  flopstat formats\n"},
    {"completion", "flopstat completion SHELL", "what makes bash, zsh or fish complete its words", Command::completion,
     "  source <(flopstat completion bash)\n"
     "  flopstat completion fish > ~/.config/fish/completions/flopstat.fish\n"},
    {"manual", "flopstat manual", "the manual page, for man(1)", Command::manual, "  flopstat manual | man -l -\n"},
    {"help", "flopstat help [COMMAND]", "this text, or the options of a command", Command::help,
     "  flopstat help ops\n"},
};

bool writes_tables(Command command) {
  return command == Command::count || command == Command::ops || command == Command::scale || command == Command::diff;
}

/// Stands for every convention at once.
constexpr std::string_view kAllConventions = "all";
constexpr std::string_view kShells[] = {"bash", "zsh", "fish"};

/// A word on the command line and what it stands for.
template <class T>
struct Choice {
  std::string_view word;
  T meaning;
};

constexpr Choice<When> kWhen[] = {{"auto", When::automatic}, {"always", When::always}, {"never", When::never}};
constexpr Choice<ByteUnits> kUnits[] = {{"iec", ByteUnits::iec}, {"si", ByteUnits::si}, {"raw", ByteUnits::raw}};
constexpr Choice<Qdq> kQdq[] = {{"integer", Qdq::integer}, {"float", Qdq::as_written}};
constexpr Choice<Format> kFormats[] = {
    {"table", Format::terminal}, {"oneline", Format::oneline},   {"json", Format::json},
    {"csv", Format::csv},        {"markdown", Format::markdown}, {"svg", Format::svg},
    {"github", Format::github},  {"junit", Format::junit},       {"sarif", Format::sarif}};

template <class T, size_t N>
std::vector<std::string_view> words_of(const Choice<T> (&choices)[N]) {
  std::vector<std::string_view> words;
  for (const Choice<T>& choice : choices) words.push_back(choice.word);
  return words;
}

bool writes(Command command, Format format) {
  switch (format) {
    case Format::terminal:
    case Format::json: return true;
    case Format::oneline: return command == Command::count;
    case Format::csv: return writes_tables(command);
    case Format::markdown: return writes_tables(command) || command == Command::check;
    case Format::svg: return command == Command::memory;
    case Format::github:
    case Format::junit:
    case Format::sarif: return command == Command::check;
  }
  return false;
}

std::vector<std::string_view> format_words(Command command) {
  std::vector<std::string_view> words;
  for (const Choice<Format>& choice : kFormats) {
    if (writes(command, choice.meaning)) words.push_back(choice.word);
  }
  return words;
}

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text += fmt::format("{}{}", text.empty() ? "" : ", ", word);
  return text;
}

/// Arguments as CLI11 reads them, before their texts are given a meaning.
struct Texts {
  std::vector<std::string> dims, inputs, gates, allowances;
  std::vector<std::string> limits = std::vector<std::string>(limited_figures().size());
  std::string colour = "auto", units = "iec", qdq = "integer", format, report;
  std::string sort, columns, limit, depth, image_size, figure;
  std::string training, loss, samples, epochs, micro_batches;
  std::vector<std::string> frozen;
  bool oneline = false, json = false, csv = false, markdown = false;
  bool waterfall = false;
  bool help = false;
  bool version = false;
};

// ---- Values of options

UsageError bad_value(std::string_view option, std::string_view value, std::string_view expected) {
  return {{fmt::format("'{} {}' has no meaning", option, value), {}, fmt::format("{} {}", option, expected), {}}};
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view meant = closest(word, candidates);
  return meant.empty() ? "" : fmt::format("did you mean '{}'?", meant);
}

template <class T, size_t N>
T read_choice(std::string_view option, std::string_view word, const Choice<T> (&choices)[N]) {
  const auto* found = std::ranges::find(choices, word, &Choice<T>::word);
  if (found != std::end(choices)) return found->meaning;
  UsageError error = bad_value(option, word, "is one of " + joined(words_of(choices)));
  error.message.next = did_you_mean(word, words_of(choices));
  throw error;
}

std::optional<int64_t> at_least(int64_t least, std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least) return std::nullopt;
  return value;
}

std::optional<int64_t> positive(std::string_view text) { return at_least(1, text); }

/// A size may be 0: a decoder has no past at its first token.
std::optional<int64_t> size_of_axis(std::string_view text) { return at_least(0, text); }

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
    const std::optional<int64_t> size = size_of_axis(text.substr(0, end));
    if (!size) return std::nullopt;
    shape.push_back(*size);
    if (end == text.size()) return shape;
    text.remove_prefix(end + 1);
  }
}

/// "[2,0.5]": whole and real numbers.
std::optional<std::vector<flopstat::Number>> contents(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  std::vector<flopstat::Number> numbers;
  std::istringstream words(std::string(text.substr(1, text.size() - 2)));
  for (std::string word; std::getline(words, word, ',');) {
    int64_t whole = 0;
    const char* end = word.data() + word.size();
    if (const auto read = std::from_chars(word.data(), end, whole); read.ec == std::errc{} && read.ptr == end) {
      numbers.emplace_back(whole);
      continue;
    }
    char* stop = nullptr;
    const double real = std::strtod(word.c_str(), &stop);
    if (word.empty() || stop != end) return std::nullopt;
    numbers.emplace_back(real);
  }
  return numbers;
}

/// "1..4096" or "128..1024:128".
std::optional<SizeRange> range(std::string_view text) {
  const size_t dots = text.find("..");
  if (dots == std::string_view::npos) return std::nullopt;
  const std::string_view end = text.substr(dots + 2);
  const size_t colon = std::min(end.find(':'), end.size());
  const std::optional<int64_t> first = positive(text.substr(0, dots));
  const std::optional<int64_t> last = positive(end.substr(0, colon));
  const std::optional<int64_t> step = colon < end.size() ? positive(end.substr(colon + 1)) : std::optional<int64_t>(0);
  if (!first || !last || !step || *last < *first) return std::nullopt;
  return SizeRange{*first, *last, *step};
}

void read_dims(const std::vector<std::string>& texts, Command command, Arguments& arguments) {
  for (const std::string& text : texts) {
    const auto parts = assignment(text);
    const std::optional<int64_t> size = parts ? size_of_axis(parts->second) : std::nullopt;
    const std::optional<SizeRange> sizes = parts ? range(parts->second) : std::nullopt;
    if (sizes && command != Command::scale) {
      throw UsageError{{fmt::format("'--dim {}' is a range of sizes, and this command takes one size", text),
                        {},
                        {},
                        fmt::format("flopstat scale MODEL --dim {}", text)}};
    }
    if (!size && !sizes && command == Command::scale) {
      throw bad_value("--dim", text, "takes a size, or a range of at least 1: batch=4, seq=1..4096, seq=128..1024:128");
    }
    if (!size && !sizes) {
      throw bad_value("--dim", text, "takes a name and a whole number of at least 0, as in batch=4");
    }
    arguments.options.dims.erase(parts->first);
    arguments.ranges.erase(parts->first);
    if (size) arguments.options.dims[parts->first] = *size;
    if (sizes) arguments.ranges[parts->first] = *sizes;
  }
}

void read_inputs(const std::vector<std::string>& texts, flopstat::Options& options) {
  for (const std::string& text : texts) {
    const auto parts = assignment(text);
    if (const auto numbers = parts ? contents(parts->second) : std::nullopt) {
      options.contents[parts->first] = *numbers;
      continue;
    }
    const auto shape = parts ? sizes(parts->second) : std::nullopt;
    if (!shape) {
      throw bad_value("--input", text,
                      "takes the name of an input and its sizes, as in x=1x3x224x224, or its contents, as in n=[10,3]");
    }
    options.inputs[parts->first] = *shape;
  }
}

std::vector<int64_t> read_image_size(const std::string& text) {
  if (text.empty()) return {};
  const std::optional<std::vector<int64_t>> read = sizes(text);
  const bool has_no_pixels = read && std::ranges::find(*read, 0) != read->end();
  if (!read || read->size() > 2 || has_no_pixels) {
    throw bad_value("--imgsz", text, "takes the height and the width of an image in pixels, as in 224 or 224x320");
  }
  return {read->front(), read->back()};
}

std::vector<std::string_view> convention_names() {
  std::vector<std::string_view> names;
  for (const ConventionInfo& info : convention_list()) names.push_back(info.name);
  names.push_back(kAllConventions);
  return names;
}

/// A name, a file of one's own, or "all": then the report itself is counted as ever.
void read_convention(Options& options) {
  if (options.convention == Options().convention || options.convention.ends_with(".toml")) return;
  if (options.convention == kAllConventions) {
    options.all_conventions = true;
    options.convention = Options().convention;
    return;
  }
  const std::vector<std::string_view> names = convention_names();
  if (std::ranges::find(names, options.convention) != names.end()) return;
  const std::string advice = did_you_mean(options.convention, names);
  throw UsageError{{fmt::format("unknown convention '{}'", options.convention),
                    {},
                    "there are: " + joined(names),
                    advice.empty() ? "'flopstat conventions' tells what each counts" : advice}};
}

/// The word behind "--training=".
constexpr std::string_view kOptimizer = "OPTIMIZER";

bool trains(Command command) { return command == Command::count || command == Command::ops; }

template <class Info>
std::vector<std::string_view> names_of(std::span<const Info> infos) {
  std::vector<std::string_view> names;
  for (const Info& info : infos) names.push_back(info.name);
  return names;
}

std::string read_name(std::string_view option, const std::string& name, const std::vector<std::string_view>& names) {
  if (name.empty() || std::ranges::find(names, name) != names.end()) return name;
  UsageError error = bad_value(option, name, "is one of " + joined(names));
  error.message.next = did_you_mean(name, names);
  throw error;
}

uint64_t read_number(std::string_view option, const std::string& text, uint64_t otherwise) {
  if (text.empty()) return otherwise;
  const std::optional<int64_t> number = positive(text);
  if (!number) throw bad_value(option, text, "takes a whole number of at least 1");
  return static_cast<uint64_t>(*number);
}

std::optional<TrainingOptions> read_training(const Texts& texts) {
  if (texts.training.empty()) {
    const std::pair<std::string_view, bool> given[] = {{"--loss", !texts.loss.empty()},
                                                       {"--freeze", !texts.frozen.empty()},
                                                       {"--samples", !texts.samples.empty()},
                                                       {"--epochs", !texts.epochs.empty()},
                                                       {"--micro-batches", !texts.micro_batches.empty()}};
    for (const auto& [option, is_given] : given) {
      if (!is_given) continue;
      throw UsageError{{fmt::format("'{}' is about training, which is not counted", option), {}, {}, "--training"}};
    }
    return std::nullopt;
  }
  if (!texts.epochs.empty() && texts.samples.empty()) {
    throw UsageError{{"'--epochs' needs the number of samples of an epoch", {}, {}, "--samples 60000 --epochs 5"}};
  }
  return TrainingOptions{.optimizer = read_name("--training", texts.training, names_of(optimizer_list())),
                         .loss = read_name("--loss", texts.loss, names_of(loss_list())),
                         .frozen = texts.frozen,
                         .samples = read_number("--samples", texts.samples, 0),
                         .epochs = read_number("--epochs", texts.epochs, 1),
                         .micro_batches = read_number("--micro-batches", texts.micro_batches, 1)};
}

std::vector<std::string_view> column_keys() {
  std::vector<std::string_view> keys;
  for (const RowColumn& column : row_columns()) keys.push_back(key_of(column));
  return keys;
}

const RowColumn* read_column(std::string_view option, const std::string& key) {
  if (const RowColumn* column = find_row_column(key)) return column;
  const std::vector<std::string_view> keys = column_keys();
  throw UsageError{
      {fmt::format("'{} {}' names no column", option, key), {}, "there are: " + joined(keys), did_you_mean(key, keys)}};
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

/// What to write instead of a text that is no gate.
std::string advice_on(const GateFault& fault) {
  if (!fault.meant.empty()) return fmt::format("did you mean '{}'?", fault.meant);
  if (fault.word.empty()) return "--fail-if 'macs>+1%'";
  std::vector<std::string_view> keys;
  for (const ComparedKind& kind : compared_kinds()) keys.push_back(kind.key);
  const std::string meant = did_you_mean(fault.word, keys);
  return meant.empty() ? "there are: " + joined(keys) : meant;
}

Gate read_gate(const std::string& text) {
  std::variant<Gate, GateFault> parsed = parse_gate(text);
  if (Gate* gate = std::get_if<Gate>(&parsed)) return std::move(*gate);
  const GateFault& fault = std::get<GateFault>(parsed);
  throw UsageError{{fmt::format("'--fail-if {}' has no meaning: {}", text, fault.why),
                    {},
                    "a gate is FIGURE, one of > >= < <= = !=, and VALUE: macs>+1% is more than 1% above A, params>+10k "
                    "more than 10,000 above A, weight_bytes>256KiB more than that in B, macs!=+0 any difference",
                    advice_on(fault)}};
}

std::string advice_on(const BudgetFault& fault) {
  if (fault.word.empty()) return {};
  std::vector<std::string_view> words;
  for (const LimitedFigure& figure : limited_figures()) words.push_back(figure.word);
  const std::string meant = did_you_mean(fault.word, words);
  return meant.empty() ? "there are: " + joined(words) : meant;
}

/// The limits and allowances of the command line.
Budget read_budget(const Texts& texts) {
  Budget budget;
  for (size_t i = 0; i < texts.limits.size(); ++i) {
    if (texts.limits[i].empty()) continue;
    const LimitedFigure& figure = limited_figures()[i];
    std::variant<Limit, BudgetFault> limit = parse_limit(figure, texts.limits[i]);
    if (const BudgetFault* fault = std::get_if<BudgetFault>(&limit)) {
      throw UsageError{{fmt::format("'--max-{} {}' has no meaning: {}", figure.word, texts.limits[i], fault->why),
                        {},
                        "a limit is a number and its unit, as in 10M, or 256KiB of memory",
                        {}}};
    }
    set(budget, std::get<Limit>(std::move(limit)));
  }
  for (const std::string& text : texts.allowances) {
    std::variant<Allowance, BudgetFault> allowance = parse_allowance(text);
    if (const BudgetFault* fault = std::get_if<BudgetFault>(&allowance)) {
      throw UsageError{{fmt::format("'--allow {}' has no meaning: {}", text, fault->why),
                        {},
                        "an allowance is what figures may grow by: +1% of each, macs=+1% or weights=+4KiB of one",
                        advice_on(*fault)}};
    }
    set(budget, std::get<Allowance>(std::move(allowance)));
  }
  return budget;
}

/// Keys of the figures that rows have and that can be added up.
std::vector<std::string_view> summable_keys() {
  std::vector<std::string_view> keys;
  for (const Column& column : columns()) {
    if (column.figure && column.quantity != Quantity::ratio) keys.push_back(column.key);
  }
  return keys;
}

/// The figure of a waterfall; null where none is asked for.
const Column* read_waterfall(const Texts& texts) {
  if (!texts.waterfall && texts.figure.empty()) return nullptr;
  const std::string key = texts.figure.empty() ? "macs" : texts.figure;
  const std::vector<std::string_view> keys = summable_keys();
  if (std::ranges::find(keys, key) != keys.end()) return &column(key);
  throw UsageError{{fmt::format("'--figure {}' names no figure of a layer", key),
                    {},
                    "there are: " + joined(keys),
                    did_you_mean(key, keys)}};
}

std::optional<uint32_t> read_depth(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::optional<int64_t> depth = positive(text);
  if (!depth) throw bad_value("--depth", text, "takes a whole number of at least 1");
  return static_cast<uint32_t>(std::min<int64_t>(*depth, UINT32_MAX));
}

/// A format that the command writes.
Format read_format_word(std::string_view option, std::string_view word, Command command) {
  const auto* found = std::ranges::find(kFormats, word, &Choice<Format>::word);
  if (found != std::end(kFormats) && writes(command, found->meaning)) return found->meaning;
  UsageError error = bad_value(option, word, "is one of " + joined(format_words(command)) + " here");
  error.message.next = did_you_mean(word, format_words(command));
  throw error;
}

Format read_format(const Texts& texts, Command command) {
  std::vector<Format> asked;
  if (texts.oneline) asked.push_back(Format::oneline);
  if (texts.json) asked.push_back(Format::json);
  if (texts.csv) asked.push_back(Format::csv);
  if (texts.markdown) asked.push_back(Format::markdown);
  if (!texts.format.empty()) asked.push_back(read_format_word("--format", texts.format, command));
  if (!texts.report.empty()) asked.push_back(read_format_word("--report", texts.report, command));
  if (asked.empty()) return Format::terminal;
  if (std::ranges::all_of(asked, [&](Format format) { return format == asked[0]; })) return asked[0];
  throw UsageError{{"two formats are asked of one output",
                    {},
                    "--format, --oneline, --json, --csv and --markdown say how standard output is written",
                    "name files for more formats at once: -o a.json -o a.csv -o a.md"}};
}

// ---- The options

struct Extension {
  std::string_view extension;
  Format format;
};

constexpr Extension kExtensions[] = {{".json", Format::json}, {".csv", Format::csv},   {".md", Format::markdown},
                                     {".svg", Format::svg},   {".xml", Format::junit}, {".sarif", Format::sarif}};

/// ".json, .svg or .txt": what names of outputs end with.
std::string extensions_of(Command command) {
  std::string text;
  for (const auto& [extension, format] : kExtensions) {
    if (writes(command, format)) text += fmt::format("{}{}", text.empty() ? "" : ", ", extension);
  }
  return text + " or .txt";
}

/// Every option of a command. Their descriptions are the help.
void define_options(CLI::App& app, Command command, Arguments& arguments, Texts& texts) {
  const auto repeatable = [](CLI::Option* option) { option->allow_extra_args(false); };
  const auto last = [](CLI::Option* option) { option->take_last(); };
  app.set_help_flag();
  app.option_defaults()->disable_flag_override();
  app.add_option("MODEL", arguments.models, "a model file, or a folder of them; - reads standard input");
  if (command == Command::count) {
    ComparisonWords& words = arguments.comparison;
    last(app.add_option("--sort", words.sort, "rank models by this figure: the least first")->type_name("KEY"));
    last(app.add_option("--with", words.with, "a CSV with more of each model, as its accuracy")->type_name("FILE"));
    last(app.add_option("--pareto", words.pareto, "mark the best trade-offs: macs,accuracy")->type_name("KEYS"));
  }
  if (command == Command::ops) {
    last(app.add_option("--sort", texts.sort, "by this column: figures from large to small")->type_name("KEY"));
    last(app.add_option("--columns", texts.columns, "only these, as in index,type,macs")->type_name("KEYS"));
    last(app.add_option("--filter", arguments.selection.filter, "rows with TEXT in name, type or scope; * ?")
             ->type_name("TEXT"));
  }
  if (command == Command::diff) {
    repeatable(
        app.add_option("--fail-if", texts.gates, "exit with 1 where it holds: macs>+1%, params>5M")->type_name("GATE"));
    app.add_flag("--waterfall", texts.waterfall, "how A becomes B, layer by layer");
    last(app.add_option("--figure", texts.figure, "of the waterfall: macs, flops, params, ...")->type_name("KEY"));
  }
  if (command == Command::check) {
    for (size_t i = 0; i < texts.limits.size(); ++i) {
      const LimitedFigure& figure = limited_figures()[i];
      const bool bytes = figure.kind().quantity == Quantity::bytes;
      last(app.add_option(fmt::format("--max-{}", figure.word), texts.limits[i],
                          fmt::format("at most so many {}", figure.meaning))
               ->type_name(bytes ? "SIZE" : "COUNT"));
    }
    last(app.add_option("--baseline", arguments.baseline, "what --json wrote before: nothing may grow")
             ->type_name("FILE"));
    repeatable(app.add_option("--allow", texts.allowances, "by so much it may: +1%, macs=+2%")->type_name("AMOUNT"));
    last(app.add_option("--config", arguments.config, "budgets of several models: flopstat.toml")->type_name("FILE"));
    last(app.add_option("--report", texts.report, joined(format_words(command)))->type_name("FORMAT"));
  }
  if (command == Command::ops || command == Command::memory || command == Command::diff) {
    last(app.add_option("-n,--rows", texts.limit, "show that many rows")->type_name("ROWS"));
  }
  if (command == Command::explain) {
    app.add_flag("--template", arguments.rules_template, "a rules file to begin with, for an operator or a model");
  }
  if (command == Command::tree) {
    last(app.add_option("--depth", texts.depth, "levels below the model; all else is added up")->type_name("N"));
  }
  if (takes_models(command)) {
    const char* size = command == Command::scale ? "a size, or a range: seq=1..4096, seq=1..9:2"
                                                 : "size of a free dimension, as in batch=4";
    repeatable(app.add_option("--dim", texts.dims, size)->type_name("NAME=N"));
    repeatable(app.add_option("--input", texts.inputs, "an input's shape, x=1x3x224x224, or contents, n=[3]")
                   ->type_name("NAME=SHAPE"));
    last(app.add_option("--imgsz", texts.image_size, "height and width of images: 224, or 224x320")->type_name("SIZE"));
    last(app.add_option("--signature", arguments.options.signature, "which signature of the file is counted")
             ->type_name("NAME"));
    last(app.add_option("--tag", arguments.options.tag, "which graph of a SavedModel that has several")
             ->type_name("NAME"));
    last(app.add_option("--convention", arguments.options.convention, "how to count: a tool's name, all, or a file")
             ->type_name("NAME"));
    if (trains(command)) {
      last(app.add_flag("--training{sgd}", texts.training, "a step of training, too; without a name by sgd")
               ->disable_flag_override(false));
      last(
          app.add_option("--loss", texts.loss, "of training, as in squared-error; else the file's")->type_name("NAME"));
      repeatable(app.add_option("--freeze", texts.frozen, "a layer that training leaves as it is")->type_name("LAYER"));
      last(app.add_option("--samples", texts.samples, "of an epoch of training")->type_name("N"));
      last(app.add_option("--epochs", texts.epochs, "of training, with --samples")->type_name("N"));
      last(app.add_option("--micro-batches", texts.micro_batches, "runs whose gradients make one step of training")
               ->type_name("N"));
    }
    repeatable(app.add_option("--rules", arguments.options.rules, "what operators cost that flopstat does not know")
                   ->type_name("FILE"));
    last(app.add_option("--qdq", texts.qdq, "of QDQ graphs: integer operations, or float")->type_name("TYPE"));
    app.add_flag("--as-float", arguments.options.as_float, "the network as it was before quantization");
    app.add_flag("--exact", arguments.exact, "every digit, bytes instead of KiB");
    last(app.add_option("--units", texts.units, "of memory: iec (KiB), si (kB) or raw (bytes)")->type_name("UNITS"));
    last(app.add_option("--format", texts.format, joined(format_words(command)))->type_name("FORMAT"));
    if (writes(command, Format::oneline)) app.add_flag("--oneline", texts.oneline, "one line for each model");
    app.add_flag("--json", texts.json, "one document; several models: an array");
    if (writes_tables(command)) {
      app.add_flag("--csv", texts.csv, "a header and a line for each row, without sums");
    }
    if (writes(command, Format::markdown)) app.add_flag("--markdown", texts.markdown, "a table in Markdown");
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

UsageError unknown_option(const std::string& word, const CLI::App& app) {
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& long_name : option->get_lnames()) names.push_back("--" + long_name);
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  return {{fmt::format("unknown option '{}'", name), {}, {}, did_you_mean(name, candidates)}};
}

/// What CLI11 says of an option, in our words; it begins with the option's name.
UsageError bad_option(const CLI::ParseError& error, const CLI::App& app) {
  const std::string_view what = error.what();
  std::string name(what.substr(0, what.find_first_of(": ")));
  if (!name.starts_with('-')) name.insert(0, "--");  // it is not always there
  const CLI::Option* option = app.get_option_no_throw(name);
  if (option == nullptr) return {{fmt::format("the command line makes no sense: {}", what)}};
  if (option->get_items_expected_max() == 0) {
    return {{fmt::format("option '{}' takes no value", name), {}, {}, fmt::format("{} alone", name)}};
  }
  return {{fmt::format("option '{}' needs a value", name),
           {},
           {},
           fmt::format("{} {}: {}", name, option->get_type_name(), option->get_description())}};
}

/// Whether the command's one operand is no model.
bool takes_topic(Command command) { return command == Command::help || command == Command::completion; }

void check_shell(std::string_view shell) {
  if (std::ranges::find(kShells, shell) != std::end(kShells)) return;
  throw UsageError{{shell.empty() ? "no shell is given" : fmt::format("there are no completions for '{}'", shell),
                    {},
                    "there are: " + joined(kShells),
                    "flopstat completion bash"}};
}

void require_no_more(const CommandInfo& command, const std::vector<std::string>& words) {
  if (words.empty()) return;
  throw UsageError{
      {fmt::format("'{}' takes no '{}'", command.name, words[0]), {}, {}, fmt::format("usage: {}", command.usage)}};
}

/// The arguments of a command. Throws `UsageError`, which may leave out what to do next.
Arguments parse(const CommandInfo& command, bool bare, std::vector<std::string> words) {
  Arguments arguments{.command = command.command};
  Texts texts;
  CLI::App app;
  define_options(app, command.command, arguments, texts);
  app.allow_extras();
  std::ranges::reverse(words);  // the order in which CLI11 takes them
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    throw bad_option(error, app);
  }
  for (const std::string& word : app.remaining()) throw unknown_option(word, app);

  if (texts.version) return {.command = Command::version};
  if (texts.help) return {.command = Command::help, .topic = bare ? "" : std::string(command.name)};
  if (takes_topic(command.command)) {
    if (!arguments.models.empty()) {
      arguments.topic = arguments.models[0];
      arguments.models.erase(arguments.models.begin());
    }
    require_no_more(command, arguments.models);
    if (command.command == Command::completion) check_shell(arguments.topic);
    return arguments;
  }
  read_dims(texts.dims, command.command, arguments);
  read_inputs(texts.inputs, arguments.options);
  arguments.options.image_size = read_image_size(texts.image_size);
  arguments.colour = read_choice("--color", texts.colour, kWhen);
  arguments.units = read_choice("--units", texts.units, kUnits);
  arguments.options.qdq = read_choice("--qdq", texts.qdq, kQdq);
  read_convention(arguments.options);
  arguments.options.training = read_training(texts);
  read_selection(texts, arguments.selection);
  arguments.depth = read_depth(texts.depth);
  for (const std::string& gate : texts.gates) arguments.gates.push_back(read_gate(gate));
  arguments.waterfall = read_waterfall(texts);
  arguments.budget = read_budget(texts);
  arguments.format = read_format(texts, command.command);
  for (const std::string& path : arguments.outputs) format_of(path, arguments);
  if (command.command == Command::explain) return arguments;
  if (command.command == Command::diff && arguments.models.size() != 2) {
    throw UsageError{{fmt::format("'diff' takes two models, not {}", arguments.models.size()),
                      {},
                      {},
                      fmt::format("usage: {}", command.usage)}};
  }
  if (command.command == Command::diff && arguments.models[0] == "-" && arguments.models[1] == "-") {
    throw UsageError{{"standard input holds one model, not two", {}, {}, "name a file for one of them"}};
  }
  if (!takes_models(command.command)) {
    require_no_more(command, arguments.models);
  } else if (arguments.models.empty() && command.command != Command::check) {
    throw UsageError{
        {"no model is given", {}, {}, fmt::format("{}  ('flopstat help' lists the commands)", command.usage)}};
  } else if (bare && !looks_like_a_file(arguments.models[0])) {
    UsageError error = unknown_command(arguments.models[0]);
    error.message.next += fmt::format("  (a file name needs an extension or './': ./{})", arguments.models[0]);
    throw error;
  }
  return arguments;
}

/// The word that names the command: the first one, or behind options that come first.
std::vector<std::string>::const_iterator command_word(const std::vector<std::string>& words) {
  const auto is_command = [](const std::string& word) { return find_command(word) != nullptr; };
  if (!words.empty() && words[0].starts_with('-')) return std::ranges::find_if(words, is_command);
  return !words.empty() && is_command(words[0]) ? words.begin() : words.end();
}

std::vector<std::string_view> figure_keys() {
  std::vector<std::string_view> keys;
  for (const Column& column : columns()) keys.push_back(column.key);
  return keys;
}

/// All values of an option, where they can be listed.
std::vector<std::string_view> choices_of(std::string_view option, Command command) {
  if (option == "color") return words_of(kWhen);
  if (option == "units") return words_of(kUnits);
  if (option == "qdq") return words_of(kQdq);
  if (option == "format" || option == "report") return format_words(command);
  if (option == "convention") return convention_names();
  if (option == "figure") return summable_keys();
  if (option == "sort" && command == Command::count) return figure_keys();
  if (option == "sort" || option == "columns") return column_keys();
  if (option == "training") return names_of(optimizer_list());
  if (option == "loss") return names_of(loss_list());
  return {};
}

}  // namespace

std::span<const CommandInfo> commands() { return kCommands; }

const CommandInfo* find_command(std::string_view name) {
  const auto* found = std::ranges::find(kCommands, name, &CommandInfo::name);
  return found == std::end(kCommands) ? nullptr : found;
}

bool looks_like_a_file(const std::string& word) {
  return word == "-" || word.find_first_of("./") != std::string::npos || ::access(word.c_str(), F_OK) == 0;
}

bool takes_models(Command command) {
  return command == Command::count || command == Command::ops || command == Command::tree ||
         command == Command::memory || command == Command::scale || command == Command::diff ||
         command == Command::check || command == Command::explain;
}

std::span<const std::string_view> shells() { return kShells; }

UsageError unknown_command(std::string_view word) {
  std::vector<std::string_view> names;
  for (const CommandInfo& command : kCommands) names.push_back(command.name);
  const std::string advice = did_you_mean(word, names);
  return {{fmt::format("unknown command '{}'", word),
           {},
           {},
           advice.empty() ? "'flopstat help' lists the commands" : advice}};
}

std::vector<OptionInfo> options_of(Command command) {
  Arguments arguments;
  Texts texts;
  CLI::App app;
  define_options(app, command, arguments, texts);
  std::vector<OptionInfo> options;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) continue;
    const std::string& name = option->get_lnames()[0];
    options.push_back({.short_name = option->get_snames().empty() ? "" : option->get_snames()[0],
                       .name = name,
                       .value = option->get_items_expected_max() > 0 ? option->get_type_name() : "",
                       .description = option->get_description(),
                       .choices = choices_of(name, command),
                       .optional_value = name == "training" ? std::string(kOptimizer) : ""});
  }
  return options;
}

Arguments parse_arguments(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const auto named = command_word(words);
  const bool bare = named == words.end();
  const CommandInfo* command = find_command(bare ? "count" : *named);
  if (!bare) words.erase(named);
  try {
    return parse(*command, bare, std::move(words));
  } catch (UsageError& error) {
    if (error.message.next.empty()) {
      error.message.next = fmt::format("'flopstat help {}' lists the options and their values", command->name);
    }
    throw;
  }
}

Format format_of(const std::string& path, const Arguments& arguments) {
  for (const auto& [extension, format] : kExtensions) {
    if (!path.ends_with(extension) || !writes(arguments.command, format)) continue;
    const bool sarif = format == Format::json && arguments.format == Format::sarif;  // which is JSON
    return sarif ? Format::sarif : format;
  }
  if (path == "-" || path.ends_with(".txt") || arguments.format != Format::terminal) return arguments.format;
  throw UsageError{{fmt::format("no format belongs to the name of '{}'", path),
                    {},
                    "an output is written by its extension: " + extensions_of(arguments.command),
                    fmt::format("-o {}.json, or --json", path)}};
}

}  // namespace flopstat::cli
