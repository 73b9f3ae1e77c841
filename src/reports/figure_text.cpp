#include "reports/figure_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/escape.h"
#include "reports/units.h"

namespace flopstat {
namespace {

std::string number(uint64_t value, Quantity quantity, Form form, const TerminalStyle& style) {
  if (style.exact) return fmt::format("{}{}", value, quantity == Quantity::bytes && form == Form::sentence ? " B" : "");
  if (quantity == Quantity::bytes) return memory_text(value, style);
  return form == Form::column ? thousands(value) : si(value);
}

/// Length of the folders that all paths begin with.
size_t common_folders(const std::vector<std::string>& paths) {
  std::string_view common = paths.empty() ? std::string_view() : paths[0];
  for (const std::string_view path : paths) {
    const auto differs = std::ranges::mismatch(common, path);
    common = common.substr(0, static_cast<size_t>(differs.in1 - common.begin()));
  }
  const size_t slash = common.find_last_of('/');
  return slash == std::string_view::npos ? 0 : slash + 1;
}

}  // namespace

std::string figure_text(const Cell& cell, Quantity quantity, bool lower_bound, Form form, const TerminalStyle& style) {
  if (const NoNumber* missing = std::get_if<NoNumber>(&cell)) return *missing == NoNumber::unknown ? "?" : "-";
  if (const double* value = std::get_if<double>(&cell)) return style.exact ? fmt::format("{}", *value) : ratio(*value);
  const uint64_t value = std::get<uint64_t>(cell);
  if (!lower_bound) return number(value, quantity, form, style);
  if (value == 0) return "?";
  return (style.utf8 ? "≥" : ">=") + number(value, quantity, form, style);
}

std::string memory_text(uint64_t bytes, const TerminalStyle& style) {
  if (style.exact) return fmt::format("{} B", bytes);
  switch (style.units) {
    case ByteUnits::iec: return iec(bytes);
    case ByteUnits::si: return si_bytes(bytes);
    case ByteUnits::raw: return thousands(bytes) + " B";
  }
  return {};
}

std::string shape_text(const TensorInfo& tensor) {
  if (!tensor.shape) return "?";
  if (tensor.shape->empty()) return "scalar";
  std::string text;
  for (const int64_t size : *tensor.shape) {
    if (!text.empty()) text += 'x';
    text += size < 0 ? "?" : fmt::format("{}", size);
  }
  return text;
}

std::string_view public_path(std::string_view path) {
  return path.starts_with('/') ? path.substr(path.find_last_of('/') + 1) : path;
}

std::string shown_file_name(std::string_view path, const TerminalStyle& style) {
  if (path == "-") return "standard input";
  return escape(path.substr(path.find_last_of('/') + 1), !style.utf8);
}

std::vector<std::string> names_apart(const std::vector<std::string>& paths, const TerminalStyle& style) {
  const size_t folders = common_folders(paths);
  std::vector<std::string> names;
  names.reserve(paths.size());
  for (const std::string& path : paths) {
    names.push_back(path == "-" ? "standard input" : escape(std::string_view(path).substr(folders), !style.utf8));
  }
  return names;
}

}  // namespace flopstat
