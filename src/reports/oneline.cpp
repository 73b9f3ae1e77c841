#include "reports/oneline.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

#include "flopstat/training.h"
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

/// Layers that the file names; the operations where it names none.
uint64_t layers_of(const Report& report) {
  std::set<std::string_view> scopes;
  for (const Row& row : report.rows) {
    if (!row.scope.empty()) scopes.insert(row.scope);
  }
  return scopes.empty() ? report.rows.size() : scopes.size();
}

/// 10^9 operations with six digits behind the point.
std::string giga(const Figure& flops, bool complete, const TerminalStyle& style) {
  if (!flops || (!complete && *flops == 0)) return "?";
  const std::string_view bound = complete ? "" : style.utf8 ? "≥" : ">=";
  return fmt::format("{}{}.{:06}", bound, thousands(*flops / 1'000'000'000), *flops % 1'000'000'000 / 1'000);
}

/// "8 layers, 10,698 parameters, 10,698 gradients, 0.001720 GFLOPs a step of sgd".
void write_step(const Report& report, const TerminalStyle& style, std::string& out) {
  const Training& training = *report.training;
  const uint64_t layers = layers_of(report);
  const Column& params = column("params");
  const auto exact = [](const Cell& cell) {
    const uint64_t* count = std::get_if<uint64_t>(&cell);
    return count == nullptr ? std::string("?") : thousands(*count);
  };
  const bool counted = training.unknown.empty();
  out += fmt::format("{} {}, {} parameters, {} gradients, {} GFLOPs a step of {}", thousands(layers),
                     layers == 1 ? "layer" : "layers", exact(cell(params, report.totals)),
                     counted ? thousands(training.trained_params) : "?",
                     counted ? giga(training.step.flops, training.complete, style) : "?", training.optimizer);
  if (training.unknown_rows > 0) out += fmt::format(", {} not known", thousands(training.unknown_rows));
}

}  // namespace

void write_oneline(const Report& report, const TerminalStyle& style, std::string& out) {
  const Totals& totals = report.totals;
  const std::string_view path = report.path == "-" ? "standard input" : public_path(report.path);
  if (report.training) {
    out += escape(path, !style.utf8) + ": ";
    write_step(report, style, out);
    out += fmt::format(" (convention {})\n", report.convention);
    return;
  }
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
