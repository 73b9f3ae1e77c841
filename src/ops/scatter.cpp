#include <algorithm>
#include <string>

#include "ops/elements.h"
#include "ops/ops.h"

/// Operations that write elements at positions which a tensor of indices names.
namespace flopstat {
namespace {

Unknown no_fit(const Shape& shape, const Operand& indices, const Operand& updates) {
  return {"updates of shape " + to_string(updates.shape()) + " at indices of shape " + to_string(indices.shape()) +
          " do not fit " + to_string(shape)};
}

/// Each index [..., n] names a place on the first n axes, and its update fills the axes behind them.
bool names_places(const Shape& shape, const Operand& indices, const Operand& updates) {
  if (indices.rank() == 0) return false;
  const int64_t numbers = indices.shape().back();
  if (numbers > static_cast<int64_t>(shape.size())) return false;
  Shape expected(indices.shape().begin(), indices.shape().end() - 1);
  expected.insert(expected.end(), shape.begin() + numbers, shape.end());
  return updates.shape() == expected;
}

}  // namespace

Inferred infer(const ScatterNd&, const Operands& operands) {
  const Operand& indices = operands.in(0);
  const Operand& updates = operands.in(1);
  if (!indices || !updates) return no_operand();
  std::optional<Shape> shape = sizes_of(operands.in(2));
  if (!shape) return not_known(operands.in(2), "the shape of the result");
  if (!names_places(*shape, indices, updates)) return no_fit(*shape, indices, updates);
  return single({.dtype = updates.dtype(), .shape = *std::move(shape)});
}

/// Updates that name one place are summed: each is added to a result of zeros.
///
/// Source: TensorFlow tf.scatter_nd; docs/counting.md, section 2.
Known<Cost> count(const ScatterNd&, const Operands& operands) {
  const Operand& updates = operands.in(1);
  if (!updates) return no_operand();
  Cost cost;
  if (!is_float(updates.dtype()) && !is_integer(updates.dtype())) return cost;
  const Count numbers = is_complex(updates.dtype()) ? 2 : 1;
  cost.add(Part::core, Unit::add, real_type(updates.dtype()), updates.size() * numbers);
  return cost;
}
Role role(const ScatterNd&, size_t operand) {
  constexpr Role kRoles[] = {Role::index, Role::data, Role::shape};
  return operand < 3 ? kRoles[operand] : Role::shape;
}

namespace {

/// Where the update that fills `inner` elements is written, for each index in turn.
std::shared_ptr<const Elements> scattered(const Operand& x, const Operand& indices, const Operand& updates,
                                          size_t numbers) {
  const std::shared_ptr<const Elements> source = elements_of(x);
  const std::shared_ptr<const Elements> positions = source ? elements_of(indices) : nullptr;
  if (!positions) return nullptr;
  const std::shared_ptr<const Elements> changes = elements_of(updates);
  const std::optional<size_t> changed = carried_size(updates.shape());
  if (!changed || *changed == 0) return changed ? source : nullptr;
  const size_t count = positions->size() / numbers;
  const size_t inner = *changed / count;
  Elements result = *source;
  for (size_t i = 0; i < count; ++i) {
    size_t place = 0;
    for (size_t j = 0; j < numbers; ++j) {
      const std::optional<int64_t> position = whole((*positions)[i * numbers + j]);
      const auto size = static_cast<size_t>(x.shape()[j]);
      const std::optional<size_t> entry = position ? wrap_axis(*position, size) : std::nullopt;
      if (!entry) return nullptr;  // any element may be the one that changes
      place = place * size + *entry;
    }
    for (size_t j = 0; j < inner; ++j) result[place * inner + j] = changes ? (*changes)[i * inner + j] : Element{};
  }
  return std::make_shared<const Elements>(std::move(result));
}

/// How many numbers of an index name one place, where the shapes leave no doubt: indices [..., n] and updates for the
/// places they name, or a vector with one index and one update per place.
std::optional<size_t> numbers_per_index(const Operand& x, const Operand& indices, const Operand& updates) {
  const bool one_each = indices.shape() == updates.shape();
  if (one_each) return x.rank() == 1 && indices.rank() == 1 ? std::optional<size_t>(1) : std::nullopt;
  if (!names_places(x.shape(), indices, updates) || indices.shape().back() == 0) return std::nullopt;
  return static_cast<size_t>(indices.shape().back());
}

}  // namespace

Inferred infer(const ScatterInto&, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& indices = operands.in(1);
  const Operand& updates = operands.in(2);
  if (!x || !indices || !updates) return no_operand();
  const bool one_each = indices.shape() == updates.shape() && indices.rank() == x.rank();
  if (!one_each && !names_places(x.shape(), indices, updates)) return no_fit(x.shape(), indices, updates);
  const std::optional<size_t> numbers = numbers_per_index(x, indices, updates);
  return single({.dtype = x.dtype(),
                 .shape = x.shape(),
                 .elements = numbers ? scattered(x, indices, updates, *numbers) : nullptr});
}
Known<Cost> count(const ScatterInto&, const Operands&) { return Cost{}; }
Role role(const ScatterInto&, size_t operand) { return operand == 1 ? Role::index : Role::data; }

Inferred infer(const UpdateSlice&, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& update = operands.in(1);
  if (!x || !update) return no_operand();
  // A list none of whose entries is set yet: what it holds, the first one tells.
  if (x.dtype() == DType::variant && x.rank() == 1 && update.rank() > 0) {
    Shape shape = update.shape();
    shape[0] = x.shape()[0];
    return single({.dtype = update.dtype(), .shape = std::move(shape)});
  }
  bool fits = x.rank() == update.rank();
  for (size_t i = 0; fits && i < x.rank(); ++i) fits = update.shape()[i] <= x.shape()[i];
  if (!fits) return Unknown{"the update " + to_string(update.shape()) + " does not fit into " + to_string(x.shape())};
  return single({.dtype = x.dtype(), .shape = x.shape()});
}
Known<Cost> count(const UpdateSlice&, const Operands&) { return Cost{}; }
Role role(const UpdateSlice&, size_t operand) { return operand < 2 ? Role::data : Role::index; }

Inferred infer(const ScatterReduce&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x || !operands.in(1) || !operands.in(2)) return no_operand();
  return single({.dtype = x.dtype(), .shape = x.shape()});
}

/// Counts:  one unit of the reduction per element of the updates; none where they only replace
/// Source:  docs/counting.md, section 2; StableHLO specification, scatter.
Known<Cost> count(const ScatterReduce& op, const Operands& operands) {
  const Operand& updates = operands.in(2);
  if (!updates) return no_operand();
  Cost cost;
  if (!op.fn || (!is_float(updates.dtype()) && !is_integer(updates.dtype()))) return cost;
  if (is_complex(updates.dtype())) return Unknown{"there is no formula for this scatter of complex numbers"};
  const Count elements = updates.size();
  switch (*op.fn) {
    case BinaryFn::add:
    case BinaryFn::sub: cost.add(Part::core, Unit::add, updates.dtype(), elements); return cost;
    case BinaryFn::mul: cost.add(Part::core, Unit::mul, updates.dtype(), elements); return cost;
    case BinaryFn::maximum:
    case BinaryFn::minimum: cost.add(Part::core, Unit::compare, updates.dtype(), elements); return cost;
    default: return Unknown{"there is no formula for the function that combines the updates"};
  }
}
Role role(const ScatterReduce&, size_t operand) { return operand == 1 ? Role::index : Role::data; }

/// Source: tensorflow/lite/kernels/sparse_to_dense.cc.
Inferred infer(const SparseToDense&, const Operands& operands) {
  const Operand& values = operands.in(2);
  if (!values) return no_operand();
  std::optional<Shape> shape = sizes_of(operands.in(1));
  if (!shape) return not_known(operands.in(1), "the shape of the result");
  return single({.dtype = values.dtype(), .shape = *std::move(shape)});
}
Known<Cost> count(const SparseToDense&, const Operands&) { return Cost{}; }
Role role(const SparseToDense&, size_t operand) {
  constexpr Role kRoles[] = {Role::index, Role::shape, Role::data, Role::data};
  return operand < 4 ? kRoles[operand] : Role::data;
}

}  // namespace flopstat
