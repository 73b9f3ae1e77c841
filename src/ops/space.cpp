#include <string>

#include "ops/elements.h"
#include "ops/ops.h"

/// Operations that move blocks of spatial axes to the batch or channel axis and back.
namespace flopstat {
namespace {

Unknown no_fit(const Operand& x, std::string_view why) {
  return {"the operand " + to_string(x.shape()) + " does not fit the blocks: " + std::string(why)};
}

/// Block sizes of the axes from 1 on, and what is added to (or cut from) both ends of each.
struct Blocks {
  std::vector<int64_t> sizes;
  std::vector<int64_t> borders;
};

Known<Blocks> blocks_of(const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  std::optional<std::vector<int64_t>> sizes = integers_of(operands.in(1));
  if (!sizes) return not_known(operands.in(1), "the list of block sizes");
  std::optional<std::vector<int64_t>> borders = integers_of(operands.in(2));
  if (!borders) return not_known(operands.in(2), "the list of pads or crops");
  if (sizes->size() >= x.rank() || borders->size() != 2 * sizes->size()) {
    return no_fit(x, "each block size needs an axis and two borders");
  }
  for (const int64_t size : *sizes) {
    if (size < 1 || size > kMaxDim) return no_fit(x, "a block size is out of range");
  }
  for (const int64_t border : *borders) {
    if (border < 0 || border > kMaxDim) return no_fit(x, "a pad or crop is out of range");
  }
  return Blocks{*std::move(sizes), *std::move(borders)};
}

constexpr int64_t kMaxBlock = int64_t{1} << 20;

/// Places of channels, height and width.
struct Places {
  size_t channels;
  size_t height;
  size_t width;
};

Places places(DataLayout layout) { return layout == DataLayout::channels_first ? Places{1, 2, 3} : Places{3, 1, 2}; }

}  // namespace

/// [N, s..., rest] -> [N * prod(block), (before + s + after) / block..., rest]
Inferred infer(const SpaceToBatch&, const Operands& operands) {
  const Known<Blocks> found = blocks_of(operands);
  const Blocks* blocks = known(found);
  if (blocks == nullptr) return reason(found);
  const Operand& x = operands.in(0);
  Shape shape = x.shape();
  for (size_t i = 0; i < blocks->sizes.size(); ++i) {
    const int64_t block = blocks->sizes[i];
    const int64_t padded = shape[i + 1] + blocks->borders[2 * i] + blocks->borders[2 * i + 1];
    if (padded % block != 0) return no_fit(x, "a padded axis is not a multiple of its block size");
    shape[i + 1] = padded / block;
    if (__builtin_mul_overflow(shape[0], block, &shape[0])) return no_fit(x, "the batch leaves 64 bits");
  }
  return single({.dtype = x.dtype(), .shape = std::move(shape)});
}
Known<Cost> count(const SpaceToBatch&, const Operands&) { return Cost{}; }
Role role(const SpaceToBatch&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

/// [N, s..., rest] -> [N / prod(block), s * block - before - after..., rest]
Inferred infer(const BatchToSpace&, const Operands& operands) {
  const Known<Blocks> found = blocks_of(operands);
  const Blocks* blocks = known(found);
  if (blocks == nullptr) return reason(found);
  const Operand& x = operands.in(0);
  Shape shape = x.shape();
  for (size_t i = 0; i < blocks->sizes.size(); ++i) {
    const int64_t block = blocks->sizes[i];
    if (shape[0] % block != 0) return no_fit(x, "the batch is not a multiple of the block sizes");
    shape[0] /= block;
    if (__builtin_mul_overflow(shape[i + 1], block, &shape[i + 1])) return no_fit(x, "an axis leaves 64 bits");
    shape[i + 1] -= blocks->borders[2 * i] + blocks->borders[2 * i + 1];
    if (shape[i + 1] < 0) return no_fit(x, "more is cut than there is");
  }
  return single({.dtype = x.dtype(), .shape = std::move(shape)});
}
Known<Cost> count(const BatchToSpace&, const Operands&) { return Cost{}; }
Role role(const BatchToSpace&, size_t operand) { return operand == 0 ? Role::data : Role::shape; }

Inferred infer(const SpaceToDepth& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  if (x.rank() != 4) return no_fit(x, "it has not 4 axes");
  if (op.block < 1 || op.block > kMaxBlock) return no_fit(x, "the block size is out of range");
  const Places at = places(op.layout);
  Shape shape = x.shape();
  if (shape[at.height] % op.block != 0 || shape[at.width] % op.block != 0) {
    return no_fit(x, "height or width is not a multiple of the block size");
  }
  shape[at.height] /= op.block;
  shape[at.width] /= op.block;
  if (__builtin_mul_overflow(shape[at.channels], op.block * op.block, &shape[at.channels])) {
    return no_fit(x, "the channels leave 64 bits");
  }
  return single({.dtype = x.dtype(), .shape = std::move(shape)});
}
Known<Cost> count(const SpaceToDepth&, const Operands&) { return Cost{}; }
Role role(const SpaceToDepth&, size_t) { return Role::data; }

Inferred infer(const DepthToSpace& op, const Operands& operands) {
  const Operand& x = operands.in(0);
  if (!x) return no_operand();
  if (x.rank() != 4) return no_fit(x, "it has not 4 axes");
  if (op.block < 1 || op.block > kMaxBlock) return no_fit(x, "the block size is out of range");
  const Places at = places(op.layout);
  Shape shape = x.shape();
  if (shape[at.channels] % (op.block * op.block) != 0) {
    return no_fit(x, "the channels are not a multiple of the block size squared");
  }
  shape[at.channels] /= op.block * op.block;
  shape[at.height] *= op.block;
  shape[at.width] *= op.block;
  return single({.dtype = x.dtype(), .shape = std::move(shape)});
}
Known<Cost> count(const DepthToSpace&, const Operands&) { return Cost{}; }
Role role(const DepthToSpace&, size_t) { return Role::data; }

}  // namespace flopstat
