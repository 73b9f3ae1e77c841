#pragma once

#include <string>
#include <vector>

#include "reports/budget_check.h"
#include "reports/style.h"

/// What was checked, for people. Everything that comes from a file is escaped.
namespace flopstat {

/// The word of a rule in reports for programs: "max-macs", "baseline-macs", "baseline" of a model that it lacks.
std::string rule_id(const CheckedRule& rule);

/// What a rule that did not pass found: "MACs 89,400: 39,400 (78.8%) more than the limit of 50,000". Of one that
/// passed: "MACs 42,200 of at most 50,000".
std::string sentence(const CheckedRule& rule, const TerminalStyle& style);

/// "most of it: #0 FULLY_CONNECTED dense/output 78,400 (87.7%), ..."; empty where nothing is told of the parts.
std::string culprits_text(const CheckedRule& rule, const TerminalStyle& style);

/// "#0 FULLY_CONNECTED dense/output": the row, or the name of an activation.
std::string culprit_name(const Culprit& culprit, const TerminalStyle& style);

/// What can be done about a rule that did not pass; empty where that is for the user to know.
std::string advice(const CheckedRule& rule);

/// "2 models, 7 rules: 6 passed, 1 failed".
std::string counts_text(const std::vector<CheckedModel>& models);

/// Appends a table for each model, a line for each rule, then why those that did not pass did not, and the counts.
void write_check(const std::vector<CheckedModel>& models, const TerminalStyle& style, std::string& out);

/// Appends the same as GitHub's Markdown has it.
void write_check_markdown(const std::vector<CheckedModel>& models, const TerminalStyle& style, std::string& out);

}  // namespace flopstat
