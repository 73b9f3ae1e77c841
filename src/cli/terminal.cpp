#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace flopstat::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool has_colour(When when, bool terminal) {
  if (when != When::automatic) return when == When::always;
  if (!environment("NO_COLOR").empty()) return false;
  const std::string_view force = environment("CLICOLOR_FORCE");
  if (!force.empty() && force != "0") return true;
  return terminal && environment("TERM") != "dumb";
}

/// Columns of a terminal: what the user says, else what it says itself, else 80.
size_t columns_of(int descriptor) {
  const std::string_view text = environment("COLUMNS");
  size_t columns = 0;
  std::from_chars(text.data(), text.data() + text.size(), columns);
  if (columns > 0) return columns;
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

/// Source: POSIX, the first of these variables that is set and not empty names the locale of characters.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view locale = environment(name);
    if (locale.empty()) continue;
    for (const std::string_view spelling : {"UTF-8", "utf-8", "UTF8", "utf8"}) {
      if (locale.find(spelling) != std::string_view::npos) return true;
    }
    return false;
  }
  return false;
}

}  // namespace

TerminalStyle style_of(int descriptor, const Arguments& arguments) {
  const bool terminal = ::isatty(descriptor) == 1;
  return {.width = terminal && !arguments.wide ? columns_of(descriptor) : 0,
          .colour = has_colour(arguments.colour, terminal),
          .utf8 = locale_is_utf8(),
          .exact = arguments.exact,
          .units = arguments.units,
          .hints = terminal && !arguments.quiet,
          .details = arguments.verbose};
}

}  // namespace flopstat::cli
