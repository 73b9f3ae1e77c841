#include "reports/share.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kBarWidth = 12;

/// A bar of at most `kBarWidth` columns, full where a part exceeds the whole.
std::string bar(uint64_t part, uint64_t whole, const TerminalStyle& style) {
  const double length = kBarWidth * static_cast<double>(std::min(part, whole)) / static_cast<double>(whole);
  std::string text;
  if (!style.utf8) return text.append(static_cast<size_t>(std::lround(length)), '#');
  constexpr std::string_view eighth_blocks[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<size_t>(std::lround(length * 8));
  for (size_t i = 0; i < eighths / 8; ++i) text += "█";
  return text.append(eighth_blocks[eighths % 8]);
}

}  // namespace

Share share_of_macs(const Figures& figures, bool unknown, const Totals& totals, const TerminalStyle& style) {
  if (!figures.macs || !totals.figures.macs || (unknown && *figures.macs == 0)) return {"?", ""};
  if (*totals.figures.macs == 0) return {"-", ""};
  return {percent(*figures.macs, *totals.figures.macs), bar(*figures.macs, *totals.figures.macs, style)};
}

bool shows_column(std::string_view key, const Totals& totals) {
  const Figures& figures = totals.figures;
  if (key == "flops") return figures.flops != 0u || figures.int_ops == 0u;
  if (key == "int_ops") return figures.int_ops != 0u;
  return true;
}

}  // namespace flopstat
