#include "count/pieces.h"

#include "model/value.h"

namespace flopstat {
namespace {

/// The nodes of one graph by what they give and read.
class Pieces {
 public:
  Pieces(const Graph& graph, const Frame& frame)
      : graph_(graph),
        frame_(frame),
        maker_(graph.tensors.size()),
        reader_(graph.tensors.size()),
        readers_(graph.tensors.size()) {
    for (NodeIndex i = 0; i < graph.nodes.size(); ++i) {
      for (const TensorId id : graph.nodes[i].outputs) {
        if (id != kAbsent) maker_[id] = i;
      }
      for (const TensorId id : graph.nodes[i].inputs) {
        if (id == kAbsent) continue;
        ++readers_[id];
        reader_[id] = i;
      }
    }
    for (const TensorId id : graph.outputs) {
      if (id != kAbsent) ++readers_[id];
    }
  }

  std::vector<ModulePiece> find() {
    pieces_.resize(graph_.nodes.size());
    for (NodeIndex i = 0; i < graph_.nodes.size(); ++i) find_whole(i);
    for (NodeIndex i = 0; i < graph_.nodes.size(); ++i) find_bias(i);
    for (NodeIndex i = 0; i < graph_.nodes.size(); ++i) pieces_[i].behind = behind(i);
    for (NodeIndex i = 0; i < graph_.nodes.size(); ++i) find_attention(i);
    return std::move(pieces_);
  }

 private:
  const Node& node(NodeIndex i) const { return graph_.nodes[i]; }

  template <class T>
  const T* op(std::optional<NodeIndex> i) const {
    return i ? std::get_if<T>(&node(*i).op) : nullptr;
  }

  bool is(std::optional<NodeIndex> i, BinaryFn fn) const {
    const auto* binary = op<Binary>(i);
    return binary != nullptr && binary->fn == fn && node(*i).inputs.size() == 2 && !node(*i).activation;
  }

  bool is(std::optional<NodeIndex> i, UnaryFn fn) const {
    const auto* unary = op<Unary>(i);
    return unary != nullptr && unary->fn == fn && !node(*i).inputs.empty();
  }

  TensorId in(NodeIndex i, size_t operand = 0) const {
    return operand < node(i).inputs.size() ? node(i).inputs[operand] : kAbsent;
  }

  std::optional<NodeIndex> maker(TensorId id) const { return id == kAbsent ? std::nullopt : maker_[id]; }

  bool read_once(TensorId id) const { return id != kAbsent && readers_[id] == 1; }

  const Value* value(TensorId id) const { return id == kAbsent ? nullptr : known(frame_.values[id]); }

  bool is_constant(TensorId id) const { return value(id) != nullptr && value(id)->constant; }

  /// The operand of a product or sum of two that is not `other`.
  TensorId other_operand(NodeIndex i, TensorId other) const { return in(i) == other ? in(i, 1) : in(i); }

  /// The operand that stands before a constant one; nothing where none or both are constant.
  TensorId beside_constant(NodeIndex i) const {
    const bool first = is_constant(in(i)), second = is_constant(in(i, 1));
    return first == second ? kAbsent : first ? in(i, 1) : in(i);
  }

  void end(NodeIndex last, Whole whole, TensorId x, std::initializer_list<std::optional<NodeIndex>> inside) {
    pieces_[last].ends = whole;
    pieces_[last].x = x;
    for (const std::optional<NodeIndex>& each : inside) pieces_[*each].inside = true;
  }

  void find_whole(NodeIndex i) {
    if (is(i, BinaryFn::mul)) {
      find_gate(i);
      find_gelu(i);
    }
    find_layer_norm(i);
    find_group_norm(i);
  }

  /// x * f(x)
  void find_gate(NodeIndex mul) {
    for (const TensorId gate : {in(mul), in(mul, 1)}) {
      const std::optional<NodeIndex> fn = maker(gate);
      const TensorId x = other_operand(mul, gate);
      if (!fn || !read_once(gate)) continue;
      if (is(fn, UnaryFn::sigmoid) && in(*fn) == x) return end(mul, Whole::silu, x, {fn});
      if (is(fn, UnaryFn::hard_sigmoid) && in(*fn) == x) return end(mul, Whole::hard_swish, x, {fn});
      if (!is(fn, UnaryFn::tanh)) continue;
      const std::optional<NodeIndex> softplus = maker(in(*fn));
      if (is(softplus, UnaryFn::softplus) && in(*softplus) == x) return end(mul, Whole::mish, x, {fn, softplus});
    }
  }

  /// (x * (erf(x / sqrt 2) + 1)) * 0.5, the factors in any order
  void find_gelu(NodeIndex last) {
    const TensorId product = beside_constant(last);
    const std::optional<NodeIndex> inner = maker(product);
    if (!is(inner, BinaryFn::mul) || !read_once(product)) return;
    for (const TensorId sum : {in(*inner), in(*inner, 1)}) {
      const TensorId x = other_operand(*inner, sum);
      const std::optional<NodeIndex> add = maker(sum);
      if (!is(add, BinaryFn::add)) continue;
      const std::optional<NodeIndex> erf = maker(beside_constant(*add));
      if (!is(erf, UnaryFn::erf)) continue;
      const std::optional<NodeIndex> scale = maker(in(*erf));
      if (!is(scale, BinaryFn::div) && !is(scale, BinaryFn::mul)) continue;
      if (beside_constant(*scale) == x) return end(last, Whole::gelu, x, {inner, add, erf, scale});
    }
  }

  bool is_mean(std::optional<NodeIndex> i) const {
    const auto* reduce = op<Reduce>(i);
    return reduce != nullptr && reduce->fn == ReduceFn::mean;
  }

  bool is_square(std::optional<NodeIndex> i) const { return is(i, BinaryFn::pow) || is(i, UnaryFn::square); }

  /// d = x - mean(x); d / sqrt(mean(d^2) + epsilon), then times a scale, plus a shift.
  void find_layer_norm(NodeIndex div) {
    if (!is(div, BinaryFn::div)) return;
    const TensorId difference = in(div);
    const std::optional<NodeIndex> sub = maker(difference);
    if (!is(sub, BinaryFn::sub)) return;
    const TensorId x = in(*sub);
    const std::optional<NodeIndex> mean = maker(in(*sub, 1));
    const std::optional<NodeIndex> sqrt = maker(in(div, 1));
    if (!is_mean(mean) || in(*mean) != x || !is(sqrt, UnaryFn::sqrt)) return;
    const std::optional<NodeIndex> add = maker(in(*sqrt));
    if (!is(add, BinaryFn::add)) return;
    const std::optional<NodeIndex> variance = maker(beside_constant(*add));
    if (!is_mean(variance)) return;
    const std::optional<NodeIndex> square = maker(in(*variance));
    if (!is_square(square) || in(*square) != difference) return;
    end(div, Whole::layer_norm, x, {sub, mean, sqrt, add, variance, square});
    take_scale_and_shift(div);
  }

  /// x as [N, groups, ...], each group normalised without a scale, as it was again; then times a scale, plus a shift.
  void find_group_norm(NodeIndex norm) {
    const auto* normalize = op<Normalize>(norm);
    if (normalize == nullptr || normalize->rows != Normalize::Rows::channels) return;
    const std::optional<NodeIndex> split = maker(in(norm));
    const std::optional<NodeIndex> joined = only_reader(norm);
    if (op<Reshape>(split) == nullptr || op<Reshape>(joined) == nullptr) return;
    end(*joined, Whole::group_norm, in(*split), {norm, split});
    take_scale_and_shift(*joined);
  }

  /// Moves the end of a normalisation behind a product and a sum with constants.
  void take_scale_and_shift(NodeIndex last) {
    for (const BinaryFn fn : {BinaryFn::mul, BinaryFn::add}) {
      const std::optional<NodeIndex> next = only_reader(last);
      if (!is(next, fn) || beside_constant(*next) != node(last).outputs[0]) break;
      const TensorId factor = other_operand(*next, node(last).outputs[0]);
      if (value(factor)->shape.empty()) break;  // a module's own have axes
      pieces_[*next] = pieces_[last];
      pieces_[last] = {.inside = true};
      last = *next;
      if (fn == BinaryFn::mul) pieces_[last].scale = factor;
    }
  }

  /// The only node that reads the only result of another one.
  std::optional<NodeIndex> only_reader(NodeIndex i) const {
    if (node(i).outputs.size() != 1 || !read_once(node(i).outputs[0])) return std::nullopt;
    return reader_[node(i).outputs[0]];
  }

  bool is_product(NodeIndex i) const {
    return op<Conv>(i) != nullptr || op<ConvTranspose>(i) != nullptr || op<MatMul>(i) != nullptr ||
           op<Einsum>(i) != nullptr;
  }

  /// A constant that has as many elements as the results have channels, added to a product that has no bias yet.
  void find_bias(NodeIndex add) {
    if (!is(add, BinaryFn::add)) return;
    const TensorId sum = beside_constant(add);
    const std::optional<NodeIndex> product = maker(sum);
    if (!product || !is_product(*product) || !read_once(sum) || in(*product, 2) != kAbsent) return;
    const TensorId bias = other_operand(add, sum);
    const Value* y = value(sum);
    const Value* b = value(bias);
    if (y == nullptr || b == nullptr || y->shape.empty() || pieces_[*product].bias != kAbsent) return;
    const Count elements = flopstat::product(b->shape);
    const bool per_channel =
        elements == Count{y->shape.back()} || (y->shape.size() > 1 && elements == Count{y->shape[1]});
    if (!per_channel) return;
    pieces_[*product].bias = bias;
    pieces_[add].inside = true;
  }

  bool is_view(NodeIndex i) const {
    return op<Reshape>(i) != nullptr || op<Squeeze>(i) != nullptr || op<Unsqueeze>(i) != nullptr ||
           op<Flatten>(i) != nullptr || op<Identity>(i) != nullptr;
  }

  std::optional<NodeIndex> behind(NodeIndex i) const {
    std::optional<NodeIndex> at = maker(pieces_[i].ends ? pieces_[i].x : in(i));
    for (size_t steps = 0; at && steps < kMaxSteps; ++steps) {
      const bool adds_bias = pieces_[*at].inside && is(at, BinaryFn::add);
      if (!is_view(*at) && !adds_bias) return at;
      at = maker(adds_bias ? beside_constant(*at) : in(*at));
    }
    return at;
  }

  /// A product of two activations whose scores reach a softmax, and the one behind it.
  void find_attention(NodeIndex i) {
    if (op<Softmax>(i) == nullptr) return;
    std::optional<NodeIndex> scores = maker(in(i));
    for (size_t steps = 0;
         scores && steps < kMaxSteps && op<MatMul>(scores) == nullptr && op<Einsum>(scores) == nullptr; ++steps) {
      scores = op<Binary>(scores) != nullptr && is_constant(in(*scores)) ? maker(in(*scores, 1)) : maker(in(*scores));
    }
    const std::optional<NodeIndex> values = only_reader(i);
    if (!scores || !values || !is_product(*values) || !is_product(*scores)) return;
    pieces_[*scores].in_attention = pieces_[i].in_attention = pieces_[*values].in_attention = true;
  }

  /// Nodes between a product and what it is part of.
  static constexpr size_t kMaxSteps = 8;

  const Graph& graph_;
  const Frame& frame_;
  std::vector<std::optional<NodeIndex>> maker_;
  std::vector<std::optional<NodeIndex>> reader_;  ///< the last one
  std::vector<uint32_t> readers_;
  std::vector<ModulePiece> pieces_;
};

}  // namespace

std::vector<ModulePiece> find_pieces(const Graph& graph, const Frame& frame) { return Pieces(graph, frame).find(); }

}  // namespace flopstat
