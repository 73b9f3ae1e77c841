#pragma once

#include <string>

#include "flopstat/report.h"
#include "reports/style.h"
#include "reports/table.h"

namespace flopstat {

/// A table with a row for each of several models. It keeps no report.
class Comparison {
 public:
  explicit Comparison(const TerminalStyle& style);

  void add(const Report& report);

  size_t size() const { return table_.rows.size(); }

  void write(std::string& out) const;

 private:
  TerminalStyle style_;
  Table table_;
};

}  // namespace flopstat
