#include "reports/json_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "reports/escape.h"

namespace flopstat {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// A text of this size is drained.
constexpr size_t kDrainedAt = 1 << 20;

bool needs_escape(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte >= 0x7F || c == '"' || c == '\\';
}

void append_unit(std::string& out, uint32_t unit) { fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit); }

/// Beyond the first plane: two surrogates.
void append_escaped(std::string& out, char32_t c) {
  if (c == '"' || c == '\\') {
    out.append("\\") += static_cast<char>(c);
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c < 0x10000) {
    append_unit(out, c);
  } else {
    append_unit(out, 0xD800 + ((c - 0x10000) >> 10));
    append_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
  }
}

void append_text(std::string& out, std::string_view text) {
  while (!text.empty()) {
    size_t plain = 0;
    while (plain < text.size() && !needs_escape(text[plain])) ++plain;
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    const CodePoint c = first_code_point(text);
    append_escaped(out, c.valid ? c.value : kReplacement);
    text.remove_prefix(c.bytes);
  }
}

}  // namespace

void JsonWriter::separate() {
  if (behind_key_) {
    behind_key_ = false;
    return;
  }
  if (!level_.empty) out_ += ',';
  if (level_.layout == lines) {
    if (drain_ && out_.size() >= kDrainedAt) drain_(out_);
    out_.append("\n").append(level_.indent, ' ');
  }
  level_.empty = false;
}

void JsonWriter::key(std::string_view key) {
  separate();
  out_ += '"';
  append_text(out_, key);
  out_ += level_.layout == lines ? "\": " : "\":";
  behind_key_ = true;
}

void JsonWriter::value(uint64_t number) {
  separate();
  const fmt::format_int digits(number);
  out_.append(digits.data(), digits.size());
}

void JsonWriter::value(int64_t number) {
  separate();
  const fmt::format_int digits(number);
  out_.append(digits.data(), digits.size());
}

/// A number that JSON has no form for is null.
void JsonWriter::value(double number) {
  if (!std::isfinite(number)) {
    null();
    return;
  }
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", number);
}

void JsonWriter::value(bool truth) {
  separate();
  out_ += truth ? "true" : "false";
}

void JsonWriter::value(std::string_view text) {
  separate();
  out_ += '"';
  append_text(out_, text);
  out_ += '"';
}

void JsonWriter::null() {
  separate();
  out_ += "null";
}

}  // namespace flopstat
