#include "reports/check_github.h"

#include <fmt/format.h>

#include <string_view>

#include "reports/check_text.h"
#include "reports/escape.h"
#include "reports/figure_text.h"

namespace flopstat {
namespace {

constexpr TerminalStyle kPlain{.utf8 = true};

/// Text in which characters that end a message, or with `property` a property, mean nothing.
std::string data(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    out += special ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, c);
  }
  return out;
}

std::string command(std::string_view name, const CheckedModel& model, std::string_view title,
                    const std::string& message) {
  return fmt::format("::{} file={},title={}::{}\n", name, data(escape(public_path(model.path)), true),
                     data(title, true), data(message, false));
}

std::string_view title_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return "within its budget";
    case Verdict::failed: return "over its budget";
    case Verdict::unknown: return "not known whether within its budget";
    case Verdict::new_model: return "not in the baseline";
  }
  return {};
}

}  // namespace

void write_check_github(const std::vector<CheckedModel>& models, std::string& out) {
  for (const CheckedModel& model : models) {
    if (model.error) out += command("error", model, "cannot be read", escape(model.error->message));
    for (const CheckedRule& rule : model.rules) {
      if (rule.verdict == Verdict::passed) continue;
      std::string message = sentence(rule, kPlain);
      for (const std::string& more : {culprits_text(rule, kPlain), advice(rule)}) {
        if (!more.empty()) message += "\n" + more;
      }
      out += command(rule.verdict == Verdict::new_model ? "warning" : "error", model, title_of(rule.verdict), message);
    }
  }
  out += fmt::format("flopstat check: {}\n", counts_text(models));
}

}  // namespace flopstat
