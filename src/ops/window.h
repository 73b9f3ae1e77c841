#pragma once

#include <cstdint>

#include "flopstat/known.h"
#include "model/count.h"
#include "model/op.h"
#include "ops/operands.h"

namespace flopstat {

/// One spatial axis of a window with everything known: sizes and padding in elements, `output` windows.
struct ResolvedAxis {
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t pad_before = 0;
  int64_t pad_after = 0;
  int64_t output = 1;
};

/// Padding and number of windows of `axis` over `input` points. `ceil`: an incomplete last window counts too, unless it
/// starts behind the input and its first padding (same padding is always complete).
/// Unknown: the window is larger than the padded input, or kernel, stride, dilation or padding is out of range.
///
/// Source: ONNX operators Conv and MaxPool, TensorFlow's "SAME". Example: 3 taps, stride 2, same_upper, 224 points
/// -> 112 windows, 0 points of padding before and 1 after.
Known<ResolvedAxis> resolve(const Axis& axis, Padding padding, int64_t input, bool ceil = false);

/// Taps of one axis that meet real data, over all `axis.output` windows on `points` points. Throws `Overflow`.
/// For a transposed convolution `axis.output` is the length of x, `points` the length of y, `pad_before` its crop.
/// `axis` is as `resolve` accepts it.
///
/// Source: docs/counting.md, section 1, "valid". Example: 3 taps, stride 1, one point of padding on each side, 5
/// windows over 5 points: 13 of 15 taps.
Count valid_taps(const ResolvedAxis& axis, int64_t points);

/// The same as a letter of the node's formulas.
Count valid_taps(const Operands& operands, const ResolvedAxis& axis, int64_t points);

/// The same over `points` points that lie `base` apart, with nothing between them (`axis.output` is the number of
/// windows on that spread axis). Unknown: stride and base are both above 1 and there are too many taps to look at each.
///
/// Source: docs/counting.md, section 1: with stride 1 it is a transposed convolution.
Known<Count> dilated_taps(const ResolvedAxis& axis, int64_t points, int64_t base);

}  // namespace flopstat
