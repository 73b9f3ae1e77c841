#pragma once

#include <cstdint>

#include "flopstat/known.h"
#include "model/op.h"
#include "ops/operands.h"

namespace flopstat {

/// The sizes that the work of an attention follows from.
struct AttentionSizes {
  int64_t batch = 0;
  int64_t heads = 0;        ///< of the queries
  int64_t queries = 0;      ///< Sq
  int64_t keys = 0;         ///< Sk, those of the past too
  int64_t width = 0;        ///< D, of a head of queries and keys
  int64_t value_width = 0;  ///< Dv, of a head of values
};

/// Unknown: the operands do not fit together.
Known<AttentionSizes> attention_sizes(const Attention& op, const Operands& operands);

}  // namespace flopstat
