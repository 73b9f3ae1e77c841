#include "formats/keras/activation.h"

#include <algorithm>
#include <array>

namespace flopstat::keras {
namespace {

struct Activation {
  std::string_view name;
  UnaryFn fn;
};

constexpr std::array kActivations{
    Activation{"celu", UnaryFn::elu},  // its alpha is 1 where only a name is given
    Activation{"elu", UnaryFn::elu},
    Activation{"exponential", UnaryFn::exp},
    Activation{"gelu", UnaryFn::gelu_erf},
    Activation{"hard_shrink", UnaryFn::shrink},
    Activation{"hard_sigmoid", UnaryFn::hard_sigmoid},
    Activation{"hard_silu", UnaryFn::hard_swish},
    Activation{"hard_swish", UnaryFn::hard_swish},
    Activation{"hard_tanh", UnaryFn::hard_tanh},
    Activation{"leaky_relu", UnaryFn::leaky_relu},
    Activation{"linear", UnaryFn::identity},
    Activation{"log_sigmoid", UnaryFn::log_sigmoid},
    Activation{"mish", UnaryFn::mish},
    Activation{"relu", UnaryFn::relu},
    Activation{"relu6", UnaryFn::relu6},
    Activation{"selu", UnaryFn::selu},
    Activation{"sigmoid", UnaryFn::sigmoid},
    Activation{"silu", UnaryFn::silu},
    Activation{"soft_shrink", UnaryFn::shrink},
    Activation{"softplus", UnaryFn::softplus},
    Activation{"softsign", UnaryFn::softsign},
    Activation{"swish", UnaryFn::silu},
    Activation{"tanh", UnaryFn::tanh},
    Activation{"threshold", UnaryFn::thresholded_relu},
};

}  // namespace

std::optional<Op> activation_named(std::string_view function) {
  if (function == "softmax") return Softmax{};
  if (function == "log_softmax") return Softmax{.log = true};
  const auto* const found = std::ranges::find(kActivations, function, &Activation::name);
  return found == kActivations.end() ? std::nullopt : std::optional<Op>(Unary{found->fn});
}

}  // namespace flopstat::keras
