#pragma once

#include <string_view>

#include "count/layer.h"

/// What a file does not tell of the modules that it was made from.
namespace flopstat::modules {

inline constexpr std::string_view kFolded =
    "the exporter folded a batch norm into the convolution, or not: its weights have lost the module's name";
inline constexpr std::string_view kProduct =
    "a product of two activations: the file does not tell matmul, bmm, '@' and fused attention apart";
inline constexpr std::string_view kAttention =
    "an attention: the file does not tell a module, a fused function and single products apart";

/// Why a tool that counts batch norms, or biases, may have counted something else here.
inline std::string_view folded(const CountedLayer& layer) {
  return layer.renamed_weight ? kFolded : std::string_view();
}

}  // namespace flopstat::modules
