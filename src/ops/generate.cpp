#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "ops/elements.h"
#include "ops/ops.h"

/// Operations that read no more of their operands than shapes, or make a tensor from a description of it.
namespace flopstat {
namespace {

/// Shapes are known without reading or writing the tensors that have them.
Cost shapes_are_free() { return {.read_bytes = Count{0}, .written_bytes = Count{0}}; }

Value list_value(DType dtype, Elements elements) {
  const auto size = static_cast<int64_t>(elements.size());
  return {.dtype = dtype, .shape = {size}, .elements = std::make_shared<const Elements>(std::move(elements))};
}

/// `count` times the same element, if it is known and that is few enough to carry.
std::shared_ptr<const Elements> filled(const Shape& shape, const Element& element) {
  const std::optional<size_t> count = carried_size(shape);
  if (!count || std::holds_alternative<std::monostate>(element)) return nullptr;
  return std::make_shared<const Elements>(*count, element);
}

Element zero_of(DType dtype) {
  if (is_float(dtype)) return 0.0;
  return int64_t{0};
}

/// An axis as Python's slices bound it: counted from the end if negative, then cut to the axes there are.
size_t bounded_axis(int64_t axis, size_t rank) {
  const auto size = static_cast<int64_t>(rank);
  return static_cast<size_t>(std::clamp<int64_t>(axis < 0 ? axis + size : axis, 0, size));
}

}  // namespace

Inferred infer(const ShapeOf& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const size_t start = bounded_axis(op.start, x.rank());
  const size_t end = op.end ? bounded_axis(*op.end, x.rank()) : x.rank();
  Elements sizes;
  for (size_t i = start; i < end; ++i) sizes.emplace_back(x.shape()[i]);
  return single(list_value(op.to, std::move(sizes)));
}
Known<Cost> count(const ShapeOf&, const Operands&) { return shapes_are_free(); }
Role role(const ShapeOf&, size_t) { return Role::shape; }

Inferred infer(const SizeOf& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  const std::optional<int64_t> size =
      op.what == SizeOf::What::axes ? static_cast<int64_t>(x.rank()) : element_count(x.shape());
  if (!size) return Unknown{"the operand " + to_string(x.shape()) + " has more elements than 64 bits can count"};
  return single({.dtype = op.to, .shape = {}, .elements = std::make_shared<const Elements>(1, *size)});
}
Known<Cost> count(const SizeOf&, const Operands&) { return shapes_are_free(); }
Role role(const SizeOf&, size_t) { return Role::shape; }

Inferred infer(const Fill& op, const Operands& operands) {
  std::optional<Shape> shape = sizes_of(operands.in(0));
  if (!shape) return not_known(operands.in(0), "the shape to fill");
  const Operand& value = operands.in(1);
  const DType dtype = value ? value.dtype() : op.to;
  Element element = zero_of(dtype);
  if (value) {
    const std::shared_ptr<const Elements> carried = elements_of(value);
    element = carried && carried->size() == 1 ? carried->front() : Element{};
  }
  std::shared_ptr<const Elements> elements = filled(*shape, element);
  return single({.dtype = dtype, .shape = *std::move(shape), .elements = std::move(elements)});
}
Known<Cost> count(const Fill&, const Operands&) { return Cost{}; }
/// The value says what to make, as the shape does: it is no parameter beside the tensor that is made.
Role role(const Fill&, size_t) { return Role::shape; }

Inferred infer(const EyeLike& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  return single({.dtype = op.to == DType::unknown ? x.dtype() : op.to, .shape = x.shape()});
}
Known<Cost> count(const EyeLike&, const Operands&) { return Cost{.read_bytes = Count{0}}; }
Role role(const EyeLike&, size_t) { return Role::shape; }

Inferred infer(const RandomLike& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  return single({.dtype = op.to == DType::unknown ? x.dtype() : op.to, .shape = x.shape()});
}
Known<Cost> count(const RandomLike&, const Operands&) { return Cost{.read_bytes = Count{0}}; }
Role role(const RandomLike&, size_t) { return Role::shape; }

Inferred infer(const ZerosLike&, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  return single({.dtype = x.dtype(), .shape = x.shape(), .elements = filled(x.shape(), zero_of(x.dtype()))});
}
Known<Cost> count(const ZerosLike&, const Operands&) { return Cost{.read_bytes = Count{0}}; }
Role role(const ZerosLike&, size_t) { return Role::shape; }

namespace {

uint64_t magnitude(int64_t value) { return value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value); }

/// Numbers from `start` up (or down) to before `limit`. The differences are exact in unsigned arithmetic.
uint64_t range_size(int64_t start, int64_t limit, int64_t delta) {
  uint64_t span = 0;
  if (delta > 0 && limit > start) span = static_cast<uint64_t>(limit) - static_cast<uint64_t>(start);
  if (delta < 0 && limit < start) span = static_cast<uint64_t>(start) - static_cast<uint64_t>(limit);
  const uint64_t step = magnitude(delta);
  return span / step + (span % step != 0 ? 1 : 0);
}

/// Not a number or infinite where the range has no end.
template <class Real>
Real range_size(Real start, Real limit, Real delta) {
  const Real size = std::ceil((limit - start) / delta);
  return size < 0 ? Real{0} : size;
}

double real(const Element& element) {
  if (const auto* integer = std::get_if<int64_t>(&element)) return static_cast<double>(*integer);
  return std::get<double>(element);
}

Unknown endless_range() { return {"the range has a step of 0 or more numbers than a tensor can hold"}; }

Inferred integer_range(DType dtype, int64_t start, int64_t limit, int64_t delta) {
  if (delta == 0) return endless_range();
  const uint64_t size = range_size(start, limit, delta);
  if (size > static_cast<uint64_t>(kMaxDim)) return endless_range();
  Value y{.dtype = dtype, .shape = {static_cast<int64_t>(size)}};
  if (size > kMaxElements) return single(std::move(y));
  Elements elements(size);
  for (uint64_t i = 0; i < size; ++i) {
    elements[i] = static_cast<int64_t>(static_cast<uint64_t>(start) + i * static_cast<uint64_t>(delta));
  }
  y.elements = std::make_shared<const Elements>(std::move(elements));
  return single(std::move(y));
}

/// The size is computed in the operands' type, as the kernels do: 0 to 0.3 by 0.1 are three numbers as f32.
Inferred real_range(DType dtype, double start, double limit, double delta) {
  double size = range_size(start, limit, delta);
  if (dtype == DType::f32) {
    size = range_size(static_cast<float>(start), static_cast<float>(limit), static_cast<float>(delta));
  }
  if (!(size <= static_cast<double>(kMaxDim))) return endless_range();
  Value y{.dtype = dtype, .shape = {static_cast<int64_t>(size)}};
  if (size > static_cast<double>(kMaxElements)) return single(std::move(y));
  Elements elements(static_cast<size_t>(size));
  for (size_t i = 0; i < elements.size(); ++i) elements[i] = start + static_cast<double>(i) * delta;
  y.elements = std::make_shared<const Elements>(std::move(elements));
  return single(std::move(y));
}

}  // namespace

Inferred infer(const Range&, const Operands& operands) {
  Elements bounds;
  for (size_t i = 0; i < 3; ++i) {
    const std::shared_ptr<const Elements> elements = elements_of(operands.in(i));
    if (!elements || elements->size() != 1 || is_open(elements->front())) {
      return not_known(operands.in(i), i == 0 ? "the start of the range" : i == 1 ? "its limit" : "its step");
    }
    bounds.push_back(elements->front());
  }
  const DType dtype = operands.in(0).dtype();
  if (is_float(dtype)) return real_range(dtype, real(bounds[0]), real(bounds[1]), real(bounds[2]));
  const std::optional<int64_t> start = whole(bounds[0]);
  const std::optional<int64_t> limit = whole(bounds[1]);
  const std::optional<int64_t> delta = whole(bounds[2]);
  if (!start || !limit || !delta) return Unknown{"a range of whole numbers has a bound that is not whole"};
  return integer_range(dtype, *start, *limit, *delta);
}
Known<Cost> count(const Range&, const Operands&) { return Cost{}; }
Role role(const Range&, size_t) { return Role::shape; }

Inferred infer(const Random& op, const Operands& operands) {
  std::optional<Shape> shape = sizes_of(operands.in(0));
  if (!shape) return not_known(operands.in(0), "the shape of the random numbers");
  return single({.dtype = op.to, .shape = *std::move(shape)});
}
Known<Cost> count(const Random&, const Operands&) { return Cost{}; }
Role role(const Random&, size_t) { return Role::shape; }

Inferred infer(const OneHot& op, const Operands& operands) {
  const Operand& indices = operands.in(0);
  const Operand& on = operands.in(2);
  if (!indices || !on) return Unknown{"the indices or the value of a one-hot encoding are missing"};
  const std::optional<int64_t> depth = integer_of(operands.in(1));
  if (!depth) return not_known(operands.in(1), "the depth of the one-hot encoding");
  const std::optional<size_t> axis = wrap_axis(op.axis, indices.rank() + 1);
  if (*depth < 0 || !axis) return Unknown{"the one-hot encoding has a negative depth or an axis that does not exist"};
  Shape shape = indices.shape();
  shape.insert(shape.begin() + static_cast<int64_t>(*axis), *depth);
  return single({.dtype = on.dtype(), .shape = std::move(shape)});
}
Known<Cost> count(const OneHot&, const Operands&) { return Cost{}; }
/// The two values say what to make: they are no parameters.
Role role(const OneHot&, size_t operand) { return operand == 0 ? Role::index : Role::shape; }

namespace {

/// One axis of the shape that two broadcast to, as far as it is known. An absent result: they do not fit.
std::optional<Element> broadcast_size(const std::optional<int64_t>& a, const std::optional<int64_t>& b) {
  if (a && *a == 1) return b ? Element{*b} : Element{};
  if (b && *b == 1) return a ? Element{*a} : Element{};
  if (a && b && *a != *b) return std::nullopt;
  if (!a && !b) return Element{};
  return Element{a ? *a : *b};
}

}  // namespace

Inferred infer(const BroadcastShapes&, const Operands& operands) {
  std::optional<PartialList> a = partial_list(operands.in(0));
  std::optional<PartialList> b = partial_list(operands.in(1));
  if (!a) return not_known(operands.in(0), "the first shape");
  if (!b) return not_known(operands.in(1), "the second shape");
  const size_t rank = std::max(a->size(), b->size());
  a->insert(a->begin(), rank - a->size(), 1);
  b->insert(b->begin(), rank - b->size(), 1);
  Elements sizes;
  sizes.reserve(rank);
  for (size_t i = 0; i < rank; ++i) {
    const std::optional<Element> size = broadcast_size((*a)[i], (*b)[i]);
    if (!size) return Unknown{"the two shapes do not broadcast on axis " + std::to_string(i) + " of the result"};
    sizes.push_back(*size);
  }
  return single(list_value(operands.in(0).dtype(), std::move(sizes)));
}
Known<Cost> count(const BroadcastShapes&, const Operands&) { return shapes_are_free(); }
Role role(const BroadcastShapes&, size_t) { return Role::shape; }

/// Results: the state behind the draw, the bits.
Inferred infer(const RandomBits& op, const Operands& operands) {
  const Operand& state = operands.in(0);
  if (!state) return no_operand();
  std::optional<Shape> shape = sizes_of(operands.in(1));
  if (!shape) return not_known(operands.in(1), "the shape of the random bits");
  return std::vector<Value>{{.dtype = state.dtype(), .shape = state.shape()},
                            {.dtype = op.to, .shape = *std::move(shape)}};
}
Known<Cost> count(const RandomBits&, const Operands&) { return Cost{}; }
Role role(const RandomBits&, size_t operand) { return operand == 0 ? Role::state : Role::shape; }

Inferred infer(const Multinomial& op, const Operands& operands) {
  const Operand& logits = operands.in(0);
  if (!logits) return no_operand();
  const std::optional<int64_t> samples = integer_of(operands.in(1));
  if (!samples) return not_known(operands.in(1), "the number of samples");
  if (logits.rank() != 2 || *samples < 0) {
    return Unknown{"logits of shape " + to_string(logits.shape()) + " and " + std::to_string(*samples) +
                   " samples do not fit: [batch, classes] and a number are expected"};
  }
  return single({.dtype = op.to, .shape = {logits.shape()[0], *samples}});
}

/// Shapes:  logits [B, n] -> y [B, s]
/// Counts:  per row the largest logit (compare n - 1), the running sum of exp of the difference (2n - 1 add, n t); per
///          sample its place in that sum by halving, at most ceil(log2 n) compare (bound). Drawing counts as none
/// Source:  tensorflow/lite/kernels/multinomial.cc. Example: 2 x 8 logits, 3 samples: 14 compare, 30 add, 16 t, 18
///          compare.
Known<Cost> count(const Multinomial&, const Operands& operands) {
  const Operand& logits = operands.in(0);
  const Operand& y = operands.out(0);
  if (!logits || !y || logits.rank() != 2) return no_operand();
  const DType type = logits.dtype();
  const Count rows = operands.letter("B", "batch", logits.shape()[0]);
  const Count n = operands.letter("n", "classes", logits.shape()[1]);
  Cost cost;
  if (n == 0) return cost;
  const Count halvings = operands.letter("h", "log2 n, rounded up", std::bit_width(n.value() - 1));
  cost.add(Part::core, Unit::compare, type, rows * (n - 1));
  cost.add(Part::core, Unit::add, type, rows * (n * 2 - 1));
  cost.add(Part::core, Unit::transcendental, type, rows * n);
  cost.add(Part::core, Unit::compare, type, y.size() * halvings, Certainty::bound);
  return cost;
}
Role role(const Multinomial&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

Inferred infer(const Iota& op, const Operands& operands) {
  std::optional<Shape> shape = sizes_of(operands.in(0));
  if (!shape) return not_known(operands.in(0), "the shape to count in");
  const std::optional<size_t> axis = wrap_axis(op.axis, shape->size());
  if (!axis) return Unknown{"axis " + std::to_string(op.axis) + " is none of the shape " + to_string(*shape)};
  const std::optional<size_t> size = carried_size(*shape);
  Value y{.dtype = op.to, .shape = *std::move(shape)};
  if (!size || !is_integer(op.to)) return single(std::move(y));
  size_t inner = 1;
  for (size_t i = *axis + 1; i < y.shape.size(); ++i) inner *= static_cast<size_t>(y.shape[i]);
  Elements elements(*size);
  for (size_t i = 0; i < *size; ++i) elements[i] = static_cast<int64_t>(i / inner) % y.shape[*axis];
  y.elements = std::make_shared<const Elements>(std::move(elements));
  return single(std::move(y));
}
Known<Cost> count(const Iota&, const Operands&) { return Cost{}; }
Role role(const Iota&, size_t) { return Role::shape; }

}  // namespace flopstat
