#pragma once

#include <string>
#include <vector>

#include "flopstat/report.h"
#include "reports/style.h"
#include "reports/table.h"

namespace flopstat {

/// A table with a row for each of several models. It keeps no report. Models have the names of their files, with as
/// many of their folders as tell them apart.
class Comparison {
 public:
  explicit Comparison(const TerminalStyle& style);

  void add(const Report& report);

  size_t size() const { return paths_.size(); }

  void write(std::string& out) const;

 private:
  TerminalStyle style_;
  Table table_;  ///< its first column is empty until all models are known
  std::vector<std::string> paths_;
  size_t incomplete_ = 0;
};

}  // namespace flopstat
