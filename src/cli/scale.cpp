#include "flopstat/scale.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/outputs.h"
#include "cli/terminal.h"
#include "reports/csv.h"
#include "reports/scaling.h"

namespace flopstat::cli {
namespace {

void write_screen(const Scaling& scaling, Format format, const TerminalStyle& style, std::string& out) {
  switch (format) {
    case Format::json:
      write_scaling_json(scaling, out);
      out += '\n';
      break;
    case Format::csv: write_scaling_csv(scaling, out); break;
    case Format::markdown: {
      // Markdown is for pages, not for a terminal: characters are what they are.
      const TerminalStyle page{.utf8 = true, .exact = style.exact, .units = style.units};
      write_scaling_markdown(scaling, page, out);
      break;
    }
    case Format::terminal:
    case Format::oneline:
    case Format::svg:
    case Format::github:
    case Format::junit:
    case Format::sarif: write_scaling(scaling, style, out); break;
  }
}

/// CSV is the table, which there is for a range only.
void refuse_csv_without_range(const Arguments& arguments) {
  const auto is_csv = [&](const std::string& path) { return format_of(path, arguments) == Format::csv; };
  const bool csv =
      arguments.outputs.empty() ? arguments.format == Format::csv : std::ranges::any_of(arguments.outputs, is_csv);
  if (!csv || !arguments.ranges.empty()) return;
  throw UsageError{{"CSV is the table of a range, and no range is given",
                    {},
                    {},
                    "a range as in --dim batch=1..64, or --json for the polynomials"}};
}

}  // namespace

ExitCode scale(const Arguments& arguments) {
  if (arguments.models.size() > 1) {
    throw UsageError{{fmt::format("one model at a time: '{}' is one too many", arguments.models[1]),
                      {},
                      {},
                      "flopstat scale MODEL --dim NAME=1..64"}};
  }
  refuse_csv_without_range(arguments);
  const std::string& path = arguments.models[0];
  const TerminalStyle errors = style_of(STDERR_FILENO, arguments);
  try {
    const Scaling scaling = scale_model(path, arguments.options, arguments.ranges);
    write_outputs(arguments, [&](Format format, const TerminalStyle& style, std::string& out) {
      write_screen(scaling, format, style, out);
    });
    if (!arguments.quiet) {
      for (const ReportWarning& warning : scaling.report.warnings) complain(warning_text(warning.message, errors));
    }
    const bool all_known = std::ranges::all_of(scaling.laws, [](const ScalingLaw& law) { return law.unknown.empty(); });
    if (!arguments.strict || all_known) return ExitCode::fine;
    complain(error_text({.what = "how some figure grows is not known, and --strict is given",
                         .where = path,
                         .next = "the report without --strict names what is not known, and why"},
                        errors));
    return ExitCode::incomplete;
  } catch (const Error& error) {
    complain(error_text(advised(error, path), path, errors));
    return error.code == ErrorCode::usage ? ExitCode::usage : ExitCode::unusable_file;
  }
}

}  // namespace flopstat::cli
