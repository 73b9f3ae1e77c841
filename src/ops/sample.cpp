#include "ops/elements.h"
#include "ops/ops.h"

namespace flopstat {

namespace {

/// Reads so many elements between the points of `axes` axes.
Cost blends(ResizeFn fn, size_t axes, DType type, Count elements) {
  Cost cost;
  switch (fn) {
    case ResizeFn::nearest: return cost;
    case ResizeFn::linear: {
      const uint64_t of_two = (uint64_t{1} << axes) - 1;
      cost.add(Part::core, Unit::mul, type, elements * of_two);
      cost.add(Part::core, Unit::add, type, elements * of_two * 2);
      return cost;
    }
    case ResizeFn::cubic: {
      const uint64_t filters = ((uint64_t{1} << (2 * axes)) - 1) / 3;
      cost.add(Part::core, Unit::mul, type, elements * filters * 4);
      cost.add(Part::core, Unit::add, type, elements * filters * 3);
      return cost;
    }
  }
  return cost;
}

}  // namespace

// --- GridSample ------------------------------------------------------------------------------------------------------

namespace {

/// Axes that positions lie on: all but batch and channels.
Known<size_t> sampled_axes(const Operands& operands) {
  const Shape& x = operands.in(0).shape();
  const Shape& grid = operands.in(1).shape();
  if (x.size() < 3 || x.size() > 5 || grid.size() != x.size() || grid.back() != static_cast<int64_t>(x.size()) - 2) {
    return Unknown{"positions " + to_string(grid) + " do not fit a tensor of " + to_string(x)};
  }
  return x.size() - 2;
}

}  // namespace

Inferred infer(const GridSample&, const Operands& operands) {
  const Known<size_t> axes = sampled_axes(operands);
  if (known(axes) == nullptr) return reason(axes);
  const Shape& x = operands.in(0).shape();
  const Shape& grid = operands.in(1).shape();
  Shape shape{x[0], x[1]};
  shape.insert(shape.end(), grid.begin() + 1, grid.end() - 1);
  return one_result(operands.in(0).dtype(), std::move(shape));
}

/// Operands:  x [N, C, ...], positions [N, ..., a] -> y
/// Counts:    per element of y: nearest 0; linear 2^a - 1 blends of mul + 2 add; cubic (4^a - 1) / 3 filters of 4 mul +
///            3 add. The positions are no work
/// Source:    docs/counting.md, section 2. Example: bilinear, 1 channel, 4 x 4 positions: 48 mul, 96 add.
Known<Cost> count(const GridSample& op, const Operands& operands) {
  const Known<size_t> axes = sampled_axes(operands);
  if (known(axes) == nullptr) return reason(axes);
  return blends(op.fn, *known(axes), operands.in(0).dtype(), operands.out(0).size());
}

Role role(const GridSample&, size_t operand) { return operand == 0 ? Role::data : Role::index; }

// --- WarpImages ------------------------------------------------------------------------------------------------------

Inferred infer(const WarpImages&, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& maps = operands.in(1);
  const std::optional<Shape> sizes = sizes_of(operands.in(3));
  if (!sizes) return not_known(operands.in(3), "the size of the results");
  const bool one_each = !operands.in(2) && (maps.shape()[0] == 1 || maps.shape()[0] == x.shape()[0]);
  if (x.rank() != 4 || maps.rank() != 2 || sizes->size() != 2 || (!operands.in(2) && !one_each)) {
    return Unknown{"maps " + to_string(maps.shape()) + " do not fit images " + to_string(x.shape())};
  }
  return one_result(x.dtype(), {one_each ? x.shape()[0] : maps.shape()[0], (*sizes)[0], (*sizes)[1], x.shape()[3]});
}

/// Operands:  x [N, H, W, C], maps [n, k], their images [n] or absent, sizes [2] -> y
/// Counts:    per element of y: nearest 0; linear 3 blends of mul + 2 add, whether or not its place lies in the image.
///            The places are no work
/// Source:    docs/counting.md, section 2; TensorFlow CropAndResize, ImageProjectiveTransformV3. Example: bilinear, 1
///            image of 1 channel, 4 x 4: 16 * 3 mul, 16 * 6 add.
Known<Cost> count(const WarpImages& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& y = operands.out(0);
  if (!x || !y) return no_operand();
  return blends(op.fn, 2, is_float(x.dtype()) ? x.dtype() : y.dtype(), y.size());
}

Role role(const WarpImages&, size_t operand) {
  constexpr Role kRoles[] = {Role::data, Role::index, Role::index, Role::shape};
  return operand < 4 ? kRoles[operand] : Role::index;
}

// --- RoiPool ---------------------------------------------------------------------------------------------------------

Inferred infer(const RoiPool& op, const Operands& operands) {
  return one_result(operands.in(0).dtype(),
                    {operands.in(1).shape()[0], operands.in(0).shape()[1], op.height, op.width});
}

/// Operands:  x [N, C, H, W], boxes, batch indices or absent -> y [n, C, height, width]
/// Counts:    s = samples: per element of y s^2 bilinear blends of 3 mul + 6 add, then s^2 - 1 add and div (average) or
///            s^2 - 1 compare. Maximum of points: compare, at most those of the whole image and a row and a column more
///            per cell, per box and channel (bound)
/// Source:    docs/counting.md, section 2; ONNX operators RoiAlign, MaxRoiPool. Example: 1 box, 1 channel, 5 x 5 cells,
///            2 samples: 25 * 4 * 3 = 300 mul.
Known<Cost> count(const RoiPool& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const DType type = x.dtype();
  const Count outputs = operands.out(0).size();
  Cost cost;
  if (op.cell == RoiPool::Cell::maximum) {
    const Count height = operands.letter("H", "rows of x", x.shape()[2]) + operands.letter("h", "rows of y", op.height);
    const Count width =
        operands.letter("W", "columns of x", x.shape()[3]) + operands.letter("w", "columns of y", op.width);
    const Count points = height * width;
    const Count boxes =
        operands.letter("n", "boxes", operands.in(1).shape()[0]) * operands.letter("C", "channels", x.shape()[1]);
    cost.add(Part::core, Unit::compare, type, boxes * points, Certainty::bound);
    return cost;
  }
  if (op.samples < 1) return Unknown{"the number of samples in a cell depends on the size of its box"};
  const Count samples = operands.letter("s²", "samples of a cell", {op.samples, op.samples});
  cost.add(Part::core, Unit::mul, type, outputs * samples * 3);
  cost.add(Part::core, Unit::add, type, outputs * samples * 6);
  const bool average = op.cell == RoiPool::Cell::average;
  cost.add(Part::core, average ? Unit::add : Unit::compare, type, outputs * (samples - 1));
  if (average) cost.add(Part::core, Unit::div, type, outputs);
  return cost;
}

Role role(const RoiPool&, size_t operand) { return operand == 0 ? Role::data : Role::index; }

}  // namespace flopstat
