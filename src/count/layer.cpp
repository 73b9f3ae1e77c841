#include "count/layer.h"

#include <algorithm>
#include <numeric>

#include "ops/cell.h"
#include "ops/ops.h"
#include "ops/window.h"

namespace flopstat {
namespace {

int64_t channels_of(const Operand& tensor, DataLayout layout) {
  if (tensor.rank() < 2) return tensor.rank() == 0 ? 1 : tensor.shape().back();
  return layout == DataLayout::channels_last ? tensor.shape().back() : tensor.shape()[1];
}

Count quotient(Count a, Count b) { return b == 0 ? Count{0} : a / b; }

bool constant(const Operand& operand) { return operand && operand.value->constant; }

/// Sizes of a filter's kernel.
Shape kernel_of(const Operand& w, FilterLayout layout) {
  size_t first = 0;
  switch (layout) {
    case FilterLayout::oi_spatial:
    case FilterLayout::io_spatial: first = 2; break;
    case FilterLayout::o_spatial_i:
    case FilterLayout::depthwise: first = 1; break;
    case FilterLayout::spatial_io:
    case FilterLayout::spatial_im:
    case FilterLayout::spatial_oi: first = 0; break;
  }
  if (w.rank() < 2) return {};
  const auto begin = w.shape().begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(w.rank() - 2)};
}

/// Every element is known to be that number.
bool all_are(const Operand& operand, double number) {
  if (!operand) return false;
  const std::shared_ptr<const Elements> elements = elements_of(operand);
  const auto is_it = [number](const Element& each) {
    const auto* real = std::get_if<double>(&each);
    const auto* whole = std::get_if<int64_t>(&each);
    return real != nullptr ? *real == number : whole != nullptr && static_cast<double>(*whole) == number;
  };
  return elements != nullptr && std::ranges::all_of(*elements, is_it);
}

/// Fills the sizes of one operation; those of any layer are there already.
class Sizes {
 public:
  Sizes(CountedLayer& layer, const Operands& operands) : layer_(layer), operands_(operands) {}

  void operator()(const Conv& op) {
    layer_.kind = LayerKind::convolution;
    fill_convolution(op.axes.data, op.window);
    layer_.length = operands_.letter("n", "products in a sum", quotient(layer_.macs.value(), layer_.y.value()));
    const Count kernel = product(kernel_of(operands_.in(1), op.axes.filter));
    const Count groups = quotient(layer_.in_channels.value() * kernel.value(), layer_.length.value());
    layer_.groups = operands_.letter("g", "groups", groups);
  }

  void operator()(const ConvTranspose& op) {
    layer_.kind = LayerKind::transposed_convolution;
    fill_convolution(op.axes.data, op.window);
    layer_.groups = op.groups;
    layer_.length = quotient(layer_.w, layer_.channels);
    fill_conv_points(op);
  }

  void operator()(const GeneralConv& op) {
    layer_.kind = LayerKind::convolution;
    layer_.groups = op.groups;
    layer_.w = operands_.in(1).size();
    layer_.length = quotient(layer_.macs, layer_.y);
  }

  void operator()(const MatMul&) { fill_product(); }
  void operator()(const Einsum&) { fill_product(); }

  void operator()(const Attention&) {
    layer_.kind = LayerKind::attention;
    for (const Work& work : layer_.cost->work) {
      if (work.unit == Unit::transcendental) layer_.scores = work.count;
    }
  }

  void operator()(const Recurrent& op) {
    layer_.kind = LayerKind::recurrent;
    layer_.cell = op.cell;
    const Operand &x = operands_.in(0), &r = operands_.in(2);
    const CellSizes sizes = input_sizes(x.shape(), !op.batch_major);
    layer_.directions = op.direction == Direction::bidirectional ? 2 : 1;
    layer_.inputs = operands_.letter("I", "elements of x that a run reads", sizes.inputs);
    layer_.hidden = operands_.letter("H", "units", r.rank() == 3 ? r.shape()[2] : r.shape()[0]);
    layer_.runs = operands_.letter("runs", "runs of the cell: steps, batch items, directions",
                                   {sizes.steps, sizes.batch, op.direction == Direction::bidirectional ? 2 : 1});
    layer_.w = operands_.in(1).size() + r.size();
    layer_.has_bias = static_cast<bool>(operands_.in(3));
    if (layer_.has_bias) layer_.bias = operands_.in(3).size();
  }

  void operator()(const Lstm&) { fill_cells(Recurrent::Cell::lstm); }
  void operator()(const BasicLstm&) { fill_cells(Recurrent::Cell::lstm); }
  void operator()(const BlockLstm&) { fill_cells(Recurrent::Cell::lstm); }
  void operator()(const BidirectionalLstm&) { fill_cells(Recurrent::Cell::lstm); }
  void operator()(const StackedRecurrent& op) { fill_cells(op.cell); }
  void operator()(const Rnn&) { fill_cells(Recurrent::Cell::rnn); }
  void operator()(const BidirectionalRnn&) { fill_cells(Recurrent::Cell::rnn); }

  void operator()(const BatchNorm& op) {
    layer_.kind = LayerKind::batch_norm;
    layer_.trains = op.training;
    layer_.axes = operands_.in(0).rank() < 2 ? 0 : operands_.in(0).rank() - 2;
    layer_.affine = constant(operands_.in(1)) && !is_invented(*operands_.in(1).tensor);
    layer_.channels = operands_.letter("C", "channels", channels_of(operands_.in(0), op.layout));
  }

  void operator()(const Normalize& op) {
    const bool grouped = op.rows == Normalize::Rows::channels;
    layer_.kind = !grouped ? LayerKind::layer_norm : op.groups == 0 ? LayerKind::instance_norm : LayerKind::group_norm;
    layer_.row = row_of(op);
    const Shape& x = operands_.in(0).shape();
    if (op.rows == Normalize::Rows::trailing) layer_.first_of_row = x[wrap_axis(op.axis, x.size()).value_or(0)];
    if (!operands_.in(1) || is_invented(*operands_.in(1).tensor)) return;
    layer_.affine = static_cast<bool>(operands_.in(1));
    if (operands_.in(1)) layer_.w = operands_.in(1).size();
    if (operands_.in(2) && !is_invented(*operands_.in(2).tensor)) layer_.bias = operands_.in(2).size();
  }

  void operator()(const Softmax& op) {
    layer_.kind = op.log ? LayerKind::log_softmax : LayerKind::softmax;
    const std::optional<size_t> axis = wrap_axis(op.axis, operands_.in(0).rank());
    const Count row = axis ? Count{operands_.in(0).shape()[*axis]} : layer_.x;
    layer_.row = operands_.letter("n", "elements of a row", row);
  }

  void operator()(const Pool& op) {
    layer_.kind = op.fn == PoolFn::max ? LayerKind::max_pool : LayerKind::average_pool;
    const Operand& x = operands_.in(0);
    layer_.batch = x.shape()[0];
    layer_.channels = channels_of(operands_.out(0), op.layout);
    layer_.taps = Count{1};
    for (const Axis& axis : op.window.axes) layer_.taps *= axis.kernel;
    layer_.taps = operands_.letter("K", "taps of the window", layer_.taps);
    layer_.first_taps = op.window.axes.empty() ? Count{1} : Count{op.window.axes.front().kernel};
    layer_.axes = op.window.axes.size();
    const bool tiles = std::ranges::all_of(op.window.axes, [](const Axis& axis) { return axis.kernel == axis.stride; });
    layer_.adaptive = tiles && op.window.padding == Padding::valid;
    layer_.all_taps = layer_.batch * layer_.channels;
    for (size_t i = 0; i < layer_.axes && i + 2 < x.rank(); ++i) {
      int64_t points = x.shape()[(op.layout == DataLayout::channels_first ? 2 : 1) + i];
      const Known<ResolvedAxis> resolved = resolve(op.window.axes[i], op.window.padding, points, op.window.ceil);
      if (known(resolved) == nullptr) continue;
      ResolvedAxis axis = *known(resolved);
      if (op.averages_padding) {
        points += axis.pad_before + axis.pad_after;
        axis.pad_before = axis.pad_after = 0;
      }
      layer_.all_taps *= valid_taps(operands_, axis, points);
    }
  }

  void operator()(const Reduce& op) {
    layer_.kind = LayerKind::reduction;
    layer_.reduction = op.fn;
    const Operand &x = operands_.in(0), &y = operands_.out(0);
    layer_.row = quotient(layer_.x, layer_.y);
    layer_.batch = x.rank() == 0 ? 1 : x.shape()[0];
    layer_.axes = x.rank() < 2 ? 0 : x.rank() - 2;
    const bool global = op.spatial || (x.rank() >= 3 && reduces_spatial_axes(op));
    if (!global || !y) return;
    if (op.fn == ReduceFn::mean) layer_.kind = LayerKind::global_average_pool;
    if (op.fn == ReduceFn::max) layer_.kind = LayerKind::global_max_pool;
  }

  void operator()(const ArgReduce&) {
    layer_.kind = LayerKind::reduction;
    layer_.reduction = ReduceFn::max;
  }

  void operator()(const Resize& op) {
    layer_.kind = LayerKind::resize;
    layer_.resize = op.fn;
    layer_.to_sizes = static_cast<bool>(operands_.in(1));
    layer_.axes = operands_.in(0).rank() < 2 ? 0 : operands_.in(0).rank() - 2;
    const Shape& y = operands_.out(0).shape();
    layer_.points = y.size() < 2 ? Count{1} : product(Shape(y.begin() + 2, y.end()));
    layer_.factor = common_factor(operands_.in(0).shape(), operands_.out(0).shape());
  }

  void operator()(const GridSample&) { layer_.kind = LayerKind::grid_sample; }

  void operator()(const Unary& op) {
    layer_.kind = LayerKind::activation;
    layer_.function = op.fn;
    const bool six = op.fn == UnaryFn::clip && all_are(operands_.in(1), 0) && all_are(operands_.in(2), 6);
    if (six) layer_.function = UnaryFn::relu6;
    if (op.fn == UnaryFn::identity) layer_.kind = LayerKind::movement;
  }

  void operator()(const Binary& op) {
    layer_.kind = LayerKind::arithmetic;
    layer_.arithmetic = op.fn;
    layer_.operands = operands_.all_in().size();
    if (op.fn == BinaryFn::prelu && constant(operands_.in(1))) layer_.w = operands_.in(1).size();
  }

  void operator()(const Select&) { layer_.kind = LayerKind::movement; }
  void operator()(const Cast&) { layer_.kind = LayerKind::movement; }

  void operator()(const Gather&) {
    const bool table = constant(operands_.in(0)) && !constant(operands_.in(1));
    layer_.kind = table && operands_.in(0).rank() == 2 ? LayerKind::embedding : LayerKind::movement;
    if (table) layer_.w = operands_.in(0).size();
  }

  template <class Other>
  void operator()(const Other&) {
    layer_.kind = layer_.cost->work.empty() ? LayerKind::movement : LayerKind::other;
  }

 private:
  void fill_convolution(DataLayout layout, const Window& window) {
    const Operand &x = operands_.in(0), &w = operands_.in(1), &y = operands_.out(0);
    layer_.w = w.size();
    if (operands_.in(2)) layer_.bias = operands_.in(2).size();
    layer_.batch = operands_.letter("N", "batch", x.shape()[0]);
    layer_.in_channels = operands_.letter("Cin", "input channels", channels_of(x, layout));
    layer_.channels = operands_.letter("Cout", "output channels", channels_of(y, layout));
    layer_.axes = x.rank() - 2;
    for (const Axis& axis : window.axes) {
      layer_.stride *= axis.stride;
    }
    layer_.blocked_y = blocked_results(layout, window);
  }

  /// Each axis, padded, is dealt out to as many blocks as the dilation, each of them with padding up to the same size.
  /// Source: tensorflow/python/ops/nn_ops.py, with_space_to_batch.
  Count blocked_results(DataLayout layout, const Window& window) const {
    const bool dilated = std::ranges::any_of(window.axes, [](const Axis& axis) { return axis.dilation > 1; });
    if (!dilated) return layer_.y;
    const size_t first = layout == DataLayout::channels_last ? 1 : 2;
    Count results = layer_.batch * layer_.channels;
    for (size_t i = 0; i < window.axes.size() && i < layer_.axes; ++i) {
      const int64_t points = operands_.in(0).shape()[first + i];
      const Known<ResolvedAxis> resolved = resolve(window.axes[i], window.padding, points);
      const ResolvedAxis* axis = known(resolved);
      if (axis == nullptr) return layer_.y;
      const int64_t padded = points + axis->pad_before + axis->pad_after;
      const int64_t block = (padded + axis->dilation - 1) / axis->dilation;
      results *= axis->dilation * std::max<int64_t>(0, block - axis->kernel + 1);
    }
    return results;
  }

  /// Points that a convolution over x with the same kernel and window would give, as if it were not transposed.
  void fill_conv_points(const ConvTranspose& op) {
    const Operand &x = operands_.in(0), &w = operands_.in(1);
    Count points = 1;
    for (size_t i = 0; i < op.window.axes.size() && i < layer_.axes; ++i) {
      const bool last = op.axes.data == DataLayout::channels_last;
      const int64_t size = x.shape()[(last ? 1 : 2) + i];
      const int64_t kernel = kernel_of(w, op.axes.filter)[i];
      const Axis& axis = op.window.axes[i];
      const int64_t room = size + 2 * axis.pad_before - axis.dilation * (kernel - 1) - 1;
      points *= room < 0 ? 0 : room / axis.stride + 1;
    }
    layer_.conv_points = points;
  }

  void fill_product() {
    const Operand &a = operands_.in(0), &b = operands_.in(1);
    const bool stored = constant(b) || constant(a);
    layer_.kind = stored ? LayerKind::dense : LayerKind::product;
    if (stored) layer_.w = constant(b) ? b.size() : a.size();
    if (operands_.in(2)) layer_.bias = operands_.in(2).size();
    layer_.length = operands_.letter("k", "length of a sum", quotient(layer_.macs.value(), layer_.y.value()));
    if (a.rank() > 1) layer_.batch = a.shape()[0];
    layer_.channels = operands_.out(0).rank() == 0 ? Count{1} : Count{operands_.out(0).shape().back()};
  }

  void fill_cells(Recurrent::Cell cell) {
    layer_.kind = LayerKind::recurrent;
    layer_.cell = cell;
  }

  Count row_of(const Normalize& op) const {
    const Shape& x = operands_.in(0).shape();
    const auto from = [&](size_t axis) {
      return product(Shape(x.begin() + static_cast<std::ptrdiff_t>(axis), x.end()));
    };
    if (op.rows == Normalize::Rows::trailing) return from(wrap_axis(op.axis, x.size()).value_or(0));
    if (op.rows == Normalize::Rows::channels) {
      const int64_t groups = op.groups == 0 ? x[1] : op.groups;
      return groups == 0 ? Count{0} : from(1) / groups;
    }
    Count row = 1;
    for (const int64_t axis : op.axes) row *= x[wrap_axis(axis, x.size()).value_or(0)];
    return row;
  }

  /// The axes are all but the batch and the first or last one.
  bool reduces_spatial_axes(const Reduce&) const {
    const std::optional<std::vector<int64_t>> axes = operands_.in(1) ? integers_of(operands_.in(1)) : std::nullopt;
    if (!axes) return false;
    const size_t rank = operands_.in(0).rank();
    std::vector<size_t> sorted;
    for (const int64_t axis : *axes) sorted.push_back(wrap_axis(axis, rank).value_or(0));
    std::ranges::sort(sorted);
    const bool first = sorted.size() + 2 == rank && (sorted.front() == 1 || (sorted.front() == 2 && rank > 3));
    if (!first) return false;
    return sorted.back() - sorted.front() + 1 == sorted.size();
  }

  static std::optional<int64_t> common_factor(const Shape& x, const Shape& y) {
    std::optional<int64_t> factor;
    for (size_t i = 0; i < x.size() && i < y.size(); ++i) {
      if (x[i] == y[i]) continue;
      if (x[i] == 0 || y[i] % x[i] != 0 || (factor && *factor != y[i] / x[i])) return std::nullopt;
      factor = y[i] / x[i];
    }
    return factor;
  }

  CountedLayer& layer_;
  const Operands& operands_;
};

}  // namespace

CountedLayer layer_of(const Node& node, const Operands& operands, const Cost& cost) {
  CountedLayer layer{.node = &node, .cost = &cost};
  for (size_t i = 0; i < cost.work.size(); ++i) {
    const Work& work = cost.work[i];
    if (work.part == Part::core && work.unit == Unit::mul_add) layer.macs += cost.units(i);
    if (work.part == Part::bias) layer.biased += cost.units(i);
  }
  if (!cost.work.empty()) layer.mark = cost.work.front().mark;
  if (operands.in(0)) layer.x = operands.in(0).size();
  if (operands.out(0)) layer.y = operands.out(0).size();
  std::visit(Sizes(layer, operands), node.op);
  return layer;
}

std::optional<CountedLayer> activation_of(const Node& node, const CountedLayer& layer) {
  if (!node.activation) return std::nullopt;
  CountedLayer activation = layer;
  activation.kind = LayerKind::activation;
  activation.function = *node.activation;
  activation.behind_dense = layer.kind == LayerKind::dense;
  activation.macs = activation.w = activation.bias = activation.biased = 0;
  activation.x = layer.y;
  return activation;
}

bool is_invented(const Tensor& tensor) { return tensor.name.starts_with('/') || tensor.name.starts_with("onnx::"); }

std::string_view name_of(LayerKind kind) {
  switch (kind) {
    case LayerKind::convolution: return "convolution";
    case LayerKind::transposed_convolution: return "transposed_convolution";
    case LayerKind::dense: return "dense";
    case LayerKind::product: return "product";
    case LayerKind::attention: return "attention";
    case LayerKind::recurrent: return "recurrent";
    case LayerKind::batch_norm: return "batch_norm";
    case LayerKind::layer_norm: return "layer_norm";
    case LayerKind::group_norm: return "group_norm";
    case LayerKind::instance_norm: return "instance_norm";
    case LayerKind::activation: return "activation";
    case LayerKind::softmax: return "softmax";
    case LayerKind::log_softmax: return "log_softmax";
    case LayerKind::max_pool: return "max_pool";
    case LayerKind::average_pool: return "average_pool";
    case LayerKind::global_average_pool: return "global_average_pool";
    case LayerKind::global_max_pool: return "global_max_pool";
    case LayerKind::reduction: return "reduction";
    case LayerKind::arithmetic: return "arithmetic";
    case LayerKind::resize: return "resize";
    case LayerKind::embedding: return "embedding";
    case LayerKind::grid_sample: return "grid_sample";
    case LayerKind::movement: return "movement";
    case LayerKind::other: return "other";
  }
  return "other";
}

}  // namespace flopstat
