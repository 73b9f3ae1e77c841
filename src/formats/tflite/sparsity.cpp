#include "formats/tflite/sparsity.h"

#include <algorithm>

namespace flopstat::tflite {
namespace {

constexpr uint32_t kDimensions = 2;  ///< slot of SparsityParameters

// Slots of DimensionMetadata: unions, the tag in front of the table.
constexpr uint32_t kSegments = 3;
constexpr uint32_t kIndices = 5;

/// Bytes of a vector of the union SparseIndexVector.
uint64_t index_bytes(const FlatTable& dimension, uint32_t slot) {
  const std::optional<FlatTable> vector = dimension.table(slot);
  if (!vector) return 0;
  switch (dimension.scalar<uint8_t>(slot - 1, 0)) {
    case 1: return vector->vector<int32_t>(0).bytes().size();
    case 2: return vector->vector<uint16_t>(0).bytes().size();
    case 3: return vector->vector<uint8_t>(0).bytes().size();
    default: return 0;
  }
}

}  // namespace

void make_sparse(Tensor& tensor, const FlatTable& parameters) {
  tensor.data = {};
  const uint32_t bits = bits_of(tensor.dtype);
  if (bits != 0) tensor.present = tensor.stored_bytes / bits * 8 + tensor.stored_bytes % bits * 8 / bits;
  const FlatTables dimensions = parameters.tables(kDimensions);
  for (uint32_t i = 0; i < dimensions.size(); ++i) {
    for (const uint32_t slot : {kSegments, kIndices}) tensor.stored_bytes += index_bytes(dimensions[i], slot);
  }
}

}  // namespace flopstat::tflite
