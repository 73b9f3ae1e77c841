#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flopstat/error.h"
#include "flopstat/report.h"
#include "reports/baseline.h"
#include "reports/budget.h"

namespace flopstat {

/// What became of a rule. What is not known passes none; `new_model` is one that the baseline does not have.
enum class Verdict : uint8_t { passed, failed, unknown, new_model };

/// The word in documents: "passed", "failed", "unknown", "new".
std::string_view name_of(Verdict verdict);

/// A part of a figure: a row, or, of memory, an activation.
struct Culprit {
  std::optional<uint32_t> row = std::nullopt;  ///< none for an activation
  std::string type = {};
  std::string name = {};
  uint64_t offset = 0;           ///< byte in the file
  uint64_t amount = 0;           ///< of the figure, all runs
  Figure before = std::nullopt;  ///< in the baseline: 0 where it has no such row; none without a baseline
};

/// One rule, and what a model makes of it.
struct CheckedRule {
  const LimitedFigure* figure = nullptr;  ///< null of a model that the baseline does not have
  Verdict verdict = Verdict::passed;
  Figure value = std::nullopt;
  bool lower_bound = false;  ///< the value is at least that
  uint64_t most = 0;         ///< that it may be
  std::string text = {};     ///< of the limit or allowance, as it was written
  bool against_baseline = false;
  Figure baseline = std::nullopt;
  std::string unknown = {};            ///< why it is not known; empty where it is
  std::vector<Culprit> culprits = {};  ///< of a failed one: what costs most, or has grown most; at most 3
};

/// What was checked of one model.
struct CheckedModel {
  std::string name = {};  ///< in the file of budgets, or empty
  std::string path = {};
  std::string convention = {};
  std::map<std::string, int64_t> dims = {};
  std::vector<CheckedRule> rules = {};
  std::optional<Error> error = std::nullopt;  ///< why it could not be read; then there are no rules
};

/// How many rules have which verdict, and how many models could not be read.
struct CheckCounts {
  uint64_t passed = 0, failed = 0, unknown = 0, new_models = 0, unreadable = 0;

  uint64_t rules() const { return passed + failed + unknown; }
};

CheckCounts counts_of(const std::vector<CheckedModel>& models);

/// Holds a report against the limits, in the order of the figures, and then against the baseline, if there is one:
/// every guarded figure that is not nothing in both, and those that an allowance names.
///
/// A figure that is not known, or of which only a lower bound is known that does not exceed the limit, is `unknown`.
/// Throws `Error` (usage) where the baseline was counted under another convention or for other sizes.
std::vector<CheckedRule> check(const Report& report, const Budget& budget, const Baseline* baseline);

}  // namespace flopstat
