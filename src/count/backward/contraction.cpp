#include <algorithm>
#include <string>

#include "count/backward/rules.h"
#include "ops/einsum.h"
#include "ops/ops.h"

namespace flopstat::backward_rules {
namespace {

/// Type of the products.
DType product_type(const Cost& forward, const Operands& operands) {
  for (const Work& work : forward.work) {
    if (work.unit == Unit::mul_add) return work.dtype;
  }
  return real_type(operands.out(0).dtype());
}

/// The gradients of both operands of a product: each is a contraction of as many products as the forward one, of dy
/// and the other operand, which is kept.
Known<Backward> of_product(Known<Cost> forward, const Operands& operands, const Flow& flow) {
  Cost* cost = known(forward);
  if (cost == nullptr) return reason(forward);
  const Count products = units_in(*cost, Unit::mul_add);
  Backward result;
  for (const size_t operand : {size_t{0}, size_t{1}}) {
    if (!flow.wants(operand)) continue;
    result.of(flow, operand).add(Part::core, Unit::mul_add, product_type(*cost, operands), products);
    result.kept_operands.push_back(1 - operand);
  }
  return result;
}

/// The gradient of a bias: dy added up. Source: docs/counting.md, section 5, "db". Example: 112 x 112 points of 32
/// channels: 401,408 - 32 add.
void add_bias_gradient(Backward& result, const Operands& operands, const Flow& flow, size_t bias) {
  if (!flow.wants(bias)) return;
  const Operand& y = operands.out(0);
  result.of(flow, bias).add(Part::bias, Unit::add, real_type(y.dtype()), broadcast_sums(y, operands.in(bias)));
}

template <class Product>
Known<Backward> with_bias(const Product& op, const Operands& operands, const Flow& flow) {
  Known<Backward> result = of_product(count(op, operands), operands, flow);
  if (Backward* each = known(result)) add_bias_gradient(*each, operands, flow, 2);
  return result;
}

}  // namespace

/// dX and dW, each as many products as forward; db |y| - |b| add. Source: docs/counting.md, section 5.
/// Example: 8 -> 16 channels, 3 x 3, 10 x 10 points: dX and dW 115,200 mul_add each.
Known<Backward> rule(const Conv& op, const Operands& operands, const Flow& flow) {
  return with_bias(op, operands, flow);
}

Known<Backward> rule(const ConvTranspose& op, const Operands& operands, const Flow& flow) {
  return with_bias(op, operands, flow);
}

Known<Backward> rule(const GeneralConv& op, const Operands& operands, const Flow& flow) {
  return of_product(count(op, operands), operands, flow);
}

/// As a convolution; a factor on the product: mul |y| once for both, one on the bias: mul |b|.
Known<Backward> rule(const MatMul& op, const Operands& operands, const Flow& flow) {
  Known<Backward> result = with_bias(op, operands, flow);
  Backward* each = known(result);
  if (each == nullptr) return result;
  const DType type = real_type(operands.out(0).dtype());
  if (op.scales_product && (flow.wants(0) || flow.wants(1))) {
    each->of(flow, flow.wants(0) ? 0 : 1).add(Part::core, Unit::mul, type, operands.out(0).size());
  }
  if (op.scales_bias && flow.wants(2)) {
    each->of(flow, 2).add(Part::bias, Unit::mul, type, operands.in(2).size());
  }
  return result;
}

namespace {

/// Whether any of the first `count` operands' gradients is wanted.
bool wants_before(const Flow& flow, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (flow.wants(i)) return true;
  }
  return false;
}

/// The gradient of one factor of a step: the sum of the products of dy and the other factor over the axes that the
/// factor does not have; products alone where it has them all.
void add_factor(Cost& cost, const EinsumStep& step, const std::string& factor, DType dtype) {
  const bool contracts = std::ranges::any_of(step.axes, [&](char c) { return factor.find(c) == std::string::npos; });
  cost.add(Part::core, contracts ? Unit::mul_add : Unit::mul, dtype, step.products);
}

}  // namespace

/// Each factor's gradient is a sum of as many products as the forward step has. What was summed out of one operand
/// alone is spread again: no work. Operands behind the second: step by step, as forward.
///
/// Source: docs/counting.md, section 5. Example: "bij,bjk->bik" with 2x3x4 and 2x4x5: 120 mul_add for each operand.
Known<Backward> rule(const Einsum& op, const Operands& operands, const Flow& flow) {
  const Known<std::vector<EinsumStep>> found = einsum_steps(op, operands);
  const std::vector<EinsumStep>* steps = known(found);
  if (steps == nullptr) return reason(found);
  const DType type = operands.out(0).dtype();
  if (is_complex(type)) return Unknown{"there is no gradient rule for a complex einsum"};
  Backward result;
  for (size_t i = 0; i < steps->size(); ++i) {
    const EinsumStep& step = (*steps)[i];
    if (wants_before(flow, i + 1)) {
      const bool first_alone = i == 0;
      add_factor(first_alone ? result.of(flow, 0) : result.input, step, step.left, type);
      result.kept_operands.push_back(i + 1);
    }
    if (flow.wants(i + 1)) {
      add_factor(result.of(flow, i + 1), step, step.right, type);
      if (i == 0) result.kept_operands.push_back(0);
      if (i > 0) result.kept_bytes += byte_size(type, step.left_elements);  // what the steps before have made
    }
  }
  return result;
}

}  // namespace flopstat::backward_rules
