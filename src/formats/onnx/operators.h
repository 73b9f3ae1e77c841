#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "formats/onnx/node.h"
#include "model/op.h"

/// The operators of ONNX and of the domains beside it: how each is spelled, in a table per theme.
namespace flopstat::onnx {

/// How one operator is spelled. An operator that is several operations emits all but its last one.
struct Operator {
  std::string_view name;
  uint8_t required;  ///< operands that must be there
  Op (*read)(NodeReader&);
};

/// The operator of that name, or null where there is no canonical operation for it. The domain is "" for ai.onnx.
///
/// Source: github.com/onnx/onnx, docs/Operators.md, Operators-ml.md and Changelog.md, up to operator set 28;
/// github.com/microsoft/onnxruntime, docs/ContribOperators.md; github.com/fastmachinelearning/qonnx,
/// docs/qonnx-custom-ops.
const Operator* find_operator(std::string_view domain, std::string_view name);

/// The operator of that name in any domain, ai.onnx before the others.
const Operator* find_operator(std::string_view name);

/// The operator of ai.onnx of that name, which must exist, read from this node: for operators that are one with
/// something before or behind it.
Op read_as(NodeReader& node, std::string_view name);

// The tables, each in the alphabet's order.
std::span<const Operator> elementwise_operators();
std::span<const Operator> contraction_operators();
std::span<const Operator> window_operators();
std::span<const Operator> normalize_operators();
std::span<const Operator> movement_operators();
std::span<const Operator> control_operators();
std::span<const Operator> quantize_operators();
std::span<const Operator> signal_operators();
std::span<const Operator> text_operators();
std::span<const Operator> ml_operators();
std::span<const Operator> preview_operators();
std::span<const Operator> training_operators();
std::span<const Operator> microsoft_operators();
std::span<const Operator> qonnx_operators();

}  // namespace flopstat::onnx
