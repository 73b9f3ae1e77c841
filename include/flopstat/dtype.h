#pragma once

#include <cstdint>
#include <string_view>

namespace flopstat {

/// Element type of a tensor. Narrow integers (i2, i4, u2, u4) are stored packed, several to a byte.
enum class DType : uint8_t {
  unknown,
  boolean,
  string,
  i2,
  i4,
  i8,
  i16,
  i32,
  i64,
  u2,
  u4,
  u8,
  u16,
  u32,
  u64,
  f4e2m1,
  f8e4m3,
  f8e5m2,
  f8e8m0,
  f16,
  bf16,
  f32,
  f64,
  c64,
  c128,
  resource,
  variant,
};

/// Name in reports and in the JSON: "f32", "i8", "bool", ...
std::string_view name_of(DType dtype);

/// Bits of one stored element; 0 for types without a fixed size (string, resource, variant, unknown).
uint32_t bits_of(DType dtype);

/// Real and complex floating-point types.
bool is_float(DType dtype);

/// Signed and unsigned integers of any width; not booleans.
bool is_integer(DType dtype);

bool is_complex(DType dtype);

/// Type in which two operands meet: a float beats an integer, else the wider one wins (docs/counting.md, section 1).
DType join(DType a, DType b);

/// Real type of a complex one, the type itself otherwise: complex work counts in its real type.
DType real_type(DType dtype);

}  // namespace flopstat
