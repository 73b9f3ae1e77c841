#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "cli/commands.h"
#include "cli/heap.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "reports/comparison.h"
#include "reports/json.h"
#include "reports/terminal.h"

namespace flopstat::cli {
namespace {

enum class Writer : uint8_t { terminal, json };

/// Where reports go, and what has gone there.
struct Destination {
  Output output;
  Writer writer;
  TerminalStyle style;
  Comparison comparison;
  size_t documents = 0;
};

Destination destination(Output output, Writer writer, const Arguments& arguments) {
  const TerminalStyle style = style_of(output.descriptor(), arguments);
  return {std::move(output), writer, style, Comparison(style)};
}

Writer writer_for(const std::string& path, bool json) {
  if (json || path.ends_with(".json")) return Writer::json;
  if (path == "-" || path.ends_with(".txt")) return Writer::terminal;
  throw UsageError{{fmt::format("no format belongs to the name of '{}'", path),
                    {},
                    "an output is written by its extension: .json or .txt",
                    fmt::format("-o {}.json, or --json", path)}};
}

std::vector<Destination> destinations(const Arguments& arguments) {
  std::vector<Destination> all;
  if (arguments.outputs.empty()) {
    all.push_back(destination(Output::standard(), arguments.json ? Writer::json : Writer::terminal, arguments));
  }
  std::vector<Writer> writers;
  writers.reserve(arguments.outputs.size());
  for (const std::string& path : arguments.outputs) writers.push_back(writer_for(path, arguments.json));
  for (size_t i = 0; i < writers.size(); ++i) {
    const std::string& path = arguments.outputs[i];
    all.push_back(destination(path == "-" ? Output::standard() : Output::file(path), writers[i], arguments));
  }
  return all;
}

/// Everything on standard input.
std::vector<std::byte> standard_input() {
  constexpr size_t step = size_t{1} << 20;
  std::vector<std::byte> bytes;
  while (true) {
    const size_t size = bytes.size();
    bytes.resize(size + step);
    const ssize_t got = ::read(STDIN_FILENO, bytes.data() + size, step);
    bytes.resize(size + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return bytes;
    if (got < 0 && errno != EINTR) {
      throw Error(ErrorCode::unreadable, fmt::format("standard input cannot be read: {}", std::strerror(errno)));
    }
  }
}

Report analyze_model(const std::string& model, const Options& options) {
  return model == "-" ? analyze(standard_input(), model, options) : analyze(model, options);
}

/// One document, or one element of an array of them.
void write_document(const std::string& document, size_t models, Destination& to) {
  const bool first = to.documents == 0;
  const bool last = ++to.documents == models;
  std::string text;
  if (models > 1) text += first ? "[\n" : ",\n";
  text += document;
  if (models > 1 && last) text += "\n]";
  if (last) text += '\n';
  to.output.write(text);
}

void write_report(const Report& report, size_t models, Destination& to) {
  std::string text;
  switch (to.writer) {
    case Writer::json:
      write_json(report, text);
      write_document(text, models, to);
      break;
    case Writer::terminal:
      if (to.comparison.size() > 0) text += '\n';
      write_terminal(report, to.style, text);
      to.comparison.add(report);
      to.output.write(text);
      break;
  }
}

void write_failure(const Error& error, const std::string& model, size_t models, Destination& to) {
  if (to.writer != Writer::json) return;
  std::string document;
  write_json(error, model, document);
  write_document(document, models, to);
}

void write_comparison(Destination& to) {
  if (to.writer != Writer::terminal || to.comparison.size() < 2) return;
  std::string text = "\n";
  to.comparison.write(text);
  to.output.write(text);
}

/// What a report has to say beside its result.
ExitCode remark(const Report& report, const Arguments& arguments, bool warns, const TerminalStyle& style) {
  if (warns) {
    for (const ReportWarning& warning : report.warnings) complain(warning_text(warning.message, style));
  }
  if (!arguments.strict || report.totals.complete) return ExitCode::fine;
  complain(error_text({.what = "the cost of some of the model is not known, and --strict is given",
                       .where = report.path,
                       .next = "the report without --strict names what is not known, and why"},
                      style));
  return ExitCode::incomplete;
}

}  // namespace

ExitCode count(const Arguments& arguments) {
  std::vector<Destination> all = destinations(arguments);
  const TerminalStyle errors = style_of(STDERR_FILENO, arguments);
  const bool warns =
      !arguments.quiet && std::ranges::any_of(all, [](const Destination& to) { return to.writer == Writer::terminal; });
  Options options = arguments.options;
  options.float_equivalent = std::ranges::any_of(all, [](const Destination& to) { return to.writer == Writer::json; });
  const size_t models = arguments.models.size();
  ExitCode code = ExitCode::fine;
  prepare_heap(arguments.models);
  // Static, so that the last one is never taken apart: the process ends with it.
  static std::optional<Report> report;
  for (const std::string& model : arguments.models) {
    try {
      report.reset();
      report = analyze_model(model, options);
      for (Destination& to : all) write_report(*report, models, to);
      code = std::max(code, remark(*report, arguments, warns, errors));
    } catch (const Error& error) {
      complain(error_text(error, model, errors));
      for (Destination& to : all) write_failure(error, model, models, to);
      code = std::max(code, error.code == ErrorCode::usage ? ExitCode::usage : ExitCode::unusable_file);
    }
  }
  for (Destination& to : all) {
    write_comparison(to);
    if (!to.output.is_standard() && !arguments.quiet) complain(fmt::format("wrote {}\n", to.output.name()));
  }
  return code;
}

}  // namespace flopstat::cli
