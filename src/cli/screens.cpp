#include "cli/screens.h"

#include "reports/csv.h"
#include "reports/json.h"
#include "reports/markdown.h"
#include "reports/memory_map.h"
#include "reports/memory_svg.h"
#include "reports/oneline.h"
#include "reports/ops.h"
#include "reports/terminal.h"
#include "reports/training.h"
#include "reports/tree.h"
#include "reports/types.h"

namespace flopstat::cli {
namespace {

void write_text(const Report& report, const Arguments& arguments, const TerminalStyle& style, std::string& out) {
  if (arguments.command == Command::ops) {
    write_ops(report, arguments.selection, style, out);
    write_training_ops(report, style, out);
  } else if (arguments.command == Command::tree) {
    write_tree(report, arguments.depth, style, out);
  } else if (arguments.command == Command::memory) {
    write_memory(report, arguments.selection.limit, style, out);
  } else {
    write_terminal(report, style, out);
  }
}

void write_document(const Report& report, const Arguments& arguments, const Drain& drain, std::string& out) {
  if (arguments.command == Command::tree) {
    write_tree_json(report, arguments.depth, out);
  } else if (arguments.command == Command::memory) {
    write_memory_json(report, out);
  } else {
    write_json(report, out, arguments.command == Command::ops ? "ops" : "count", drain);
  }
}

void write_csv(const Report& report, const Arguments& arguments, bool with_path, std::string& out) {
  if (arguments.command == Command::ops) {
    write_ops_csv(report, arguments.selection, with_path, out);
  } else {
    write_types_csv(report, with_path, out);
  }
}

/// Markdown is for pages, not for a terminal: nothing is shortened, and characters are what they are.
void write_page(const Report& report, const Arguments& arguments, std::string& out) {
  const TerminalStyle style{.utf8 = true, .exact = arguments.exact, .units = arguments.units};
  const bool ops = arguments.command == Command::ops;
  write_markdown(report, ops ? ops_table(report, arguments.selection, style) : types_table(report, style), style, out);
}

}  // namespace

void write_screen(const Report& report, const Arguments& arguments, Format format, const TerminalStyle& style,
                  bool with_path, const Drain& drain, std::string& out) {
  switch (format) {
    case Format::terminal: write_text(report, arguments, style, out); break;
    case Format::oneline: write_oneline(report, style, out); break;
    case Format::json: write_document(report, arguments, drain, out); break;
    case Format::csv: write_csv(report, arguments, with_path, out); break;
    case Format::markdown: write_page(report, arguments, out); break;
    case Format::svg: write_memory_svg(report, out); break;
    case Format::github:
    case Format::junit:
    case Format::sarif: break;  // of `check`
  }
}

std::string screen_header(const Arguments& arguments, Format format, bool with_path) {
  std::string header;
  if (format != Format::csv) return header;
  if (arguments.command == Command::ops) {
    write_ops_csv_header(arguments.selection, with_path, header);
  } else {
    write_types_csv_header(with_path, header);
  }
  return header;
}

}  // namespace flopstat::cli
