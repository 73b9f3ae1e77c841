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
  std::string_view name = {};     ///< "thop-0.1"
  std::string_view rule = {};     ///< in one line
  std::string_view source = {};   ///< where the rule is written down
  std::string_view version = {};  ///< of the tool whose numbers it reproduces; empty where it is a rule without a tool
  CountUnit unit = CountUnit::flops;
  bool by_formula_only = false;  ///< read in the tool's source, not held against its numbers
};

/// Every convention there is, the default one first.
std::span<const ConventionInfo> convention_list();

/// What makes one convention's number differ from another's: twice the multiply-adds or once, and so on.
struct ConventionParts {
  uint64_t products = 0;  ///< convolutions, dense layers, products of matrices
  uint64_t bias = 0;
  uint64_t activation = 0;  ///< functions of single elements, softmax
  uint64_t normalization = 0;
  uint64_t pooling = 0;    ///< windows and reductions
  uint64_t attention = 0;  ///< fused attention and recurrent layers
  uint64_t other = 0;      ///< arithmetic between tensors, resizes, what has no place above
};

/// What one convention says of the whole model.
struct ConventionCount {
  std::string name;
  CountUnit unit = CountUnit::flops;
  Figure value;           ///< the tool's number; not known where the tool fails
  Figure macs;            ///< where the tool tells them apart
  std::string fails;      ///< why the tool gives no number; empty where it gives one
  ConventionParts parts;  ///< whose sum is the value
  std::string assumes;    ///< of what the file does not tell and each version of a framework does its own way
  std::vector<std::string> inexact;  ///< why the number may not be the tool's: each reason once; empty: it is
};

}  // namespace flopstat
