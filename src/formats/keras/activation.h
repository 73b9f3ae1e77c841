#pragma once

#include <optional>
#include <string_view>

#include "model/op.h"

namespace flopstat::keras {

/// The operation on one tensor that a function of keras.activations is; nothing for another name. "linear" is the
/// identity.
///
/// Source: keras.io/api/layers/activations.
std::optional<Op> activation_named(std::string_view function);

}  // namespace flopstat::keras
