#include "count/training/torch.h"

#include "count/backward/rules.h"
#include "ops/attention.h"

namespace flopstat {
namespace {

uint64_t quotient(int64_t all, int64_t part) {
  return part < 1 || all < part ? 1 : static_cast<uint64_t>(all) / static_cast<uint64_t>(part);
}

/// Input channels that one filter sees, by the layout of its weight.
int64_t group_inputs(FilterLayout layout, const Shape& w) {
  switch (layout) {
    case FilterLayout::oi_spatial: return w[1];
    case FilterLayout::o_spatial_i: return w.back();
    case FilterLayout::spatial_io: return w[w.size() - 2];
    case FilterLayout::depthwise:
    case FilterLayout::spatial_im:
    case FilterLayout::io_spatial:
    case FilterLayout::spatial_oi: return 1;
  }
  return 1;
}

bool is_lstm(const Op& op) {
  if (const auto* recurrent = std::get_if<Recurrent>(&op)) return recurrent->cell == Recurrent::Cell::lstm;
  if (const auto* stacked = std::get_if<StackedRecurrent>(&op)) return stacked->cell == Recurrent::Cell::lstm;
  return std::holds_alternative<Lstm>(op) || std::holds_alternative<BasicLstm>(op) ||
         std::holds_alternative<BlockLstm>(op) || std::holds_alternative<BidirectionalLstm>(op);
}

TorchFlops attention_backward(const AttentionSizes& s) {
  const Count scores = Count{s.batch} * s.heads * s.queries * s.keys;
  const Count flops = scores * (Count{3} * s.width + Count{2} * s.value_width) * 2;
  return {flops, flops};
}

}  // namespace

uint64_t groups_of(const Op& op, const Operands& operands) {
  if (const auto* conv = std::get_if<Conv>(&op)) {
    const Shape& x = operands.in(0).shape();
    const int64_t channels = conv->axes.data == DataLayout::channels_last ? x.back() : x[1];
    return quotient(channels, group_inputs(conv->axes.filter, operands.in(1).shape()));
  }
  if (const auto* transposed = std::get_if<ConvTranspose>(&op)) return quotient(transposed->groups, 1);
  if (const auto* general = std::get_if<GeneralConv>(&op)) return quotient(general->groups * general->batch_groups, 1);
  return 1;
}

TorchFlops torch_forward(const Op& op, Count mul_adds) {
  const Count flops = mul_adds * 2;
  return {is_lstm(op) ? Count{0} : flops, flops};
}

TorchFlops torch_backward(const Op& op, const Operands& operands, const Flow& flow, const Backward& backward) {
  if (const auto* attention = std::get_if<Attention>(&op)) {
    const Known<AttentionSizes> sizes = attention_sizes(*attention, operands);
    return known(sizes) ? attention_backward(*known(sizes)) : TorchFlops{};
  }
  const Count input = backward_rules::units_in(backward.input, Unit::mul_add);
  const Count weight = backward_rules::units_in(backward.weight, Unit::mul_add);
  const Count right = (input + weight) * 2;
  if (is_lstm(op)) return {0, right};
  const uint64_t groups = groups_of(op, operands);
  if (groups == 1 || !flow.wants(1)) return {right, right};
  const Count each = flow.wants(0) ? right / 2 : right;
  return {right + each * (groups - 1), right};
}

}  // namespace flopstat
