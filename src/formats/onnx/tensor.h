#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bytes/protobuf.h"
#include "formats/onnx/external.h"
#include "model/model.h"

/// Tensors, types and names of an ONNX file.
namespace flopstat::onnx {

inline constexpr size_t kMaxRank = 32;

/// A TensorProto as a constant; `storage` is its number among the stored ones. Dense little-endian contents become
/// `data`; varints become `elements` if they are at most `kMaxElements`. External data stays unopened: only its length
/// is known, and `external_files` gets its place. Throws `Error` (corrupt) for a negative dimension or where contents
/// and shape differ.
Tensor read_tensor(ProtoMessage message, uint32_t storage, ExternalFiles* external_files = nullptr);

/// A SparseTensorProto as a constant of its dense shape, stored in as many bytes as its values and indices.
Tensor read_sparse_tensor(ProtoMessage message, uint32_t storage);

/// The first element of a constant of whole numbers, if it is in the file.
std::optional<int64_t> first_integer(const Tensor& tensor);

/// The first element of a constant of real numbers, if it is in the file.
std::optional<float> first_real(const Tensor& tensor);

/// A constant of one axis, or of none if `scalar`, from numbers in an attribute.
Tensor constant_of(std::span<const int64_t> values, bool scalar);
Tensor constant_of(std::span<const float> values, bool scalar);

/// A ValueInfoProto: name, type and shape. Types that are no tensors (sequence, map, optional) have neither.
Tensor read_value_info(ProtoMessage message);

}  // namespace flopstat::onnx
