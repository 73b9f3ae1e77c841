#include "formats/onnx/tensor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "flopstat/error.h"
#include "formats/names.h"
#include "formats/onnx/schema.h"

namespace flopstat::onnx {
namespace {

/// What of a TensorProto says where its contents are.
struct Contents {
  Bytes dense = {};           ///< raw_data, or the only packed run of float_data or double_data
  uint64_t dense_fields = 0;  ///< runs and single values of float_data and double_data
  std::vector<int64_t> integers = {};
  bool too_many_integers = false;
  uint64_t string_bytes = 0;
  bool raw = false;
  bool external = false;
};

void append_dense(const ProtoMessage& message, Contents& contents) {
  ++contents.dense_fields;
  if (message.type() == WireType::delimited) contents.dense = message.bytes();
}

/// Decodes at most `kMaxElements`; of longer lists only the shape matters.
void append_small(const ProtoMessage& message, Contents& contents) {
  // A varint has at most 10 bytes, so a longer run holds too many without looking.
  const bool long_run = message.type() == WireType::delimited && message.bytes().size() > 10 * kMaxElements;
  if (contents.too_many_integers || long_run || contents.integers.size() >= kMaxElements) {
    contents.too_many_integers = true;
    return;
  }
  message.append_integers(contents.integers, 11 * kMaxElements);
}

/// Sizes of stored contents: whole numbers, none negative.
std::vector<Dim> fixed_dims(const std::vector<int64_t>& sizes, std::string_view name, uint64_t offset) {
  std::vector<Dim> dims;
  dims.reserve(sizes.size());
  for (const int64_t size : sizes) {
    if (size < 0) {
      throw Error(ErrorCode::corrupt,
                  "tensor " + quoted(name) + " is stored and has the negative size " + std::to_string(size), offset);
    }
    dims.push_back({size, {}});
  }
  return dims;
}

Count element_count(const std::vector<Dim>& dims) {
  Count count = 1;
  for (const Dim& dim : dims) {
    if (dim.size == 0) return 0;
  }
  for (const Dim& dim : dims) count *= dim.size;
  return count;
}

/// Bytes of the contents by shape and type.
uint64_t nominal_bytes(const Tensor& tensor, uint64_t offset) try {
  return byte_size(tensor.dtype, element_count(*tensor.dims)).value();
} catch (const Overflow&) {
  throw Error(ErrorCode::corrupt, "tensor " + quoted(tensor.name) + " has more than 2^64 bytes", offset);
}

void check_size(const Tensor& tensor, Bytes data, uint64_t nominal, uint64_t offset) {
  if (bits_of(tensor.dtype) == 0 || data.size() == nominal) return;
  throw Error(ErrorCode::corrupt,
              "tensor " + quoted(tensor.name) + " holds " + std::to_string(data.size()) + " bytes, its shape needs " +
                  std::to_string(nominal),
              offset);
}

std::shared_ptr<const Elements> elements_of(const Contents& contents, const Tensor& tensor) {
  if (!is_integer(tensor.dtype) && tensor.dtype != DType::boolean) return nullptr;
  if (bits_of(tensor.dtype) < 8) return nullptr;  // several to a varint
  if (contents.too_many_integers || contents.integers.empty() || contents.integers.size() > kMaxElements)
    return nullptr;
  if (element_count(*tensor.dims) != contents.integers.size()) return nullptr;
  return std::make_shared<const Elements>(contents.integers.begin(), contents.integers.end());
}

void place_contents(Tensor& tensor, const Contents& contents, uint64_t offset) {
  const uint64_t nominal = nominal_bytes(tensor, offset);
  tensor.stored_bytes = nominal;
  if (contents.external) return;
  if (tensor.dtype == DType::string) {
    tensor.stored_bytes = contents.string_bytes;
    return;
  }
  const bool one_run = contents.dense_fields == 1 && !contents.dense.empty();
  if (contents.raw || one_run) {
    // A tensor emptied by a tool that strips weights keeps its shape.
    if (contents.dense.empty()) return;
    check_size(tensor, contents.dense, nominal, offset);
    tensor.data = contents.dense;
    tensor.stored_bytes = contents.dense.size();
    return;
  }
  tensor.elements = elements_of(contents, tensor);
}

template <class Number>
Tensor constant(DType dtype, std::span<const Number> values, bool scalar) {
  Tensor tensor{.dtype = dtype, .dims = std::vector<Dim>{}};
  if (!scalar) tensor.dims->push_back({static_cast<int64_t>(values.size()), {}});
  Elements elements;
  elements.reserve(values.size());
  for (const Number value : values) elements.emplace_back(value);
  tensor.elements = std::make_shared<const Elements>(std::move(elements));
  return tensor;
}

template <class T>
T load(Bytes data) {
  T value;
  std::memcpy(&value, data.data(), sizeof(T));
  return value;
}

/// A finite number of half precision, for scales. Source: IEEE 754, binary16.
float half(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  const float magnitude = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                        : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  return bits >> 15 != 0 ? -magnitude : magnitude;
}

Dim read_dim(ProtoMessage message) {
  Dim dim;
  while (message.next()) {
    switch (message.field()) {
      case Dimension::dim_value: dim = {message.integer() < 0 ? -1 : message.integer(), {}}; break;
      case Dimension::dim_param: dim = {-1, name_in(message)}; break;
      default: break;
    }
  }
  return dim;
}

std::vector<Dim> read_shape(ProtoMessage message) {
  std::vector<Dim> dims;
  while (message.next()) {
    if (message.field() != TensorShapeProto::dim) continue;
    if (dims.size() == kMaxRank) {
      throw Error(ErrorCode::limit, "a tensor has more than " + std::to_string(kMaxRank) + " axes",
                  message.field_offset());
    }
    dims.push_back(read_dim(message.child()));
  }
  return dims;
}

void read_tensor_type(ProtoMessage message, Tensor& tensor) {
  while (message.next()) {
    switch (message.field()) {
      case TypeProtoTensor::elem_type: tensor.dtype = dtype_of(message.integer()); break;
      case TypeProtoTensor::shape: tensor.dims = read_shape(message.child()); break;
      default: break;
    }
  }
}

/// An optional tensor is read as one that is there.
void read_type(ProtoMessage message, Tensor& tensor) {
  while (message.next()) {
    switch (message.field()) {
      case TypeProto::tensor_type:
      case TypeProto::sparse_tensor_type: read_tensor_type(message.child(), tensor); break;
      case TypeProto::optional_type: {
        ProtoMessage optional = message.child();
        while (optional.next()) {
          if (optional.field() == TypeProtoOptional::elem_type) read_type(optional.child(), tensor);
        }
        break;
      }
      default: break;
    }
  }
}

}  // namespace

DType dtype_of(int64_t data_type) {
  switch (data_type) {
    case 1: return DType::f32;
    case 2: return DType::u8;
    case 3: return DType::i8;
    case 4: return DType::u16;
    case 5: return DType::i16;
    case 6: return DType::i32;
    case 7: return DType::i64;
    case 8: return DType::string;
    case 9: return DType::boolean;
    case 10: return DType::f16;
    case 11: return DType::f64;
    case 12: return DType::u32;
    case 13: return DType::u64;
    case 14: return DType::c64;
    case 15: return DType::c128;
    case 16: return DType::bf16;
    case 17:                        // FLOAT8E4M3FN
    case 18: return DType::f8e4m3;  // FLOAT8E4M3FNUZ
    case 19:                        // FLOAT8E5M2
    case 20: return DType::f8e5m2;  // FLOAT8E5M2FNUZ
    case 21: return DType::u4;
    case 22: return DType::i4;
    case 23: return DType::f4e2m1;
    case 24: return DType::f8e8m0;
    case 25: return DType::u2;
    case 26: return DType::i2;
    default: return DType::unknown;
  }
}

Tensor read_tensor(ProtoMessage message, uint32_t storage, ExternalFiles* external_files) {
  const ProtoMessage whole = message;
  Tensor tensor{.storage = storage};
  Contents contents;
  std::vector<int64_t> sizes;
  while (message.next()) {
    switch (message.field()) {
      case TensorProto::dims: message.append_integers(sizes, kMaxRank); break;
      case TensorProto::data_type: tensor.dtype = dtype_of(message.integer()); break;
      case TensorProto::name: tensor.name = name_in(message); break;
      case TensorProto::raw_data:
        contents.raw = true;
        contents.dense = message.bytes();
        break;
      case TensorProto::float_data:
      case TensorProto::double_data: append_dense(message, contents); break;
      case TensorProto::int32_data:
      case TensorProto::int64_data:
      case TensorProto::uint64_data: append_small(message, contents); break;
      case TensorProto::string_data: contents.string_bytes += message.bytes().size(); break;
      case TensorProto::data_location: contents.external = message.integer() == TensorProto::kExternal; break;
      default: break;
    }
  }
  tensor.dims = fixed_dims(sizes, tensor.name, message.offset());
  place_contents(tensor, contents, message.offset());
  if (const std::optional<ExternalData> data = contents.external ? external_data(whole) : std::nullopt) {
    if (external_files != nullptr) external_files->add(*data, tensor.name, tensor.stored_bytes);
    tensor.stored_bytes = data->length.value_or(tensor.stored_bytes);
  }
  return tensor;
}

Tensor read_sparse_tensor(ProtoMessage message, uint32_t storage) {
  Tensor tensor{.storage = storage};
  std::vector<int64_t> sizes;
  while (message.next()) {
    switch (message.field()) {
      case SparseTensorProto::values: {
        const Tensor values = read_tensor(message.child(), storage);
        tensor.name = values.name;
        tensor.dtype = values.dtype;
        tensor.stored_bytes += values.stored_bytes;
        break;
      }
      case SparseTensorProto::indices: tensor.stored_bytes += read_tensor(message.child(), storage).stored_bytes; break;
      case SparseTensorProto::dims: message.append_integers(sizes, kMaxRank); break;
      default: break;
    }
  }
  tensor.dims = fixed_dims(sizes, tensor.name, message.offset());
  return tensor;
}

std::optional<int64_t> first_integer(const Tensor& tensor) {
  if (tensor.elements && !tensor.elements->empty()) {
    const auto* number = std::get_if<int64_t>(&tensor.elements->front());
    return number != nullptr ? std::optional(*number) : std::nullopt;
  }
  if (tensor.data.empty() || !is_integer(tensor.dtype) || bits_of(tensor.dtype) < 8) return std::nullopt;
  uint64_t bits = 0;
  const size_t bytes = std::min<size_t>(bits_of(tensor.dtype) / 8, tensor.data.size());
  for (size_t i = bytes; i-- > 0;) bits = bits << 8 | std::to_integer<uint64_t>(tensor.data[i]);
  const bool is_signed = tensor.dtype >= DType::i8 && tensor.dtype <= DType::i64;
  const bool negative = is_signed && bytes > 0 && (bits >> (8 * bytes - 1)) != 0;
  if (negative && bytes < sizeof(bits)) bits |= ~uint64_t{0} << (8 * bytes);
  return static_cast<int64_t>(bits);
}

std::optional<float> first_real(const Tensor& tensor) {
  if (tensor.elements && !tensor.elements->empty()) {
    const auto* number = std::get_if<double>(&tensor.elements->front());
    return number != nullptr ? std::optional(static_cast<float>(*number)) : std::nullopt;
  }
  if (!is_float(tensor.dtype) || tensor.data.size() * 8 < bits_of(tensor.dtype)) return std::nullopt;
  switch (tensor.dtype) {
    case DType::f16: return half(load<uint16_t>(tensor.data));
    case DType::bf16: return std::bit_cast<float>(uint32_t{load<uint16_t>(tensor.data)} << 16);
    case DType::f32: return load<float>(tensor.data);
    case DType::f64: return static_cast<float>(load<double>(tensor.data));
    default: return std::nullopt;
  }
}

Tensor constant_of(std::span<const int64_t> values, bool scalar) { return constant(DType::i64, values, scalar); }

Tensor constant_of(std::span<const float> values, bool scalar) { return constant(DType::f32, values, scalar); }

Tensor read_value_info(ProtoMessage message) {
  Tensor tensor;
  while (message.next()) {
    switch (message.field()) {
      case ValueInfoProto::name: tensor.name = name_in(message); break;
      case ValueInfoProto::type: read_type(message.child(), tensor); break;
      default: break;
    }
  }
  return tensor;
}

}  // namespace flopstat::onnx
