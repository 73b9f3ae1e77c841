#include <algorithm>
#include <string>

#include "ops/contraction.h"
#include "ops/ops.h"

namespace flopstat {
namespace {

/// The sizes of a product: y [batch..., m, n] sums over k.
struct Sizes {
  Shape batch;
  int64_t m = 1;
  int64_t k = 1;
  int64_t n = 1;
  bool row_vector = false;     ///< a has one axis: y has no m
  bool column_vector = false;  ///< b has one axis: y has no n
};

Unknown mismatch(const Operand& a, const Operand& b) {
  return Unknown{"the operands " + to_string(a.shape()) + " and " + to_string(b.shape()) + " do not multiply"};
}

/// The matrix in the last two axes of a shape, a vector read as a row or as a column, its axes swapped on demand.
struct Matrix {
  Shape batch;
  int64_t rows;
  int64_t columns;
};

Matrix matrix(const Shape& shape, bool vector_is_row, bool transpose) {
  if (shape.size() == 1) return vector_is_row ? Matrix{{}, 1, shape[0]} : Matrix{{}, shape[0], 1};
  Matrix result{{shape.begin(), shape.end() - 2}, shape[shape.size() - 2], shape.back()};
  if (transpose) std::swap(result.rows, result.columns);
  return result;
}

/// a as [|a| / k, k], whatever its shape.
Known<Sizes> collapsed(const MatMul& op, const Operand& a, const Operand& b) {
  if (b.rank() != 2) return mismatch(a, b);
  const int64_t n = op.transpose_b ? b.shape()[0] : b.shape()[1];
  const int64_t k = op.transpose_b ? b.shape()[1] : b.shape()[0];
  const auto elements = static_cast<int64_t>(a.size().value());
  if (k <= 0 || elements % k != 0) return mismatch(a, b);
  return Sizes{{}, elements / k, k, n};
}

Known<Sizes> sizes(const MatMul& op, const Operands& operands) {
  const Operand& a = operands.in(0);
  const Operand& b = operands.in(1);
  if (!a || !b || b.rank() == 0) return Unknown{"a matrix product needs two operands with axes"};
  if (op.collapse_rows) return collapsed(op, a, b);
  if (a.rank() == 0) return mismatch(a, b);
  const Matrix left = matrix(a.shape(), true, op.transpose_a);
  const Matrix right = matrix(b.shape(), false, op.transpose_b);
  const std::optional<Shape> batch = broadcast(left.batch, right.batch);
  if (left.columns != right.rows || !batch) return mismatch(a, b);
  return Sizes{*batch, left.rows, left.columns, right.columns, a.rank() == 1, b.rank() == 1};
}

}  // namespace

Inferred infer(const MatMul& op, const Operands& operands) {
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  Shape shape = s->batch;
  if (!s->row_vector) shape.push_back(s->m);
  if (!s->column_vector) shape.push_back(s->n);
  const Tensor* y = operands.out(0).tensor;
  const DType joined = join(operands.in(0).dtype(), operands.in(1).dtype());
  const bool says = y != nullptr && y->dtype != DType::unknown;
  return one_result(says ? y->dtype : joined, std::move(shape));
}

/// Work of a matrix product, dense layers included.
///
/// Shapes:  a [..., m, k], b [..., k, n], bias -> y [..., m, n]
/// Counts:  mul_add = |y| * k, of them `skippable` on weights that sparse storage leaves out;  bias add = |y|;  a
/// factor on the product mul |y|, one on the bias mul |bias| Source:  ONNX MatMul and Gemm, TFLite FULLY_CONNECTED and
/// BATCH_MATMUL. Example: 1x784 by 784x100: 78,400 MACs.
Known<Cost> count(const MatMul& op, const Operands& operands) {
  const Known<Sizes> found = sizes(op, operands);
  const Sizes* s = known(found);
  if (s == nullptr) return reason(found);
  const Operand& a = operands.in(0);
  const Operand& b = operands.in(1);
  const Operand& bias = operands.in(2);
  const Operand& y = operands.out(0);
  if (!y) return Unknown{"the matrix product has no result"};
  const Count outputs = y.size();
  const Count k = operands.letter("k", "length of each sum of products", s->k);

  Cost cost;
  add_contraction(cost, {.x = a,
                         .w = b,
                         .y = y,
                         .mul_adds = outputs * k,
                         .skippable = absent_products(b, outputs * k),
                         .outputs = outputs,
                         .rows = k == 0 ? Count{0} : a.size() / k,
                         .asymmetric_inputs = op.asymmetric_inputs});
  if (op.scales_product) cost.add(Part::core, Unit::mul, y.dtype(), outputs);
  if (bias && is_float(bias.dtype()) && is_float(y.dtype())) {  // behind the scaling of an integer product
    cost.add(Part::bias, Unit::add, real_type(y.dtype()), outputs);
  } else if (bias) {
    add_bias(cost, a, b, y, outputs);
  }
  if (bias && op.scales_bias) cost.add(Part::bias, Unit::mul, y.dtype(), bias.size());
  return cost;
}

/// A second activation is data; whether it is a parameter, its being stored decides.
Role role(const MatMul&, size_t operand) { return operand == 0 ? Role::data : Role::weight; }

}  // namespace flopstat
