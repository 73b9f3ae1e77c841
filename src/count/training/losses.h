#pragma once

#include <cstdint>
#include <string_view>

#include "flopstat/known.h"
#include "model/cost.h"
#include "model/shape.h"

namespace flopstat {

/// The work of a loss and of its gradient.
struct LossCost {
  Cost forward = {};
  Cost backward = {};
};

/// The loss of that name on a result of that shape, whose rows lie on `axis`. Unknown: there is no such loss.
///
/// Source: docs/counting.md, section 5. Example: cross-entropy of one row of 10: 9 compare, 29 add, 11 t, div forward;
/// 10 add and 10 mul backward.
Known<LossCost> loss_cost(std::string_view loss, DType dtype, const Shape& y, size_t axis);

/// Whether the loss takes what a softmax would give from its operand: a softmax before it is part of it.
bool takes_logits(std::string_view loss);

/// Our name for a loss that a Keras file names: "cross-entropy" for "sparse_categorical_crossentropy" and
/// "SparseCategoricalCrossentropy". Empty where there is none.
std::string_view loss_of_keras(std::string_view name);

}  // namespace flopstat
