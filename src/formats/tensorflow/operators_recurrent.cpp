#include <algorithm>
#include <array>
#include <string>

#include "formats/tensorflow/operators.h"

namespace flopstat::tensorflow {
namespace {

/// x, cell states, y before, weights, three peepholes, bias.
BlockLstm block_lstm_of(NodeReader& node, size_t x, float forget_bias, float cell_clip) {
  std::vector<TensorId> inputs{node.input(x), node.input(x + 3), node.input(x + 7), node.input(x + 2),
                               node.input(x + 1)};
  if (node.flag("use_peephole", false)) {
    for (const size_t i : {4U, 5U, 6U}) inputs.push_back(node.input(x + i));
  }
  node.set_inputs(std::move(inputs));
  return {.clip = node.real("cell_clip", cell_clip) > 0, .forget_bias = node.real("forget_bias", forget_bias) != 0};
}

/// The longest sequence, then as a single step has them.
Op block_lstm(NodeReader& node) { return block_lstm_of(node, 1, 1, 3); }
Op block_lstm_v2(NodeReader& node) { return block_lstm_of(node, 1, 0, 0); }
Op lstm_block_cell(NodeReader& node) { return block_lstm_of(node, 0, 1, 3); }

/// x, h, c, parameters, lengths.
Op cudnn_rnn(NodeReader& node) {
  const std::string_view mode = node.text("rnn_mode", "lstm");
  const std::string_view input = node.text("input_mode", "linear_input");
  if (input != "linear_input") return Opaque{"its input mode '" + std::string(input.substr(0, 80)) + "' has no rule"};
  if (node.integer("num_proj", 0) != 0) return Opaque{"a projection of its states has no rule"};
  StackedRecurrent op{.bidirectional = node.text("direction", "unidirectional") == "bidirectional",
                      .batch_major = !node.flag("time_major", true),
                      .relu = mode == "rnn_relu"};
  if (mode == "lstm")
    op.cell = Recurrent::Cell::lstm;
  else if (mode == "gru")
    op.cell = Recurrent::Cell::gru;
  else if (mode == "rnn_relu" || mode == "rnn_tanh")
    op.cell = Recurrent::Cell::rnn;
  else
    return Opaque{"its cell '" + std::string(mode.substr(0, 80)) + "' has no rule"};
  const TensorId c = op.cell == Recurrent::Cell::lstm ? node.input(2) : kAbsent;
  node.set_inputs({node.input(0), node.input(3), node.input(1), c, node.input(4)});
  return op;
}

constexpr auto kOperators = std::to_array<Operator>({
    {"BlockLSTM", 9, block_lstm},
    {"BlockLSTMV2", 9, block_lstm_v2},
    {"CudnnRNN", 4, cudnn_rnn},
    {"CudnnRNNV2", 4, cudnn_rnn},
    {"CudnnRNNV3", 4, cudnn_rnn},
    {"LSTMBlockCell", 8, lstm_block_cell},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> recurrent_operators() { return kOperators; }

}  // namespace flopstat::tensorflow
