#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/outputs.h"
#include "cli/terminal.h"
#include "count/rules.h"
#include "flopstat/rules.h"
#include "formats/words.h"
#include "model/suggest.h"
#include "ops/functions.h"
#include "reports/derivation_json.h"
#include "reports/derivation_text.h"
#include "reports/escape.h"
#include "reports/notes.h"
#include "reports/terms.h"

namespace flopstat::cli {
namespace {

/// The word that lists every rule with its formulas.
constexpr std::string_view kAllRules = "rules";

// ---- Where the text goes

/// Writes to every output of the arguments what `text` and `document` make.
template <class Text, class Document>
void write_all(const Arguments& arguments, Text text, Document document) {
  write_outputs(arguments, [&](Format format, const TerminalStyle& style, std::string& out) {
    if (format == Format::json) {
      document(out);
      out += '\n';
    } else {
      text(style, out);
    }
  });
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : between).append(word);
  return text;
}

// ---- Words

/// Names with commas between them, wrapped.
void write_names(std::string_view title, const std::vector<std::string>& names, const TerminalStyle& style,
                 std::string& out) {
  out += paint(title, Emphasis::bold, style) + "\n";
  write_note(joined(names, ", "), Emphasis::plain, style, out);
  out += '\n';
}

bool is_function(const Rule& rule) {
  return std::ranges::any_of(rule.cases, [&](const Example& each) {
    const auto* unary = std::get_if<Unary>(&each.op);
    const auto* binary = std::get_if<Binary>(&each.op);
    return (unary != nullptr && name_of(unary->fn) == rule.name) ||
           (binary != nullptr && name_of(binary->fn) == rule.name);
  });
}

std::vector<std::string> rule_names(bool functions) {
  std::vector<std::string> names;
  for (const Rule& rule : rules()) {
    if (is_function(rule) == functions) names.emplace_back(rule.name);
  }
  return names;
}

void write_list(const TerminalStyle& style, std::string& out) {
  std::vector<std::string> words;
  for (const Term& term : terms()) words.emplace_back(term.name);
  write_names("words of the reports", words, style, out);
  write_names("operations, also by a format's word such as CONV_2D or Gemm", rule_names(false), style, out);
  write_names("functions", rule_names(true), style, out);
  write_note("flopstat explain WORD: one of these; 'rules': all formulas", Emphasis::plain, style, out, 0);
  write_note("flopstat explain MODEL: how its totals add up", Emphasis::plain, style, out, 0);
  write_note("flopstat explain MODEL NODE: a row by its number or name, derived step by step", Emphasis::plain, style,
             out, 0);
}

/// The rule of a canonical word, of a function, or of a format's word.
const Rule* rule_for(std::string_view word) {
  if (const Rule* rule = find_rule(word)) return rule;
  const std::optional<Op> op = operation_named(word);
  if (!op) return nullptr;
  if (const auto* unary = std::get_if<Unary>(&*op)) return find_rule(name_of(unary->fn));
  if (const auto* binary = std::get_if<Binary>(&*op)) return find_rule(name_of(binary->fn));
  return find_rule(name_of(*op));
}

void write_rule(const Rule& rule, const TerminalStyle& style, std::string& out) {
  out += paint(rule.name, Emphasis::bold, style) + "\n";
  write_note(rule.what, Emphasis::plain, style, out);
  write_note(fmt::format("source: {}", rule.source), Emphasis::plain, style, out);
  if (rule.cases.empty()) write_note("no arithmetic of its own; bytes only", Emphasis::plain, style, out);
  for (const Example& each : rule.cases) {
    const std::string title = each.title.empty() ? "" : fmt::format(": {}", each.title);
    out += '\n';
    out += paint(fmt::format("example{}", title), Emphasis::bold, style) + "\n";
    const Report report = counted(each);
    write_example(report, report.rows[0], style, out);
  }
}

void write_rules(const TerminalStyle& style, std::string& out) {
  for (const Rule& rule : rules()) {
    write_note(fmt::format("{}: {} [{}]", rule.name, rule.what, rule.source), Emphasis::bold, style, out, 0);
    if (rule.cases.empty()) write_note("no arithmetic", Emphasis::plain, style, out);
    for (const Example& each : rule.cases) {
      const Report report = counted(each);
      write_formulas(each.title, report.rows[0], style, out);
    }
  }
}

void write_term(const Term& term, const TerminalStyle& style, std::string& out) {
  out += paint(term.name, Emphasis::bold, style) + "\n";
  write_note(style.utf8 ? std::string(term.meaning) : escape(term.meaning, true), Emphasis::plain, style, out);
}

UsageError unknown_word(const std::string& word) {
  std::vector<std::string_view> names;
  for (const Term& term : terms()) names.push_back(term.name);
  for (const Rule& rule : rules()) names.push_back(rule.name);
  const std::string_view meant = closest(word, names);
  return {{fmt::format("there is nothing to explain under '{}'", word),
           {},
           "it is no word of the reports, no operation, and no file",
           meant.empty() ? "'flopstat explain' lists what there is" : fmt::format("did you mean '{}'?", meant)}};
}

/// Writes the term or the rules of a topic; false where there is none.
bool explain_topic(const std::string& topic, const Arguments& arguments) {
  const auto document = [](std::vector<const Term*> terms, std::vector<const Rule*> rules) {
    return [terms = std::move(terms), rules = std::move(rules)](std::string& out) {
      std::vector<ExplainedRule> explained;
      for (const Rule* rule : rules) {
        ExplainedRule& each = explained.emplace_back(ExplainedRule{rule->name, rule->what, rule->source, {}});
        for (const Example& example : rule->cases) each.examples.push_back({example.title, counted(example)});
      }
      write_explain_json(terms, explained, out);
    };
  };
  if (topic == kAllRules) {
    std::vector<const Rule*> all;
    for (const Rule& rule : rules()) all.push_back(&rule);
    write_all(arguments, write_rules, document({}, std::move(all)));
    return true;
  }
  if (const Rule* rule = rule_for(topic)) {
    const auto text = [&](const TerminalStyle& style, std::string& out) { write_rule(*rule, style, out); };
    write_all(arguments, text, document({}, {rule}));
    return true;
  }
  if (const Term* term = find_term(topic)) {
    const auto text = [&](const TerminalStyle& style, std::string& out) { write_term(*term, style, out); };
    write_all(arguments, text, document({term}, {}));
    return true;
  }
  return false;
}

void explain_all(const Arguments& arguments) {
  std::vector<const Term*> all;
  for (const Term& term : terms()) all.push_back(&term);
  write_all(arguments, write_list, [&](std::string& out) { write_explain_json(all, {}, out); });
}

// ---- Models

std::optional<uint32_t> row_number(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Rows of that name; where there are none, those whose name has it in it.
std::vector<uint32_t> rows_named(const Report& report, std::string_view name) {
  std::vector<uint32_t> exact, partly;
  for (const Row& row : report.rows) {
    if (row.name == name) exact.push_back(row.index);
    if (row.name.find(name) != std::string_view::npos) partly.push_back(row.index);
  }
  return exact.empty() ? partly : exact;
}

std::string shown(const Row& row) {
  return row.name.empty() ? fmt::format("#{} {}", row.index, row.type)
                          : fmt::format("#{} {} '{}'", row.index, row.type, row.name);
}

UsageError no_such_row(const Report& report, const std::string& path, const std::string& node) {
  std::vector<std::string_view> names;
  for (const Row& row : report.rows) names.push_back(row.name);
  const std::string_view meant = closest(node, names);
  const std::string range =
      report.rows.empty() ? "the model has no rows" : fmt::format("its rows are #0 to #{}", report.rows.size() - 1);
  const std::string next = meant.empty() ? fmt::format("flopstat ops {} lists them", path)
                                         : fmt::format("did you mean '{}'? (flopstat ops {} lists all)", meant, path);
  return {{fmt::format("the model has no node '{}'", node), path, range, next}};
}

UsageError several_rows(const Report& report, const std::string& path, const std::string& node,
                        const std::vector<uint32_t>& rows) {
  constexpr size_t kShown = 8;
  std::vector<std::string> names;
  for (size_t i = 0; i < std::min(rows.size(), kShown); ++i) names.push_back(shown(report.rows[rows[i]]));
  std::string all = joined(names, ", ");
  if (rows.size() > kShown) all += fmt::format(" and {} more", rows.size() - kShown);
  return {{fmt::format("'{}' names {} rows", node, rows.size()), path, all,
           fmt::format("flopstat explain {} {}", path, rows[0])}};
}

/// The one row that the user means. Throws `UsageError`.
uint32_t find_row(const Report& report, const std::string& path, const std::string& node) {
  const std::optional<uint32_t> number = row_number(node);
  if (number && *number < report.rows.size()) return *number;
  const std::vector<uint32_t> rows = rows_named(report, node);
  if (rows.size() > 1) throw several_rows(report, path, node, rows);
  if (rows.empty() || number) throw no_such_row(report, path, node);
  return rows[0];
}

/// The same under flopstat's own convention, where another one is asked for.
std::optional<Report> by_flopstat(const std::string& path, Options options) {
  const std::string own = Options().convention;
  if (options.convention == own) return std::nullopt;
  options.convention = own;
  return analyze_model(path, options);
}

ExitCode explain_model(const Arguments& arguments) {
  const std::string& path = arguments.models[0];
  Options options = arguments.options;
  options.derive = true;
  const Report report = analyze_model(path, options);
  if (arguments.models.size() == 1) {
    std::vector<uint32_t> all(report.rows.size());
    for (uint32_t i = 0; i < all.size(); ++i) all[i] = i;
    const auto text = [&](const TerminalStyle& style, std::string& out) {
      write_totals_derivation(report, style, out);
    };
    write_all(arguments, text, [&](std::string& out) { write_explain_json(report, all, out); });
  } else {
    const uint32_t row = find_row(report, path, arguments.models[1]);
    const std::optional<Report> own = by_flopstat(path, options);
    const auto text = [&](const TerminalStyle& style, std::string& out) {
      write_row_derivation(report, report.rows[row], style, out, own ? &own->rows[row] : nullptr);
    };
    write_all(arguments, text, [&](std::string& out) { write_explain_json(report, {row}, out); });
  }
  return arguments.strict && !report.totals.complete ? ExitCode::incomplete : ExitCode::fine;
}

ExitCode complain_about(const Error& error, const std::string& path, const Arguments& arguments) {
  complain(error_text(advised(error, path), path, style_of(STDERR_FILENO, arguments)));
  return error.code == ErrorCode::usage ? ExitCode::usage : ExitCode::unusable_file;
}

// ---- Rules files to begin with

/// `--template TYPE`, `--template MODEL`, or both in either order.
ExitCode write_template(const Arguments& arguments) {
  std::vector<std::string> words = arguments.models;
  const std::string usage = "flopstat explain --template TYPE, flopstat explain MODEL --template, or both words";
  if (words.empty() || words.size() > 2) {
    throw UsageError{{"--template takes the type of an operator, a model, or both", {}, {}, usage}};
  }
  if (!arguments.outputs.empty() || arguments.format != Format::terminal) {
    throw UsageError{{"a rules file is TOML on standard output", {}, {}, usage + " > my.toml"}};
  }
  if (words.size() == 1 && !looks_like_a_file(words[0])) {
    Output::standard().write(rules_template(words[0]));
    return ExitCode::fine;
  }
  if (words.size() == 2 && !looks_like_a_file(words[0])) std::swap(words[0], words[1]);
  try {
    Output::standard().write(rules_template_of(words[0], words.size() == 2 ? words[1] : "", arguments.options));
    return ExitCode::fine;
  } catch (const Error& error) {
    return complain_about(error, words[0], arguments);
  }
}

}  // namespace

ExitCode explain(const Arguments& arguments) {
  if (arguments.rules_template) return write_template(arguments);
  const std::vector<std::string>& words = arguments.models;
  if (words.empty()) return explain_all(arguments), ExitCode::fine;
  const std::string topic = joined(words, " ");
  if (explain_topic(topic, arguments)) return ExitCode::fine;
  if (!looks_like_a_file(words[0])) throw unknown_word(topic);
  if (words.size() > 2) {
    throw UsageError{{fmt::format("one node at a time: '{}' is one too many", words[2]),
                      {},
                      {},
                      "flopstat explain MODEL NODE, a name with spaces in quotes"}};
  }
  try {
    return explain_model(arguments);
  } catch (const Error& error) {
    return complain_about(error, words[0], arguments);
  }
}

}  // namespace flopstat::cli
