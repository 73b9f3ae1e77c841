#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/file.h"

namespace flopstat {

/// A number of a table that is no figure of ours, such as an accuracy, as it was written and read.
struct JoinedValue {
  std::string text = {};
  std::optional<double> number = std::nullopt;
};

/// A line of such a table.
struct JoinedRow {
  std::string model;
  std::vector<JoinedValue> values;  ///< one for each column
};

/// What somebody knows of models beside what they cost: the first column names the model, the others are joined.
struct JoinedColumns {
  std::string path = {};                 ///< of the file
  std::vector<std::string> titles = {};  ///< of the columns that are joined
  std::vector<bool> numeric = {};        ///< of each: whether every value that there is is a number
  std::vector<JoinedRow> rows = {};
};

/// Reads such a table: CSV with a header. A number may have a percent sign, or spaces around it. Throws `Error`: that
/// of reading CSV, and usage where there is no header with a second column, or where a model stands in two lines.
JoinedColumns read_joined_columns(const File& file);

/// The row of a model: that of its path, else that of its file's name, else that of this without its extension. None
/// where there is no such row.
std::optional<size_t> find_row(const JoinedColumns& joined, std::string_view path);

}  // namespace flopstat
