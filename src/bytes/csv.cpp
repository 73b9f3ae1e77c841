#include "bytes/csv.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "flopstat/error.h"

namespace flopstat {
namespace {

/// What stands between the fields: what the first line has most of, outside of quotes.
char separator_of(std::string_view text) {
  constexpr std::string_view candidates = ",;\t";
  size_t counts[candidates.size()] = {};
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == '\n' && !quoted) break;
    const size_t which = candidates.find(c);
    if (which != std::string_view::npos && !quoted) ++counts[which];
  }
  return candidates[static_cast<size_t>(std::ranges::max_element(counts) - counts)];
}

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text), separator_(separator_of(text)) {}

  std::vector<std::vector<std::string>> read() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"' && field_.empty()) {
        read_quoted();
      } else if (c == separator_) {
        line_.push_back(std::exchange(field_, {}));
      } else if (c == '\n') {
        end_line();
      } else if (c != '\r') {
        field_ += c;
      }
    }
    end_line();
    return std::move(lines_);
  }

 private:
  /// A field in quotes, from its first one to its last.
  void read_quoted() {
    const size_t begin = at_;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (at_ + 1 == text_.size() || text_[at_ + 1] != '"') return;
        ++at_;  // one quote stands as two
      }
      field_ += text_[at_];
    }
    throw Error(ErrorCode::truncated, "a quote in the CSV is never closed", begin);
  }

  void end_line() {
    line_.push_back(std::exchange(field_, {}));
    const bool empty = std::ranges::all_of(line_, [](const std::string& field) { return field.empty(); });
    if (!empty) lines_.push_back(std::move(line_));
    line_.clear();
  }

  std::string_view text_;
  char separator_;
  size_t at_ = 0;
  std::string field_;
  std::vector<std::string> line_;
  std::vector<std::vector<std::string>> lines_;
};

}  // namespace

std::vector<std::vector<std::string>> read_csv(Bytes text) {
  std::string_view letters(reinterpret_cast<const char*>(text.data()), text.size());
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (letters.starts_with(byte_order_mark)) letters.remove_prefix(byte_order_mark.size());
  return CsvReader(letters).read();
}

}  // namespace flopstat
