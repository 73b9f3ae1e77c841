#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "model/op.h"
#include "ops/operands.h"

/// Arithmetic on single elements, for the small values that shapes are computed from. An element is unknown where an
/// operand is, where the type cannot hold the result, and where the function has none (division by zero).
namespace flopstat {

/// The number in another type: fractions are cut off towards zero, real types round, booleans are "not zero".
Element cast(DType to, const Element& x);

/// One element of a function. `type` is the result's. Functions that no shape is computed with give an unknown element.
Element apply(UnaryFn fn, DType type, const Element& x);
Element apply(BinaryFn fn, DType type, const Element& a, const Element& b);

/// Number of elements, if at most `kMaxElements`. Sizes must not be negative.
std::optional<size_t> small_size(const Shape& shape);

/// The operand may have elements that are known; costs nothing to ask. Quantized integers stand for other numbers than
/// they store and have none.
bool may_have_elements(const Operand& operand);

/// `elements_of`, and null also where the operand is too large for it.
std::shared_ptr<const Elements> small_elements(const Operand& operand);

/// For each element of `to` in row-major order, the index of the element of `from` that broadcasting puts there. `from`
/// must be broadcastable to `to`, which must have at most `kMaxElements` elements.
std::vector<size_t> broadcast_indices(const Shape& from, const Shape& to);

}  // namespace flopstat
