#include "formats/keras/kernels.h"

#include <algorithm>
#include <optional>
#include <string>

#include "formats/keras/arguments.h"

namespace flopstat::keras {
namespace {

/// "...ab,bc->...ac" taken apart.
struct Equation {
  std::string_view x;
  std::string_view kernel;
  std::string_view y;
  bool leading = false;   ///< "..." stands in front
  bool trailing = false;  ///< ... or behind
};

[[noreturn]] void reject(const LayerReader& layer, std::string_view equation) {
  layer.corrupt("the equation '" + std::string(equation.substr(0, 80)) +
                "' is none of the form 'ab,bc->ac', '...b,bc->...c' or 'ab...,bc->ac...'");
}

Equation parse(const LayerReader& layer, std::string_view text) {
  const size_t comma = text.find(',');
  const size_t arrow = text.find("->");
  if (comma == std::string_view::npos || arrow == std::string_view::npos || arrow < comma) reject(layer, text);
  Equation equation{
      .x = text.substr(0, comma), .kernel = text.substr(comma + 1, arrow - comma - 1), .y = text.substr(arrow + 2)};
  constexpr std::string_view kDots = "...";
  equation.leading = equation.x.starts_with(kDots) && equation.y.starts_with(kDots);
  equation.trailing = !equation.leading && equation.x.ends_with(kDots) && equation.y.ends_with(kDots);
  const bool dots = equation.leading || equation.trailing;
  for (std::string_view* term : {&equation.x, &equation.y}) {
    if (dots) term->remove_suffix(kDots.size());
    if (equation.leading) *term = std::string_view(term->data() + kDots.size(), term->size());
  }
  for (const std::string_view term : {equation.x, equation.kernel, equation.y}) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (term.empty() || !std::ranges::all_of(term, is_letter)) reject(layer, text);
  }
  return equation;
}

/// The stored kernel and the product of the narrow ones beside it.
TensorId adapted(LayerReader& layer, std::string_view name, const std::vector<int64_t>& shape, int64_t rank) {
  const TensorId stored = layer.variable(name, {.shape = shape, .trainable = false});
  std::vector<int64_t> wide = shape;
  wide.back() = rank;
  const std::string prefix = "lora_" + std::string(name);
  const TensorId a = layer.variable(prefix + "_a", {.shape = wide});
  const TensorId b = layer.variable(prefix + "_b", {.shape = {rank, shape.back()}});
  const TensorId product = layer.emit(MatMul{}, {a, b});
  const TensorId scaled = layer.emit(Binary{BinaryFn::mul}, {product, layer.real_scalar(layer.real("lora_alpha", 1))});
  return layer.emit(Binary{BinaryFn::add}, {stored, scaled});
}

}  // namespace

TensorId kernel_of(LayerReader& layer, std::string_view name, const std::vector<int64_t>& shape) {
  if (layer.has("lora_rank")) return adapted(layer, name, shape, size(layer, {"lora_rank"}));
  return layer.variable(name, {.shape = shape});
}

std::vector<TensorId> with_bias(LayerReader& layer, TensorId x, TensorId kernel, int64_t n) {
  if (!has_bias(layer)) return {x, kernel};
  return {x, kernel, layer.variable("bias", {.shape = {n}})};
}

EinsumSizes einsum_sizes(const LayerReader& layer, std::string_view equation, const Shape& x,
                         const std::vector<int64_t>& output_shape, std::string_view bias_axes) {
  const Equation parsed = parse(layer, equation);
  if (parsed.x.size() > x.size()) reject(layer, equation);
  const size_t elided = x.size() - parsed.x.size();
  if (elided > 0 && !parsed.leading && !parsed.trailing) reject(layer, equation);

  std::vector<int64_t> y = {x[0]};
  if (parsed.leading) {
    for (size_t i = 1; i < elided; ++i) y.push_back(x[i]);
  }
  y.insert(y.end(), output_shape.begin(), output_shape.end());
  const size_t before_y = parsed.leading ? elided : 0;
  const size_t before_x = parsed.leading ? elided : 0;

  const auto size_in_x = [&](char letter) -> std::optional<int64_t> {
    const size_t at = parsed.x.find(letter);
    return at == std::string_view::npos ? std::nullopt : std::optional{x[before_x + at]};
  };
  const auto size_in_y = [&](char letter) -> std::optional<int64_t> {
    const size_t at = parsed.y.find(letter);
    if (at == std::string_view::npos || before_y + at >= y.size() || y[before_y + at] < 0) return std::nullopt;
    return y[before_y + at];
  };
  const auto size_of = [&](char letter) {
    if (const std::optional<int64_t> given = size_in_y(letter)) return *given;
    if (const std::optional<int64_t> given = size_in_x(letter)) return *given;
    layer.corrupt("the axis '" + std::string(1, letter) + "' of '" + std::string(equation.substr(0, 80)) +
                  "' has no size in output_shape");
  };

  EinsumSizes sizes;
  for (const char letter : parsed.kernel) sizes.kernel.push_back(size_of(letter));
  const size_t first = parsed.y.find_first_of(bias_axes);
  if (bias_axes.empty() || first == std::string_view::npos) return sizes;
  for (const char letter : parsed.y.substr(first)) {
    sizes.bias.push_back(bias_axes.find(letter) != std::string_view::npos ? size_of(letter) : 1);
  }
  if (!parsed.leading) sizes.bias.insert(sizes.bias.end(), elided, 1);
  return sizes;
}

}  // namespace flopstat::keras
