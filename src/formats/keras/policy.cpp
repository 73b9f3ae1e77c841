#include "formats/keras/policy.h"

#include <algorithm>
#include <array>
#include <utility>

namespace flopstat::keras {
namespace {

constexpr std::array<std::pair<std::string_view, DType>, 19> kTypes{{
    {"bfloat16", DType::bf16},      {"bool", DType::boolean},
    {"complex128", DType::c128},    {"complex64", DType::c64},
    {"float16", DType::f16},        {"float32", DType::f32},
    {"float64", DType::f64},        {"float8_e4m3fn", DType::f8e4m3},
    {"float8_e5m2", DType::f8e5m2}, {"int16", DType::i16},
    {"int32", DType::i32},          {"int4", DType::i4},
    {"int64", DType::i64},          {"int8", DType::i8},
    {"string", DType::string},      {"uint16", DType::u16},
    {"uint32", DType::u32},         {"uint64", DType::u64},
    {"uint8", DType::u8},
}};

/// What kernels are stored as in a mode of `quantize`: "int8", "int4/128", "gptq/4/128".
DType kernel_in_mode(std::string_view mode) {
  if (mode.starts_with("int8")) return DType::i8;
  if (mode.starts_with("int4") || mode.starts_with("gptq/4") || mode.starts_with("awq/4")) return DType::i4;
  if (mode.starts_with("gptq/8")) return DType::i8;
  if (mode.starts_with("gptq/2") || mode.starts_with("ternary")) return DType::i2;
  return DType::unknown;
}

std::string_view text_of(const JsonValue* value) {
  const std::string_view* text = value == nullptr ? nullptr : value->text();
  return text == nullptr ? std::string_view{} : *text;
}

DTypePolicy policy_named(std::string_view name) {
  constexpr std::string_view kFrom = "_from_";
  DTypePolicy policy{.known = true};
  if (const size_t from = name.find(kFrom); from != std::string_view::npos) {
    policy = policy_named(name.substr(from + kFrom.size()));
    policy.kernel = kernel_in_mode(name.substr(0, from));
  } else if (name == "mixed_float16") {
    policy.compute = DType::f16;
  } else if (name == "mixed_bfloat16") {
    policy.compute = DType::bf16;
  } else if (const DType dtype = dtype_named(name); dtype != DType::unknown) {
    policy.compute = policy.variable = dtype;
  }
  return policy;
}

}  // namespace

DType dtype_named(std::string_view name) {
  const auto* const found = std::ranges::find(kTypes, name, &std::pair<std::string_view, DType>::first);
  return found == kTypes.end() ? DType::unknown : found->second;
}

DTypePolicy policy_of(const JsonValue* dtype) {
  if (dtype == nullptr || dtype->is_null()) return {};
  if (dtype->text() != nullptr) return policy_named(*dtype->text());
  const JsonValue* config = dtype->find("config");
  if (config == nullptr) return {};
  if (const JsonValue* one = config->find("default_policy"); one != nullptr && one->text() != nullptr) {
    return policy_named(*one->text());
  }
  const std::string_view mode = text_of(config->find("mode"));
  DTypePolicy policy = policy_named(text_of(config->find(mode.empty() ? "name" : "source_name")));
  if (!mode.empty()) policy.kernel = kernel_in_mode(mode);
  return policy;
}

}  // namespace flopstat::keras
