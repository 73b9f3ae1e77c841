#include "reports/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <span>

namespace flopstat {
namespace {

struct Range {
  char32_t first, last;
};

bool contains(std::span<const Range> ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](Range r) { return r.first <= c && c <= r.last; });
}

/// Characters beyond ASCII that are not seen themselves but change what is: C1 controls, soft hyphen, Arabic letter
/// mark, Mongolian vowel separator, zero-width characters and direction marks, line separators and direction
/// overrides, word joiner to direction isolates, variation selectors, byte order mark, annotation marks, musical
/// controls, tags. Source: Unicode 15, general categories Cc, Cf, Zl, Zp and the variation selectors.
constexpr Range kInvisible[] = {
    {0x80, 0x9F},     {0xAD, 0xAD},     {0x600, 0x605},   {0x61C, 0x61C},     {0x6DD, 0x6DD},
    {0x70F, 0x70F},   {0x180B, 0x180F}, {0x200B, 0x200F}, {0x2028, 0x202E},   {0x2060, 0x206F},
    {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

/// Combining marks. Source: Unicode 15, blocks of combining diacritical marks.
constexpr Range kCombining[] = {
    {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F},
};

/// Wide characters. Source: Unicode 15, EastAsianWidth W and F, by block.
constexpr Range kWide[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

size_t width_of(char32_t c) {
  if (c < 0x300) return 1;
  if (contains(kCombining, c)) return 0;
  return contains(kWide, c) ? 2 : 1;
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const CodePoint invalid{byte(0), 1, false};
  if (byte(0) < 0x80) return {byte(0), 1, true};
  const size_t length = 2 + (byte(0) >= 0xE0 ? 1 : 0) + (byte(0) >= 0xF0 ? 1 : 0);
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length) return invalid;
  char32_t value = byte(0) & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return invalid;
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  constexpr char32_t smallest[] = {0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest[length - 2] || value > 0x10FFFF || surrogate) return invalid;
  return {value, length, true};
}

std::string escape(std::string_view text, bool ascii) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    if (!c.valid || c.value < 0x20 || c.value == 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\x{:02X}", static_cast<uint32_t>(c.value));
    } else if (c.value == '\\') {
      out += "\\\\";
    } else if (c.value > 0x7F && (ascii || contains(kInvisible, c.value))) {
      fmt::format_to(std::back_inserter(out), "\\u{{{:X}}}", static_cast<uint32_t>(c.value));
    } else {
      out.append(text.substr(0, c.bytes));
    }
    text.remove_prefix(c.bytes);
  }
  return out;
}

size_t display_width(std::string_view text) {
  size_t columns = 0;
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    columns += width_of(c.value);
    text.remove_prefix(c.bytes);
  }
  return columns;
}

std::string shorten(std::string_view text, size_t columns, std::string_view mark) {
  if (display_width(text) <= columns) return std::string(text);
  const size_t mark_columns = display_width(mark);
  if (columns < mark_columns) return std::string().append(columns, '.');
  size_t used = 0, bytes = 0;
  while (true) {
    const CodePoint c = first_code_point(text.substr(bytes));
    used += width_of(c.value);
    if (used + mark_columns > columns) break;
    bytes += c.bytes;
  }
  return std::string(text.substr(0, bytes)).append(mark);
}

std::string shorten_front(std::string_view text, size_t columns, std::string_view mark) {
  size_t width = display_width(text);
  if (width <= columns) return std::string(text);
  const size_t mark_columns = display_width(mark);
  if (columns < mark_columns) return std::string().append(columns, '.');
  while (width + mark_columns > columns) {
    const CodePoint c = first_code_point(text);
    width -= width_of(c.value);
    text.remove_prefix(c.bytes);
  }
  return std::string(mark).append(text);
}

std::string markdown_text(std::string_view text) {
  constexpr std::string_view special = "\\`*<>[]|&~";
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    // Between letters an underscore is no emphasis.
    const bool inside = i > 0 && i + 1 < text.size() && is_word(text[i - 1]) && is_word(text[i + 1]);
    if (special.find(text[i]) != std::string_view::npos || (text[i] == '_' && !inside)) out += '\\';
    out += text[i];
  }
  return out;
}

std::string xml_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    switch (c.value) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case 0xFFFE:
      case 0xFFFF: out += "\uFFFD"; break;
      default: out += text.substr(0, c.bytes);
    }
    text.remove_prefix(c.bytes);
  }
  return out;
}

}  // namespace flopstat
