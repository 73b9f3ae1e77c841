#include "model/shape.h"

namespace flopstat {

void Shape::grow(size_t rank) {
  const size_t capacity = std::max<size_t>(rank, 2 * size_t{capacity_});
  auto more = std::make_unique<int64_t[]>(capacity);
  std::copy(begin(), end(), more.get());
  many_ = std::move(more);
  capacity_ = static_cast<uint32_t>(capacity);
}

}  // namespace flopstat
