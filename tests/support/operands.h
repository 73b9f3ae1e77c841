#pragma once

#include <deque>
#include <vector>

#include "model/cost.h"
#include "ops/ops.h"

/// Operands and results of one operation under test, without a file.
///
///   Node node;
///   node.in({1, 784}).in({100, 784}).out({1, 100});
///   const Cost cost = cost_of(MatMul{.transpose_b = true}, node);
namespace flopstat::test {

/// How an int8 tensor stands for real numbers in tests that do not care about the figures.
inline constexpr Quantization kQuantized{.scales = 1, .scale = 0.5F, .zero_point = 3, .asymmetric = true};

class Node {
 public:
  Node& in(Shape shape, DType dtype = DType::f32, Quantization quantization = {});
  /// A stored operand whose elements do not matter.
  Node& weight(Shape shape, DType dtype = DType::f32, Quantization quantization = {});
  /// A constant operand of one axis with these values.
  Node& in_values(const std::vector<int64_t>& values, DType dtype = DType::i32);
  /// A constant operand without axes.
  Node& in_scalar(int64_t value, DType dtype = DType::i32);
  /// An operand whose elements are partly known.
  Node& in_elements(Shape shape, Elements elements, DType dtype = DType::i64);
  Node& absent();
  Node& out(Shape shape, DType dtype = DType::f32, Quantization quantization = {});

  /// Valid while the node lives.
  Operands operands() const { return {in_, out_}; }

 private:
  Operand make(Value value, Quantization quantization);

  std::deque<Tensor> tensors_;
  std::deque<Value> values_;
  std::vector<Operand> in_;
  std::vector<Operand> out_;
};

/// The work; fails the test and returns an empty cost where it is unknown.
Cost expect_known(Known<Cost> cost);
/// The results; fails the test and returns none where they are unknown.
std::vector<Value> expect_known(Inferred values);
/// Shape of the first result.
Shape first_shape(const std::vector<Value>& values);
/// The first result's elements as whole numbers; fails the test where they are not known.
std::vector<int64_t> first_integers(const std::vector<Value>& values);
/// Why the results are unknown; fails the test where they are known.
std::string expect_unknown(const Inferred& values);

template <class Operation>
Cost cost_of(const Operation& op, const Node& node) {
  return expect_known(count(op, node.operands()));
}
template <class Operation>
std::vector<Value> values_of(const Operation& op, const Node& node) {
  return expect_known(infer(op, node.operands()));
}
template <class Operation>
Shape shape_of(const Operation& op, const Node& node) {
  return first_shape(values_of(op, node));
}
template <class Operation>
std::vector<int64_t> integers_inferred(const Operation& op, const Node& node) {
  return first_integers(values_of(op, node));
}
template <class Operation>
std::string why_unknown(const Operation& op, const Node& node) {
  return expect_unknown(infer(op, node.operands()));
}

/// mul_adds of the core part.
uint64_t macs(const Cost& cost);

/// Macs without the skippable ones.
uint64_t valid_macs(const Cost& cost);

/// Units of one kind, of any type, in one part.
uint64_t units(const Cost& cost, Unit unit, Part part = Part::core);

/// Units of one kind and type, in one part.
uint64_t units(const Cost& cost, Unit unit, DType dtype, Part part = Part::core);

/// All units of one part, added up.
uint64_t all_units(const Cost& cost, Part part);

}  // namespace flopstat::test
