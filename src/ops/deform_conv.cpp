#include <string>

#include "ops/contraction.h"
#include "ops/ops.h"
#include "ops/window.h"

namespace flopstat {
namespace {

/// Sizes of y behind batch and channels.
Known<Shape> spatial_sizes(const DeformConv& op, const Operands& operands) {
  const Shape& x = operands.in(0).shape();
  const Shape& w = operands.in(1).shape();
  if (x.size() != w.size() || x.size() != op.window.axes.size() + 2) {
    return Unknown{"an input of " + to_string(x) + " does not fit a filter of " + to_string(w)};
  }
  Shape sizes;
  for (size_t i = 0; i < op.window.axes.size(); ++i) {
    Axis axis = op.window.axes[i];
    axis.kernel = w[i + 2];
    const Known<ResolvedAxis> resolved = resolve(axis, op.window.padding, x[i + 2]);
    if (known(resolved) == nullptr) return reason(resolved);
    sizes.push_back(known(resolved)->output);
  }
  return sizes;
}

}  // namespace

Inferred infer(const DeformConv& op, const Operands& operands) {
  const Known<Shape> sizes = spatial_sizes(op, operands);
  if (known(sizes) == nullptr) return reason(sizes);
  Shape shape{operands.in(0).shape()[0], operands.in(1).shape()[0]};
  shape.insert(shape.end(), known(sizes)->begin(), known(sizes)->end());
  return one_result(operands.in(0).dtype(), std::move(shape));
}

/// Operands:  x [N, C, H, W], w [O, C / g, k...], offsets, bias or absent, mask or absent -> y
/// Counts:    samples = N * C * K per position of y: each 2^a - 1 blends of mul + 2 add over a axes, a mask mul; then
///            the convolution, mul_add |y| * (C / g) * K, bias add |y|
/// Source:    docs/counting.md, section 2; ONNX operator DeformConv. Example: 1 channel 3 x 3, 2 x 2 filter, 4
///            positions: 16 samples, 48 mul, 96 add, 16 MACs.
Known<Cost> count(const DeformConv& op, const Operands& operands) {
  const Known<Shape> sizes = spatial_sizes(op, operands);
  if (known(sizes) == nullptr) return reason(sizes);
  const Operand& x = operands.in(0);
  const Operand& w = operands.in(1);
  const Operand& y = operands.out(0);
  const Count taps = operands.letter("K", "taps of the kernel", Shape(w.shape().begin() + 2, w.shape().end()));
  const Count positions = operands.letter("P", "positions of y", Shape(y.shape().begin() + 2, y.shape().end()));
  const Count rows = operands.letter("N", "batch", x.shape()[0]);
  const Count samples = rows * operands.letter("Cin", "input channels", x.shape()[1]) * taps * positions;
  const uint64_t blends = (uint64_t{1} << (x.rank() - 2)) - 1;
  const Count outputs = y.size();
  Cost cost;
  add_contraction(
      cost,
      {.x = x,
       .w = w,
       .y = y,
       .mul_adds = outputs * operands.letter("(Cin/g)", "input channels that one output sees", w.shape()[1]) * taps,
       .skippable = 0,
       .outputs = outputs,
       .rows = rows});
  cost.add(Part::core, Unit::mul, x.dtype(), samples * blends);
  cost.add(Part::core, Unit::add, x.dtype(), samples * blends * 2);
  if (operands.in(4)) cost.add(Part::core, Unit::mul, x.dtype(), samples);
  if (operands.in(3)) add_bias(cost, x, w, y, outputs);
  return cost;
}

Role role(const DeformConv&, size_t operand) { return operand == 1 || operand == 3 ? Role::weight : Role::data; }

}  // namespace flopstat
