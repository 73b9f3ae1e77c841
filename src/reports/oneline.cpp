#include "reports/oneline.h"

#include <fmt/format.h>

#include <string_view>

#include "reports/columns.h"
#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/units.h"

namespace flopstat {
namespace {

struct NamedFigure {
  std::string_view key;
  std::string_view words;
};

constexpr NamedFigure kFigures[] = {
    {"macs", "MACs"},     {"flops", "FLOPs"},          {"int_ops", "integer OPs"},
    {"params", "params"}, {"weight_bytes", "weights"}, {"peak_activation_bytes", "peak activations"},
};

}  // namespace

void write_oneline(const Report& report, const TerminalStyle& style, std::string& out) {
  const Totals& totals = report.totals;
  const std::string_view path = report.path == "-" ? "standard input" : public_path(report.path);
  out += fmt::format("{}: {} {}", escape(path, !style.utf8), thousands(totals.nodes), totals.nodes == 1 ? "op" : "ops");
  for (const auto& [key, words] : kFigures) {
    const Column& c = column(key);
    const std::string text = figure_text(cell(c, totals), c.quantity, !totals.complete, Form::sentence, style);
    out += fmt::format(", {} {}", text, key == "flops" ? counted_title(report) : words);
  }
  if (totals.unknown_nodes > 0) out += fmt::format(", {} not known", thousands(totals.unknown_nodes));
  out += fmt::format(" (convention {})\n", report.convention);
}

}  // namespace flopstat
