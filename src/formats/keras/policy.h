#pragma once

#include <string_view>

#include "bytes/json.h"
#include "flopstat/dtype.h"

namespace flopstat::keras {

/// In which types a layer computes and stores.
struct DTypePolicy {
  DType compute = DType::f32;
  DType variable = DType::f32;
  DType kernel = DType::unknown;  ///< integers that kernels are stored as after `quantize`; unknown: as other variables
  bool known = false;             ///< the configuration has one
};

/// The type of that name ("float32", "bool"); unknown for another word.
DType dtype_named(std::string_view name);

/// The policy that a layer's key `dtype` gives, in the forms of Keras 1 to 3: "float32", "mixed_float16", an object
/// with a name, `QuantizedDTypePolicy` with its mode. Without one: float32.
DTypePolicy policy_of(const JsonValue* dtype);

}  // namespace flopstat::keras
