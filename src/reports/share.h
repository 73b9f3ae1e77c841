#pragma once

#include <string>
#include <string_view>

#include "flopstat/report.h"
#include "reports/style.h"

namespace flopstat {

/// A part of the model's multiply-adds: a number and a bar, or "?" and "-" without a bar.
struct Share {
  std::string percent;
  std::string bar;
};

/// Of what is known of the multiply-adds. `unknown`: the figures are a lower bound.
Share share_of_macs(const Figures& figures, bool unknown, const Totals& totals, const TerminalStyle& style);

/// Whether a table has the column of this key: not a kind of operation of which the model has none, while it has some
/// of the other.
bool shows_column(std::string_view key, const Totals& totals);

}  // namespace flopstat
