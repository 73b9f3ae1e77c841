#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "flopstat/report.h"
#include "model/op.h"
#include "model/value.h"

/// What flopstat knows of each operation, for whoever asks: a sentence, where its definition is, and small cases of it.
/// The formulas are not here: they are what counting the cases computes.
namespace flopstat {

/// One operand of a case.
struct Given {
  Shape shape = {};
  DType dtype = DType::f32;
  bool stored = false;
  bool quantized = false;
  std::optional<std::vector<int64_t>> values = std::nullopt;  ///< elements of a stored list
  bool absent = false;
};

/// One node to count.
struct Example {
  std::string_view title;  ///< what is particular about it, or empty
  Op op;
  std::vector<Given> in;
  std::optional<UnaryFn> activation = std::nullopt;
  size_t results = 1;
};

struct Rule {
  std::string_view name;       ///< the canonical word, or a function's
  std::string_view what;       ///< what it computes, in half a sentence
  std::string_view source;     ///< where that is defined
  std::vector<Example> cases;  ///< none: it computes nothing itself
};

/// Every operation, in the order of `Op`; behind them the functions of one element and of two.
const std::vector<Rule>& rules();

/// The rule of that name, or null.
const Rule* find_rule(std::string_view name);

/// The report of a model of this one node, derived. Its row is unknown where the case makes no sense.
Report counted(const Example& example);

}  // namespace flopstat
