#include "reports/csv_line.h"

#include <fmt/format.h>

#include "reports/escape.h"

namespace flopstat {

void CsvLine::plain(std::string_view text) {
  if (!first_) out_ += ',';
  first_ = false;
  out_ += text;
}

void CsvLine::text(std::string_view text) {
  std::string field = escape(text);
  if (!field.empty() && std::string_view("=+-@").find(field[0]) != std::string_view::npos) field.insert(0, 1, '\'');
  if (field.find_first_of(",\"") == std::string::npos) {
    plain(field);
    return;
  }
  for (size_t quote = field.find('"'); quote != std::string::npos; quote = field.find('"', quote + 2)) {
    field.insert(quote, 1, '"');
  }
  plain(fmt::format("\"{}\"", field));
}

void CsvLine::cell(const Cell& cell) {
  std::string text;
  if (const uint64_t* count = std::get_if<uint64_t>(&cell)) text = fmt::format("{}", *count);
  if (const double* ratio = std::get_if<double>(&cell)) text = fmt::format("{}", *ratio);
  plain(text);
}

void CsvLine::fact(const Fact& fact) {
  if (const std::string* each = std::get_if<std::string>(&fact)) {
    text(*each);
    return;
  }
  const uint64_t* number = std::get_if<uint64_t>(&fact);
  plain(number == nullptr ? std::string() : fmt::format("{}", *number));
}

}  // namespace flopstat
