#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ops/operands.h"
#include "ops/ops.h"

/// Element values of small tensors on their way through shape arithmetic: how operations read lists of sizes, axes and
/// positions from their operands, and how those that move elements carry them to their result.
namespace flopstat {

/// The element as a whole number, if it is known and whole.
std::optional<int64_t> whole(const Element& element);

/// A list of whole numbers, those that are not known left open.
using PartialList = std::vector<std::optional<int64_t>>;

/// Entries of an operand in row-major order. None: the operand is absent or has more than `limit` entries.
std::optional<PartialList> partial_list(const Operand& operand, size_t limit = kMaxRank);

/// Known sizes of axes, all in [0, kMaxDim], from an operand that lists them.
std::optional<Shape> sizes_of(const Operand& operand);

/// Number of elements, if it fits in 63 bits.
std::optional<int64_t> element_count(const Shape& shape);

/// Why an operand that gives `what` ("the target shape") is of no use.
Unknown not_known(const Operand& operand, std::string_view what);

/// Why an operation that lacks an operand has no results.
Unknown no_operand();

/// Why an axis of an operation is of no use.
Unknown no_axis(int64_t axis, const Operand& x);

/// One result.
Inferred single(Value value);

/// One axis of a result that reads points of its operand: `size` of them on the operand's `axis`, from `start` on,
/// `step` apart. A step of 0 reads the same point again: an axis that the operand does not have.
struct Walk {
  size_t axis = 0;
  int64_t start = 0;
  int64_t step = 1;
  int64_t size = 0;
};

/// Walks over every point of a shape.
std::vector<Walk> walk_all(const Shape& shape);

/// Elements of the result that reads a tensor of this shape by these walks, outermost first. Every point lies within
/// the shape. Null where the tensor has no known elements or the result is too large to carry any.
std::shared_ptr<const Elements> walked(const std::shared_ptr<const Elements>& source, const Shape& shape,
                                       const std::vector<Walk>& walks);

/// The bytes of an operation that touches as many elements of its first operand as its result has, and all of the
/// others. Unknown where that operand or the result is missing.
Known<Cost> part_read(const Operands& operands);

}  // namespace flopstat
