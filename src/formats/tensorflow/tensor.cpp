#include "formats/tensorflow/tensor.h"

#include <cmath>
#include <memory>
#include <utility>

#include "bytes/cursor.h"
#include "flopstat/error.h"
#include "formats/tensorflow/schema.h"
#include "model/value.h"

namespace flopstat::tensorflow {
namespace {

/// Constants with at most this many elements are known by their contents where those are repeated.
constexpr uint64_t kMaxRepeatedEach = 4096;

/// Values of a TensorProto that stand one by one.
struct Values {
  Elements numbers = {};
  bool too_many = false;  ///< more than `kMaxElements`: only the shape matters
  uint64_t string_bytes = 0;
};

/// A number of half precision. Source: IEEE 754, binary16.
double half(int64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10 & 31);
  const auto fraction = static_cast<int>(bits & 1023);
  if (exponent == 31) return fraction == 0 ? HUGE_VAL : NAN;
  const double magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

void append_integers(const ProtoMessage& message, Values& values) {
  constexpr size_t kLongestVarint = 10;
  const bool long_run = message.type() == WireType::delimited && message.bytes().size() > kLongestVarint * kMaxElements;
  if (values.too_many || long_run || values.numbers.size() >= kMaxElements) {
    values.too_many = true;
    return;
  }
  std::vector<int64_t> integers;
  message.append_integers(integers, kLongestVarint * kMaxElements);
  values.numbers.insert(values.numbers.end(), integers.begin(), integers.end());
}

template <class Real>
void append_reals(const ProtoMessage& message, Values& values) {
  if (message.type() == WireType::fixed32) {
    if (values.numbers.size() == kMaxElements) values.too_many = true;
    if (!values.too_many) values.numbers.emplace_back(static_cast<double>(message.real32()));
    return;
  }
  const bool packed = message.type() == WireType::delimited;
  if (!packed || values.too_many || message.bytes().size() / sizeof(Real) > kMaxElements - values.numbers.size()) {
    values.too_many = true;
    return;
  }
  const Bytes bytes = message.bytes();
  for (size_t i = 0; i + sizeof(Real) <= bytes.size(); i += sizeof(Real)) {
    values.numbers.emplace_back(static_cast<double>(read_at<Real>(bytes, i, "a real number")));
  }
}

/// Throws `Overflow`.
Count element_count(const std::vector<Dim>& dims) {
  Count count = 1;
  for (const Dim& dim : dims) {
    if (dim.size == 0) return 0;
  }
  for (const Dim& dim : dims) count *= dim.size;
  return count;
}

void refuse_free_sizes(const std::optional<std::vector<Dim>>& dims, uint64_t offset) {
  bool fixed = dims.has_value();
  for (size_t i = 0; fixed && i < dims->size(); ++i) fixed = (*dims)[i].size >= 0;
  if (!fixed) throw Error(ErrorCode::corrupt, "a stored tensor has a negative or unknown size", offset);
}

/// The values as elements, the last one repeated up to `count`; null where that is too much.
std::shared_ptr<const Elements> elements_of(const Values& values, const Element& last, uint64_t count,
                                            uint64_t& repeatable) {
  const uint64_t missing = count - values.numbers.size();
  if (missing > 0 && (count > kMaxRepeatedEach || missing > repeatable)) return nullptr;
  repeatable -= missing;
  Elements elements = values.numbers;
  elements.resize(count, last);
  return std::make_shared<const Elements>(std::move(elements));
}

/// The types whose values are carried one by one.
bool has_numbers(DType dtype) {
  return dtype != DType::string && dtype != DType::bf16 && dtype != DType::unknown && !is_complex(dtype);
}

}  // namespace

DType dtype_of(int64_t data_type) {
  constexpr int64_t kReference = 100;
  switch (data_type > kReference ? data_type - kReference : data_type) {
    case 1: return DType::f32;
    case 2: return DType::f64;
    case 3: return DType::i32;
    case 4: return DType::u8;
    case 5: return DType::i16;
    case 6: return DType::i8;
    case 7: return DType::string;
    case 8: return DType::c64;
    case 9: return DType::i64;
    case 10: return DType::boolean;
    case 11: return DType::i8;   // QINT8
    case 12: return DType::u8;   // QUINT8
    case 13: return DType::i32;  // QINT32
    case 14: return DType::bf16;
    case 15: return DType::i16;  // QINT16
    case 16:                     // QUINT16
    case 17: return DType::u16;
    case 18: return DType::c128;
    case 19: return DType::f16;
    case 20: return DType::resource;
    case 21: return DType::variant;
    case 22: return DType::u32;
    case 23: return DType::u64;
    case 24:                        // FLOAT8_E5M2
    case 26: return DType::f8e5m2;  // FLOAT8_E5M2FNUZ
    case 25:                        // FLOAT8_E4M3FN
    case 27:                        // FLOAT8_E4M3FNUZ
    case 28: return DType::f8e4m3;  // FLOAT8_E4M3B11FNUZ
    case 29: return DType::i4;
    case 30: return DType::u4;
    case 31: return DType::i2;
    case 32: return DType::u2;
    case 33: return DType::f4e2m1;
    default: return DType::unknown;
  }
}

std::optional<std::vector<Dim>> read_shape(ProtoMessage message) {
  std::vector<Dim> dims;
  bool unknown_rank = false;
  while (message.next()) {
    switch (message.field()) {
      case TensorShapeProto::dim: {
        if (dims.size() == kMaxRank) {
          throw Error(ErrorCode::limit, "a tensor has more than " + std::to_string(kMaxRank) + " axes",
                      message.field_offset());
        }
        int64_t size = 0;
        for (ProtoMessage dim = message.child(); dim.next();) {
          if (dim.field() == TensorShapeDim::size) size = dim.integer();
        }
        dims.push_back({size < 0 ? -1 : size, {}});
        break;
      }
      case TensorShapeProto::unknown_rank: unknown_rank = message.integer() != 0; break;
      default: break;
    }
  }
  return unknown_rank ? std::nullopt : std::optional(std::move(dims));
}

StoredTensor read_tensor(ProtoMessage message, uint32_t storage, uint64_t& repeatable) {
  const uint64_t offset = message.offset();
  Tensor tensor{.dims = std::vector<Dim>{}, .storage = storage};
  Values values;
  Bytes content;
  Bytes packed;  // the last run of real numbers
  while (message.next()) {
    switch (message.field()) {
      case TensorProto::dtype: tensor.dtype = dtype_of(message.integer()); break;
      case TensorProto::tensor_shape: tensor.dims = read_shape(message.child()); break;
      case TensorProto::tensor_content: content = message.bytes(); break;
      case TensorProto::float_val:
        if (message.type() == WireType::delimited) packed = message.bytes();
        append_reals<float>(message, values);
        break;
      case TensorProto::double_val:
        if (message.type() == WireType::delimited) packed = message.bytes();
        append_reals<double>(message, values);
        break;
      case TensorProto::int_val:
      case TensorProto::int64_val:
      case TensorProto::bool_val:
      case TensorProto::half_val:
      case TensorProto::uint32_val:
      case TensorProto::uint64_val: append_integers(message, values); break;
      case TensorProto::string_val: values.string_bytes += message.bytes().size(); break;
      default: break;
    }
  }
  refuse_free_sizes(tensor.dims, offset);
  uint64_t count = 0;
  try {
    count = element_count(*tensor.dims).value();
    tensor.stored_bytes = byte_size(tensor.dtype, count).value();
  } catch (const Overflow&) {
    throw Error(ErrorCode::corrupt, "a stored tensor has more than 2^64 bytes", offset);
  }
  if (tensor.dtype == DType::string) tensor.stored_bytes = values.string_bytes;
  if (!content.empty() && bits_of(tensor.dtype) >= 8) {
    if (content.size() != tensor.stored_bytes) {
      throw Error(ErrorCode::corrupt,
                  "a stored tensor holds " + std::to_string(content.size()) + " bytes, its shape needs " +
                      std::to_string(tensor.stored_bytes),
                  offset);
    }
    tensor.data = content;
    return {std::move(tensor)};
  }
  if (!packed.empty() && packed.size() == tensor.stored_bytes) {
    tensor.data = packed;
    return {std::move(tensor)};
  }
  if (values.numbers.size() > count) {
    throw Error(ErrorCode::corrupt,
                "a stored tensor holds " + std::to_string(values.numbers.size()) + " values, its shape has " +
                    std::to_string(count) + " elements",
                offset);
  }
  if (!content.empty() || values.too_many || count > UINT32_MAX || !has_numbers(tensor.dtype)) {
    return {std::move(tensor)};
  }
  if (tensor.dtype == DType::f16) {
    for (Element& each : values.numbers) {
      if (const auto* bits = std::get_if<int64_t>(&each)) each = half(*bits);
    }
  }
  const Element zero = is_float(tensor.dtype) ? Element(0.0) : Element(int64_t{0});
  const Element last = values.numbers.empty() ? zero : values.numbers.back();
  tensor.elements = elements_of(values, last, count, repeatable);
  StoredTensor stored{.tensor = std::move(tensor), .holds_nothing = values.numbers.empty() && count > 0};
  if (values.numbers.size() < count) stored.repeated = last;
  return stored;
}

}  // namespace flopstat::tensorflow
