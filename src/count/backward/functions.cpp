#include <array>
#include <string>

#include "count/backward/backward.h"
#include "ops/functions.h"

namespace flopstat {
namespace {

/// Units of one function's derivative times the gradient, per element.
struct Derivative {
  UnaryFn fn;
  KeptOf kept = KeptOf::nothing;
  uint8_t add = 0;
  uint8_t mul = 0;
  uint8_t div = 0;
  uint8_t compare = 0;
  uint8_t transcendental = 0;
};

constexpr auto kNothing = KeptOf::nothing;
constexpr auto kX = KeptOf::argument;
constexpr auto kY = KeptOf::result;

/// What is not here has no gradient rule, or stops the gradient. With s = sigmoid(x) and what is kept of the forward
/// run at hand:
///   sigmoid   dy y (1 - y)                       tanh      dy (1 - y y)
///   SiLU      dy s (1 + x (1 - s))               GELU      dy (Phi(x) + x phi(x))
///   softsign  dy / (1 + |x|)^2                   mish      dy (t + x s (1 - t t)), t = tanh(softplus(x))
///   elu       x > 0: dy, else dy (y + alpha)     erf       dy 2/sqrt(pi) exp(-x x)
///
/// Source: docs/counting.md, section 5, "per element"; the others from the same definitions as the forward work.
// clang-format off
constexpr std::array kDerivatives{
    Derivative{.fn = UnaryFn::identity},
    Derivative{.fn = UnaryFn::abs, .kept = kX, .mul = 1, .compare = 1},
    Derivative{.fn = UnaryFn::neg, .add = 1},
    Derivative{.fn = UnaryFn::reciprocal, .kept = kY, .add = 1, .mul = 2},
    Derivative{.fn = UnaryFn::square, .kept = kX, .mul = 2},
    Derivative{.fn = UnaryFn::sqrt, .kept = kY, .mul = 1, .div = 1},
    Derivative{.fn = UnaryFn::rsqrt, .kept = kY, .mul = 4},
    Derivative{.fn = UnaryFn::cbrt, .kept = kY, .mul = 2, .div = 1},
    Derivative{.fn = UnaryFn::exp, .kept = kY, .mul = 1},
    Derivative{.fn = UnaryFn::log, .kept = kX, .div = 1},
    Derivative{.fn = UnaryFn::sin, .kept = kX, .mul = 1, .transcendental = 1},
    Derivative{.fn = UnaryFn::cos, .kept = kX, .add = 1, .mul = 1, .transcendental = 1},
    Derivative{.fn = UnaryFn::tan, .kept = kY, .add = 1, .mul = 2},
    Derivative{.fn = UnaryFn::asin, .kept = kX, .add = 1, .mul = 1, .div = 1, .transcendental = 1},
    Derivative{.fn = UnaryFn::acos, .kept = kX, .add = 2, .mul = 1, .div = 1, .transcendental = 1},
    Derivative{.fn = UnaryFn::atan, .kept = kX, .add = 1, .mul = 1, .div = 1},
    Derivative{.fn = UnaryFn::sinh, .kept = kX, .mul = 1, .transcendental = 1},
    Derivative{.fn = UnaryFn::cosh, .kept = kX, .mul = 1, .transcendental = 1},
    Derivative{.fn = UnaryFn::asinh, .kept = kX, .add = 1, .mul = 1, .div = 1, .transcendental = 1},
    Derivative{.fn = UnaryFn::acosh, .kept = kX, .add = 1, .mul = 1, .div = 1, .transcendental = 1},
    Derivative{.fn = UnaryFn::atanh, .kept = kX, .add = 1, .mul = 1, .div = 1},
    Derivative{.fn = UnaryFn::tanh, .kept = kY, .add = 1, .mul = 2},
    Derivative{.fn = UnaryFn::erf, .kept = kX, .mul = 3, .transcendental = 1},
    Derivative{.fn = UnaryFn::relu, .kept = kY, .compare = 1},
    Derivative{.fn = UnaryFn::relu6, .kept = kY, .compare = 1},
    Derivative{.fn = UnaryFn::relu_n1_to_1, .kept = kY, .compare = 1},
    Derivative{.fn = UnaryFn::relu_0_to_1, .kept = kY, .compare = 1},
    Derivative{.fn = UnaryFn::clip, .kept = kY, .compare = 1},
    Derivative{.fn = UnaryFn::thresholded_relu, .kept = kY, .compare = 1},
    Derivative{.fn = UnaryFn::shrink, .kept = kY, .compare = 1},
    Derivative{.fn = UnaryFn::affine, .kept = kNothing, .mul = 1},
    Derivative{.fn = UnaryFn::scaled_tanh, .kept = kY, .add = 1, .mul = 3},
    Derivative{.fn = UnaryFn::leaky_relu, .kept = kY, .mul = 1, .compare = 1},
    Derivative{.fn = UnaryFn::elu, .kept = kY, .add = 1, .mul = 1, .compare = 1},
    Derivative{.fn = UnaryFn::elu_alpha, .kept = kY, .add = 1, .mul = 1, .compare = 1},
    Derivative{.fn = UnaryFn::celu, .kept = kY, .add = 1, .mul = 2, .compare = 1},
    Derivative{.fn = UnaryFn::selu, .kept = kY, .add = 1, .mul = 1, .compare = 1},
    Derivative{.fn = UnaryFn::sigmoid, .kept = kY, .add = 1, .mul = 2},
    Derivative{.fn = UnaryFn::log_sigmoid, .kept = kX, .add = 1, .mul = 1, .div = 1, .transcendental = 1},
    Derivative{.fn = UnaryFn::silu, .kept = kX, .add = 3, .mul = 3, .div = 1, .transcendental = 1},
    Derivative{.fn = UnaryFn::quick_gelu, .kept = kX, .add = 3, .mul = 4, .div = 1, .transcendental = 1},
    Derivative{.fn = UnaryFn::gelu_erf, .kept = kX, .add = 2, .mul = 7, .transcendental = 2},
    Derivative{.fn = UnaryFn::gelu_tanh, .kept = kX, .add = 5, .mul = 12, .transcendental = 1},
    Derivative{.fn = UnaryFn::softplus, .kept = kX, .add = 1, .mul = 1, .div = 1, .transcendental = 1},
    Derivative{.fn = UnaryFn::softsign, .kept = kX, .add = 1, .mul = 1, .div = 1, .compare = 1},
    Derivative{.fn = UnaryFn::mish, .kept = kX, .add = 3, .mul = 4, .div = 1, .transcendental = 3},
    Derivative{.fn = UnaryFn::hard_sigmoid, .kept = kY, .mul = 1, .compare = 1},
    Derivative{.fn = UnaryFn::hard_swish, .kept = kX, .add = 1, .mul = 2, .compare = 2},
    Derivative{.fn = UnaryFn::hard_tanh, .kept = kY, .compare = 1},
};
// clang-format on

const Derivative* find_derivative(UnaryFn fn) {
  for (const Derivative& each : kDerivatives) {
    if (each.fn == fn) return &each;
  }
  return nullptr;
}

}  // namespace

Known<Cost> derivative(UnaryFn fn, DType dtype, Count elements) {
  const Derivative* found = find_derivative(fn);
  if (found == nullptr) return Unknown{"there is no gradient rule for the function " + std::string(name_of(fn))};
  Cost cost;
  cost.add(Part::core, Unit::add, dtype, elements * found->add);
  cost.add(Part::core, Unit::mul, dtype, elements * found->mul);
  cost.add(Part::core, Unit::div, dtype, elements * found->div);
  cost.add(Part::core, Unit::compare, dtype, elements * found->compare);
  cost.add(Part::core, Unit::transcendental, dtype, elements * found->transcendental);
  return cost;
}

KeptOf kept_by(UnaryFn fn) {
  const Derivative* found = find_derivative(fn);
  return found == nullptr ? KeptOf::argument : found->kept;
}

}  // namespace flopstat
