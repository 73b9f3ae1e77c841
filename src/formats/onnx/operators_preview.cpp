#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>
#include <string>

#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

/// The scores may pass through a graph before and behind their softmax.
Op flex_attention(NodeReader& node) {
  const Attention op{.scaled = node.real("scale", 0) != 1};
  const std::vector<TensorId> operands{node.input(0), node.input(1), node.input(2)};
  const std::optional<GraphId> before = node.graph("score_mod");
  const std::optional<GraphId> behind = node.graph("prob_mod");
  if (!before && !behind) return op;
  const std::vector<TensorId> results = node.emit_several(op, operands, 4);
  for (const std::optional<GraphId>& graph : {before, behind}) {
    if (!graph) continue;
    std::vector<TensorId> inputs{results[3]};
    inputs.insert(inputs.end(), node.captured().begin(), node.captured().end());
    node.emit(Call{*graph}, std::move(inputs));
  }
  node.set_inputs({results[0]});
  return Identity{};
}

// --- steps of an optimizer -------------------------------------------------------------------------------------------

/// Operands R (rate), T (step), then lists of n tensors each: variables, gradients, states; results: variables, states.
struct Step {
  NodeReader& node;
  size_t tensors;

  TensorId of(size_t list, size_t i) const { return node.input(2 + list * tensors + i); }
  TensorId add(TensorId a, TensorId b) const { return node.emit(Binary{BinaryFn::add}, {a, b}); }
  TensorId mul(TensorId a, TensorId b) const { return node.emit(Binary{BinaryFn::mul}, {a, b}); }
  TensorId factor(float value) const { return node.constant(constant_of(std::span(&value, 1), true)); }

  /// The gradient, with the variable's share where the weights decay.
  TensorId gradient(size_t i) const {
    const TensorId given = of(1, i);
    if (node.real("norm_coefficient", 0) == 0) return given;
    return add(mul(of(0, i), factor(node.real("norm_coefficient", 0))), given);
  }

  /// A moving average of `x`: before by one factor, x by another.
  TensorId blend(TensorId before, float keep, TensorId x, float take) const {
    return add(mul(before, factor(keep)), mul(x, factor(take)));
  }

  /// Rate * a / (sqrt(b) + epsilon), taken from the variable.
  void descend(size_t i, TensorId a, TensorId b) const {
    const TensorId root = node.emit(Unary{UnaryFn::sqrt}, {b});
    const TensorId below = add(root, factor(node.real("epsilon", 0)));
    const TensorId step = node.emit(Binary{BinaryFn::div}, {mul(a, node.input(0)), below});
    write(0, i, Binary{BinaryFn::sub}, {of(0, i), step});
  }

  /// The i-th tensor of a list of results.
  void write(size_t list, size_t i, Op op, std::vector<TensorId> inputs) const {
    node.emit_result(list * tensors + i, std::move(op), std::move(inputs));
  }
};

/// A step for each variable; the last one's result is written by the node itself.
Op steps(NodeReader& node, size_t lists, void (*each)(const Step&, size_t)) {
  const size_t count = node.input_count() < 2 ? 0 : (node.input_count() - 2) / lists;
  if (count == 0 || (node.input_count() - 2) % lists != 0) node.corrupt("its lists of tensors have different lengths");
  const Step step{node, count};
  for (size_t i = 0; i < count; ++i) each(step, i);
  return node.last_emitted();
}

void momentum_step(const Step& step, size_t i) {
  NodeReader& node = step.node;
  const TensorId gradient = step.gradient(i);
  const TensorId speed = step.blend(step.of(2, i), node.real("alpha", 0), gradient, node.real("beta", 1));
  step.write(1, i, Identity{}, {speed});
  const bool nesterov = node.text("mode", "standard") == "nesterov";
  const TensorId ahead = nesterov ? step.add(gradient, step.mul(speed, step.factor(node.real("alpha", 0)))) : speed;
  step.write(0, i, Binary{BinaryFn::sub}, {step.of(0, i), step.mul(ahead, node.input(0))});
}

void adagrad_step(const Step& step, size_t i) {
  const TensorId gradient = step.gradient(i);
  const TensorId sum = step.add(step.of(2, i), step.mul(gradient, gradient));
  step.write(1, i, Identity{}, {sum});
  step.descend(i, gradient, sum);
}

void adam_step(const Step& step, size_t i) {
  const float alpha = step.node.real("alpha", 0.9F);
  const float beta = step.node.real("beta", 0.999F);
  const TensorId gradient = step.gradient(i);
  const TensorId mean = step.blend(step.of(2, i), alpha, gradient, 1 - alpha);
  const TensorId square = step.blend(step.of(3, i), beta, step.mul(gradient, gradient), 1 - beta);
  step.write(1, i, Identity{}, {mean});
  step.write(2, i, Identity{}, {square});
  step.descend(i, mean, square);
}

Op momentum(NodeReader& node) { return steps(node, 3, momentum_step); }
Op adagrad(NodeReader& node) { return steps(node, 3, adagrad_step); }
Op adam(NodeReader& node) { return steps(node, 4, adam_step); }

constexpr auto kTraining =
    std::to_array<Operator>({{"Adagrad", 3, adagrad}, {"Adam", 3, adam}, {"Momentum", 3, momentum}});

constexpr auto kOperators = std::to_array<Operator>({
    {"FlexAttention", 3, flex_attention},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> preview_operators() { return kOperators; }
std::span<const Operator> training_operators() { return kTraining; }

}  // namespace flopstat::onnx
