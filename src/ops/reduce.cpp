#include <algorithm>

#include "ops/arithmetic.h"
#include "ops/functions.h"
#include "ops/ops.h"
#include "ops/requantize.h"

namespace flopstat {
namespace {

Unknown no_such_axis(int64_t axis, const Shape& x) {
  return Unknown{"axis " + std::to_string(axis) + " is outside x of shape " + to_string(x)};
}

/// The axis an operand names, from the front. An absent operand names `otherwise`.
Known<size_t> axis_of(const Operand& operand, int64_t otherwise, const Shape& x) {
  std::optional<int64_t> axis = otherwise;
  if (operand) axis = small_size(operand.shape()) == 1 ? integer_of(operand) : std::nullopt;
  if (!axis) return Unknown{"the axis depends on input data: it must be a constant"};
  const std::optional<size_t> wrapped = wrap_axis(*axis, x.size());
  if (!wrapped) return no_such_axis(*axis, x);
  return *wrapped;
}

/// For each axis of x whether it is reduced.
Known<std::vector<bool>> reduced_axes(const Reduce& reduce, const Operands& operands) {
  const Shape& x = operands.in(0).shape();
  const Operand& axes = operands.in(1);
  std::vector<bool> reduced(x.size(), !axes && !reduce.none_means_none);
  if (!axes) {
    if (reduce.spatial) std::fill_n(reduced.begin(), std::min<size_t>(2, reduced.size()), false);
    return reduced;
  }
  const std::optional<size_t> number = small_size(axes.shape());
  if (number == 0) {
    if (!reduce.none_means_none) reduced.assign(x.size(), true);
    return reduced;
  }
  const std::optional<std::vector<int64_t>> named = number ? integers_of(axes) : std::nullopt;
  if (!named) return Unknown{"the axes to reduce depend on input data: they must be constants"};
  for (const int64_t axis : *named) {
    const std::optional<size_t> wrapped = wrap_axis(axis, x.size());
    if (!wrapped) return no_such_axis(axis, x);
    reduced[*wrapped] = true;
  }
  return reduced;
}

Shape without(const Shape& x, const std::vector<bool>& reduced, bool keep_dims) {
  Shape y;
  y.reserve(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    if (!reduced[i]) {
      y.push_back(x[i]);
    } else if (keep_dims) {
      y.push_back(1);
    }
  }
  return y;
}

/// One step of a reduction on single elements. Nothing for functions that no shape is computed with.
std::optional<BinaryFn> step_of(ReduceFn fn) {
  switch (fn) {
    case ReduceFn::sum:
    case ReduceFn::mean: return BinaryFn::add;
    case ReduceFn::prod: return BinaryFn::mul;
    case ReduceFn::max: return BinaryFn::maximum;
    case ReduceFn::min: return BinaryFn::minimum;
    case ReduceFn::any: return BinaryFn::logical_or;
    case ReduceFn::all: return BinaryFn::logical_and;
    case ReduceFn::l1:
    case ReduceFn::l2:
    case ReduceFn::sum_square:
    case ReduceFn::log_sum:
    case ReduceFn::log_sum_exp: return std::nullopt;
  }
  return std::nullopt;
}

/// Result of a reduction over nothing.
Element empty_result(ReduceFn fn, DType type) {
  switch (fn) {
    case ReduceFn::sum: return cast(type, int64_t{0});
    case ReduceFn::any: return int64_t{0};
    case ReduceFn::prod: return cast(type, int64_t{1});
    case ReduceFn::all: return int64_t{1};
    default: return {};
  }
}

std::shared_ptr<const Elements> reduced_elements(ReduceFn fn, const Operand& x, const Shape& kept) {
  const std::optional<BinaryFn> step = step_of(fn);
  const std::shared_ptr<const Elements> from = step ? small_elements(x) : nullptr;
  const std::optional<size_t> size = from ? small_size(kept) : std::nullopt;
  if (!size) return nullptr;
  const DType type = x.dtype();
  if (from->empty()) return std::make_shared<const Elements>(*size, empty_result(fn, type));
  Elements result(*size);
  std::vector<bool> begun(*size, false);
  const std::vector<size_t> into = broadcast_indices(kept, x.shape());
  for (size_t i = 0; i < from->size(); ++i) {
    Element& element = result[into[i]];
    element = begun[into[i]] ? apply(*step, type, element, (*from)[i]) : (*from)[i];
    begun[into[i]] = true;
  }
  if (fn == ReduceFn::mean) {
    const auto n = static_cast<int64_t>(from->size() / *size);
    for (Element& element : result) element = apply(BinaryFn::div, type, element, n);
  }
  return std::make_shared<const Elements>(std::move(result));
}

bool is_number(DType dtype) { return is_float(dtype) || is_integer(dtype); }

/// Length of the rows along one axis and their number; none where x is empty.
struct Rows {
  Count number = 0;
  Count length = 0;
};

Rows rows_along(const Operands& operands, size_t axis) {
  const Shape& x = operands.in(0).shape();
  if (x[axis] == 0) return {};
  return {.number = operands.letter("rows", "rows along the axis", product(x) / x[axis]),
          .length = operands.letter("n", "elements of a row", x[axis])};
}

}  // namespace

std::optional<Unit> unit_of(ReduceFn fn) {
  switch (fn) {
    case ReduceFn::sum: return Unit::add;
    case ReduceFn::prod: return Unit::mul;
    case ReduceFn::max:
    case ReduceFn::min: return Unit::compare;
    default: return std::nullopt;
  }
}

// --- Reduce ----------------------------------------------------------------------------------------------------------

Inferred infer(const Reduce& reduce, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  const Known<std::vector<bool>> reduced = reduced_axes(reduce, operands);
  if (!known(reduced)) return reason(reduced);
  std::vector<Value> results{{.dtype = x.dtype(), .shape = without(x.shape(), *known(reduced), reduce.keep_dims)}};
  if (may_have_elements(x)) {
    results[0].elements = reduced_elements(reduce.fn, x, without(x.shape(), *known(reduced), true));
  }
  return results;
}

/// Operands:  x, axes or absent -> y
/// Counts:    per element of y, over n elements of x: n - 1 of add (sum, mean), mul (prod) or compare (max, min);
///            mean + div; l1 + n compare; l2 + n mul + transcendental; sum of squares + n mul; log of the sum +
///            transcendental; log-sum-exp n - 1 compare, 2n add, n + 1 transcendental. Booleans: none.
///            Quantized: sum and mean are brought to the scale of y, others where the scales differ.
/// Source:    docs/counting.md, sections 2 and 7. Example: mean of 7 x 7 x 64 to 64: 48 * 64 add, 64 div.
Known<Cost> count(const Reduce& reduce, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& y = operands.out(0);
  if (!x || !y) return Unknown{"an operand or the result is missing"};
  const DType type = real_type(x.dtype());
  const Count all = x.size();
  const Count rows = y.size();
  Cost cost;
  if (!is_number(type) || all == 0) return cost;
  if (is_complex(x.dtype())) {
    if (reduce.fn != ReduceFn::sum) return Unknown{"there is no formula for this reduction of complex numbers"};
    cost.add(Part::core, Unit::add, type, (all - rows) * 2);
    return cost;
  }
  const auto add = [&](Unit unit, Count units) { cost.add(Part::core, unit, type, units); };

  switch (reduce.fn) {
    case ReduceFn::sum: add(Unit::add, all - rows); break;
    case ReduceFn::mean:
      add(Unit::add, all - rows);
      add(Unit::div, rows);
      break;
    case ReduceFn::prod: add(Unit::mul, all - rows); break;
    case ReduceFn::max:
    case ReduceFn::min: add(Unit::compare, all - rows); break;
    case ReduceFn::any:
    case ReduceFn::all: return cost;
    case ReduceFn::l1:
      add(Unit::compare, all);
      add(Unit::add, all - rows);
      break;
    case ReduceFn::l2:
      add(Unit::mul, all);
      add(Unit::add, all - rows);
      add(Unit::transcendental, rows);
      break;
    case ReduceFn::sum_square:
      add(Unit::mul, all);
      add(Unit::add, all - rows);
      break;
    case ReduceFn::log_sum:
      add(Unit::add, all - rows);
      add(Unit::transcendental, rows);
      break;
    case ReduceFn::log_sum_exp:
      add(Unit::compare, all - rows);
      add(Unit::add, all * 2);
      add(Unit::transcendental, all + rows);
      break;
  }
  if (reduce.fn == ReduceFn::max || reduce.fn == ReduceFn::min) {
    add_rescale(cost, x, y, rows);
  } else if (x.quantized()) {
    add_requantize(cost, y, rows);
  }
  return cost;
}

Role role(const Reduce&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

// --- ArgReduce -------------------------------------------------------------------------------------------------------

Inferred infer(const ArgReduce& arg, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  const Known<size_t> axis = axis_of(operands.in(1), 0, x.shape());
  if (!known(axis)) return reason(axis);
  Shape shape = x.shape();
  if (arg.keep_dims) {
    shape[*known(axis)] = 1;
  } else {
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(*known(axis)));
  }
  std::vector<Value> results;
  results.push_back({.dtype = arg.to, .shape = std::move(shape)});
  return results;
}

/// Operands:  x, axis -> indices
/// Counts:    n - 1 compare per row of n, in the type of x
/// Source:    docs/counting.md, section 2. Example: the best of 1000 classes: 999.
Known<Cost> count(const ArgReduce&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  const Known<size_t> axis = axis_of(operands.in(1), 0, x.shape());
  if (!known(axis)) return reason(axis);
  const Rows rows = rows_along(operands, *known(axis));
  Cost cost;
  if (is_number(x.dtype()) && rows.number > 0) {
    cost.add(Part::core, Unit::compare, x.dtype(), rows.number * (rows.length - 1));
  }
  return cost;
}

Role role(const ArgReduce&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

// --- Cumulate --------------------------------------------------------------------------------------------------------

Inferred infer(const Cumulate&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  return one_result(x.dtype(), x.shape());
}

/// Operands:  x, axis -> y of the same shape
/// Counts:    n - 1 add or mul per row of n
/// Source:    docs/counting.md, section 2. Example: 4 rows of 10: 36.
Known<Cost> count(const Cumulate& cumulate, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return Unknown{"the operand x is missing"};
  const Known<size_t> axis = axis_of(operands.in(1), 0, x.shape());
  if (!known(axis)) return reason(axis);
  const Rows rows = rows_along(operands, *known(axis));
  Cost cost;
  if (!is_number(x.dtype()) || rows.number == 0) return cost;
  if (is_complex(x.dtype())) return Unknown{"there is no formula for running sums of complex numbers"};
  cost.add(Part::core, cumulate.product ? Unit::mul : Unit::add, x.dtype(), rows.number * (rows.length - 1));
  return cost;
}

Role role(const Cumulate&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

// --- TopK ------------------------------------------------------------------------------------------------------------

Inferred infer(const TopK& top, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& k = operands.in(1);
  if (!x || !k) return Unknown{"an operand is missing: x and k are needed"};
  const std::optional<size_t> axis = wrap_axis(top.axis, x.rank());
  if (!axis) return no_such_axis(top.axis, x.shape());
  const std::optional<int64_t> size = small_size(k.shape()) == 1 ? integer_of(k) : std::nullopt;
  if (!size) return Unknown{"the number of elements to pick depends on input data: k must be a constant"};
  if (*size < 0 || *size > x.shape()[*axis]) {
    return Unknown{"k is " + std::to_string(*size) + ", the axis has " + std::to_string(x.shape()[*axis]) +
                   " elements: check the input's size"};
  }
  Shape shape = x.shape();
  shape[*axis] = *size;
  std::vector<Value> results;
  results.push_back({.dtype = x.dtype(), .shape = shape});
  results.push_back({.dtype = top.index, .shape = std::move(shape)});
  return results;
}

/// Operands:  x, k -> values, indices
/// Counts:    n * k compare per row of n, an upper bound
/// Source:    docs/counting.md, section 2. Example: 5 of 1000: 5000.
Known<Cost> count(const TopK& top, const Operands& operands) {
  const Operand& x = operands.in(0);
  const Operand& y = operands.out(0) ? operands.out(0) : operands.out(1);
  if (!x || !y) return Unknown{"an operand or the result is missing"};
  const std::optional<size_t> axis = wrap_axis(top.axis, y.rank());
  if (!axis) return no_such_axis(top.axis, y.shape());
  Cost cost;
  if (!is_number(x.dtype())) return cost;
  cost.add(Part::core, Unit::compare, x.dtype(),
           x.size() * operands.letter("k", "elements that are picked of a row", y.shape()[*axis]), Certainty::bound);
  return cost;
}

Role role(const TopK&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

}  // namespace flopstat
