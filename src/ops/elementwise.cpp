#include <algorithm>
#include <array>
#include <bit>

#include "ops/arithmetic.h"
#include "ops/functions.h"
#include "ops/ops.h"
#include "ops/requantize.h"

namespace flopstat {
namespace {

/// Units of one function per element.
struct Units {
  uint8_t add = 0;
  uint8_t mul = 0;
  uint8_t div = 0;
  uint8_t compare = 0;
  uint8_t transcendental = 0;
};

template <class Fn>
struct Row {
  Fn fn;
  std::string_view name;
  Units units;
};

/// Source: docs/counting.md, section 2, "functions of one element"; ONNX's definitions of ThresholdedRelu and Celu. The
/// celu here has an alpha other than 1 (else it is elu).
constexpr std::array kUnary{
    Row<UnaryFn>{UnaryFn::identity, "identity", {}},
    Row<UnaryFn>{UnaryFn::abs, "abs", {.compare = 1}},
    Row<UnaryFn>{UnaryFn::neg, "neg", {.add = 1}},
    Row<UnaryFn>{UnaryFn::sign, "sign", {.compare = 1}},
    Row<UnaryFn>{UnaryFn::floor, "floor", {.compare = 1}},
    Row<UnaryFn>{UnaryFn::ceil, "ceil", {.compare = 1}},
    Row<UnaryFn>{UnaryFn::round, "round", {.compare = 1}},
    Row<UnaryFn>{UnaryFn::reciprocal, "reciprocal", {.div = 1}},
    Row<UnaryFn>{UnaryFn::square, "square", {.mul = 1}},
    Row<UnaryFn>{UnaryFn::sqrt, "sqrt", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::rsqrt, "rsqrt", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::cbrt, "cbrt", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::exp, "exp", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::log, "log", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::sin, "sin", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::cos, "cos", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::tan, "tan", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::asin, "asin", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::acos, "acos", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::atan, "atan", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::sinh, "sinh", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::cosh, "cosh", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::asinh, "asinh", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::acosh, "acosh", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::atanh, "atanh", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::tanh, "tanh", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::erf, "erf", {.transcendental = 1}},
    Row<UnaryFn>{UnaryFn::relu, "relu", {.compare = 1}},
    Row<UnaryFn>{UnaryFn::relu6, "relu6", {.compare = 2}},
    Row<UnaryFn>{UnaryFn::relu_n1_to_1, "relu_n1_to_1", {.compare = 2}},
    Row<UnaryFn>{UnaryFn::relu_0_to_1, "relu_0_to_1", {.compare = 2}},
    Row<UnaryFn>{UnaryFn::clip, "clip", {.compare = 2}},
    Row<UnaryFn>{UnaryFn::thresholded_relu, "thresholded_relu", {.compare = 1}},
    Row<UnaryFn>{UnaryFn::shrink, "shrink", {.add = 1, .compare = 2}},
    Row<UnaryFn>{UnaryFn::affine, "affine", {.add = 1, .mul = 1}},
    Row<UnaryFn>{UnaryFn::scaled_tanh, "scaled_tanh", {.mul = 2, .transcendental = 1}},
    Row<UnaryFn>{UnaryFn::leaky_relu, "leaky_relu", {.mul = 1, .compare = 1}},
    Row<UnaryFn>{UnaryFn::elu, "elu", {.add = 1, .compare = 1, .transcendental = 1}},
    Row<UnaryFn>{UnaryFn::elu_alpha, "elu_alpha", {.add = 1, .mul = 1, .compare = 1, .transcendental = 1}},
    Row<UnaryFn>{UnaryFn::celu, "celu", {.add = 1, .mul = 1, .div = 1, .compare = 1, .transcendental = 1}},
    Row<UnaryFn>{UnaryFn::selu, "selu", {.add = 1, .mul = 2, .compare = 1, .transcendental = 1}},
    Row<UnaryFn>{UnaryFn::sigmoid, "sigmoid", {.add = 1, .div = 1, .transcendental = 1}},
    Row<UnaryFn>{UnaryFn::log_sigmoid, "log_sigmoid", {.add = 1, .transcendental = 2}},
    Row<UnaryFn>{UnaryFn::silu, "silu", {.add = 1, .mul = 1, .div = 1, .transcendental = 1}},
    Row<UnaryFn>{UnaryFn::quick_gelu, "quick_gelu", {.add = 1, .mul = 2, .div = 1, .transcendental = 1}},
    Row<UnaryFn>{UnaryFn::gelu_erf, "gelu_erf", {.add = 1, .mul = 3, .transcendental = 1}},
    Row<UnaryFn>{UnaryFn::gelu_tanh, "gelu_tanh", {.add = 2, .mul = 6, .transcendental = 1}},
    Row<UnaryFn>{UnaryFn::softplus, "softplus", {.add = 1, .transcendental = 2}},
    Row<UnaryFn>{UnaryFn::softsign, "softsign", {.add = 1, .div = 1, .compare = 1}},
    Row<UnaryFn>{UnaryFn::mish, "mish", {.add = 1, .mul = 1, .transcendental = 3}},
    Row<UnaryFn>{UnaryFn::hard_sigmoid, "hard_sigmoid", {.add = 1, .mul = 1, .compare = 2}},
    Row<UnaryFn>{UnaryFn::hard_swish, "hard_swish", {.add = 1, .mul = 2, .compare = 2}},
    Row<UnaryFn>{UnaryFn::hard_tanh, "hard_tanh", {.compare = 2}},
    Row<UnaryFn>{UnaryFn::logical_not, "logical_not", {}},
    Row<UnaryFn>{UnaryFn::bitwise_not, "bitwise_not", {}},
    Row<UnaryFn>{UnaryFn::is_nan, "is_nan", {.compare = 1}},
    Row<UnaryFn>{UnaryFn::is_inf, "is_inf", {.compare = 1}},
    Row<UnaryFn>{UnaryFn::sign_bit, "sign_bit", {.compare = 1}},
    Row<UnaryFn>{UnaryFn::matches_text, "matches_text", {}},
    Row<UnaryFn>{UnaryFn::real, "real", {}},
    Row<UnaryFn>{UnaryFn::imag, "imag", {}},
    Row<UnaryFn>{UnaryFn::complex_abs, "complex_abs", {.add = 1, .mul = 2, .transcendental = 1}},
};

/// Per output element and operand behind the first. The mean divides once more, a power depends on its exponent.
///
/// Source: docs/counting.md, section 2, "element-wise, n operands".
constexpr std::array kBinary{
    Row<BinaryFn>{BinaryFn::add, "add", {.add = 1}},
    Row<BinaryFn>{BinaryFn::sub, "sub", {.add = 1}},
    Row<BinaryFn>{BinaryFn::mul, "mul", {.mul = 1}},
    Row<BinaryFn>{BinaryFn::div, "div", {.div = 1}},
    Row<BinaryFn>{BinaryFn::floor_div, "floor_div", {.div = 1}},
    Row<BinaryFn>{BinaryFn::mod, "mod", {.div = 1}},
    Row<BinaryFn>{BinaryFn::floor_mod, "floor_mod", {.div = 1}},
    Row<BinaryFn>{BinaryFn::pow, "pow", {.transcendental = 1}},
    Row<BinaryFn>{BinaryFn::maximum, "maximum", {.compare = 1}},
    Row<BinaryFn>{BinaryFn::minimum, "minimum", {.compare = 1}},
    Row<BinaryFn>{BinaryFn::mean, "mean", {.add = 1}},
    Row<BinaryFn>{BinaryFn::squared_difference, "squared_difference", {.add = 1, .mul = 1}},
    Row<BinaryFn>{BinaryFn::atan2, "atan2", {.transcendental = 1}},
    Row<BinaryFn>{BinaryFn::prelu, "prelu", {.mul = 1, .compare = 1}},
    Row<BinaryFn>{BinaryFn::equal, "equal", {.compare = 1}},
    Row<BinaryFn>{BinaryFn::not_equal, "not_equal", {.compare = 1}},
    Row<BinaryFn>{BinaryFn::less, "less", {.compare = 1}},
    Row<BinaryFn>{BinaryFn::less_equal, "less_equal", {.compare = 1}},
    Row<BinaryFn>{BinaryFn::greater, "greater", {.compare = 1}},
    Row<BinaryFn>{BinaryFn::greater_equal, "greater_equal", {.compare = 1}},
    Row<BinaryFn>{BinaryFn::logical_and, "logical_and", {}},
    Row<BinaryFn>{BinaryFn::logical_or, "logical_or", {}},
    Row<BinaryFn>{BinaryFn::logical_xor, "logical_xor", {}},
    Row<BinaryFn>{BinaryFn::bitwise_and, "bitwise_and", {}},
    Row<BinaryFn>{BinaryFn::bitwise_or, "bitwise_or", {}},
    Row<BinaryFn>{BinaryFn::bitwise_xor, "bitwise_xor", {}},
    Row<BinaryFn>{BinaryFn::shift_left, "shift_left", {}},
    Row<BinaryFn>{BinaryFn::shift_right, "shift_right", {}},
    Row<BinaryFn>{BinaryFn::join_text, "join_text", {}},
};

template <class Fn, size_t n>
constexpr bool in_order(const std::array<Row<Fn>, n>& rows) {
  for (size_t i = 0; i < n; ++i) {
    if (rows[i].fn != static_cast<Fn>(i)) return false;
  }
  return true;
}
static_assert(in_order(kUnary) && kUnary.size() == static_cast<size_t>(UnaryFn::complex_abs) + 1,
              "kUnary follows the order of UnaryFn");
static_assert(in_order(kBinary) && kBinary.size() == static_cast<size_t>(BinaryFn::join_text) + 1,
              "kBinary follows the order of BinaryFn");

const Units& units_of(UnaryFn fn) { return kUnary[static_cast<size_t>(fn)].units; }
const Units& units_of(BinaryFn fn) { return kBinary[static_cast<size_t>(fn)].units; }

void add_units(Cost& cost, Part part, const Units& units, DType dtype, Count elements) {
  cost.add(part, Unit::add, dtype, elements * units.add);
  cost.add(part, Unit::mul, dtype, elements * units.mul);
  cost.add(part, Unit::div, dtype, elements * units.div);
  cost.add(part, Unit::compare, dtype, elements * units.compare);
  cost.add(part, Unit::transcendental, dtype, elements * units.transcendental);
}

/// Arithmetic on these is work; booleans and strings are none (docs/counting.md, section 1).
bool is_number(DType dtype) { return is_float(dtype) || is_integer(dtype); }

/// Functions made of a few straight lines: integer kernels compute them on the stored numbers, so a result of another
/// scale needs rescaling. All others are looked up in a table, which gives the output's scale.
bool is_piecewise_linear(UnaryFn fn) {
  switch (fn) {
    case UnaryFn::identity:
    case UnaryFn::abs:
    case UnaryFn::neg:
    case UnaryFn::relu:
    case UnaryFn::relu6:
    case UnaryFn::relu_n1_to_1:
    case UnaryFn::relu_0_to_1:
    case UnaryFn::clip:
    case UnaryFn::thresholded_relu:
    case UnaryFn::leaky_relu:
    case UnaryFn::hard_tanh: return true;
    default: return false;
  }
}

DType result_type(UnaryFn fn, DType x) {
  switch (fn) {
    case UnaryFn::is_nan:
    case UnaryFn::is_inf:
    case UnaryFn::matches_text:
    case UnaryFn::sign_bit: return DType::boolean;
    case UnaryFn::abs:
    case UnaryFn::real:
    case UnaryFn::imag:
    case UnaryFn::complex_abs: return real_type(x);
    default: return x;
  }
}

bool is_comparison(BinaryFn fn) { return fn >= BinaryFn::equal && fn <= BinaryFn::greater_equal; }
bool is_logical(BinaryFn fn) { return fn >= BinaryFn::logical_and && fn <= BinaryFn::logical_xor; }

/// Type in which the operands meet; an exponent, or a number of bits to shift by, has no say in it.
DType operand_type(BinaryFn fn, const Operands& operands) {
  DType type = operands.in(0).dtype();
  if (fn == BinaryFn::pow || fn == BinaryFn::shift_left || fn == BinaryFn::shift_right) return type;
  for (const Operand& operand : operands.all_in()) type = join(type, operand.dtype());
  return type;
}

/// The elements between the bounds that are present, where those are known.
std::shared_ptr<const Elements> clipped(const Operands& operands) {
  const std::shared_ptr<const Elements> x = small_elements(operands.in(0));
  if (!x) return nullptr;
  const DType type = operands.in(0).dtype();
  Elements result = *x;
  const auto bound = [&](const Operand& operand, BinaryFn fn) {
    if (!operand) return;
    const std::shared_ptr<const Elements> limit = small_elements(operand);
    const Element value = limit && limit->size() == 1 ? limit->front() : Element{};
    for (Element& element : result) element = apply(fn, type, element, value);
  };
  bound(operands.in(1), BinaryFn::maximum);
  bound(operands.in(2), BinaryFn::minimum);
  return std::make_shared<const Elements>(std::move(result));
}

std::shared_ptr<const Elements> mapped(UnaryFn fn, DType type, const Operand& x) {
  const std::shared_ptr<const Elements> from = small_elements(x);
  if (!from) return nullptr;
  Elements result;
  result.reserve(from->size());
  for (const Element& element : *from) result.push_back(apply(fn, type, element));
  return std::make_shared<const Elements>(std::move(result));
}

/// Where one operand of a maximum is known, so is a bound of the result: sizes that are computed have one.
bool gives_bounds(BinaryFn fn, DType type, size_t size, const Operands& operands) {
  constexpr size_t kMostSizes = 64;
  const auto is_quantized = [](const Operand& operand) { return operand.quantized(); };
  return fn == BinaryFn::maximum && is_integer(type) && size <= kMostSizes &&
         std::ranges::any_of(operands.all_in(), may_have_elements) &&
         std::ranges::none_of(operands.all_in(), is_quantized);
}

/// The results' elements, from left to right, if every operand has some.
std::shared_ptr<const Elements> combined(BinaryFn fn, DType type, const Shape& shape, const Operands& operands) {
  const std::optional<size_t> size = small_size(shape);
  if (!size) return nullptr;
  const bool bounds = gives_bounds(fn, type, *size, operands);
  if (!bounds && !std::ranges::all_of(operands.all_in(), may_have_elements)) return nullptr;
  Elements result;
  for (const Operand& operand : operands.all_in()) {
    const std::shared_ptr<const Elements> from = small_elements(operand);
    if (!from && !bounds) return nullptr;
    const auto element = [&](size_t index) { return from ? (*from)[index] : Element{}; };
    const std::vector<size_t> indices = broadcast_indices(operand.shape(), shape);
    if (&operand == operands.all_in().data()) {
      result.reserve(indices.size());
      for (const size_t index : indices) result.push_back(element(index));
      continue;
    }
    for (size_t i = 0; i < indices.size(); ++i) result[i] = apply(fn, type, result[i], element(indices[i]));
  }
  if (fn == BinaryFn::mean) {
    const auto n = static_cast<int64_t>(operands.all_in().size());
    for (Element& element : result) element = apply(BinaryFn::div, type, element, n);
  }
  return std::make_shared<const Elements>(std::move(result));
}

/// The shape with axes of size 1 behind it, so that its first one stands at `axis` of `rank` axes.
Shape aligned(Shape shape, std::optional<int64_t> axis, size_t rank) {
  const std::optional<size_t> first = axis ? wrap_axis(*axis, rank) : std::nullopt;
  while (first && shape.size() + *first < rank) shape.push_back(1);
  return shape;
}

/// Multiplications of a power by repeated squaring: one per bit behind the first, one more per bit that is set.
///
/// Source: Knuth, The Art of Computer Programming, vol. 2, 4.6.3. Example: x^3 = x * x * x, 2.
void add_power(Cost& cost, const Operand& exponent, DType dtype, Count elements) {
  const bool single = may_have_elements(exponent) && small_size(exponent.shape()) == 1;
  const std::optional<int64_t> whole = single ? integer_of(exponent) : std::nullopt;
  if (whole == -1) return cost.add(Part::core, Unit::div, dtype, elements);
  if (!whole || *whole < 0) return cost.add(Part::core, Unit::transcendental, dtype, elements);
  if (*whole == 0) return;
  const auto e = static_cast<uint64_t>(*whole);
  cost.add(Part::core, Unit::mul, dtype, elements * (std::bit_width(e) - 1 + std::popcount(e) - 1));
}

/// What quantization adds to a function of several operands.
///
/// Source: docs/counting.md, section 7: sums and comparisons bring each operand to one scale, products take the zero
/// points.
void add_quantization(Cost& cost, BinaryFn fn, const Operands& operands, const Operand& y) {
  const Count elements = y.size();
  switch (fn) {
    case BinaryFn::add:
    case BinaryFn::sub:
    case BinaryFn::mean:
    case BinaryFn::squared_difference:
    case BinaryFn::equal:
    case BinaryFn::not_equal:
    case BinaryFn::less:
    case BinaryFn::less_equal:
    case BinaryFn::greater:
    case BinaryFn::greater_equal:
      for (const Operand& x : operands.all_in()) add_input_rescale(cost, x, x.size());
      return add_requantize(cost, y, elements);
    case BinaryFn::mul:
    case BinaryFn::div:
    case BinaryFn::floor_div:
    case BinaryFn::mod:
    case BinaryFn::floor_mod:
    case BinaryFn::pow:
    case BinaryFn::atan2:
      for (const Operand& x : operands.all_in()) add_zero_point(cost, x, x.size());
      return add_requantize(cost, y, elements);
    case BinaryFn::maximum:
    case BinaryFn::minimum:
      for (const Operand& x : operands.all_in()) add_rescale(cost, x, y, x.size());
      return;
    case BinaryFn::prelu: return add_rescale(cost, operands.in(0), y, elements);
    case BinaryFn::logical_and:
    case BinaryFn::logical_or:
    case BinaryFn::logical_xor:
    case BinaryFn::bitwise_and:
    case BinaryFn::bitwise_or:
    case BinaryFn::bitwise_xor:
    case BinaryFn::shift_left:
    case BinaryFn::shift_right:
    case BinaryFn::join_text: return;
  }
}

/// Complex numbers: a sum is two, a product four multiplications and two additions (docs/counting.md, section 1).
Known<Cost> complex_count(BinaryFn fn, DType dtype, Count elements) {
  Cost cost;
  switch (fn) {
    case BinaryFn::add:
    case BinaryFn::sub: add_units(cost, Part::core, {.add = 2}, dtype, elements); return cost;
    case BinaryFn::mul: add_units(cost, Part::core, {.add = 2, .mul = 4}, dtype, elements); return cost;
    case BinaryFn::equal:
    case BinaryFn::not_equal: add_units(cost, Part::core, {.compare = 2}, dtype, elements); return cost;
    default: return Unknown{"there is no formula for this function of complex numbers"};
  }
}

}  // namespace

std::string_view name_of(UnaryFn fn) { return kUnary[static_cast<size_t>(fn)].name; }
std::string_view name_of(BinaryFn fn) { return kBinary[static_cast<size_t>(fn)].name; }

void add_function(Cost& cost, Part part, UnaryFn fn, DType dtype, Count elements) {
  add_units(cost, part, units_of(fn), real_type(dtype), elements);
}

// --- Unary -----------------------------------------------------------------------------------------------------------

Inferred infer(const Unary& unary, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  const DType type = result_type(unary.fn, x.dtype());
  std::vector<Value> results{{.dtype = type, .shape = x.shape()}};
  if (!may_have_elements(x)) return results;
  results[0].elements = unary.fn == UnaryFn::clip ? clipped(operands) : mapped(unary.fn, type, x);
  return results;
}

/// Operands:  x, bounds (clip only: min or absent, max or absent) -> y of the same shape
/// Counts:    the row of kUnary per element; clip: compare per bound that is given
/// Source:    docs/counting.md, section 2. Example: sigmoid of 100 elements: 100 transcendental, 100 add, 100 div.
Known<Cost> count(const Unary& unary, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& y = operands.out(0);
  if (!x || !y) return Unknown{"an operand or the result is missing"};
  const Count elements = x.size();
  const DType type = real_type(x.dtype());

  Cost cost;
  if (!is_number(type)) return cost;
  if (is_complex(x.dtype())) {
    const bool split = unary.fn == UnaryFn::real || unary.fn == UnaryFn::imag || unary.fn == UnaryFn::identity;
    if (split) return cost;
    if (unary.fn == UnaryFn::neg) return cost.add(Part::core, Unit::add, type, elements * 2), cost;
    if (unary.fn != UnaryFn::abs && unary.fn != UnaryFn::complex_abs) {
      return Unknown{"there is no formula for this function of complex numbers"};
    }
    add_function(cost, Part::core, UnaryFn::complex_abs, type, elements);
    return cost;
  }
  if (unary.fn == UnaryFn::clip) {
    const int bounds = (operands.in(1) ? 1 : 0) + (operands.in(2) ? 1 : 0);
    cost.add(Part::core, Unit::compare, type, elements * bounds);
  } else {
    add_function(cost, Part::core, unary.fn, type, elements);
  }
  if (is_piecewise_linear(unary.fn)) add_rescale(cost, x, y, elements);
  return cost;
}

Role role(const Unary&, size_t) { return Role::data; }

// --- Binary ----------------------------------------------------------------------------------------------------------

Inferred infer(const Binary& binary, const Operands& operands) {
  if (operands.all_in().empty()) return Unknown{"the operands are missing"};
  for (const Operand& operand : operands.all_in()) {
    if (!operand) return Unknown{"an operand is missing"};
  }
  Shape shape = operands.in(0).shape();
  for (const Operand& operand : operands.all_in().subspan(1)) {
    std::optional<Shape> both = broadcast(shape, aligned(operand.shape(), binary.axis, shape.size()));
    if (!both) {
      return Unknown{"shapes " + to_string(shape) + " and " + to_string(operand.shape()) +
                     " cannot be broadcast to one: check the sizes of the inputs"};
    }
    shape = *std::move(both);
  }
  const bool truth = is_comparison(binary.fn) || is_logical(binary.fn);
  const DType type = truth ? DType::boolean : operand_type(binary.fn, operands);
  std::shared_ptr<const Elements> elements = binary.axis ? nullptr : combined(binary.fn, type, shape, operands);
  std::vector<Value> results;
  results.push_back({.dtype = type, .shape = std::move(shape), .elements = std::move(elements)});
  return results;
}

/// Operands:  n >= 1 of them, broadcast -> y
/// Counts:    n - 1 times the row of kBinary per element of y; mean + div; power by its exponent
/// Source:    docs/counting.md, sections 2 and 7 (quantized operands). Example: three tensors of 10 added up: 20.
Known<Cost> count(const Binary& binary, const Operands& operands) {
  const Operand& y = operands.out(0);
  const bool complete = std::all_of(operands.all_in().begin(), operands.all_in().end(),
                                    [](const Operand& operand) { return static_cast<bool>(operand); });
  if (operands.all_in().empty() || !complete || !y) return Unknown{"an operand or the result is missing"};
  const Count elements = y.size();
  const DType type = operand_type(binary.fn, operands);
  if (is_complex(type)) return complex_count(binary.fn, real_type(type), elements * (operands.all_in().size() - 1));

  Cost cost;
  if (!is_number(type)) return cost;
  if (binary.fn == BinaryFn::pow) {
    add_power(cost, operands.in(1), type, elements);
  } else {
    const Count steps = operands.letter("n", "operands", operands.all_in().size()) - 1;
    add_units(cost, Part::core, units_of(binary.fn), type, elements * steps);
  }
  if (binary.fn == BinaryFn::mean) cost.add(Part::core, Unit::div, type, elements);
  add_quantization(cost, binary.fn, operands, y);
  return cost;
}

Role role(const Binary&, size_t) { return Role::data; }

// --- Select ----------------------------------------------------------------------------------------------------------

Inferred infer(const Select& select, const Operands& operands) {
  const Operand& condition = operands.in(0);
  const Operand& x = operands.in(1);
  const Operand& y = operands.in(2);
  if (!condition || !x || !y) return Unknown{"an operand is missing: a condition and two values are needed"};
  std::optional<Shape> shape = broadcast(x.shape(), y.shape());
  Shape mask = condition.shape();
  if (select.rows && shape && mask.size() == 1 && !shape->empty()) mask.resize(shape->size(), 1);
  if (shape) shape = broadcast(*shape, mask);
  if (!shape) {
    return Unknown{"condition " + to_string(condition.shape()) + ", " + to_string(x.shape()) + " and " +
                   to_string(y.shape()) + " cannot be broadcast to one shape: check the sizes of the inputs"};
  }
  std::vector<Value> results{{.dtype = join(x.dtype(), y.dtype()), .shape = *shape}};
  if (!may_have_elements(condition) || !small_size(*shape)) return results;
  if (!may_have_elements(x) && !may_have_elements(y)) return results;
  const std::shared_ptr<const Elements> picks = small_elements(condition);
  const std::shared_ptr<const Elements> yes = small_elements(x);
  const std::shared_ptr<const Elements> no = small_elements(y);
  if (!picks || (!yes && !no)) return results;

  const std::vector<size_t> pick_at = broadcast_indices(mask, *shape);
  const std::vector<size_t> yes_at = broadcast_indices(x.shape(), *shape);
  const std::vector<size_t> no_at = broadcast_indices(y.shape(), *shape);
  Elements elements(pick_at.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    const Element pick = cast(DType::boolean, (*picks)[pick_at[i]]);
    if (pick == Element{int64_t{1}} && yes) elements[i] = (*yes)[yes_at[i]];
    if (pick == Element{int64_t{0}} && no) elements[i] = (*no)[no_at[i]];
  }
  results[0].elements = std::make_shared<const Elements>(std::move(elements));
  return results;
}

/// Operands:  condition, x, y, broadcast -> z
/// Counts:    compare = |z|; where the scales of x or y and z differ they are brought together
/// Source:    docs/counting.md, section 1 (a selection is a comparison) and section 7.
Known<Cost> count(const Select&, const Operands& operands) {
  const Operand& x = operands.in(1);
  const Operand& y = operands.in(2);
  const Operand& z = operands.out(0);
  if (!x || !y || !z) return Unknown{"an operand or the result is missing"};
  const DType type = real_type(join(x.dtype(), y.dtype()));
  Cost cost;
  if (!is_number(type)) return cost;
  cost.add(Part::core, Unit::compare, type, z.size());
  add_rescale(cost, x, z, x.size());
  add_rescale(cost, y, z, y.size());
  return cost;
}

Role role(const Select&, size_t) { return Role::data; }

// --- Cast ------------------------------------------------------------------------------------------------------------

Inferred infer(const Cast& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  const DType to = op.to == DType::unknown ? operands.in(1).dtype() : op.to;
  std::vector<Value> results{{.dtype = to, .shape = x.shape()}};
  const std::shared_ptr<const Elements> from = small_elements(x);
  if (!from) return results;
  Elements elements;
  elements.reserve(from->size());
  for (const Element& element : *from) elements.push_back(cast(to, element));
  results[0].elements = std::make_shared<const Elements>(std::move(elements));
  return results;
}

/// A change of type is no work. Source: docs/counting.md, section 1.
Known<Cost> count(const Cast&, const Operands&) { return Cost{}; }

Role role(const Cast&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

// --- Bitcast ---------------------------------------------------------------------------------------------------------

/// Source: TensorFlow's Bitcast. Example: u8 [3, 4] -> f32 [3]; f32 [3] -> u8 [3, 4].
Inferred infer(const Bitcast& bitcast, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  const uint32_t from = bits_of(x.dtype());
  const uint32_t to = bits_of(bitcast.to);
  if (from == 0 || to == 0) return Unknown{"a type without a fixed size has no bits to read as another type"};
  Shape shape = x.shape();
  if (to > from) {
    if (to % from != 0 || shape.empty() || shape.back() != to / from) {
      return Unknown{"the last axis of " + to_string(shape) + " does not hold one " + std::string(name_of(bitcast.to))};
    }
    shape.pop_back();
  } else if (to < from) {
    if (from % to != 0) return Unknown{"the elements do not split into whole ones of the other type"};
    shape.push_back(from / to);
  }
  std::vector<Value> results;
  results.push_back({.dtype = bitcast.to, .shape = std::move(shape)});
  return results;
}

/// The same bits: no work. Source: docs/counting.md, section 1.
/// The same bytes under another type: a view.
Known<Cost> count(const Bitcast&, const Operands&) { return Cost{.read_bytes = Count{0}, .written_bytes = Count{0}}; }

Role role(const Bitcast&, size_t) { return Role::data; }

}  // namespace flopstat
