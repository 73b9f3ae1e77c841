#pragma once

#include <cstdint>

#include "count/backward/backward.h"

namespace flopstat {

/// FLOPs of a node as PyTorch's FlopCounterMode has them: contractions alone, a multiply-add is 2.
struct TorchFlops {
  Count printed = 0;
  Count corrected = 0;  ///< without what it counts too often, and with what it leaves out
};

/// Groups of a convolution; 1 for every other operation.
uint64_t groups_of(const Op& op, const Operands& operands);

/// Of the forward run. It prints nothing for an LSTM, whose kernel is not registered with it.
///
/// Source: torch/utils/flop_counter.py of PyTorch 2.15 on a CPU.
TorchFlops torch_forward(const Op& op, Count mul_adds);

/// Of the backward run. The weight gradient of a grouped convolution is printed too large by the number of groups. The
/// gradients of a fused attention take the scores twice over: 3 D + 2 Dv products per score. Throws `Overflow`.
///
/// Example: 8 -> 16 channels, 3 x 3, 10 x 10 points, 8 groups: 14,400 products forward; 2 * 14,400 * (1 + 8) printed,
/// 2 * 14,400 * 2 corrected.
TorchFlops torch_backward(const Op& op, const Operands& operands, const Flow& flow, const Backward& backward);

}  // namespace flopstat
