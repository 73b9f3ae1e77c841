#include "bytes/hdf5_type.h"

namespace flopstat {
namespace {

constexpr uint8_t kHighestRank = 32;  // H5S_MAX_RANK of the HDF5 library

/// The classes of section IV.A.2.d that have a counterpart among tensors.
enum Class : uint8_t { integer = 0, real = 1, string = 3, compound = 6, enumeration = 8, variable_length = 9 };

DType integer_type(uint32_t size, bool is_signed) {
  switch (size) {
    case 1: return is_signed ? DType::i8 : DType::u8;
    case 2: return is_signed ? DType::i16 : DType::u16;
    case 4: return is_signed ? DType::i32 : DType::u32;
    case 8: return is_signed ? DType::i64 : DType::u64;
    default: return DType::unknown;
  }
}

/// By the bits of exponent and mantissa: bfloat16 and the half type have the same size.
DType real_type(uint32_t size, uint8_t exponent_bits, uint8_t mantissa_bits) {
  if (size == 8 && exponent_bits == 11 && mantissa_bits == 52) return DType::f64;
  if (size == 4 && exponent_bits == 8 && mantissa_bits == 23) return DType::f32;
  if (size == 2 && exponent_bits == 5 && mantissa_bits == 10) return DType::f16;
  if (size == 2 && exponent_bits == 8 && mantissa_bits == 7) return DType::bf16;
  if (size == 1 && exponent_bits == 4 && mantissa_bits == 3) return DType::f8e4m3;
  if (size == 1 && exponent_bits == 5 && mantissa_bits == 2) return DType::f8e5m2;
  return DType::unknown;
}

/// Truths are written as an enumeration of two members, FALSE and TRUE, of 8 bits.
bool is_boolean(Hdf5Cursor members, uint8_t version, uint32_t count) {
  if (count != 2) return false;
  members.skip(8 + 4);  // the base type, an integer
  for (const std::string_view expected : {"FALSE", "TRUE"}) {
    const uint64_t begin = members.at();
    if (members.terminated_text() != expected) return false;
    const uint64_t length = members.at() - begin;
    if (version < 3) members.skip((8 - length % 8) % 8);
  }
  return true;
}

/// Complex numbers are written as two reals of one type. Only the first member's type is looked at.
DType compound_type(Hdf5Cursor members, uint8_t version, uint32_t count, uint32_t size) {
  if (count != 2 || (size != 8 && size != 16)) return DType::unknown;
  const uint64_t begin = members.at();
  if (members.terminated_text() != "r") return DType::unknown;
  if (version < 3) {
    members.skip((8 - (members.at() - begin) % 8) % 8);
    members.skip(4);                                        // place in the element
    if (version == 1) members.skip(1 + 3 + 4 + 4 + 4 * 4);  // the shape of an array
  } else {
    members.skip(1);  // place in the element, in as many bytes as its size needs: at most 16
  }
  const uint8_t first = members.take<uint8_t>();
  members.skip(3);
  const bool is_half = members.take<uint32_t>() == size / 2;
  if ((first & 0xf) != Class::real || !is_half) return DType::unknown;
  return size == 8 ? DType::c64 : DType::c128;
}

}  // namespace

uint64_t Hdf5Dataspace::elements(const Hdf5Cursor& where) const {
  uint64_t product = 1;
  bool overflows = false;
  for (const uint64_t size : dims) {
    if (size == 0) return 0;
    overflows = overflows || product > UINT64_MAX / size;
    product *= size;
  }
  if (overflows) {
    throw Error(ErrorCode::limit, "a shape of the HDF5 file has more than 2^64 elements", where.at());
  }
  return product;
}

Hdf5Dataspace read_hdf5_dataspace(Hdf5Cursor body) {
  const uint8_t version = body.version(1, 2);
  const auto rank = body.take<uint8_t>();
  if (rank > kHighestRank) body.throw_corrupt("it has more than 32 dimensions");
  body.skip(1);  // which optional fields there are, all of them behind what is read
  if (version == 1) {
    body.skip(1 + 4);
  } else if (body.take<uint8_t>() == 2) {
    return {{0}};  // the null space: no elements at all
  }
  Hdf5Dataspace space;
  for (uint8_t i = 0; i < rank; ++i) space.dims.push_back(body.length());
  return space;
}

Hdf5Datatype read_hdf5_datatype(Hdf5Cursor body) {
  const auto head = body.take<uint8_t>();
  const uint8_t version = head >> 4;
  const auto flags = static_cast<uint32_t>(body.integer(3));
  const auto size = body.take<uint32_t>();
  if (version < 1 || version > 5) body.throw_unsupported("this version of a type");
  if (size == 0) body.throw_corrupt("its elements have no bytes");
  Hdf5Datatype type{.dtype = DType::unknown, .text = Hdf5Datatype::Text::none, .size = size};
  switch (head & 0xf) {
    case Class::integer: type.dtype = integer_type(size, (flags & 1 << 3) != 0); break;
    case Class::real: {
      body.skip(2 + 2 + 1);  // where the bits and the exponent begin
      const auto exponent_bits = body.take<uint8_t>();
      body.skip(1);
      type.dtype = real_type(size, exponent_bits, body.take<uint8_t>());
      break;
    }
    case Class::string:
      type.dtype = DType::string;
      type.text = (flags & 0xf) == 2 ? Hdf5Datatype::Text::padded_by_spaces : Hdf5Datatype::Text::fixed;
      break;
    case Class::compound: type.dtype = compound_type(body, version, flags & 0xffff, size); break;
    case Class::enumeration:
      if (size == 1 && is_boolean(body, version, flags & 0xffff)) type.dtype = DType::boolean;
      break;
    case Class::variable_length:
      if ((flags & 0xf) != 1) break;  // a sequence
      type.dtype = DType::string;
      type.text = Hdf5Datatype::Text::variable;
      break;
    default: break;
  }
  return type;
}

}  // namespace flopstat
