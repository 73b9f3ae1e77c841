#include "flopstat/dtype.h"

#include <array>
#include <cstddef>

namespace flopstat {
namespace {

enum class Kind : uint8_t { other, integer, real, complex };

struct Facts {
  DType dtype;
  std::string_view name;
  uint32_t bits;
  Kind kind;
};

constexpr std::array kFacts{
    Facts{DType::unknown, "?", 0, Kind::other},       Facts{DType::boolean, "bool", 8, Kind::other},
    Facts{DType::string, "string", 0, Kind::other},   Facts{DType::i2, "i2", 2, Kind::integer},
    Facts{DType::i4, "i4", 4, Kind::integer},         Facts{DType::i8, "i8", 8, Kind::integer},
    Facts{DType::i16, "i16", 16, Kind::integer},      Facts{DType::i32, "i32", 32, Kind::integer},
    Facts{DType::i64, "i64", 64, Kind::integer},      Facts{DType::u2, "u2", 2, Kind::integer},
    Facts{DType::u4, "u4", 4, Kind::integer},         Facts{DType::u8, "u8", 8, Kind::integer},
    Facts{DType::u16, "u16", 16, Kind::integer},      Facts{DType::u32, "u32", 32, Kind::integer},
    Facts{DType::u64, "u64", 64, Kind::integer},      Facts{DType::f4e2m1, "f4e2m1", 4, Kind::real},
    Facts{DType::f8e4m3, "f8e4m3", 8, Kind::real},    Facts{DType::f8e5m2, "f8e5m2", 8, Kind::real},
    Facts{DType::f8e8m0, "f8e8m0", 8, Kind::real},    Facts{DType::f16, "f16", 16, Kind::real},
    Facts{DType::bf16, "bf16", 16, Kind::real},       Facts{DType::f32, "f32", 32, Kind::real},
    Facts{DType::f64, "f64", 64, Kind::real},         Facts{DType::c64, "c64", 64, Kind::complex},
    Facts{DType::c128, "c128", 128, Kind::complex},   Facts{DType::resource, "resource", 0, Kind::other},
    Facts{DType::variant, "variant", 0, Kind::other},
};

constexpr bool in_order() {
  for (size_t i = 0; i < kFacts.size(); ++i) {
    if (kFacts[i].dtype != static_cast<DType>(i)) return false;
  }
  return true;
}
static_assert(in_order(), "kFacts follows the order of DType");

const Facts& facts(DType dtype) { return kFacts[static_cast<size_t>(dtype)]; }

}  // namespace

std::string_view name_of(DType dtype) { return facts(dtype).name; }

uint32_t bits_of(DType dtype) { return facts(dtype).bits; }

bool is_float(DType dtype) { return facts(dtype).kind == Kind::real || is_complex(dtype); }

bool is_integer(DType dtype) { return facts(dtype).kind == Kind::integer; }

bool is_complex(DType dtype) { return facts(dtype).kind == Kind::complex; }

DType join(DType a, DType b) {
  if (is_float(a) != is_float(b)) return is_float(a) ? a : b;
  return bits_of(b) > bits_of(a) ? b : a;
}

DType real_type(DType dtype) {
  if (dtype == DType::c64) return DType::f32;
  if (dtype == DType::c128) return DType::f64;
  return dtype;
}

}  // namespace flopstat
