#include "reports/check_junit.h"

#include <fmt/format.h>

#include <string_view>

#include "reports/check_text.h"
#include "reports/escape.h"
#include "reports/figure_text.h"

namespace flopstat {
namespace {

constexpr TerminalStyle kPlain{.utf8 = true};

std::string path_of(const CheckedModel& model) { return xml_text(escape(public_path(model.path))); }

/// The attributes that count a model's test cases. A model that cannot be read is one erroneous case.
std::string count_attributes(const CheckCounts& counts, bool with_skipped) {
  const uint64_t tests = counts.rules() + counts.new_models + counts.unreadable;
  const uint64_t errors = counts.unknown + counts.unreadable;
  std::string text = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", tests, counts.failed, errors);
  if (with_skipped) text += fmt::format(" skipped=\"{}\"", counts.new_models);
  return text;
}

/// The element inside a test case that did not pass.
std::string_view element_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return {};
    case Verdict::failed: return "failure";
    case Verdict::unknown: return "error";
    case Verdict::new_model: return "skipped";
  }
  return {};
}

std::string test_case(const CheckedModel& model, const CheckedRule& rule) {
  const std::string id = rule_id(rule);
  const std::string head = fmt::format("    <testcase classname=\"{}\" name=\"{}{}{}\"", path_of(model), id,
                                       rule.text.empty() ? "" : " ", xml_text(escape(rule.text)));
  const std::string_view element = element_of(rule.verdict);
  if (element.empty()) return head + "/>\n";
  std::string text = sentence(rule, kPlain);
  const std::string message = xml_text(text);
  for (const std::string& more : {culprits_text(rule, kPlain), advice(rule)}) {
    if (!more.empty()) text += "\n" + more;
  }
  return fmt::format("{}>\n      <{} type=\"{}\" message=\"{}\">{}</{}>\n    </testcase>\n", head, element, id, message,
                     xml_text(text), element);
}

std::string unreadable_case(const CheckedModel& model) {
  const std::string message = xml_text(escape(model.error->message));
  return fmt::format(
      "    <testcase classname=\"{}\" name=\"is readable\">\n"
      "      <error type=\"{}\" message=\"{}\"/>\n    </testcase>\n",
      path_of(model), name_of(model.error->code), message);
}

}  // namespace

void write_check_junit(const std::vector<CheckedModel>& models, std::string& out) {
  out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites name=\"flopstat check\" {}>\n", count_attributes(counts_of(models), false));
  for (const CheckedModel& model : models) {
    const std::string name = model.name.empty() ? path_of(model) : xml_text(escape(model.name));
    out += fmt::format("  <testsuite name=\"{}\" {}>\n", name, count_attributes(counts_of({model}), true));
    if (model.error) out += unreadable_case(model);
    for (const CheckedRule& rule : model.rules) out += test_case(model, rule);
    out += "  </testsuite>\n";
  }
  out += "</testsuites>\n";
}

}  // namespace flopstat
