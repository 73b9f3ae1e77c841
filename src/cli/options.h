#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flopstat/analyze.h"
#include "reports/error_text.h"
#include "reports/selection.h"

namespace flopstat::cli {

enum class Command : uint8_t { count, ops, tree, memory, explain, formats, help, version };
enum class When : uint8_t { automatic, always, never };

/// How a report is written.
enum class Format : uint8_t { terminal, json, csv, markdown, svg };

/// What the user asked for.
struct Arguments {
  Command command = Command::count;
  std::string topic = {};                ///< of `help`: a command, or empty
  std::vector<std::string> models = {};  ///< files and folders; "-" is standard input. Of `explain`: its words
  flopstat::Options options = {};
  std::vector<std::string> outputs = {};  ///< files to write instead of standard output
  When colour = When::automatic;
  Format format = Format::terminal;    ///< where the name of an output says nothing
  Selection selection = {};            ///< of `ops`; the limit of `memory`, too
  std::optional<uint32_t> depth = {};  ///< of `tree`
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

/// Format of an output of this command by its name. Throws `UsageError` for one that it does not write.
Format format_of(const std::string& path, const Arguments& arguments);

/// Throws `UsageError`. Reads nothing but the arguments, and asks whether a word is the name of a file.
Arguments parse_arguments(int argc, const char* const* argv);

/// Whether a word names a model: a path, a file that exists, or standard input.
bool looks_like_a_file(const std::string& word);

/// Help on a command, or on the program for an empty topic. Throws `UsageError` for one that does not exist.
std::string help_text(std::string_view topic);

}  // namespace flopstat::cli
