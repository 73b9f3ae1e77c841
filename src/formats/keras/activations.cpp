#include "formats/keras/activations.h"

#include <algorithm>
#include <array>

#include "formats/keras/arguments.h"

namespace flopstat::keras {
namespace {

struct Function {
  std::string_view name;
  UnaryFn fn;
};

constexpr auto kFunctions = std::to_array<Function>({
    {"celu", UnaryFn::elu},  // its alpha is 1 where only a name is given
    {"elu", UnaryFn::elu},
    {"exp", UnaryFn::exp},
    {"exponential", UnaryFn::exp},
    {"gelu", UnaryFn::gelu_erf},
    {"hard_shrink", UnaryFn::shrink},
    {"hard_sigmoid", UnaryFn::hard_sigmoid},
    {"hard_silu", UnaryFn::hard_swish},
    {"hard_swish", UnaryFn::hard_swish},
    {"hard_tanh", UnaryFn::hard_tanh},
    {"leaky_relu", UnaryFn::leaky_relu},
    {"linear", UnaryFn::identity},
    {"log_sigmoid", UnaryFn::log_sigmoid},
    {"mish", UnaryFn::mish},
    {"relu", UnaryFn::relu},
    {"relu6", UnaryFn::relu6},
    {"selu", UnaryFn::selu},
    {"sigmoid", UnaryFn::sigmoid},
    {"silu", UnaryFn::silu},
    {"soft_shrink", UnaryFn::shrink},
    {"softplus", UnaryFn::softplus},
    {"softsign", UnaryFn::softsign},
    {"sparse_sigmoid", UnaryFn::hard_sigmoid},
    {"swish", UnaryFn::silu},
    {"tanh", UnaryFn::tanh},
    {"threshold", UnaryFn::thresholded_relu},
});
static_assert(std::ranges::is_sorted(kFunctions, {}, &Function::name));

/// (x + sqrt(x^2 + 4)) / 2
TensorId squareplus(LayerReader& layer, TensorId x) {
  const TensorId square = layer.emit(Unary{UnaryFn::square}, {x});
  const TensorId sum = layer.emit(Binary{BinaryFn::add}, {square, layer.real_scalar(4)});
  const TensorId root = layer.emit(Unary{UnaryFn::sqrt}, {sum});
  const TensorId twice = layer.emit(Binary{BinaryFn::add}, {x, root});
  return layer.emit(Binary{BinaryFn::mul}, {twice, layer.real_scalar(0.5)});
}

/// 0 up to -1, (x + 1)^2 / 4 up to 1, then x.
TensorId sparse_plus(LayerReader& layer, TensorId x) {
  const TensorId one = layer.real_scalar(1);
  const TensorId shifted = layer.emit(Binary{BinaryFn::add}, {x, one});
  const TensorId square = layer.emit(Unary{UnaryFn::square}, {shifted});
  const TensorId middle = layer.emit(Binary{BinaryFn::mul}, {square, layer.real_scalar(0.25)});
  const TensorId is_low = layer.emit(Binary{BinaryFn::less_equal}, {x, layer.real_scalar(-1)});
  const TensorId is_middle = layer.emit(Binary{BinaryFn::less}, {x, one});
  const TensorId high = layer.emit(Select{}, {is_middle, middle, x});
  return layer.emit(Select{}, {is_low, layer.real_scalar(0), high});
}

TensorId tanh_shrink(LayerReader& layer, TensorId x) {
  return layer.emit(Binary{BinaryFn::sub}, {x, layer.emit(Unary{UnaryFn::tanh}, {x})});
}

}  // namespace

std::optional<UnaryFn> element_function(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kFunctions, name, {}, &Function::name);
  if (found == kFunctions.end() || found->name != name) return std::nullopt;
  return found->fn;
}

TensorId softmax_over(LayerReader& layer, TensorId x, const std::vector<int64_t>& axes) {
  if (axes.size() == 1) return layer.emit(Softmax{.axis = axes[0]}, {x});
  const TensorId sum = reduced(layer, ReduceFn::log_sum_exp, x, axes, true);
  return layer.emit(Unary{UnaryFn::exp}, {layer.emit(Binary{BinaryFn::sub}, {x, sum})});
}

TensorId gated_linear(LayerReader& layer, TensorId x, int64_t axis) {
  const int64_t half = layer.shape(x)[layer.axis(x, axis)] / 2;
  const std::vector<TensorId> halves =
      layer.emit_several(Split{}, {x, layer.scalar(axis), layer.constant({half, half})}, 2);
  return layer.emit(Binary{BinaryFn::mul}, {halves[0], layer.emit(Unary{UnaryFn::sigmoid}, {halves[1]})});
}

TensorId relu_of(LayerReader& layer, TensorId x, double slope, std::optional<double> most, double threshold) {
  const bool plain = slope == 0 && threshold == 0;
  if (plain && !most) return layer.emit(Unary{UnaryFn::relu}, {x});
  if (plain && *most == 6) return layer.emit(Unary{UnaryFn::relu6}, {x});
  if (plain) return layer.emit(Unary{UnaryFn::clip}, {x, layer.real_scalar(0), layer.real_scalar(*most)});
  const TensorId y = layer.emit(Unary{slope != 0 ? UnaryFn::leaky_relu : UnaryFn::thresholded_relu}, {x});
  return most ? layer.emit(Binary{BinaryFn::minimum}, {y, layer.real_scalar(*most)}) : y;
}

std::optional<TensorId> apply_function(LayerReader& layer, TensorId x, std::string_view name) {
  if (name == "linear") return x;
  if (const std::optional<UnaryFn> fn = element_function(name)) return layer.emit(Unary{*fn}, {x});
  if (name == "softmax") return layer.emit(Softmax{}, {x});
  if (name == "log_softmax") return layer.emit(Softmax{.log = true}, {x});
  if (name == "glu") return gated_linear(layer, x, -1);
  if (name == "squareplus") return squareplus(layer, x);
  if (name == "sparse_plus") return sparse_plus(layer, x);
  if (name == "tanh_shrink") return tanh_shrink(layer, x);
  return std::nullopt;
}

}  // namespace flopstat::keras
