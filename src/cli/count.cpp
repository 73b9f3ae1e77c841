#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/comparing.h"
#include "cli/heap.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/screens.h"
#include "cli/terminal.h"
#include "model/suggest.h"
#include "reports/comparison.h"
#include "reports/json.h"

namespace flopstat::cli {
namespace {

/// Where reports go, and what has gone there.
struct Destination {
  Output output;
  Format format;
  TerminalStyle style;
  size_t reports = 0;
  std::string first = {};  ///< the first report, where a comparison stands for all of them unless it is the only one
};

Destination destination(Output output, Format format, const Arguments& arguments) {
  const TerminalStyle style = style_of(output.descriptor(), arguments);
  return {std::move(output), format, style};
}

std::vector<Destination> destinations(const Arguments& arguments) {
  std::vector<Destination> all;
  if (arguments.outputs.empty()) all.push_back(destination(Output::standard(), arguments.format, arguments));
  for (const std::string& path : arguments.outputs) {
    all.push_back(
        destination(path == "-" ? Output::standard() : Output::file(path), format_of(path, arguments), arguments));
  }
  return all;
}

/// What separates the reports of one output.
std::string separator(const Destination& to, bool several) {
  const bool first = to.reports == 0;
  switch (to.format) {
    case Format::json:
      if (!several) return "";
      return first ? "[\n" : ",\n";
    case Format::terminal:
    case Format::markdown: return first ? "" : "\n";
    case Format::oneline:
    case Format::csv:
    case Format::svg:
    case Format::github:
    case Format::junit:
    case Format::sarif: return "";
  }
  return "";
}

/// Whether the comparison, and nothing else, is written there: where the user asks for it.
bool only_compares(const Arguments& arguments, const Destination& to) {
  return asks_for_comparison(arguments) && to.format != Format::oneline && to.format != Format::svg;
}

/// Whether several models are shown as rows of one table instead of one after the other.
bool compares(const Arguments& arguments, bool several, const Destination& to) {
  return several && arguments.command == Command::count && to.format == Format::terminal;
}

/// `number`: which of the reports it is, from 1.
void write_report(const Report& report, const Arguments& arguments, bool several, size_t number, Destination& to) {
  if (only_compares(arguments, to)) return;
  const bool compared = compares(arguments, several, to);
  if (compared && !arguments.verbose && number > 1) return;
  std::string text = separator(to, several);
  const Drain drain = [&](std::string& part) {
    to.output.write(part);
    part.clear();
  };
  write_screen(report, arguments, to.format, to.style, several, drain, text);
  ++to.reports;
  if (compared && !arguments.verbose) {
    to.first = std::move(text);
  } else {
    to.output.write(text);
  }
}

void write_failure(const Error& error, const std::string& model, const Arguments& arguments, bool several,
                   Destination& to) {
  if (to.format != Format::json || only_compares(arguments, to)) return;
  std::string text = separator(to, several);
  write_json(error, model, text);
  ++to.reports;
  to.output.write(text);
}

/// The comparison as the format has it.
void write_comparison(const Comparison& comparison, const Arguments& arguments, const Destination& to,
                      std::string& text) {
  if (to.format == Format::json) {
    comparison.write_json(text);
    text += '\n';
  } else if (to.format == Format::csv) {
    comparison.write_csv(text);
  } else if (to.format == Format::markdown) {
    comparison.write_markdown({.utf8 = true, .exact = arguments.exact, .units = arguments.units}, text);
  } else {
    comparison.write(to.style, text);
  }
}

/// What stands behind the last report.
void finish(const Comparison& comparison, const Arguments& arguments, bool several, Destination& to) {
  std::string text;
  if (only_compares(arguments, to)) {
    write_comparison(comparison, arguments, to, text);
    to.output.write(text);
    return;
  }
  if (to.format == Format::json) {
    if (several) text += to.reports == 0 ? "[]" : "\n]";
    text += '\n';
  }
  if (compares(arguments, several, to) && comparison.size() == 1) text = std::move(to.first);
  if (compares(arguments, several, to) && comparison.size() > 1) {
    if (arguments.verbose) text += '\n';
    comparison.write(to.style, text);
  }
  if (!text.empty()) to.output.write(text);
}

/// One picture is one model.
void refuse_several_pictures(const Arguments& arguments, bool several) {
  const auto is_picture = [&](const std::string& path) { return format_of(path, arguments) == Format::svg; };
  if (!several || std::ranges::none_of(arguments.outputs, is_picture)) return;
  throw UsageError{{"one SVG file shows one model", {}, {}, "flopstat memory MODEL -o plan.svg"}};
}

bool is_for_people(const Destination& to) { return to.format == Format::terminal || to.format == Format::oneline; }

/// The name, type or scope of an operation, or a part of one, that the filter most likely meant. Empty if there is
/// none.
std::string closest_name(const Report& report, std::string_view filter) {
  std::set<std::string_view> names;
  for (const Row& row : report.rows) {
    for (std::string_view whole : {row.name, row.type, row.scope}) {
      names.insert(whole);
      while (!whole.empty()) {
        const size_t end = std::min(whole.find_first_of("/;:."), whole.size());
        names.insert(whole.substr(0, end));
        whole.remove_prefix(std::min(end + 1, whole.size()));
      }
    }
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  return std::string(closest(filter.substr(filter.find('=') + 1), candidates));
}

/// Says so where the user's filter left nothing, which is mostly a mistyped name.
void remark_empty_filter(const Report& report, const Selection& selection, const TerminalStyle& style) {
  if (selection.filter.empty() || !select(report, selection).empty()) return;
  const std::string meant = closest_name(report, selection.filter);
  complain(warning_text(fmt::format("no operation matches --filter '{}'", selection.filter), style));
  complain(help_line(meant.empty() ? fmt::format("'flopstat ops {}' lists all of them", report.path)
                                   : fmt::format("did you mean '{}'?", meant),
                     style));
}

/// What a report has to say beside its result.
ExitCode remark(const Report& report, const Arguments& arguments, bool warns, const TerminalStyle& style) {
  if (warns) {
    for (const ReportWarning& warning : report.warnings) complain(warning_text(warning.message, style));
  }
  if (!arguments.quiet) remark_empty_filter(report, arguments.selection, style);
  if (!arguments.strict || report.totals.complete) return ExitCode::fine;
  complain(error_text({.what = "the cost of some of the model is not known, and --strict is given",
                       .where = report.path,
                       .next = "the report without --strict names what is not known, and why"},
                      style));
  return ExitCode::incomplete;
}

}  // namespace

ExitCode count(const Arguments& arguments) {
  const std::vector<ModelPath> models = find_models(arguments.models);
  const bool several = models.size() > 1 || models[0].found;
  refuse_several_pictures(arguments, several);
  const TerminalStyle errors = style_of(STDERR_FILENO, arguments);
  std::optional<Comparison> comparison;
  try {
    comparison.emplace(comparison_options(arguments));
  } catch (const Error& error) {
    const std::string& table = arguments.comparison.with;
    complain(error_text(advised(error, table), table, errors));
    return error.code == ErrorCode::usage ? ExitCode::usage : ExitCode::unusable_file;
  }
  std::vector<Destination> all = destinations(arguments);
  const bool warns = !arguments.quiet && std::ranges::any_of(all, is_for_people);
  Options options = arguments.options;
  options.float_equivalent = std::ranges::any_of(all, [](const Destination& to) { return to.format == Format::json; });
  for (Destination& to : all) {
    if (!only_compares(arguments, to)) to.output.write(screen_header(arguments, to.format, several));
  }
  size_t found = 0;
  ExitCode code = ExitCode::fine;
  prepare_heap(arguments.models);
  // Static, so that the last one is never taken apart: the process ends with it.
  static std::optional<Report> report;
  for (const ModelPath& model : models) {
    try {
      report.reset();
      report = analyze_model(model.path, options);
      ++found;
      comparison->add(*report);
      for (Destination& to : all) write_report(*report, arguments, several, comparison->size(), to);
      code = std::max(code, remark(*report, arguments, warns, errors));
    } catch (const Error& error) {
      if (is_passed_over(model, error)) continue;
      ++found;
      complain(error_text(advised(error, model.path), model.path, errors));
      comparison->add(error, model.path);
      for (Destination& to : all) write_failure(error, model.path, arguments, several, to);
      code = std::max(code, error.code == ErrorCode::usage ? ExitCode::usage : ExitCode::unusable_file);
    }
  }
  if (found == 0) {
    complain(error_text({.what = "there is no model file in the folder",
                         .where = arguments.models[0],
                         .next = "'flopstat formats' lists the formats that can be read"},
                        errors));
    code = ExitCode::unusable_file;
  }
  for (Destination& to : all) {
    finish(*comparison, arguments, several, to);
    if (!to.output.is_standard() && !arguments.quiet) complain(fmt::format("wrote {}\n", to.output.name()));
  }
  return code;
}

}  // namespace flopstat::cli
