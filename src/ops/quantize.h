#pragma once

#include "model/op.h"
#include "ops/operands.h"

namespace flopstat {

/// The operation decodes a constant in every run: engines keep weights packed, and decode them where they are read.
/// That is a dequantization by scales that are operands; TensorFlow Lite's, whose scale belongs to the tensor, runs
/// once, and half precision is only cast. Source: docs/counting.md, section 7, "weight-only".
bool decodes_weights(const Op& op, const Operands& operands);

}  // namespace flopstat
