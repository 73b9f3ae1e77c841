#pragma once

#include <cstdint>

#include "model/cost.h"
#include "ops/operands.h"

namespace flopstat {

enum class Transform : uint8_t { complex, real };

/// Appends discrete Fourier transforms of n points, n in [0, kMaxDim]: 2n*log2(n) multiplications and 3n*log2(n)
/// additions each, for real input or output half of it, rounded up, `model`.
///
/// Source: docs/counting.md, section 2. Example: real, n = 512: 512 * 9 = 4,608 mul, 6,912 add.
void add_transforms(Cost& cost, const Operands& operands, Transform transform, DType dtype, int64_t n,
                    Count transforms);

}  // namespace flopstat
