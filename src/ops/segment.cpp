#include <algorithm>
#include <string>

#include "ops/elements.h"
#include "ops/functions.h"
#include "ops/ops.h"

/// Operations that combine the entries of a tensor that belong together.
namespace flopstat {
namespace {

Unknown ids_do_not_fit(const Operand& x, const Operand& ids) {
  return {"segment ids of shape " + to_string(ids.shape()) + " do not fit the operand " + to_string(x.shape())};
}

/// The number of segments: given, or one more than the last of the sorted ids.
Known<int64_t> segments(const Operands& operands) {
  const Operand& number = operands.in(2);
  if (number) {
    const std::optional<int64_t> given = integer_of(number);
    if (!given) return not_known(number, "the number of segments");
    if (*given < 0 || *given > kMaxDim) return Unknown{"the number of segments is " + std::to_string(*given)};
    return *given;
  }
  const Operand& ids = operands.in(1);
  const std::optional<std::vector<int64_t>> values = integers_of(ids);
  if (!values) return not_known(ids, "the list of segment ids, whose last one tells how many there are,");
  if (values->empty()) return int64_t{0};
  if (values->back() < 0 || values->back() >= kMaxDim) {
    return Unknown{"the last segment id is " + std::to_string(values->back())};
  }
  return values->back() + 1;
}

}  // namespace

Inferred infer(const SegmentReduce&, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& ids = operands.in(1);
  if (!x || !ids) return no_operand();
  if (ids.rank() > x.rank() || !std::equal(ids.shape().begin(), ids.shape().end(), x.shape().begin())) {
    return ids_do_not_fit(x, ids);
  }
  const Known<int64_t> number = segments(operands);
  if (!known(number)) return reason(number);
  Shape shape{*known(number)};
  shape.insert(shape.end(), x.shape().begin() + static_cast<std::ptrdiff_t>(ids.rank()), x.shape().end());
  return single({.dtype = x.dtype(), .shape = std::move(shape)});
}

/// Shapes:  x [n, ...], ids [n] -> y [segments, ...]
/// Counts:  each element of x is combined with a result that begins as the neutral element: one unit of the reduction
/// Source:  docs/counting.md, section 2; TensorFlow tf.math.unsorted_segment_sum. Example: 6 rows of 4: 24 add.
Known<Cost> count(const SegmentReduce& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::optional<Unit> unit = unit_of(op.fn);
  if (!unit || is_complex(x.dtype())) return Unknown{"there is no formula for this reduction of segments"};
  Cost cost;
  cost.add(Part::core, *unit, x.dtype(), x.size());
  return cost;
}
Role role(const SegmentReduce&, size_t operand) {
  constexpr Role kRoles[] = {Role::data, Role::index, Role::shape};
  return operand < 3 ? kRoles[operand] : Role::data;
}

namespace {

// Operands of an embedding bag.
constexpr size_t kIds = 0;
constexpr size_t kPlaces = 1;
constexpr size_t kShape = 2;
constexpr size_t kWeights = 3;
constexpr size_t kTable = 4;

}  // namespace

Inferred infer(const EmbeddingBag&, const Operands& operands) {
  const Operand& ids = operands.in(kIds);
  const Operand& table = operands.in(kTable);
  if (!ids || !table) return no_operand();
  if (ids.rank() != 1 || table.rank() < 2) {
    return Unknown{"ids of shape " + to_string(ids.shape()) + " do not fit a table " + to_string(table.shape())};
  }
  std::optional<Shape> shape = sizes_of(operands.in(kShape));
  if (!shape || shape->empty()) return not_known(operands.in(kShape), "the dense shape of the ids");
  shape->pop_back();
  shape->insert(shape->end(), table.shape().begin() + 1, table.shape().end());
  return single({.dtype = table.dtype(), .shape = *std::move(shape)});
}

/// Shapes:  ids [n], weights [n], table [e, w...] -> y [bags..., w...]
/// Counts:  per id and element of a row: mul by its weight, add. Mean: the weights of each bag (add n) divide its sums
///          (div |y|). Root mean square: their squares (mul n, add n), a root per bag, div |y|. Bags without ids are
///          not divided, so the last two are bounds
/// Source:  docs/counting.md, section 2; tensorflow/lite/kernels/embedding_lookup_sparse.cc. Example: 6 ids, rows of 8:
///          48 mul, 48 add.
Known<Cost> count(const EmbeddingBag& op, const Operands& operands) {
  const Operand& ids = operands.in(kIds);
  const Operand& table = operands.in(kTable);
  const Operand& y = operands.out(0);
  if (!ids || !table || !y || table.rank() == 0) return no_operand();
  const Count row =
      operands.letter("w", "elements of a row of the table", Shape(table.shape().begin() + 1, table.shape().end()));
  const Count n = ids.size();
  const Count results = y.size();
  const DType type = table.dtype();
  Cost cost;
  cost.add(Part::core, Unit::mul, type, n * row);
  cost.add(Part::core, Unit::add, type, n * row);
  if (op.combine == EmbeddingBag::Combine::root_mean_square) {
    cost.add(Part::core, Unit::mul, type, n);
    cost.add(Part::core, Unit::transcendental, type, row == 0 ? Count{0} : results / row, Certainty::bound);
  }
  if (op.combine != EmbeddingBag::Combine::sum) {
    cost.add(Part::core, Unit::add, type, n);
    cost.add(Part::core, Unit::div, type, results, Certainty::bound);
  }
  Count read = byte_size(type, n * row);
  for (const size_t i : {kIds, kPlaces, kShape, kWeights}) {
    const Operand& operand = operands.in(i);
    if (operand) read += operand.bytes();
  }
  cost.read_bytes = read;
  return cost;
}
Role role(const EmbeddingBag&, size_t operand) {
  constexpr Role kRoles[] = {Role::index, Role::index, Role::shape, Role::data, Role::data};
  return operand < 5 ? kRoles[operand] : Role::data;
}

}  // namespace flopstat
