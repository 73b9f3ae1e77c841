#include "reports/joined_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "bytes/csv.h"
#include "flopstat/error.h"
#include "reports/amount.h"

namespace flopstat {
namespace {

std::optional<double> number_of(std::string_view text) {
  if (text.ends_with('%')) text.remove_suffix(1);
  const std::string word(trimmed(text));
  char* end = nullptr;
  const double number = std::strtod(word.c_str(), &end);
  if (word.empty() || end != word.c_str() + word.size() || !(number - number == 0)) return std::nullopt;
  return number;
}

std::string_view file_name(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

std::string_view stem(std::string_view path) {
  const std::string_view name = file_name(path);
  const size_t dot = name.rfind('.');
  return dot == 0 ? name : name.substr(0, dot);
}

}  // namespace

JoinedColumns read_joined_columns(const File& file) {
  const std::vector<std::vector<std::string>> lines = read_csv(file.bytes());
  if (lines.empty() || lines[0].size() < 2) {
    throw Error(ErrorCode::usage, "the table has no header with two columns", std::nullopt,
                "its first column names the model, the others are what is joined", "model,accuracy");
  }
  JoinedColumns joined{.path = file.path()};
  for (size_t i = 1; i < lines[0].size(); ++i) {
    const std::string title(trimmed(lines[0][i]));
    if (title.empty() || std::ranges::find(joined.titles, title) != joined.titles.end()) {
      throw Error(ErrorCode::usage, fmt::format("the table has two columns '{}', or one without a name", title));
    }
    joined.titles.push_back(title);
  }
  joined.numeric.assign(joined.titles.size(), true);
  std::set<std::string> models;
  for (size_t i = 1; i < lines.size(); ++i) {
    JoinedRow row{.model = std::string(trimmed(lines[i][0])), .values = {}};
    if (!models.insert(row.model).second) {
      throw Error(ErrorCode::usage, fmt::format("the table has two lines for '{}'", row.model));
    }
    for (size_t c = 1; c <= joined.titles.size(); ++c) {
      const std::string text = c < lines[i].size() ? std::string(trimmed(lines[i][c])) : std::string();
      row.values.push_back({text, number_of(text)});
      if (!text.empty() && !row.values.back().number) joined.numeric[c - 1] = false;
    }
    joined.rows.push_back(std::move(row));
  }
  return joined;
}

std::optional<size_t> find_row(const JoinedColumns& joined, std::string_view path) {
  for (const std::string_view name : {path, file_name(path), stem(path)}) {
    const auto found = std::ranges::find(joined.rows, name, &JoinedRow::model);
    if (found != joined.rows.end()) return static_cast<size_t>(found - joined.rows.begin());
  }
  return std::nullopt;
}

}  // namespace flopstat
