#include <string>

#include "ops/contraction.h"
#include "ops/elements.h"
#include "ops/ops.h"
#include "ops/window.h"

/// Convolutions whose axes stand anywhere, with gaps between the points of x.
/// Source of the attributes: StableHLO specification, convolution.
namespace flopstat {
namespace {

using Places = GeneralConv::Places;

/// Every axis of a tensor of this rank is named once.
bool names_each_axis(const Places& places, size_t rank) {
  if (places.spatial.size() + 2 != rank) return false;
  std::vector<bool> named(rank, false);
  const auto name = [&](int64_t axis) {
    if (axis < 0 || axis >= static_cast<int64_t>(rank) || named[static_cast<size_t>(axis)]) return false;
    named[static_cast<size_t>(axis)] = true;
    return true;
  };
  if (!name(places.batch) || !name(places.features)) return false;
  for (const int64_t axis : places.spatial) {
    if (!name(axis)) return false;
  }
  return true;
}

int64_t at(const Shape& shape, int64_t axis) { return shape[static_cast<size_t>(axis)]; }

/// Sizes of a convolution in its own words.
struct Sizes {
  int64_t batch = 0;                 ///< of y
  int64_t channels = 0;              ///< that one output reads
  int64_t outputs = 0;               ///< channels of y
  std::vector<int64_t> points = {};  ///< of x per spatial axis
  std::vector<int64_t> base = {};
  std::vector<ResolvedAxis> axes = {};
};

constexpr int64_t kMaxBase = int64_t{1} << 20;

Known<Sizes> sizes(const GeneralConv& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& w = operands.in(1);
  if (!x || !w) return no_operand();
  const size_t spatial = op.window.axes.size();
  const Unknown no_fit{"the convolution's weights " + to_string(w.shape()) + " and axes do not fit its x of shape " +
                       to_string(x.shape())};
  if (x.rank() != spatial + 2 || w.rank() != spatial + 2 || op.base_dilation.size() != spatial) return no_fit;
  for (const Places* places : {&op.x, &op.w, &op.y}) {
    if (!names_each_axis(*places, spatial + 2)) return no_fit;
  }
  Sizes s{.batch = at(x.shape(), op.x.batch),
          .channels = at(w.shape(), op.w.batch),
          .outputs = at(w.shape(), op.w.features),
          .base = op.base_dilation};
  const bool grouped = op.groups >= 1 && op.batch_groups >= 1 && (op.groups == 1 || op.batch_groups == 1);
  if (!grouped || at(x.shape(), op.x.features) % op.groups != 0 ||
      at(x.shape(), op.x.features) / op.groups != s.channels || s.batch % op.batch_groups != 0 ||
      s.outputs % op.groups != 0 || s.outputs % op.batch_groups != 0) {
    return no_fit;
  }
  s.batch /= op.batch_groups;
  for (size_t i = 0; i < spatial; ++i) {
    const int64_t points = at(x.shape(), op.x.spatial[i]);
    if (s.base[i] < 1 || s.base[i] > kMaxBase) return Unknown{"a base dilation of the convolution is out of range"};
    Axis axis = op.window.axes[i];
    axis.kernel = at(w.shape(), op.w.spatial[i]);
    const int64_t spread = points == 0 ? 0 : (points - 1) * s.base[i] + 1;
    const Known<ResolvedAxis> resolved = resolve(axis, op.window.padding, spread);
    if (!known(resolved)) return reason(resolved);
    s.points.push_back(points);
    s.axes.push_back(*known(resolved));
  }
  return s;
}

}  // namespace

Inferred infer(const GeneralConv& op, const Operands& operands) {
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  Shape shape(s->axes.size() + 2);
  shape[static_cast<size_t>(op.y.batch)] = s->batch;
  shape[static_cast<size_t>(op.y.features)] = s->outputs;
  for (size_t i = 0; i < s->axes.size(); ++i) shape[static_cast<size_t>(op.y.spatial[i])] = s->axes[i].output;
  return single({.dtype = join(operands.in(0).dtype(), operands.in(1).dtype()), .shape = std::move(shape)});
}

/// Shapes:  x, w with their axes anywhere -> y
/// Counts:  mul_add N * Cout * Cin/g * product over the spatial axes of windows * taps. An axis with gaps between the
///          points of x and stride 1 is that of a transposed convolution: points of x * taps
/// Source:  docs/counting.md, sections 1 and 2. Example: 1x8x8x3 with 3 x 3 to 16, padding 1: 64 * 16 * 27 = 27,648.
Known<Cost> count(const GeneralConv& op, const Operands& operands) {
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  const Operand& y = operands.out(0);
  if (!y) return no_operand();
  const Count rows = operands.letter("N", "batch", s->batch);
  const Count products = rows * operands.letter("Cout", "output channels", s->outputs) *
                         operands.letter("(Cin/g)", "input channels that one output sees", s->channels);
  Count nominal = products;
  Count valid = products;
  for (size_t i = 0; i < s->axes.size(); ++i) {
    const ResolvedAxis& axis = s->axes[i];
    const bool transposed = s->base[i] > 1 && axis.stride == 1;
    nominal *= operands.letter("W", "windows on an axis", transposed ? s->points[i] : axis.output) *
               operands.letter("k", "taps of the kernel on an axis", axis.kernel);
    const Known<Count> taps = dilated_taps(axis, s->points[i], s->base[i]);
    if (!known(taps)) return reason(taps);
    valid *= operands.letter("V", "taps of an axis that meet data, over all its windows", *known(taps));
  }
  Cost cost;
  add_contraction(cost, {.x = operands.in(0),
                         .w = operands.in(1),
                         .y = y,
                         .mul_adds = nominal,
                         .skippable = nominal - valid,
                         .outputs = y.size(),
                         .rows = rows});
  return cost;
}

Role role(const GeneralConv&, size_t operand) { return operand == 0 ? Role::data : Role::weight; }

}  // namespace flopstat
