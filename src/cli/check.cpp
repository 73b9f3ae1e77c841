#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bytes/file.h"
#include "cli/commands.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/outputs.h"
#include "cli/terminal.h"
#include "reports/baseline.h"
#include "reports/budget_check.h"
#include "reports/budget_file.h"
#include "reports/check_github.h"
#include "reports/check_json.h"
#include "reports/check_junit.h"
#include "reports/check_sarif.h"
#include "reports/check_text.h"
#include "reports/error_text.h"

namespace flopstat::cli {
namespace {

namespace fs = std::filesystem;

/// A model that is to be checked; `found` as in `ModelPath`.
struct Task {
  BudgetEntry entry;
  bool found = false;
};

/// What is to be checked.
struct Plan {
  std::vector<Task> tasks = {};
  std::string baseline = {};  ///< path, or empty
};

ExitCode code_of(const Error& error) {
  return error.code == ErrorCode::usage ? ExitCode::usage : ExitCode::unusable_file;
}

// ---- What is asked

/// The file of budgets that the user names, or the one that lies here where no model is named. Throws `Error`.
BudgetFile budget_file(const Arguments& arguments) {
  const std::string here(kBudgetFileName);
  std::error_code unknown;
  if (!arguments.config.empty()) return read_budget_file(File::open(arguments.config));
  if (!arguments.models.empty()) return {};
  if (fs::exists(here, unknown)) return read_budget_file(File::open(here));
  throw UsageError{{fmt::format("no model is given, and there is no {} here", here),
                    {},
                    fmt::format("{} names models and what they may cost", here),
                    "flopstat check MODEL --max-macs 10M, or flopstat check --config FILE"}};
}

bool same_file(const std::string& a, const std::string& b) {
  return fs::path(a).lexically_normal() == fs::path(b).lexically_normal();
}

/// What the file says of the model, or of all others.
BudgetEntry entry_of(const std::string& path, const BudgetFile& file) {
  const auto named =
      std::ranges::find_if(file.models, [&](const BudgetEntry& each) { return same_file(each.path, path); });
  BudgetEntry entry = named == file.models.end() ? file.defaults : *named;
  entry.path = path;
  return entry;
}

/// Lets the command line go before the file.
void prefer(const Arguments& arguments, BudgetEntry& entry) {
  const Options& said = arguments.options;
  const Options usual;
  Options& options = entry.options;
  for (const auto& [name, size] : said.dims) options.dims[name] = size;
  for (const auto& [name, shape] : said.inputs) options.inputs[name] = shape;
  for (const auto& [name, contents] : said.contents) options.contents[name] = contents;
  if (!said.image_size.empty()) options.image_size = said.image_size;
  if (!said.signature.empty()) options.signature = said.signature;
  if (!said.tag.empty()) options.tag = said.tag;
  if (said.convention != usual.convention) options.convention = said.convention;
  if (!said.rules.empty()) options.rules = said.rules;
  if (said.qdq != usual.qdq) options.qdq = said.qdq;
  if (said.as_float) options.as_float = true;
  for (const Limit& limit : arguments.budget.limits) set(entry.budget, limit);
  for (const Allowance& allowance : arguments.budget.allowances) set(entry.budget, allowance);
}

/// Nothing passes because nothing was asked of it.
void require_rules(const Plan& plan) {
  for (const Task& task : plan.tasks) {
    if (!plan.baseline.empty() || !task.entry.budget.limits.empty()) continue;
    throw UsageError{{fmt::format("there is no rule for {}", task.entry.path),
                      {},
                      "a rule is a limit, or a baseline that nothing may exceed",
                      "flopstat check MODEL --max-macs 10M, or --baseline FILE"}};
  }
}

/// An allowance is of a baseline.
void require_baseline(const Plan& plan, const Arguments& arguments) {
  if (arguments.budget.allowances.empty() || !plan.baseline.empty()) return;
  throw UsageError{{fmt::format("'--allow {}' needs a baseline", arguments.budget.allowances[0].text),
                    {},
                    "it is what figures may be above their baseline",
                    "flopstat MODEL... --json > main.json, and later --baseline main.json"}};
}

/// Throws `Error` and `UsageError`.
Plan plan_of(const Arguments& arguments) {
  BudgetFile file = budget_file(arguments);
  Plan plan{.baseline = arguments.baseline.empty() ? file.baseline : arguments.baseline};
  for (const ModelPath& model : find_models(arguments.models)) {
    plan.tasks.push_back({entry_of(model.path, file), model.found});
  }
  if (arguments.models.empty()) {
    for (BudgetEntry& entry : file.models) plan.tasks.push_back({std::move(entry)});
  }
  if (plan.tasks.empty()) {
    throw UsageError{{fmt::format("{} names no model", arguments.config.empty() ? kBudgetFileName : arguments.config),
                      {},
                      {},
                      "[model.NAME] with path = 'model.tflite' and max_macs = '10M'"}};
  }
  for (Task& task : plan.tasks) prefer(arguments, task.entry);
  require_baseline(plan, arguments);
  require_rules(plan);
  return plan;
}

// ---- What is found

/// What was checked, what the reports warn of, and the exit code.
struct Findings {
  std::vector<CheckedModel> models = {};
  std::vector<std::string> warnings = {};
  ExitCode code = ExitCode::fine;
};

ExitCode code_of(const std::vector<CheckedRule>& rules, bool strict) {
  ExitCode code = ExitCode::fine;
  for (const CheckedRule& rule : rules) {
    if (rule.verdict == Verdict::failed) code = std::max(code, ExitCode::gate_failed);
    if (rule.verdict == Verdict::unknown) code = std::max(code, ExitCode::incomplete);
    if (rule.verdict == Verdict::new_model && strict) code = std::max(code, ExitCode::incomplete);
  }
  return code;
}

void check_model(const Task& task, const Baseline* baseline, const Arguments& arguments, const TerminalStyle& style,
                 Findings& findings) {
  const BudgetEntry& entry = task.entry;
  CheckedModel model{.name = entry.name, .path = entry.path};
  try {
    const Report report = analyze_model(entry.path, entry.options);
    model.convention = report.convention;
    model.dims = report.dims;
    model.rules = check(report, entry.budget, baseline);
    for (const ReportWarning& warning : report.warnings) {
      findings.warnings.push_back(fmt::format("{}: {}", report.path, warning.message));
    }
    findings.code = std::max(findings.code, code_of(model.rules, arguments.strict));
    if (arguments.strict && !report.totals.complete) findings.code = std::max(findings.code, ExitCode::incomplete);
  } catch (const Error& error) {
    if (is_passed_over({entry.path, task.found}, error)) return;
    complain(error_text(advised(error, entry.path), entry.path, style));
    findings.code = std::max(findings.code, code_of(error));
    model.error = error;
  }
  findings.models.push_back(std::move(model));
}

// ---- What is said

/// Whether what is written there tells a reader of the log why a rule did not pass.
bool is_for_people(Format format) { return format == Format::terminal || format == Format::github; }

void write(const Findings& findings, const std::string& baseline, const Arguments& arguments, Format format,
           const TerminalStyle& style, std::string& out) {
  if (format == Format::json) {
    write_check_json(findings.models, baseline, out);
    out += '\n';
  } else if (format == Format::sarif) {
    write_check_sarif(findings.models, out);
    out += '\n';
  } else if (format == Format::github) {
    write_check_github(findings.models, out);
  } else if (format == Format::junit) {
    write_check_junit(findings.models, out);
  } else if (format == Format::markdown) {
    const TerminalStyle page{.utf8 = true, .exact = arguments.exact, .units = arguments.units};
    write_check_markdown(findings.models, page, out);
  } else {
    write_check(findings.models, style, out);
  }
}

/// Why rules did not pass, where nothing else tells people.
void complain_of_rules(const Findings& findings, const TerminalStyle& style) {
  for (const CheckedModel& model : findings.models) {
    for (const CheckedRule& rule : model.rules) {
      if (rule.verdict != Verdict::failed && rule.verdict != Verdict::unknown) continue;
      complain(error_text({sentence(rule, style), model.path, culprits_text(rule, style), advice(rule)}, style));
    }
  }
}

/// Says that models are new, which is no error and may be a mistake.
void warn_of_new_models(const Findings& findings, const std::string& baseline, const TerminalStyle& style) {
  for (const CheckedModel& model : findings.models) {
    if (std::ranges::find(model.rules, Verdict::new_model, &CheckedRule::verdict) == model.rules.end()) continue;
    complain(warning_text(fmt::format("{} is not in the baseline, and nothing was compared", model.path), style));
    complain(help_line(fmt::format("write it anew: flopstat MODEL... --json > {}", baseline), style));
  }
}

}  // namespace

ExitCode check(const Arguments& arguments) {
  const TerminalStyle errors = style_of(STDERR_FILENO, arguments);
  Plan plan;
  std::optional<Baseline> baseline;
  std::string reading = arguments.config.empty() ? std::string(kBudgetFileName) : arguments.config;
  try {
    plan = plan_of(arguments);
    reading = plan.baseline;
    if (!plan.baseline.empty()) baseline = read_baseline(File::open(plan.baseline));
  } catch (const Error& error) {
    complain(error_text(advised(error, reading), reading, errors));
    return code_of(error);
  }
  Findings findings;
  for (const Task& task : plan.tasks) {
    check_model(task, baseline ? &*baseline : nullptr, arguments, errors, findings);
  }
  bool for_people = false;
  write_outputs(arguments, [&](Format format, const TerminalStyle& style, std::string& out) {
    for_people |= is_for_people(format);
    write(findings, plan.baseline, arguments, format, style, out);
  });
  if (!for_people) complain_of_rules(findings, errors);
  if (!arguments.quiet) {
    for (const std::string& warning : findings.warnings) complain(warning_text(warning, errors));
    warn_of_new_models(findings, plan.baseline, errors);
  }
  return findings.code;
}

}  // namespace flopstat::cli
