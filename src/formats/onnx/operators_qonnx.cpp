#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>

namespace flopstat::onnx {
namespace {

/// x, scale, zero point, bits: x as the nearest of the numbers that so many bits can hold, still a real one.
Op quant(NodeReader& node) {
  node.set_inputs({node.input(0), node.input(1), node.input(2)});
  return FakeQuantize{};
}

Op bipolar_quant(NodeReader& node) {
  node.set_inputs({node.input(0), node.input(1)});
  return FakeQuantize{};
}

constexpr auto kOperators = std::to_array<Operator>({
    {"BipolarQuant", 2, bipolar_quant},
    {"IntQuant", 3, quant},
    {"Quant", 3, quant},
    {"Trunc", 3, quant},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> qonnx_operators() { return kOperators; }

}  // namespace flopstat::onnx
