#include "reports/markdown.h"

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/units.h"

namespace flopstat {

void write_markdown(const Report& report, const Table& table, const TerminalStyle& style, std::string& out) {
  const uint64_t unknown = report.totals.unknown_nodes;
  out += fmt::format("**{}** ({}, {} {}, convention {}{})\n\n", markdown_text(shown_file_name(report.path, style)),
                     report.format, thousands(report.totals.nodes), report.totals.nodes == 1 ? "op" : "ops",
                     report.convention, unknown > 0 ? fmt::format(", {} not known", thousands(unknown)) : "");
  table.write_markdown(out);
}

}  // namespace flopstat
