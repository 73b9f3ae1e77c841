#include "reports/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace flopstat {
namespace {

// ---- The filter

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// Whether a pattern with * (any text) and ? (any byte) is the whole text. Goes back to the last star only, so that
/// time is at most the product of both lengths.
bool matches(std::string_view text, std::string_view pattern) {
  size_t t = 0, p = 0;
  size_t star = std::string_view::npos, behind_star = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      behind_star = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || same_letter(pattern[p], text[t]))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++behind_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool contains(std::string_view text, std::string_view part) {
  return std::ranges::search(text, part, same_letter).begin() != text.end() || part.empty();
}

/// What a filter asks: one property as a whole, or any of the usual ones.
class Filter {
 public:
  explicit Filter(std::string_view filter) : text_(filter) {
    const size_t equals = filter.find('=');
    if (equals == std::string_view::npos) return;
    const RowColumn* column = find_row_column(filter.substr(0, equals));
    const Property* const* property = column == nullptr ? nullptr : std::get_if<const Property*>(column);
    if (property == nullptr) return;
    property_ = *property;
    text_ = filter.substr(equals + 1);
  }

  bool accepts(const Row& row) const {
    if (property_ != nullptr) return matches(text_of(property_->fact(row)), text_);
    return accepts(row.name) || accepts(row.type) || accepts(row.scope);
  }

 private:
  static std::string text_of(const Fact& fact) {
    if (const uint64_t* number = std::get_if<uint64_t>(&fact)) return fmt::format("{}", *number);
    const std::string* text = std::get_if<std::string>(&fact);
    return text == nullptr ? std::string() : *text;
  }

  bool accepts(std::string_view text) const {
    const bool is_pattern = text_.find_first_of("*?") != std::string_view::npos;
    return is_pattern ? matches(text, text_) : contains(text, text_);
  }

  const Property* property_ = nullptr;
  std::string_view text_;
};

// ---- The order

/// What a row weighs in the whole model: all of its runs. Less than 0 where that is not known.
double weight(const Column& column, const Row& row) {
  Sum sum;
  add(sum, row);
  const Cell all_runs = cell(column, sum);
  if (const uint64_t* count = std::get_if<uint64_t>(&all_runs)) return static_cast<double>(*count);
  const double* ratio = std::get_if<double>(&all_runs);
  return ratio == nullptr ? -1 : *ratio;
}

template <class Key, class Less>
void sort_by(std::vector<const Row*>& rows, Key key_of_row, Less less) {
  std::vector<std::pair<decltype(key_of_row(*rows[0])), const Row*>> keyed;
  keyed.reserve(rows.size());
  for (const Row* row : rows) keyed.emplace_back(key_of_row(*row), row);
  std::ranges::sort(keyed, [&](const auto& a, const auto& b) {
    return a.first == b.first ? a.second->index < b.second->index : less(a.first, b.first);
  });
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = keyed[i].second;
}

}  // namespace

std::vector<const Row*> select(const Report& report, const Selection& selection) {
  const Filter filter(selection.filter);
  std::vector<const Row*> rows;
  for (const Row& row : report.rows) {
    if (filter.accepts(row)) rows.push_back(&row);
  }
  if (selection.sort == nullptr || rows.empty()) return rows;
  if (const auto* column = std::get_if<const Column*>(selection.sort)) {
    sort_by(rows, [&](const Row& row) { return weight(**column, row); }, std::ranges::greater());
  } else {
    const Property& property = *std::get<const Property*>(*selection.sort);
    sort_by(rows, [&](const Row& row) { return property.fact(row); }, std::less<>());
  }
  return rows;
}

}  // namespace flopstat
