#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flopstat/report.h"
#include "reports/terms.h"

namespace flopstat {

/// A worked example: the report of a model of one node.
struct ExplainedExample {
  std::string_view title;
  Report report;
};

/// An operation, how it is counted, and where that is defined.
struct ExplainedRule {
  std::string_view name;
  std::string_view what;
  std::string_view source;
  std::vector<ExplainedExample> examples;
};

/// Appends the document of `explain` for words and operations.
void write_explain_json(const std::vector<const Term*>& terms, const std::vector<ExplainedRule>& rules,
                        std::string& out);

/// Appends the document of `explain` for these rows of a report made with `Options::derive` (docs/explain.schema.json).
void write_explain_json(const Report& report, const std::vector<uint32_t>& rows, std::string& out);

}  // namespace flopstat
