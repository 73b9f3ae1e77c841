#include "reports/baseline.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "bytes/json.h"
#include "flopstat/error.h"
#include "reports/columns.h"
#include "reports/figure_text.h"

namespace flopstat {
namespace {

class BaselineReader {
 public:
  explicit BaselineReader(const File& file) : path_(file.path()), document_(file.bytes()) {}

  Baseline read() const {
    Baseline baseline{.path = path_, .models = {}};
    const JsonValue& root = document_.root();
    if (const JsonValue::Array* documents = root.array()) {
      for (const JsonValue& document : *documents) append(document, baseline);
    } else {
      append(root, baseline);
    }
    return baseline;
  }

 private:
  [[noreturn]] void fail(const JsonValue& at, const std::string& what) const {
    throw Error(ErrorCode::usage, what, at.offset, "a baseline is what flopstat wrote with --json",
                "flopstat MODEL... --json > " + path_);
  }

  const JsonValue& member(const JsonValue& object, std::string_view key) const {
    const JsonValue* found = object.find(key);
    if (found == nullptr) fail(object, "the baseline has no '" + std::string(key) + "' here");
    return *found;
  }

  std::string text(const JsonValue& object, std::string_view key) const {
    const JsonValue& value = member(object, key);
    if (value.text() == nullptr) fail(value, "'" + std::string(key) + "' of the baseline is no text");
    return std::string(*value.text());
  }

  void append(const JsonValue& document, Baseline& baseline) const {
    if (document.find("error") != nullptr) return;
    const std::string command = text(document, "command");
    if (text(document, "schema") != "flopstat/1" || (command != "count" && command != "ops")) {
      fail(document, "this is the document of 'flopstat " + command + "', and no baseline");
    }
    BaselineModel& model = baseline.models.emplace_back();
    const JsonValue& about = member(document, "model");
    const JsonValue& totals = member(document, "totals");
    model.path = text(about, "path");
    model.convention = text(document, "convention");
    if (const JsonValue::Object* dims = member(document, "dims").object()) {
      for (const JsonMember& dim : *dims) {
        if (const int64_t* size = dim.value.integer()) model.dims.emplace(dim.key, *size);
      }
    }
    const bool* complete = member(totals, "complete").boolean();
    if (complete == nullptr) fail(totals, "'complete' of the baseline is neither true nor false");
    model.complete = *complete;
    for (const Column& c : columns()) {
      if (c.quantity != Quantity::ratio) model.totals.emplace(c.key, figure(totals, c.key));
    }
    model.totals.emplace("file_bytes", figure(about, "file_bytes"));
    model.totals.emplace("nodes", figure(totals, "nodes"));
    if (const JsonValue::Array* rows = member(document, "ops").array()) {
      for (const JsonValue& row : *rows) model.rows.push_back(read_row(row));
    }
  }

  BaselineRow read_row(const JsonValue& row) const {
    BaselineRow result{text(row, "name"), text(row, "op"), {}};
    const uint64_t repeat = figure(row, "repeat").value_or(1);
    for (const Column& c : columns()) {
      if (!c.figure || c.quantity == Quantity::ratio) continue;
      const bool once = c.key == "params" || c.key == "weight_bytes";
      const Figure one = figure(row, c.key);
      const bool fits = one && (once || repeat == 0 || *one <= std::numeric_limits<uint64_t>::max() / repeat);
      result.figures.emplace(c.key, fits ? Figure(*one * (once ? 1 : repeat)) : std::nullopt);
    }
    return result;
  }

  /// A count that the object has; none for null, and for what this version knows and the one that wrote it did not.
  static Figure figure(const JsonValue& object, std::string_view key) {
    const JsonValue* value = object.find(key);
    const int64_t* count = value == nullptr ? nullptr : value->integer();
    return count != nullptr && *count >= 0 ? Figure(static_cast<uint64_t>(*count)) : std::nullopt;
  }

  std::string path_;
  JsonDocument document_;
};

std::string_view file_name(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

}  // namespace

Baseline read_baseline(const File& file) { return BaselineReader(file).read(); }

const BaselineModel* find(const Baseline& baseline, std::string_view path) {
  const auto same_path = std::ranges::find(baseline.models, public_path(path), &BaselineModel::path);
  if (same_path != baseline.models.end()) return &*same_path;
  const auto same_name = [&](const BaselineModel& model) { return file_name(model.path) == file_name(path); };
  const auto first = std::ranges::find_if(baseline.models, same_name);
  if (first == baseline.models.end()) return nullptr;
  return std::find_if(first + 1, baseline.models.end(), same_name) == baseline.models.end() ? &*first : nullptr;
}

}  // namespace flopstat
