#pragma once

#include <string>
#include <string_view>

#include "flopstat/error.h"
#include "reports/style.h"

namespace flopstat {

/// A message for people in the one pattern that all of them have; lines without text are left out.
struct Message {
  std::string what;
  std::string where = {};
  std::string why = {};
  std::string next = {};
};

/// "error: WHAT", "  --> WHERE", "  note: WHY", "  help: NEXT", each on its line, escaped.
std::string error_text(const Message& message, const TerminalStyle& style);

/// The same for a model that cannot be read; `path` as the user wrote it.
std::string error_text(const Error& error, std::string_view path, const TerminalStyle& style);

/// "warning: WHAT" on its line, escaped.
std::string warning_text(std::string_view what, const TerminalStyle& style);

/// "  help: NEXT" on its line, escaped: below a warning.
std::string help_line(std::string_view next, const TerminalStyle& style);

}  // namespace flopstat
