#include "support/backward.h"

#include <gtest/gtest.h>

#include <array>

namespace flopstat::test {
namespace {

Known<Backward> all_arriving(const Op& op, const Node& node, const std::vector<Flow::Asked>& asked) {
  static constexpr std::array<bool, 8> kArrive{true, true, true, true, true, true, true, true};
  const Operands operands = node.operands();
  return backward(op, operands, Flow(asked, std::span(kArrive).first(operands.all_out().size())));
}

}  // namespace

Backward backward_of(const Op& op, const Node& node, const std::vector<Flow::Asked>& asked) {
  Known<Backward> result = all_arriving(op, node, asked);
  if (Backward* each = known(result)) return std::move(*each);
  ADD_FAILURE() << "no gradient rule: " << reason(result).why;
  return {};
}

std::string why_no_backward(const Op& op, const Node& node, const std::vector<Flow::Asked>& asked) {
  const Known<Backward> result = all_arriving(op, node, asked);
  if (!known(result)) return reason(result).why;
  ADD_FAILURE() << "there is a gradient rule";
  return {};
}

}  // namespace flopstat::test
