#pragma once

#include <cstdint>
#include <string_view>

#include "formats/onnx/node.h"
#include "model/op.h"

namespace flopstat::onnx {

/// How one operator of the domain ai.onnx is spelled.
struct Operator {
  std::string_view name;
  uint8_t required;  ///< operands that must be there
  Op (*read)(NodeReader&);
};

/// The operator of that name, or null where there is no canonical operation for it.
///
/// Source: github.com/onnx/onnx, docs/Operators.md and docs/Changelog.md, up to operator set 26.
const Operator* find_operator(std::string_view name);

}  // namespace flopstat::onnx
