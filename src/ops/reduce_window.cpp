#include <string>

#include "ops/elements.h"
#include "ops/functions.h"
#include "ops/ops.h"
#include "ops/window.h"

namespace flopstat {
namespace {

/// Where a window over each axis of an operand has its operands.
constexpr size_t kSizes = 2;
constexpr size_t kStrides = 3;
constexpr size_t kDilations = 4;

/// One number per axis: from an operand, or `otherwise` where it is absent.
Known<std::vector<int64_t>> per_axis(const Operand& operand, const char* what, size_t rank, int64_t otherwise) {
  if (!operand) return std::vector<int64_t>(rank, otherwise);
  std::optional<std::vector<int64_t>> list = integers_of(operand);
  if (!list) return not_known(operand, what);
  if (list->size() != rank) return Unknown{std::string(what) + " does not have one number per axis"};
  return *std::move(list);
}

struct Resolved {
  std::vector<ResolvedAxis> axes;
  std::vector<int64_t> base;
};

/// Points of an axis whose elements lie `base` apart.
std::optional<int64_t> spread(int64_t size, int64_t base) {
  constexpr int64_t kMaxBase = int64_t{1} << 20;
  if (base < 1 || base > kMaxBase) return std::nullopt;
  return size == 0 ? 0 : (size - 1) * base + 1;
}

Known<Resolved> resolve(const ReduceWindow& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const size_t rank = x.rank();
  const auto sizes = per_axis(operands.in(kSizes), "the window", rank, 1);
  const auto strides = per_axis(operands.in(kStrides), "the list of strides", rank, 1);
  const auto dilations = per_axis(operands.in(kDilations), "the list of dilations", rank, 1);
  for (const auto* each : {&sizes, &strides, &dilations}) {
    if (!known(*each)) return reason(*each);
  }
  if ((!op.base_dilation.empty() && op.base_dilation.size() != rank) ||
      (!op.padding.empty() && op.padding.size() != 2 * rank)) {
    return Unknown{"the window's dilations or pads do not fit x of shape " + to_string(x.shape())};
  }
  Resolved result{.axes = {}, .base = op.base_dilation};
  result.base.resize(rank, 1);
  for (size_t i = 0; i < rank; ++i) {
    const std::optional<int64_t> points = spread(x.shape()[i], result.base[i]);
    if (!points) return Unknown{"a base dilation of the window is out of range"};
    const Axis axis{.kernel = (*known(sizes))[i],
                    .stride = (*known(strides))[i],
                    .dilation = (*known(dilations))[i],
                    .pad_before = op.padding.empty() ? 0 : op.padding[2 * i],
                    .pad_after = op.padding.empty() ? 0 : op.padding[2 * i + 1]};
    const Known<ResolvedAxis> resolved = resolve(axis, Padding::given, *points);
    if (!known(resolved)) return reason(resolved);
    result.axes.push_back(*known(resolved));
  }
  return result;
}

}  // namespace

Inferred infer(const ReduceWindow& op, const Operands& operands) {
  const Known<Resolved> resolved = resolve(op, operands);
  if (!known(resolved)) return reason(resolved);
  Shape shape;
  for (const ResolvedAxis& axis : known(resolved)->axes) shape.push_back(axis.output);
  return single({.dtype = operands.in(0).dtype(), .shape = std::move(shape)});
}

/// Shapes:  x, start value, window sizes, strides, dilations -> y
/// Counts:  taps = product of the valid taps of each axis; taps - |y| of the reduction's unit. Booleans: none
/// Source:  docs/counting.md, sections 1 and 2 (pools); StableHLO specification, reduce_window. Example: sums of 2 x 2
///          over 4 x 4, stride 2: 16 - 4 = 12 add.
Known<Cost> count(const ReduceWindow& op, const Operands& operands) {
  const Known<Resolved> resolved = resolve(op, operands);
  if (!known(resolved)) return reason(resolved);
  const Operand& x = operands.in(0);
  const Operand& y = operands.out(0);
  if (!y) return no_operand();
  Cost cost;
  if (op.fn == ReduceFn::any || op.fn == ReduceFn::all) return cost;
  const std::optional<Unit> unit = unit_of(op.fn);
  if (!unit || is_complex(x.dtype())) return Unknown{"there is no formula for this reduction of windows"};
  Count taps = 1;
  for (size_t i = 0; i < x.rank(); ++i) {
    const Known<Count> each = dilated_taps(known(resolved)->axes[i], x.shape()[i], known(resolved)->base[i]);
    if (!known(each)) return reason(each);
    taps *= operands.letter("V", "taps of an axis that meet data, over all its windows", *known(each));
  }
  const Count outputs = y.size();
  cost.add(Part::core, *unit, x.dtype(), taps > outputs ? taps - outputs : 0);
  return cost;
}

Role role(const ReduceWindow&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

}  // namespace flopstat
