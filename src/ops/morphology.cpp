#include "ops/elements.h"
#include "ops/ops.h"
#include "ops/window.h"

namespace flopstat {
namespace {

/// The two spatial axes, whose kernels are the first two sizes of w.
Known<std::vector<ResolvedAxis>> resolve(const Morphology& op, const Operands& operands) {
  const Shape& x = operands.in(0).shape();
  const Shape& w = operands.in(1).shape();
  if (x.size() != 4 || w.size() != 3 || op.window.axes.size() != 2 || x[3] != w[2]) {
    return Unknown{"x " + to_string(x) + " and w " + to_string(w) +
                   " do not fit, expected [batch, height, width, channels] and [height, width, channels]"};
  }
  std::vector<ResolvedAxis> axes;
  for (size_t i = 0; i < 2; ++i) {
    Axis axis = op.window.axes[i];
    axis.kernel = w[i];
    const Known<ResolvedAxis> resolved = resolve(axis, op.window.padding, x[i + 1]);
    if (!known(resolved)) return reason(resolved);
    axes.push_back(*known(resolved));
  }
  return axes;
}

}  // namespace

Inferred infer(const Morphology& op, const Operands& operands) {
  const Known<std::vector<ResolvedAxis>> axes = resolve(op, operands);
  if (!known(axes)) return reason(axes);
  const Operand& x = operands.in(0);
  return one_result(x.dtype(), {x.shape()[0], (*known(axes))[0].output, (*known(axes))[1].output, x.shape()[3]});
}

/// Operands:  x [N, H, W, C], w [kh, kw, C] -> y
/// Counts:    taps = N * C * product of the valid taps of each axis: add taps, compare taps - |y|
/// Source:    docs/counting.md, section 2; TensorFlow Dilation2D. Example: 3 x 3 without padding, 1x5x5x2: 9 places of
///            9 taps, 2 channels: 162 add, 162 - 18 compare.
Known<Cost> count(const Morphology& op, const Operands& operands) {
  const Known<std::vector<ResolvedAxis>> axes = resolve(op, operands);
  if (!known(axes)) return reason(axes);
  const Operand& x = operands.in(0);
  const Operand& y = operands.out(0);
  Count taps = operands.letter("N", "batch", x.shape()[0]) * operands.letter("C", "channels", x.shape()[3]);
  for (size_t i = 0; i < 2; ++i) taps *= valid_taps(operands, (*known(axes))[i], x.shape()[i + 1]);
  Cost cost;
  cost.add(Part::core, Unit::add, x.dtype(), taps);
  cost.add(Part::core, Unit::compare, x.dtype(), taps > y.size() ? taps - y.size() : 0);
  return cost;
}

Role role(const Morphology&, size_t operand) { return operand == 1 ? Role::weight : Role::data; }

}  // namespace flopstat
