#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "formats/tensorflow/node.h"
#include "model/op.h"

/// The operators of TensorFlow: how each is spelled, in a table per theme.
namespace flopstat::tensorflow {

/// How one operator is spelled. An operator that is several operations emits all but its last one.
struct Operator {
  std::string_view name;
  uint8_t required;  ///< operands that must be there
  Op (*read)(NodeReader&);
};

/// The operator of that name, or null where there is no canonical operation for it.
///
/// Source: github.com/tensorflow/tensorflow, core/ops/*.cc (array_ops, math_ops, nn_ops, image_ops, list_ops, ...).
const Operator* find_operator(std::string_view name);

/// Every table, for lists of what is read.
std::span<const std::span<const Operator>> all_operators();

// The tables, each in the alphabet's order.
std::span<const Operator> elementwise_operators();
std::span<const Operator> contraction_operators();
std::span<const Operator> window_operators();
std::span<const Operator> normalize_operators();
std::span<const Operator> reduce_operators();
std::span<const Operator> movement_operators();
std::span<const Operator> generate_operators();
std::span<const Operator> quantize_operators();
std::span<const Operator> list_operators();
std::span<const Operator> control_operators();
std::span<const Operator> signal_operators();
std::span<const Operator> recurrent_operators();

}  // namespace flopstat::tensorflow
