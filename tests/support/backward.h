#pragma once

#include <vector>

#include "count/backward/backward.h"
#include "support/operands.h"

/// The gradient rule of one operation under test.
///
///   Node node;
///   node.in({1, 784}).weight({784, 100}).out({1, 100});
///   const Backward backward = backward_of(MatMul{}, node, {kActivation, kParameter});
namespace flopstat::test {

inline constexpr Flow::Asked kNothing = Flow::Asked::nothing;
inline constexpr Flow::Asked kParameter = Flow::Asked::parameter;
inline constexpr Flow::Asked kActivation = Flow::Asked::activation;

/// The work where gradients of all results arrive and these of the operands are wanted; fails the test and returns none
/// where there is no rule.
Backward backward_of(const Op& op, const Node& node, const std::vector<Flow::Asked>& asked);

/// Why there is no rule; fails the test where there is one.
std::string why_no_backward(const Op& op, const Node& node, const std::vector<Flow::Asked>& asked);

}  // namespace flopstat::test
