#include "reports/style.h"

namespace flopstat {
namespace {

std::string_view sequence(Emphasis emphasis) {
  switch (emphasis) {
    case Emphasis::plain: return "";
    case Emphasis::dim: return "\x1b[2m";
    case Emphasis::bold: return "\x1b[1m";
    case Emphasis::warn: return "\x1b[33m";
    case Emphasis::error: return "\x1b[1;31m";
  }
  return "";
}

}  // namespace

std::string paint(std::string_view text, Emphasis emphasis, const TerminalStyle& style) {
  if (!style.colour || emphasis == Emphasis::plain || text.empty()) return std::string(text);
  return std::string(sequence(emphasis)).append(text).append("\x1b[0m");
}

std::string_view ellipsis(const TerminalStyle& style) { return style.utf8 ? "…" : "..."; }

}  // namespace flopstat
