#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/protobuf.h"
#include "model/model.h"

/// Tensors, shapes and names of TensorFlow's messages.
namespace flopstat::tensorflow {

inline constexpr size_t kMaxRank = 32;

/// Elements of constants in all that are repetitions of what is stored: a few bytes may say a million.
inline constexpr uint64_t kMaxRepeated = 1'000'000;

/// A TensorShapeProto; negative sizes are free. None: not even the rank is known. Throws `Error` (limit) for more than
/// `kMaxRank` axes.
std::optional<std::vector<Dim>> read_shape(ProtoMessage message);

/// A TensorProto. A file may hold fewer values than the shape has elements: the last one stands for the rest, and zero
/// where there is none.
struct StoredTensor {
  Tensor tensor = {};                              ///< dense contents are `data`, few others `elements`
  std::optional<Element> repeated = std::nullopt;  ///< the value that stands for elements that are not stored
  bool holds_nothing = false;                      ///< not one element is stored
};

/// Reads a TensorProto; `storage` is its number among the stored ones. What is repeated becomes `elements` only where
/// it is little and `repeatable`, what is left of `kMaxRepeated`, allows it. Throws `Error` (corrupt) for a shape that
/// is not fixed, for more than 2^64 bytes, and where the file holds more than the shape says.
StoredTensor read_tensor(ProtoMessage message, uint32_t storage, uint64_t& repeatable);

}  // namespace flopstat::tensorflow
