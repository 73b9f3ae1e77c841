#include "flopstat/difference.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/outputs.h"
#include "cli/terminal.h"
#include "reports/csv.h"
#include "reports/difference_json.h"
#include "reports/difference_text.h"
#include "reports/error_text.h"
#include "reports/gate.h"
#include "reports/waterfall.h"
#include "reports/waterfall_text.h"

namespace flopstat::cli {
namespace {

/// The report of a model; none where it cannot be read, which is said.
std::optional<Report> read(const std::string& path, const Arguments& arguments, const TerminalStyle& style,
                           ExitCode& code) {
  Options options = arguments.options;
  options.skip_unmatched_names = true;
  try {
    return analyze_model(path, options);
  } catch (const Error& error) {
    complain(error_text(advised(error, path), path, style));
    code = std::max(code, error.code == ErrorCode::usage ? ExitCode::usage : ExitCode::unusable_file);
    return std::nullopt;
  }
}

bool lists(const std::vector<Error>& errors, const Error& error) {
  return std::ranges::find(errors, error.message, &Error::message) != errors.end();
}

/// The difference as the format has it; as a waterfall where one is asked for.
void write(const Report& a, const Report& b, const Difference& difference, const std::vector<GateResult>& gates,
           const Arguments& arguments, Format format, const TerminalStyle& style, std::string& out) {
  const std::optional<size_t> limit = arguments.selection.limit;
  const TerminalStyle page{.utf8 = true, .exact = arguments.exact, .units = arguments.units};
  std::optional<Waterfall> steps;
  if (arguments.waterfall != nullptr) steps = waterfall(a, b, difference, *arguments.waterfall);
  if (format == Format::json) {
    write_difference_json(a, b, difference, gates, steps ? &*steps : nullptr, out);
    out += '\n';
  } else if (format == Format::csv) {
    steps ? write_waterfall_csv(*steps, limit, out) : write_difference_csv(a, b, difference, limit, out);
  } else if (format == Format::markdown) {
    steps ? write_waterfall_markdown(a, b, *steps, limit, page, out)
          : write_difference_markdown(a, b, difference, limit, page, out);
  } else {
    steps ? write_waterfall(a, b, *steps, limit, style, out) : write_difference(a, b, difference, limit, style, out);
  }
}

/// Says which names of --dim and --input one model does not have; whether there is one that neither has.
bool refuse_unmatched(const Report& a, const Report& b, const Arguments& arguments, const TerminalStyle& style) {
  bool refused = false;
  const auto say = [&](const Report& report, const Report& other) {
    for (const Error& error : report.unmatched) {
      const bool in_neither = lists(other.unmatched, error);
      refused |= in_neither;
      if (in_neither) {
        complain(error_text(error, report.path, style));
      } else if (!arguments.quiet) {
        complain(warning_text(fmt::format("{}, only {} has one", error.message, other.path), style));
      }
    }
  };
  say(a, b);
  say(b, a);
  return refused;
}

void warn(const Report& report, const TerminalStyle& style) {
  for (const ReportWarning& warning : report.warnings) {
    complain(warning_text(fmt::format("{}: {}", report.path, warning.message), style));
  }
}

std::vector<GateResult> check_gates(const Report& a, const Report& b, const Difference& difference,
                                    const Arguments& arguments, const TerminalStyle& style) {
  std::vector<GateResult> results;
  results.reserve(arguments.gates.size());
  for (const Gate& gate : arguments.gates) results.push_back({gate.text, refusal(gate, a, b, difference, style)});
  return results;
}

}  // namespace

ExitCode diff(const Arguments& arguments) {
  const TerminalStyle errors = style_of(STDERR_FILENO, arguments);
  ExitCode code = ExitCode::fine;
  const std::optional<Report> a = read(arguments.models[0], arguments, errors, code);
  const std::optional<Report> b = read(arguments.models[1], arguments, errors, code);
  if (!a || !b) return code;
  if (refuse_unmatched(*a, *b, arguments, errors)) return ExitCode::usage;

  const Difference difference = diff(*a, *b);
  const std::vector<GateResult> gates = check_gates(*a, *b, difference, arguments, errors);
  bool for_people = false;
  write_outputs(arguments, [&](Format format, const TerminalStyle& style, std::string& out) {
    for_people |= format == Format::terminal;
    write(*a, *b, difference, gates, arguments, format, style, out);
  });
  if (for_people && !arguments.quiet) {
    warn(*a, errors);
    warn(*b, errors);
  }
  for (const GateResult& gate : gates) {
    if (!gate.refusal) continue;
    complain(error_text({.what = *gate.refusal}, errors));
    code = ExitCode::gate_failed;
  }
  if (!arguments.strict || (a->totals.complete && b->totals.complete)) return code;
  const Report& incomplete = a->totals.complete ? *b : *a;
  complain(error_text({.what = "the cost of some of the model is not known, and --strict is given",
                       .where = incomplete.path,
                       .next = "the report without --strict names what is not known, and why"},
                      errors));
  return ExitCode::incomplete;
}

}  // namespace flopstat::cli
