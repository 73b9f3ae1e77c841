#pragma once

#include <span>
#include <string_view>

#include "flopstat/known.h"
#include "model/cost.h"
#include "model/model.h"
#include "ops/operands.h"

namespace flopstat {

/// From work to the numbers that somebody means by "FLOPs" and "OPs".
struct Convention {
  std::string_view name;
  std::string_view source;  ///< where the rule is written down
  Known<Count> (*flops)(const Node&, const Operands&, const Cost&);
  Known<Count> (*int_ops)(const Node&, const Operands&, const Cost&);
};

/// All conventions, the default one first.
std::span<const Convention> conventions();

/// The convention of that name, or null.
const Convention* find_convention(std::string_view name);

}  // namespace flopstat
