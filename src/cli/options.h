#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flopstat/analyze.h"
#include "reports/error_text.h"

namespace flopstat::cli {

enum class Command : uint8_t { count, formats, help, version };
enum class When : uint8_t { automatic, always, never };

/// What the user asked for.
struct Arguments {
  Command command = Command::count;
  std::string topic = {};                ///< of `help`: a command, or empty
  std::vector<std::string> models = {};  ///< "-" is standard input
  flopstat::Options options = {};
  std::vector<std::string> outputs = {};  ///< files to write instead of standard output
  When colour = When::automatic;
  bool json = false;
  bool exact = false;
  bool wide = false;
  bool quiet = false;
  bool verbose = false;
  bool strict = false;
};

/// A command line that makes no sense: exit code 2.
struct UsageError {
  Message message;
};

/// Throws `UsageError`. Reads nothing but the arguments, and asks whether a word is the name of a file.
Arguments parse_arguments(int argc, const char* const* argv);

/// Help on a command, or on the program for an empty topic. Throws `UsageError` for one that does not exist.
std::string help_text(std::string_view topic);

}  // namespace flopstat::cli
