#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flopstat/report.h"

/// How others count: every rule that `Options::convention` may name, and what each says of a model.
namespace flopstat {

/// What a tool calls its number.
enum class CountUnit : uint8_t { flops, macs, operations };

/// "FLOPs", "MACs", "operations".
std::string_view name_of(CountUnit unit);

struct ConventionInfo {
  std::string_view name;     ///< "thop-0.1"
  std::string_view rule;     ///< in one line
  std::string_view source;   ///< where the rule is written down
  std::string_view version;  ///< of the tool whose numbers it reproduces; empty where it is a rule without a tool
  CountUnit unit = CountUnit::flops;
  bool by_formula_only = false;  ///< read in the tool's source, not held against its numbers
};

/// Every convention there is, the default one first.
std::span<const ConventionInfo> convention_list();

/// What makes one convention's number differ from another's: twice the multiply-adds or once, and so on.
struct ConventionParts {
  Figure multiply_adds;  ///< of convolutions, dense layers, products of matrices: in the convention's unit
  Figure bias;
  Figure activation;  ///< functions of single elements, softmax
  Figure normalization;
  Figure pooling;    ///< windows and reductions
  Figure attention;  ///< of fused attention and recurrent layers
  Figure other;
};

/// What one convention says of the whole model.
struct ConventionCount {
  std::string_view name;
  CountUnit unit = CountUnit::flops;
  Figure value;           ///< the tool's number; not known where the tool fails
  Figure macs;            ///< where the tool tells them apart
  std::string fails;      ///< why the tool gives no number; empty where it gives one
  ConventionParts parts;  ///< whose sum is the value
  std::vector<std::string_view> inexact;  ///< why the number may not be the tool's: each reason once; empty: it is
};

}  // namespace flopstat
