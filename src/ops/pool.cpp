#include <numeric>

#include "ops/ops.h"
#include "ops/requantize.h"
#include "ops/window.h"

namespace flopstat {
namespace {

/// Axis of x on which the window's first axis lies.
size_t first_spatial(DataLayout layout) { return layout == DataLayout::channels_first ? 2 : 1; }

size_t channel_axis(DataLayout layout, size_t rank) { return layout == DataLayout::channels_first ? 1 : rank - 1; }

/// One spatial axis: the number of windows and their taps that meet real data, summed over the windows.
struct PooledAxis {
  int64_t output = 0;
  Count taps = 0;
};

/// Windows that follow from the number wanted.
///
/// Source: PyTorch's AdaptiveAvgPool. With floor(i*m/n) summed over i < n being ((m-1)*(n-1) + gcd(m, n) - 1) / 2, and
/// ceil((n-i)*m/n) = m - floor(i*m/n), the lengths of n windows over m points add up to m + n - gcd(m, n). Example: 5
/// points, 3 windows: [0, 2), [1, 4), [3, 5): 2 + 3 + 2 = 5 + 3 - 1.
Known<PooledAxis> adaptive_axis(const Operands& operands, int64_t windows, int64_t points) {
  if (windows < 1 || windows > kMaxDim || points < 1) {
    return Unknown{std::to_string(points) + " points have no " + std::to_string(windows) + " windows"};
  }
  return PooledAxis{windows, operands.letter("V", "points of an axis that its windows meet",
                                             Count{points} + (windows - std::gcd(points, windows)))};
}

Known<PooledAxis> windowed_axis(const Operands& operands, const Pool& pool, size_t i, int64_t points) {
  const Known<ResolvedAxis> axis = resolve(pool.window.axes[i], pool.window.padding, points, pool.window.ceil);
  if (!known(axis)) return reason(axis);
  return PooledAxis{known(axis)->output, valid_taps(operands, *known(axis), points)};
}

Known<std::vector<PooledAxis>> resolve(const Pool& pool, const Operands& operands) {
  const Shape& x = operands.in(0).shape();
  const size_t count = pool.sizes.empty() ? pool.window.axes.size() : pool.sizes.size();
  if (x.size() != count + 2) {
    return Unknown{"x of shape " + to_string(x) + " needs " + std::to_string(count) +
                   " spatial axes besides batch and channels"};
  }
  std::vector<PooledAxis> resolved;
  resolved.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const int64_t points = x[first_spatial(pool.layout) + i];
    const Known<PooledAxis> axis =
        pool.sizes.empty() ? windowed_axis(operands, pool, i, points) : adaptive_axis(operands, pool.sizes[i], points);
    if (!known(axis)) return reason(axis);
    resolved.push_back(*known(axis));
  }
  return resolved;
}

}  // namespace

// --- Pool ------------------------------------------------------------------------------------------------------------

Inferred infer(const Pool& pool, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  const Known<std::vector<PooledAxis>> axes = resolve(pool, operands);
  if (!known(axes)) return reason(axes);
  Shape shape = x.shape();
  for (size_t i = 0; i < known(axes)->size(); ++i) shape[first_spatial(pool.layout) + i] = (*known(axes))[i].output;
  std::vector<Value> results;
  results.push_back({.dtype = x.dtype(), .shape = shape});
  if (operands.all_out().size() > 1) results.push_back({.dtype = DType::i64, .shape = std::move(shape)});
  return results;
}

/// Operands:  x [N, C, ...] or [N, ..., C] -> y, indices or absent
/// Counts:    taps = N * C * product of the valid taps of each axis. Max: compare taps - |y|. Average: add taps - |y|,
///            div |y|. L1: compare taps, add taps - |y|; a norm p: t taps + |y|, add taps - |y|. L2: mul taps, add taps
///            - |y|, div |y|, transcendental |y|. A window wholly in the padding has nothing to combine. Quantized: max
///            is rescaled where the scales differ; average rounds (add) and clamps (2 compare).
/// Source:    docs/counting.md, sections 1, 2 and 7. Example: 2 x 2, stride 2, 1x28x28x8: 784 * 8 - 196 * 8 compare.
Known<Cost> count(const Pool& pool, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& y = operands.out(0);
  if (!x || !y) return Unknown{"an operand or the result is missing"};
  const Known<std::vector<PooledAxis>> axes = resolve(pool, operands);
  if (!known(axes)) return reason(axes);

  Count taps = operands.letter("N", "batch", x.shape()[0]);
  taps *= operands.letter("C", "channels", x.shape()[channel_axis(pool.layout, x.rank())]);
  for (const PooledAxis& axis : *known(axes)) taps *= axis.taps;
  const Count outputs = y.size();
  const Count combined = taps > outputs ? taps - outputs : 0;
  const DType type = x.dtype();
  Cost cost;
  switch (pool.fn) {
    case PoolFn::max:
      cost.add(Part::core, Unit::compare, type, combined);
      add_rescale(cost, x, y, outputs);
      return cost;
    case PoolFn::average:
      cost.add(Part::core, Unit::add, type, combined);
      cost.add(Part::core, Unit::div, type, outputs);
      if (!y.quantized()) return cost;
      cost.add(Part::requantize, Unit::add, accumulator_type(y), outputs);
      cost.add(Part::requantize, Unit::compare, accumulator_type(y), outputs * 2);
      return cost;
    case PoolFn::l1:
      cost.add(Part::core, Unit::compare, type, taps);
      cost.add(Part::core, Unit::add, type, combined);
      return cost;
    case PoolFn::lp:
      cost.add(Part::core, Unit::transcendental, type, taps + outputs);
      cost.add(Part::core, Unit::add, type, combined);
      return cost;
    case PoolFn::l2:
      cost.add(Part::core, Unit::mul, type, taps);
      cost.add(Part::core, Unit::add, type, combined);
      cost.add(Part::core, Unit::div, type, outputs);
      cost.add(Part::core, Unit::transcendental, type, outputs);
      return cost;
  }
  return Unknown{"there is no formula for this pool"};
}

Role role(const Pool&, size_t) { return Role::data; }

// --- Lrn -------------------------------------------------------------------------------------------------------------

Inferred infer(const Lrn& lrn, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  if (x.rank() < 2) return Unknown{"x of shape " + to_string(x.shape()) + " has no channels to normalise over"};
  if (lrn.size < 1) return Unknown{"the number of neighbouring channels is " + std::to_string(lrn.size)};
  return one_result(x.dtype(), x.shape());
}

/// Operands:  x [N, C, ...] or [..., C] -> y of the same shape
/// Counts:    per element: 2 mul (its square, the sum by alpha), transcendental (the power), div, and one add per
///            channel of its window that exists: those but one sum up the squares, the last adds the bias
/// Source:    docs/counting.md, section 2; ONNX operator LRN. Example: 3 channels, size 3: windows of 2, 3 and 2,
///            7 add.
Known<Cost> count(const Lrn& lrn, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  if (x.rank() < 2) return Unknown{"x has no channels to normalise over"};
  const int64_t channels = x.shape()[channel_axis(lrn.layout, x.rank())];
  const Axis neighbours{.kernel = lrn.size};
  const Known<ResolvedAxis> window = resolve(neighbours, Padding::same_upper, channels);
  if (!known(window)) return reason(window);
  const Count elements = x.size();
  const Count window_channels =
      operands.letter("V", "channels that exist in the windows of all channels", valid_taps(*known(window), channels));
  Cost cost;
  if (elements == 0) return cost;
  cost.add(Part::core, Unit::mul, x.dtype(), elements * 2);
  cost.add(Part::core, Unit::transcendental, x.dtype(), elements);
  cost.add(Part::core, Unit::div, x.dtype(), elements);
  cost.add(Part::core, Unit::add, x.dtype(), elements / operands.letter("C", "channels", channels) * window_channels);
  return cost;
}

Role role(const Lrn&, size_t) { return Role::data; }

}  // namespace flopstat
