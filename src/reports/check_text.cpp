#include "reports/check_text.h"

#include <fmt/format.h>

#include <string_view>

#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/notes.h"
#include "reports/prose.h"
#include "reports/table.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kIndentOfReasons = 8;

std::string_view word_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return "ok";
    case Verdict::failed: return "FAIL";
    case Verdict::unknown: return "?";
    case Verdict::new_model: return "new";
  }
  return {};
}

Emphasis emphasis_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return Emphasis::plain;
    case Verdict::failed: return Emphasis::error;
    case Verdict::unknown:
    case Verdict::new_model: return Emphasis::warn;
  }
  return Emphasis::plain;
}

std::string amount_text(const CheckedRule& rule, uint64_t amount, const TerminalStyle& style) {
  return figure_text(amount, rule.figure->kind().quantity, false, Form::column, style);
}

std::string value_text(const CheckedRule& rule, const TerminalStyle& style) {
  const Cell cell = rule.value ? Cell{*rule.value} : Cell{NoNumber::unknown};
  return figure_text(cell, rule.figure->kind().quantity, rule.lower_bound, Form::column, style);
}

/// The value against what it may be, or against the baseline: "+39,400", "=", "?" where it is not known.
ComparedFigure compared(const CheckedRule& rule) {
  return {.key = rule.figure->key,
          .a = rule.against_baseline ? rule.baseline : Figure(rule.most),
          .b = rule.value,
          .b_complete = !rule.lower_bound};
}

/// " (+78.8%)": how far above what it may be, or above the baseline; empty where that is not known.
std::string distance_text(const CheckedRule& rule) {
  const ComparedFigure figure = compared(rule);
  if (rule.lower_bound || !rule.value || !figure.a || *figure.a == 0) return {};
  return fmt::format(" ({})", percent_text(figure));
}

std::string rule_text(const CheckedRule& rule) {
  return rule.against_baseline ? "baseline " + rule.text : "at most " + rule.text;
}

/// Of a rule that has a figure.
std::vector<std::string> cells_of(const CheckedRule& rule, const TerminalStyle& style) {
  const ComparedFigure figure = compared(rule);
  const bool has_limit = !rule.against_baseline || rule.baseline;
  return {std::string(word_of(rule.verdict)),
          std::string(rule.figure->kind().title),
          value_text(rule, style),
          has_limit ? amount_text(rule, rule.most, style) : "?",
          difference_text(figure, style),
          percent_text(figure),
          rule_text(rule)};
}

constexpr int kPercentPriority = 2;
constexpr int kDifferencePriority = 3;
constexpr int kRulePriority = 1;

Table rules_table(const CheckedModel& model, const TerminalStyle& style) {
  Table table;
  table.columns = {{.title = "", .align = Table::Align::left},
                   {.title = "Figure", .align = Table::Align::left},
                   {.title = "Value"},
                   {.title = "At most"},
                   {.title = "Difference", .priority = kDifferencePriority},
                   {.title = "%", .priority = kPercentPriority},
                   {.title = "Rule", .align = Table::Align::left, .priority = kRulePriority}};
  for (const CheckedRule& rule : model.rules) {
    if (rule.figure != nullptr) table.rows.push_back({cells_of(rule, style), emphasis_of(rule.verdict)});
  }
  return table;
}

/// What a model is called: its name in the file of budgets, and its path.
std::string title_of(const CheckedModel& model, const TerminalStyle& style) {
  const std::string path = model.path == "-" ? "standard input" : escape(public_path(model.path), !style.utf8);
  return model.name.empty() ? path : fmt::format("{} ({})", escape(model.name, !style.utf8), path);
}

std::string verdicts_text(const CheckCounts& counts) {
  std::string text = fmt::format("{} passed", thousands(counts.passed));
  if (counts.failed > 0) text += fmt::format(", {} failed", thousands(counts.failed));
  if (counts.unknown > 0) text += fmt::format(", {} not known", thousands(counts.unknown));
  return text;
}

std::string plural(uint64_t count, std::string_view word) {
  return fmt::format("{} {}{}", thousands(count), word, count == 1 ? "" : "s");
}

}  // namespace

std::string rule_id(const CheckedRule& rule) {
  if (rule.figure == nullptr) return "baseline";
  return fmt::format("{}-{}", rule.against_baseline ? "baseline" : "max", rule.figure->word);
}

std::string sentence(const CheckedRule& rule, const TerminalStyle& style) {
  if (rule.figure == nullptr) return "nothing to compare with: " + escape(rule.unknown, !style.utf8);
  const std::string_view title = rule.figure->kind().title;
  const std::string most = amount_text(rule, rule.most, style);
  switch (rule.verdict) {
    case Verdict::passed: return fmt::format("{} {} of at most {}", title, value_text(rule, style), most);
    case Verdict::new_model:
    case Verdict::unknown: {
      const std::string known =
          rule.lower_bound ? fmt::format("{}, and maybe more", value_text(rule, style)) : std::string("not known");
      return fmt::format("{} {}: {}", title, known, escape(rule.unknown, !style.utf8));
    }
    case Verdict::failed: break;
  }
  const uint64_t from = rule.against_baseline ? rule.baseline.value_or(0) : rule.most;
  const std::string more = amount_text(rule, rule.value.value_or(0) - from, style);
  const std::string at_least = rule.lower_bound ? "at least " : "";
  const std::string limit = rule.against_baseline ? fmt::format("the baseline's {}, and {} is allowed",
                                                                amount_text(rule, from, style), rule.text)
                                                  : fmt::format("the limit of {}", most);
  return fmt::format("{} {}: {}{}{} more than {}", title, value_text(rule, style), at_least, more, distance_text(rule),
                     limit);
}

std::string culprit_name(const Culprit& culprit, const TerminalStyle& style) {
  const std::string name = escape(culprit.name, !style.utf8);
  if (!culprit.row) return name;
  return fmt::format("#{} {}{}{}", *culprit.row, escape(culprit.type, !style.utf8), name.empty() ? "" : " ", name);
}

std::string culprits_text(const CheckedRule& rule, const TerminalStyle& style) {
  std::string text;
  bool grown = false;
  for (const Culprit& each : rule.culprits) {
    const std::string amount = amount_text(rule, each.amount, style);
    std::string how;
    if (each.before) {
      grown = true;
      how = *each.before == 0 ? fmt::format("new, {}", amount)
                              : fmt::format("{} -> {}", amount_text(rule, *each.before, style), amount);
    } else {
      how = rule.value && *rule.value > 0 ? fmt::format("{} ({})", amount, percent(each.amount, *rule.value)) : amount;
    }
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", culprit_name(each, style), how);
  }
  if (text.empty()) return text;
  return (grown ? "grew most: " : "most of it: ") + text;
}

std::string advice(const CheckedRule& rule) {
  if (rule.verdict != Verdict::unknown || !rule.lower_bound) return {};
  return "a lower bound passes no limit: 'flopstat explain MODEL --template' writes a rules file for what is not "
         "known, "
         "which --rules reads";
}

std::string counts_text(const std::vector<CheckedModel>& models) {
  const CheckCounts counts = counts_of(models);
  std::string text =
      fmt::format("{}, {}: {}", plural(models.size(), "model"), plural(counts.rules(), "rule"), verdicts_text(counts));
  if (counts.new_models > 0) text += fmt::format("; {} not in the baseline", plural(counts.new_models, "model"));
  if (counts.unreadable > 0) text += fmt::format("; {} cannot be read", plural(counts.unreadable, "model"));
  return text;
}

void write_check(const std::vector<CheckedModel>& models, const TerminalStyle& style, std::string& out) {
  for (const CheckedModel& model : models) {
    out += paint(title_of(model, style), Emphasis::bold, style) + "\n";
    if (model.error) {
      write_note(fmt::format("cannot be read: {}", escape(model.error->message, !style.utf8)), Emphasis::error, style,
                 out);
    }
    const Table table = rules_table(model, style);
    if (!table.rows.empty()) table.write(style, kIndent, out);
    std::string reasons;
    for (const CheckedRule& rule : model.rules) {
      if (rule.verdict == Verdict::passed) continue;
      write_note(fmt::format("{:<4}  {}", word_of(rule.verdict), sentence(rule, style)), emphasis_of(rule.verdict),
                 style, reasons);
      for (const std::string& more : {culprits_text(rule, style), advice(rule)}) {
        if (!more.empty()) write_note(more, Emphasis::plain, style, reasons, kIndentOfReasons);
      }
    }
    if (!reasons.empty()) out.append(table.rows.empty() ? "" : "\n").append(reasons);
    out += '\n';
  }
  write_note(counts_text(models), Emphasis::bold, style, out, 0);
}

void write_check_markdown(const std::vector<CheckedModel>& models, const TerminalStyle& style, std::string& out) {
  out += fmt::format("**flopstat check**: {}\n", counts_text(models));
  for (const CheckedModel& model : models) {
    out += fmt::format("\n### {}\n\n", markdown_text(title_of(model, style)));
    if (model.error) {
      out += fmt::format("**cannot be read**: {}\n", markdown_text(escape(model.error->message)));
      continue;
    }
    const Table table = rules_table(model, style);
    if (!table.rows.empty()) table.write_markdown(out);
    std::string reasons;
    for (const CheckedRule& rule : model.rules) {
      if (rule.verdict == Verdict::passed) continue;
      reasons += fmt::format("- **{}** {}", word_of(rule.verdict), markdown_text(sentence(rule, style)));
      for (const std::string& more : {culprits_text(rule, style), advice(rule)}) {
        if (!more.empty()) reasons += fmt::format("; {}", markdown_text(more));
      }
      reasons += '\n';
    }
    if (!reasons.empty()) out.append(table.rows.empty() ? "" : "\n").append(reasons);
  }
}

}  // namespace flopstat
