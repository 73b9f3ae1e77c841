#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flopstat/error.h"
#include "flopstat/report.h"
#include "reports/columns.h"
#include "reports/joined_columns.h"
#include "reports/pareto.h"
#include "reports/style.h"
#include "reports/table.h"

namespace flopstat {

/// What models are ranked by: a figure, of which less is better, or a joined column, of which more is. Of intensity
/// more comes first, too.
struct ComparisonKey {
  const Column* figure = nullptr;  ///< null: a joined column
  size_t joined = 0;               ///< its position
  bool reversed = false;           ///< the other way round: a latency that is joined

  bool more_is_better() const { return (figure == nullptr || figure->quantity == Quantity::ratio) != reversed; }
};

/// How models are compared.
struct ComparisonOptions {
  ComparisonKey sort = {};                                ///< the best first
  std::shared_ptr<const JoinedColumns> joined = nullptr;  ///< null: none
  std::vector<ComparisonKey> pareto = {};                 ///< empty: no front is marked
};

/// By MACs, with nothing joined.
ComparisonOptions usual_comparison();

/// The key in documents: that of the figure, or the title of the joined column.
std::string_view key_of(const ComparisonKey& key, const ComparisonOptions& options);

/// Several models under one convention, ranked. It keeps no report. Models have the names of their files, with as many
/// of their folders as tell them apart.
class Comparison {
 public:
  explicit Comparison(ComparisonOptions options) : options_(std::move(options)) {}

  void add(const Report& report);

  /// A model that could not be read.
  void add(const Error& error, const std::string& path) { failed_.push_back({path, error}); }

  size_t size() const { return models_.size(); }

  /// Appends the table, and what there is to say about it.
  void write(const TerminalStyle& style, std::string& out) const;

  /// Appends the same as GitHub's Markdown has it.
  void write_markdown(const TerminalStyle& style, std::string& out) const;

  /// Appends a header and a line for each model.
  void write_csv(std::string& out) const;

  /// Appends the document docs/comparison.schema.json, without a newline at its end.
  void write_json(std::string& out) const;

 private:
  struct Model {
    std::string path;
    std::string format;
    bool complete = true;
    std::vector<Cell> figures;          ///< one for each compared column
    std::optional<size_t> joined = {};  ///< position of its row
  };
  struct Failed {
    std::string path;
    Error error;
  };
  /// A model in its place.
  struct Ranked {
    const Model* model;
    size_t rank;  ///< from 1; that of equals is the same
    Standing standing = Standing::unknown;
  };

  Measure measure(const Model& model, const ComparisonKey& key) const;
  const JoinedValue* joined_value(const Model& model, size_t column) const;
  std::vector<Ranked> ranked() const;
  Table table(const TerminalStyle& style) const;
  std::string title() const;
  std::string name(const ComparisonKey& key) const;
  std::vector<std::string> notes(const TerminalStyle& style) const;
  std::vector<std::string_view> unmatched_rows() const;

  ComparisonOptions options_;
  std::string convention_;
  std::vector<Model> models_;
  std::vector<Failed> failed_;
};

}  // namespace flopstat
