#include "reports/figure_text.h"

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/units.h"

namespace flopstat {
namespace {

std::string number(uint64_t value, Quantity quantity, Form form, const TerminalStyle& style) {
  if (style.exact) return fmt::format("{}{}", value, quantity == Quantity::bytes && form == Form::sentence ? " B" : "");
  if (quantity == Quantity::bytes) return memory_text(value, style);
  return form == Form::column ? thousands(value) : si(value);
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

}  // namespace flopstat
