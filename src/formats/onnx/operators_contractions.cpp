#include "formats/onnx/operators.h"

#include <algorithm>
#include <array>
#include <string>

#include "flopstat/known.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

// --- contractions ---------------------------------------------------------------------------------------------------

Op gemm(NodeReader& node) {
  return MatMul{.transpose_a = node.integer("transA", 0) != 0,
                .transpose_b = node.integer("transB", 0) != 0,
                .scales_product = node.real("alpha", 1) != 1,
                .scales_bias = node.real("beta", 1) != 1};
}

Op matmul(NodeReader&) { return MatMul{}; }

Op einsum(NodeReader& node) { return Einsum{.equation = std::string(node.text("equation", {}))}; }

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// The cell's functions per direction are the usual ones.
bool usual_activations(const NodeReader& node, std::initializer_list<std::string_view> usual) {
  const std::vector<std::string_view> words = node.texts("activations");
  for (size_t i = 0; i < words.size(); ++i) {
    if (!same_word(words[i], usual.begin()[i % usual.size()])) return false;
  }
  return true;
}

/// The functions that recurrent layers may name. Source: ONNX operator LSTM, "activations".
std::optional<UnaryFn> function_named(std::string_view word) {
  struct Name {
    std::string_view word;
    UnaryFn fn;
  };
  constexpr std::array<Name, 11> kNames{{{"Relu", UnaryFn::relu},
                                         {"Tanh", UnaryFn::tanh},
                                         {"Sigmoid", UnaryFn::sigmoid},
                                         {"Affine", UnaryFn::affine},
                                         {"LeakyRelu", UnaryFn::leaky_relu},
                                         {"ThresholdedRelu", UnaryFn::thresholded_relu},
                                         {"ScaledTanh", UnaryFn::scaled_tanh},
                                         {"HardSigmoid", UnaryFn::hard_sigmoid},
                                         {"Elu", UnaryFn::elu_alpha},
                                         {"Softsign", UnaryFn::softsign},
                                         {"Softplus", UnaryFn::softplus}}};
  for (const Name& name : kNames) {
    if (same_word(name.word, word)) return name.fn;
  }
  return std::nullopt;
}

Op recurrent(NodeReader& node, Recurrent::Cell cell, std::initializer_list<std::string_view> activations) {
  const std::string_view direction = node.text("direction", "forward");
  Recurrent result{.cell = cell,
                   .batch_major = node.integer("layout", 0) != 0,
                   .linear_before_reset = node.integer("linear_before_reset", 0) != 0,
                   .coupled_gates = node.integer("input_forget", 0) != 0,
                   .clip = node.has("clip")};
  if (!usual_activations(node, activations)) {
    for (const std::string_view word : node.texts("activations")) {
      const std::optional<UnaryFn> fn = function_named(word);
      if (!fn) return Opaque{"its activation '" + std::string(word.substr(0, 80)) + "' has no rule"};
      result.functions.push_back(*fn);
    }
  }
  if (direction == "reverse") result.direction = Direction::reverse;
  if (direction == "bidirectional") result.direction = Direction::bidirectional;
  return result;
}

Op gru(NodeReader& node) { return recurrent(node, Recurrent::Cell::gru, {"Sigmoid", "Tanh"}); }
Op lstm(NodeReader& node) { return recurrent(node, Recurrent::Cell::lstm, {"Sigmoid", "Tanh", "Tanh"}); }
Op rnn(NodeReader& node) { return recurrent(node, Recurrent::Cell::rnn, {"Tanh"}); }

Op determinant(NodeReader&) { return Determinant{}; }

/// q, k, v, mask, past k, past v, and from 24 on the number of tokens that are no padding.
Op attention(NodeReader& node) {
  Attention op{.heads = node.integer("q_num_heads", 0),
               .kv_heads = node.integer("kv_num_heads", 0),
               .causal = node.integer("is_causal", 0) != 0,
               .window = node.integer("left_window_size", -1),
               .softcap = node.real("softcap", 0) != 0,
               .scaled = node.real("scale", 0) != 1};
  node.set_inputs({node.input(0), node.input(1), node.input(2), node.input(3), node.input(4), node.input(5)});
  return op;
}

Op linear_attention(NodeReader& node) {
  const std::string_view rule = node.text("update_rule", "gated_delta");
  const int64_t heads = node.integer("q_num_heads", 1);
  return LinearAttention{.heads = heads,
                         .kv_heads = node.integer("kv_num_heads", heads),
                         .delta = rule == "delta" || rule == "gated_delta",
                         .scaled = node.real("scale", 0) != 1};
}

Op rotary_embedding(NodeReader& node) {
  return RotaryEmbedding{.heads = node.integer("num_heads", 0), .width = node.integer("rotary_embedding_dim", 0)};
}

constexpr auto kOperators = std::to_array<Operator>({
    {"Attention", 3, attention},
    {"Det", 1, determinant},
    {"Einsum", 1, einsum},
    {"GRU", 3, gru},
    {"Gemm", 2, gemm},
    {"LSTM", 3, lstm},
    {"LinearAttention", 3, linear_attention},
    {"MatMul", 2, matmul},
    {"RNN", 3, rnn},
    {"RotaryEmbedding", 3, rotary_embedding},
});
static_assert(std::ranges::is_sorted(kOperators, {}, &Operator::name));

}  // namespace

std::span<const Operator> contraction_operators() { return kOperators; }

}  // namespace flopstat::onnx
