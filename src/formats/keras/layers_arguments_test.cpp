#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "flopstat/error.h"
#include "support/keras_layer.h"

/// What the arguments of layers change, in the words of all versions of Keras.
namespace flopstat::test {
namespace {

using Shape = std::vector<int64_t>;

uint64_t macs(const KerasLayer& layer) { return report_of(layer).totals.figures.macs.value_or(UINT64_MAX); }
uint64_t params(const KerasLayer& layer) { return report_of(layer).totals.figures.params.value_or(UINT64_MAX); }
Shape shape(const KerasLayer& layer) { return output_shape(report_of(layer)); }

std::vector<KerasInput> one(Shape sizes) { return {{std::move(sizes)}}; }

std::string message_of(const KerasLayer& layer) {
  try {
    report_of(layer);
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "the layer is read without an error";
  return {};
}

std::vector<std::string_view> ops_of(const Report& report) {
  std::vector<std::string_view> ops;
  for (const Row& row : report.rows) ops.push_back(row.op);
  return ops;
}

void expect_same(const KerasLayer& a, const KerasLayer& b) {
  EXPECT_EQ(shape(a), shape(b)) << a.class_name;
  EXPECT_EQ(macs(a), macs(b)) << a.class_name;
  EXPECT_EQ(params(a), params(b)) << a.class_name;
}

// --- words of Keras 1 and 2 ------------------------------------------------------------------------------------------

TEST(KerasLayerArguments, of_keras_1_are_those_of_keras_3) {
  expect_same({"Dense", "'output_dim': 4, 'bias': false"}, {"Dense", "'units': 4, 'use_bias': false"});
  expect_same({"TimeDistributedDense", "'output_dim': 4", one({5, 8})}, {"Dense", "'units': 4", one({5, 8})});
  expect_same({"Convolution1D", "'nb_filter': 4, 'filter_length': 3, 'subsample_length': 2", one({9, 8})},
              {"Conv1D", "'filters': 4, 'kernel_size': 3, 'strides': 2", one({9, 8})});
  expect_same(
      {"Convolution2D",
       "'nb_filter': 4, 'nb_row': 3, 'nb_col': 2, 'subsample': [2, 1], 'border_mode': 'same', 'dim_ordering': 'th'",
       one({8, 9, 7})},
      {"Conv2D",
       "'filters': 4, 'kernel_size': [3, 2], 'strides': [2, 1], 'padding': 'same', 'data_format': "
       "'channels_first'",
       one({8, 9, 7})});
  expect_same(
      {"Convolution3D", "'nb_filter': 4, 'kernel_dim1': 3, 'kernel_dim2': 2, 'kernel_dim3': 1", one({4, 4, 4, 2})},
      {"Conv3D", "'filters': 4, 'kernel_size': [3, 2, 1]", one({4, 4, 4, 2})});
  expect_same(
      {"AtrousConvolution2D", "'nb_filter': 4, 'nb_row': 3, 'nb_col': 3, 'atrous_rate': [2, 2]", one({9, 9, 2})},
      {"Conv2D", "'filters': 4, 'kernel_size': [3, 3], 'dilation_rate': [2, 2]", one({9, 9, 2})});
  expect_same({"MaxPooling1D", "'pool_length': 3, 'stride': 2, 'border_mode': 'same'", one({9, 8})},
              {"MaxPooling1D", "'pool_size': 3, 'strides': 2, 'padding': 'same'", one({9, 8})});
  expect_same({"LSTM", "'output_dim': 4, 'inner_activation': 'hard_sigmoid'", one({5, 8})},
              {"LSTM", "'units': 4, 'recurrent_activation': 'hard_sigmoid'", one({5, 8})});
  expect_same({"UpSampling1D", "'length': 3", one({5, 8})}, {"UpSampling1D", "'size': 3", one({5, 8})});
}

TEST(KerasLayerArguments, a_gru_without_the_choice_is_of_the_time_before_it) {
  const uint64_t kernels = 3 * (8 + 4) * 4;
  EXPECT_EQ(params({"GRU", "'units': 4", one({5, 8})}), kernels + 3 * 4);
  EXPECT_EQ(params({"GRU", "'units': 4, 'reset_after': true", one({5, 8})}), kernels + 2 * 3 * 4);
}

TEST(KerasLayerArguments, statistics_over_a_list_of_one_axis_are_those_over_the_axis) {
  expect_same({"BatchNormalization", "'axis': [3]", one({4, 4, 8})},
              {"BatchNormalization", "'axis': 3", one({4, 4, 8})});
  EXPECT_EQ(params({"BatchNormalization", "'axis': [1, 3]", one({4, 5, 8})}), 4U * 4 * 8);
  EXPECT_EQ(params({"BatchNormalization", "'axis': 2", one({4, 5, 8})}), 4U * 5);
  EXPECT_EQ(params({"BatchNormalization", "'scale': false, 'center': false", one({4, 5, 8})}), 2U * 8);
  EXPECT_EQ(params({"BatchNormalization", "'renorm': true", one({4, 5, 8})}), 7U * 8);
}

// --- shapes ----------------------------------------------------------------------------------------------------------

TEST(KerasLayerArguments, transposed_convolutions_have_the_size_that_keras_gives_them) {
  const auto size = [](const std::string& config) {
    return shape({"Conv1DTranspose", "'filters': 1, " + config, one({10, 2})})[1];
  };
  EXPECT_EQ(size("'kernel_size': 3, 'strides': 2, 'padding': 'same'"), 10 * 2);
  EXPECT_EQ(size("'kernel_size': 3, 'strides': 2, 'padding': 'valid'"), (10 - 1) * 2 + 3);
  EXPECT_EQ(size("'kernel_size': 2, 'strides': 5, 'padding': 'valid'"), (10 - 1) * 5 + 5);
  EXPECT_EQ(size("'kernel_size': 4, 'strides': 3, 'padding': 'same', 'output_padding': 1"), (10 - 1) * 3 + 0 + 1);
  EXPECT_EQ(size("'kernel_size': 5, 'strides': 3, 'padding': 'same', 'output_padding': 2"), (10 - 1) * 3 + 1 + 2);
  EXPECT_EQ(size("'kernel_size': 3, 'strides': 2, 'padding': 'valid', 'output_padding': 1"), (10 - 1) * 2 + 3 + 1);
  EXPECT_EQ(size("'kernel_size': 3, 'dilation_rate': 2, 'padding': 'valid'"), (10 - 1) + 5);
}

TEST(KerasLayerArguments, an_embedding_read_backwards_is_a_product_with_its_table) {
  KerasLayer layer{"ReversibleEmbedding", "'input_dim': 100, 'output_dim': 8", one({5, 8})};
  layer.kwargs = "'reverse': true";
  EXPECT_EQ(shape(layer), (Shape{1, 5, 100}));
  EXPECT_EQ(macs(layer), 5U * 8 * 100);
  EXPECT_EQ(params(layer), 100U * 8);
  layer.config += ", 'tie_weights': false, 'logit_soft_cap': 30.0";
  EXPECT_EQ(macs(layer), 5U * 8 * 100);
  EXPECT_EQ(params(layer), 2U * 100 * 8);
}

TEST(KerasLayerArguments, a_low_rank_adapter_adds_two_narrow_kernels_and_their_product) {
  const KerasLayer layer{"Dense", "'units': 16, 'lora_rank': 2, 'lora_alpha': 2"};
  EXPECT_EQ(params(layer), 8U * 16 + (8 * 2 + 2 * 16) + 16);
  EXPECT_EQ(report_of(layer).totals.trainable_params, 8U * 2 + 2 * 16 + 16);
  EXPECT_EQ(macs(layer), 8U * 16 + 8 * 2 * 16);
}

TEST(KerasLayerArguments, channels_may_stand_first) {
  EXPECT_EQ(shape({"Flatten", "'data_format': 'channels_first'", one({3, 4, 5})}), (Shape{1, 3 * 4 * 5}));
  EXPECT_EQ(
      shape({"SeparableConv2D", "'filters': 4, 'kernel_size': 3, 'data_format': 'channels_first'", one({2, 9, 7})}),
      (Shape{1, 4, 7, 5}));
  EXPECT_EQ(shape({"ConvLSTM2D", "'filters': 3, 'kernel_size': 3, 'data_format': 'channels_first'", one({4, 2, 8, 9})}),
            (Shape{1, 3, 6, 7}));
  EXPECT_EQ(shape({"GroupNormalization", "'groups': 2, 'axis': 1", one({4, 6, 6})}), (Shape{1, 4, 6, 6}));
}

TEST(KerasLayerArguments, pools_take_their_size_as_stride_where_none_is_given) {
  EXPECT_EQ(shape({"MaxPooling2D", "'pool_size': [3, 2]", one({9, 8, 1})}), (Shape{1, 3, 4, 1}));
  EXPECT_EQ(shape({"MaxPooling2D", "'pool_size': [3, 2], 'strides': 1", one({9, 8, 1})}), (Shape{1, 7, 7, 1}));
}

// --- recurrent layers ------------------------------------------------------------------------------------------------

TEST(KerasLayerArguments, recurrent_layers_return_what_they_are_asked_for) {
  const KerasLayer all{
      "LSTM", "'units': 4, 'return_sequences': true, 'return_state': true", one({5, 8}), {}, {}, "keras.layers", 3};
  const Report report = report_of(all);
  EXPECT_EQ(output_shape(report, 0), (Shape{1, 5, 4}));
  EXPECT_EQ(output_shape(report, 1), (Shape{1, 4}));
  EXPECT_EQ(output_shape(report, 2), (Shape{1, 4}));
  EXPECT_EQ(shape({"GRU", "'units': 4", one({5, 8})}), (Shape{1, 4}));
}

TEST(KerasLayerArguments, the_length_of_a_sequence_may_be_open) {
  const auto bound = [](const std::string& name) { return Options{.inputs = {{name, {1, 7, 8}}}}; };
  for (const std::string layer : {"LSTM", "GRU", "SimpleRNN"}) {
    const uint64_t gates = layer == "LSTM" ? 4 : layer == "GRU" ? 3 : 1;
    const Report report = report_of({layer, "'units': 4, 'return_sequences': true", one({-1, 8})}, bound("x0"));
    EXPECT_EQ(report.totals.figures.macs, 7 * gates * 4 * (8 + 4)) << layer;
    EXPECT_EQ(output_shape(report), (Shape{1, 7, 4})) << layer;
  }
  const KerasLayer distributed{"TimeDistributed",
                               "'layer': {'class_name': 'Conv1D', 'config': {'filters': 4, 'kernel_size': 3}}",
                               one({-1, 6, 2})};
  const Report report = report_of(distributed, {.inputs = {{"x0", {1, 7, 6, 2}}}});
  EXPECT_EQ(report.totals.figures.macs, 7U * 4 * 4 * 3 * 2);
  EXPECT_EQ(output_shape(report), (Shape{1, 7, 4, 4}));
}

TEST(KerasLayerArguments, both_directions_merge_as_they_are_told) {
  const auto of = [](const std::string& mode, const std::string& inner = "") {
    return KerasLayer{
        "Bidirectional",
        "'merge_mode': " + mode + ", 'layer': {'class_name': 'LSTM', 'config': {'units': 4" + inner + "}}",
        one({5, 8})};
  };
  EXPECT_EQ(shape(of("'sum'")), (Shape{1, 4}));
  EXPECT_EQ(shape(of("'ave'")), (Shape{1, 4}));
  EXPECT_EQ(shape(of("'mul'")), (Shape{1, 4}));
  EXPECT_EQ(shape(of("'concat'", ", 'return_sequences': true")), (Shape{1, 5, 8}));
  KerasLayer apart = of("null");
  apart.outputs = 2;
  EXPECT_EQ(output_shape(report_of(apart), 1), (Shape{1, 4}));
}

TEST(KerasLayerArguments, stacked_cells_run_one_behind_the_other) {
  const std::string cell = "{'class_name': 'GRUCell', 'config': {'units': 4, 'reset_after': true}}";
  const KerasLayer layer{"RNN",
                         "'return_sequences': true, 'cell': {'class_name': 'StackedRNNCells', 'config': {'cells': [" +
                             cell + ", " + cell + "]}}",
                         one({5, 8})};
  EXPECT_EQ(shape(layer), (Shape{1, 5, 4}));
  EXPECT_EQ(macs(layer), 5U * 3 * 4 * (8 + 4) + 5 * 3 * 4 * (4 + 4));
  EXPECT_EQ(params(layer), 3U * 4 * (8 + 4) + 6 * 4 + 3 * 4 * (4 + 4) + 6 * 4);
}

TEST(KerasLayerArguments, cells_have_the_functions_they_name) {
  const auto transcendental = [](const std::string& config) {
    uint64_t count = 0;
    for (const Work& work : report_of({"LSTM", "'units': 4, " + config, one({5, 8})}).totals.figures.work) {
      if (work.unit == Unit::transcendental) count += work.count;
    }
    return count;
  };
  EXPECT_EQ(transcendental("'activation': 'tanh'"), 5U * 4 * (3 + 2));
  EXPECT_EQ(transcendental("'activation': 'relu'"), 5U * 4 * 3);
  EXPECT_EQ(transcendental("'activation': 'linear', 'recurrent_activation': 'hard_sigmoid'"), 0U);
  EXPECT_NE(message_of({"LSTM", "'units': 4, 'activation': 'softmax'", one({5, 8})}).find("'softmax'"),
            std::string::npos);
}

// --- attention -------------------------------------------------------------------------------------------------------

TEST(KerasLayerArguments, attention_over_several_axes_scores_all_their_pairs) {
  const KerasLayer layer{
      "MultiHeadAttention", "'num_heads': 2, 'key_dim': 3, 'attention_axes': [1, 2]", {{{4, 5, 8}}, {{4, 5, 8}}}};
  const uint64_t points = 4 * 5;
  EXPECT_EQ(shape(layer), (Shape{1, 4, 5, 8}));
  EXPECT_EQ(macs(layer), 3 * points * 8 * 6 + 2 * 2 * points * points * 3 + points * 6 * 8);
}

TEST(KerasLayerArguments, causal_attention_has_fewer_valid_products) {
  KerasLayer layer{"MultiHeadAttention", "'num_heads': 1, 'key_dim': 4, 'use_gate': true", {{{6, 8}}, {{6, 8}}}};
  const uint64_t all = macs(layer);
  EXPECT_EQ(all, 4U * 6 * 8 * 4 + 2 * 6 * 6 * 4 + 6 * 4 * 8);
  layer.kwargs = "'use_causal_mask': true";
  EXPECT_EQ(macs(layer), all);
  EXPECT_EQ(report_of(layer).totals.figures.valid_macs, all - 2 * (6 * 5 / 2) * 4);
}

TEST(KerasLayerArguments, attention_returns_its_scores_when_asked) {
  KerasLayer layer{"Attention", "'score_mode': 'concat', 'use_scale': true", {{{5, 8}}, {{7, 8}}}, "[$0, $1]"};
  layer.kwargs = "'return_attention_scores': true";
  layer.outputs = 2;
  EXPECT_EQ(output_shape(report_of(layer), 1), (Shape{1, 5, 7}));
  EXPECT_EQ(params(layer), 2U);
  layer.class_name = "MultiHeadAttention";
  layer.config = "'num_heads': 2, 'key_dim': 4";
  layer.args = "$0, $1";
  EXPECT_EQ(output_shape(report_of(layer), 1), (Shape{1, 2, 5, 7}));
}

// --- activations -----------------------------------------------------------------------------------------------------

TEST(KerasLayerArguments, every_activation_of_keras_has_a_rule) {
  for (const char* name : {"celu",           "elu",          "exponential", "gelu",        "glu",
                           "hard_shrink",    "hard_sigmoid", "hard_silu",   "hard_swish",  "hard_tanh",
                           "leaky_relu",     "linear",       "log_sigmoid", "log_softmax", "mish",
                           "relu",           "relu6",        "selu",        "sigmoid",     "silu",
                           "soft_shrink",    "softmax",      "softplus",    "softsign",    "sparse_plus",
                           "sparse_sigmoid", "squareplus",   "swish",       "tanh",        "tanh_shrink",
                           "threshold"}) {
    const Report report = report_of({"Activation", "'activation': '" + std::string(name) + "'"});
    EXPECT_TRUE(report.totals.complete) << name;
    EXPECT_EQ(output_shape(report), (Shape{1, std::string(name) == "glu" ? 4 : 8})) << name;
  }
  EXPECT_FALSE(report_of({"Activation", "'activation': 'sparsemax'"}).totals.complete);
  EXPECT_FALSE(report_of({"Activation", "'activation': 'os.system'"}).totals.complete);
}

TEST(KerasLayerArguments, relu_is_what_its_bounds_make_of_it) {
  const auto flops = [](const std::string& config) { return report_of({"ReLU", config}).totals.figures.flops; };
  EXPECT_EQ(flops("'max_value': null"), 8U);
  EXPECT_EQ(flops("'max_value': 6"), 2U * 8);
  EXPECT_EQ(flops("'max_value': 3.5"), 2U * 8);
  EXPECT_EQ(flops("'negative_slope': 0.1"), 2U * 8);
  EXPECT_EQ(flops("'negative_slope': 0.1, 'max_value': 6.0"), 3U * 8);
}

// --- other keys ------------------------------------------------------------------------------------------------------

TEST(KerasLayerArguments, a_known_mean_is_no_parameter) {
  EXPECT_EQ(params({"Normalization", "'axis': -1, 'mean': [0.5], 'variance': [2.0]"}), 0U);
  EXPECT_EQ(params({"Normalization", "'axis': [1, 3]", one({4, 5, 8})}), 2U * 4 * 8 + 1);
  EXPECT_EQ(params({"Normalization", "'axis': null", one({4, 5, 8})}), 2U + 1);
}

TEST(KerasLayerArguments, spectrograms_have_the_shape_of_their_mode) {
  const auto of = [](const std::string& config) {
    return shape({"STFTSpectrogram", "'frame_length': 16, 'frame_step': 8, " + config, one({64, 2})});
  };
  EXPECT_EQ(of("'mode': 'stft'"), (Shape{1, 7, 2 * 2 * 9}));
  EXPECT_EQ(of("'mode': 'psd', 'expand_dims': true"), (Shape{1, 7, 9, 2}));
  EXPECT_EQ(of("'mode': 'real', 'fft_length': 32, 'padding': 'same'"), (Shape{1, 8, 2 * 17}));
  EXPECT_EQ(of("'mode': 'angle'"), (Shape{1, 7, 2 * 9}));
}

TEST(KerasLayerArguments, depthwise_layers_are_one_convolution) {
  EXPECT_EQ(ops_of(report_of({"DepthwiseConv2D", "'kernel_size': 3, 'use_bias': true", one({8, 8, 4})})),
            (std::vector<std::string_view>{"conv"}));
}

TEST(KerasLayerArguments, a_recurrent_layer_is_one_row) {
  EXPECT_EQ(ops_of(report_of({"GRU", "'units': 4", one({5, 8})})), (std::vector<std::string_view>{"recurrent"}));
}

// --- hostile configurations
// --------------------------------------------------------------------------------------------

TEST(KerasLayerArguments, that_are_no_sizes_are_errors_that_name_them) {
  const auto names = [](const KerasLayer& layer, const std::string& word) {
    const std::string message = message_of(layer);
    EXPECT_NE(message.find(word), std::string::npos) << message;
  };
  names({"Dense", "'units': -1"}, "'units' is -1");
  names({"Dense", "'units': 1152921504606846976"}, "'units'");
  names({"Dense", ""}, "'units' is missing");
  names({"Dense", "'units': 'many'"}, "'units'");
  names({"Conv2D", "'filters': 4, 'kernel_size': [3, 3, 3]", one({8, 8, 3})}, "'kernel_size'");
  names({"Conv2D", "'filters': 4, 'kernel_size': 0", one({8, 8, 3})}, "a kernel is 0");
  names({"Conv2D", "'filters': 4, 'kernel_size': 3, 'strides': -2", one({8, 8, 3})}, "a stride is -2");
  names({"Conv2D", "'filters': 4, 'kernel_size': 3, 'groups': 2", one({8, 8, 3})}, "group");
  names({"Conv2D", "'filters': 4, 'kernel_size': 3, 'padding': 'around'", one({8, 8, 3})}, "'around'");
  names({"ZeroPadding2D", "'padding': [[-1, 0], [0, 0]]", one({8, 8, 3})}, "-1");
  names({"EinsumDense", "'equation': 'ab,cd->ef', 'output_shape': [4]"}, "output_shape");
  names({"EinsumDense", "'equation': '......', 'output_shape': [4]"}, "equation");
  names({"GroupNormalization", "'groups': 3"}, "groups");
  names({"Concatenate", "'trainable': true, 'axis': 9", {{{8}}, {{8}}}, "[$0, $1]"}, "axis");
  names({"TimeDistributed", "'layer': 7", one({5, 8})}, "'layer'");
  names({"StackedRNNCells", "'cells': []"}, "'cells'");
  names({"DepthwiseConv1D", "'kernel_size': 3, 'depth_multiplier': 2147483647", one({9, 1099511627776})}, "too large");
}

}  // namespace
}  // namespace flopstat::test
