#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/columns.h"
#include "reports/style.h"

namespace flopstat {

/// Where a number stands: in a sentence (prefixes, 4 digits) or in a column (every digit of a count).
enum class Form : uint8_t { sentence, column };

/// A number for people: "?" where it is unknown, "-" where there is none. A lower bound gets a sign in front; one of 0
/// says nothing and is "?".
std::string figure_text(const Cell& cell, Quantity quantity, bool lower_bound, Form form, const TerminalStyle& style);

/// An amount of memory for people, in the units of the style.
std::string memory_text(uint64_t bytes, const TerminalStyle& style);

/// "1x96x96x1", "scalar", or "?" where the shape is not known.
std::string shape_text(const TensorInfo& tensor);

/// A path that tells nothing about the machine: as it was given, or only the name where it was absolute.
std::string_view public_path(std::string_view path);

/// Name of a report's file without its folders, escaped; "standard input" for "-".
std::string shown_file_name(std::string_view path, const TerminalStyle& style);

/// Names of several files, escaped, with as many of their folders as tell them apart; "standard input" for "-".
std::vector<std::string> names_apart(const std::vector<std::string>& paths, const TerminalStyle& style);

}  // namespace flopstat
