#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "formats/keras/layer.h"
#include "support/keras_layer.h"

namespace flopstat::test {
namespace {

using Shape = std::vector<int64_t>;

/// A layer and what Keras makes of it: its result's shape, its multiply-adds and its parameters, all by hand.
struct Case {
  KerasLayer layer;
  Shape output;
  uint64_t macs = 0;
  uint64_t params = 0;
  uint64_t frozen = 0;  ///< of the parameters, those that training does not move
};

std::vector<KerasInput> one(Shape sizes, std::string dtype = "float32") {
  return {{std::move(sizes), std::move(dtype)}};
}
std::vector<KerasInput> two(Shape first, Shape second) { return {{std::move(first)}, {std::move(second)}}; }

std::string inner(const std::string& class_name, const std::string& config) {
  return "{'module': 'keras.layers', 'class_name': '" + class_name + "', 'config': {'name': 'inner', " + config + "}}";
}

constexpr uint64_t kSteps = 10;
constexpr uint64_t kIn = 8;
constexpr uint64_t kUnits = 16;

/// Every step multiplies its input and the last state by the weights of all gates.
constexpr uint64_t recurrent_macs(uint64_t gates) { return kSteps * gates * (kIn + kUnits) * kUnits; }
constexpr uint64_t recurrent_kernels(uint64_t gates) { return gates * (kIn + kUnits) * kUnits; }

std::vector<Case> core_cases() {
  return {
      {{"ActivityRegularization", "'l2': 0.1"}, {1, 8}},
      {{"AlphaDropout", "'rate': 0.1"}, {1, 8}},
      {{"Dense", "'units': 4", one({5, 8})}, {1, 5, 4}, 5 * 8 * 4, 8 * 4 + 4},
      {{"Dropout", "'rate': 0.5", one({3, 4})}, {1, 3, 4}},
      {{"EinsumDense", "'equation': 'abc,cde->abde', 'output_shape': [null, 4, 5], 'bias_axes': 'de'", one({10, 8})},
       {1, 10, 4, 5},
       10 * 8 * 4 * 5,
       8 * 4 * 5 + 4 * 5},
      {{"Embedding", "'input_dim': 100, 'output_dim': 16", one({12})}, {1, 12, 16}, 0, 100 * 16},
      {{"Flatten", "'data_format': 'channels_last'", one({3, 4, 5})}, {1, 3 * 4 * 5}},
      {{"GaussianDropout", "'rate': 0.1"}, {1, 8}},
      {{"GaussianNoise", "'stddev': 0.1"}, {1, 8}},
      {{"Highway", "'activation': 'tanh'"}, {1, 8}, 2 * 8 * 8, 2 * (8 * 8 + 8)},
      {{"Identity", ""}, {1, 8}},
      {{"Masking", "'mask_value': 0.0", one({5, 8})}, {1, 5, 8}},
      {{"MaxoutDense", "'output_dim': 3, 'nb_feature': 4"}, {1, 3}, 4 * 8 * 3, 4 * (8 * 3 + 3)},
      {{"Permute", "'dims': [2, 1]", one({3, 4})}, {1, 4, 3}},
      {{"RepeatVector", "'n': 3"}, {1, 3, 8}},
      {{"Reshape", "'target_shape': [4, -1]", one({2, 8})}, {1, 4, 4}},
      {{"ReversibleEmbedding", "'input_dim': 100, 'output_dim': 16", one({12}, "int32")}, {1, 12, 16}, 0, 100 * 16},
      {{"SpatialDropout1D", "'rate': 0.1", one({4, 8})}, {1, 4, 8}},
      {{"SpatialDropout2D", "'rate': 0.1", one({4, 4, 8})}, {1, 4, 4, 8}},
      {{"SpatialDropout3D", "'rate': 0.1", one({4, 4, 4, 8})}, {1, 4, 4, 4, 8}},
  };
}

std::vector<Case> convolution_cases() {
  const uint64_t bias = 1;
  return {
      {{"Conv1D", "'filters': 16, 'kernel_size': [3], 'padding': 'causal', 'dilation_rate': [2]", one({20, 8})},
       {1, 20, 16},
       20 * 16 * 3 * 8,
       (3 * 8 + bias) * 16},
      {{"Conv1DTranspose", "'filters': 16, 'kernel_size': [3], 'strides': [2], 'padding': 'same'", one({20, 8})},
       {1, 40, 16},
       20 * 16 * 3 * 8,
       (3 * 8 + bias) * 16},
      {{"Conv2D", "'filters': 12, 'kernel_size': [3, 3], 'strides': [2, 2], 'padding': 'valid', 'groups': 4",
        one({9, 11, 8})},
       {1, 4, 5, 12},
       4 * 5 * 12 * 9 * (8 / 4),
       (9 * 2 + bias) * 12},
      {{"Conv2DTranspose",
        "'filters': 12, 'kernel_size': [3, 3], 'strides': [2, 2], 'padding': 'same', 'output_padding': [1, 1]",
        one({6, 7, 8})},
       {1, (6 - 1) * 2 + 1 + 1, (7 - 1) * 2 + 1 + 1, 12},
       6 * 7 * 12 * 9 * 8,
       (9 * 8 + bias) * 12},
      {{"Conv3D", "'filters': 4, 'kernel_size': [3, 3, 3], 'data_format': 'channels_first'", one({2, 8, 8, 8})},
       {1, 4, 6, 6, 6},
       6 * 6 * 6 * 4 * 27 * 2,
       (27 * 2 + bias) * 4},
      {{"Conv3DTranspose", "'filters': 4, 'kernel_size': [2, 2, 2], 'strides': [3, 3, 3]", one({4, 4, 4, 2})},
       {1, 3 * 3 + 3, 3 * 3 + 3, 3 * 3 + 3, 4},  // kernels smaller than their strides leave a gap behind the last too
       4 * 4 * 4 * 4 * 8 * 2,
       (8 * 2 + bias) * 4},
      {{"DepthwiseConv1D", "'kernel_size': [3], 'depth_multiplier': 2", one({20, 8})},
       {1, 18, 16},
       18 * 16 * 3,
       (3 + bias) * 16},
      {{"DepthwiseConv2D", "'kernel_size': [3, 3], 'depth_multiplier': 2, 'strides': [2, 2], 'padding': 'same'",
        one({16, 16, 8})},
       {1, 8, 8, 16},
       8 * 8 * 16 * 9,
       (9 + bias) * 16},
      {{"SeparableConv1D", "'filters': 16, 'kernel_size': [3], 'depth_multiplier': 2", one({20, 8})},
       {1, 18, 16},
       18 * (8 * 2) * 3 + 18 * (8 * 2) * 16,
       3 * 8 * 2 + (8 * 2 + bias) * 16},
      {{"SeparableConv2D", "'filters': 16, 'kernel_size': [3, 3], 'strides': [2, 2], 'padding': 'same'",
        one({16, 16, 8})},
       {1, 8, 8, 16},
       8 * 8 * 8 * 9 + 8 * 8 * 8 * 16,
       9 * 8 + (8 + bias) * 16},
  };
}

std::vector<Case> pooling_cases() {
  return {
      {{"AdaptiveAveragePooling1D", "'output_size': [3]", one({5, 8})}, {1, 3, 8}},
      {{"AdaptiveAveragePooling2D", "'output_size': [3, 2]", one({5, 6, 8})}, {1, 3, 2, 8}},
      {{"AdaptiveAveragePooling3D", "'output_size': [2, 2, 2]", one({5, 6, 7, 8})}, {1, 2, 2, 2, 8}},
      {{"AdaptiveMaxPooling1D", "'output_size': [3], 'data_format': 'channels_first'", one({8, 5})}, {1, 8, 3}},
      {{"AdaptiveMaxPooling2D", "'output_size': [3, 2]", one({5, 6, 8})}, {1, 3, 2, 8}},
      {{"AdaptiveMaxPooling3D", "'output_size': [2, 2, 2]", one({5, 6, 7, 8})}, {1, 2, 2, 2, 8}},
      {{"AveragePooling1D", "'pool_size': [2], 'strides': null", one({9, 8})}, {1, 4, 8}},
      {{"AveragePooling2D", "'pool_size': [2, 2], 'padding': 'same'", one({9, 8, 3})}, {1, 5, 4, 3}},
      {{"AveragePooling3D", "'pool_size': [2, 2, 2]", one({4, 4, 4, 3})}, {1, 2, 2, 2, 3}},
      {{"Cropping1D", "'cropping': [1, 2]", one({9, 8})}, {1, 6, 8}},
      {{"Cropping2D", "'cropping': [[1, 0], [2, 3]]", one({9, 10, 8})}, {1, 8, 5, 8}},
      {{"Cropping3D", "'cropping': 1", one({5, 6, 7, 8})}, {1, 3, 4, 5, 8}},
      {{"GlobalAveragePooling1D", "", one({5, 8})}, {1, 8}},
      {{"GlobalAveragePooling2D", "'data_format': 'channels_first'", one({8, 5, 6})}, {1, 8}},
      {{"GlobalAveragePooling3D", "'keepdims': true", one({5, 6, 7, 8})}, {1, 1, 1, 1, 8}},
      {{"GlobalMaxPooling1D", "", one({5, 8})}, {1, 8}},
      {{"GlobalMaxPooling2D", "", one({5, 6, 8})}, {1, 8}},
      {{"GlobalMaxPooling3D", "", one({5, 6, 7, 8})}, {1, 8}},
      {{"MaxPooling1D", "'pool_size': 2", one({9, 8})}, {1, 4, 8}},
      {{"MaxPooling2D", "'pool_size': [3, 3], 'strides': [2, 2], 'padding': 'same'", one({9, 8, 3})}, {1, 5, 4, 3}},
      {{"MaxPooling3D", "'pool_size': [2, 2, 2]", one({4, 4, 4, 3})}, {1, 2, 2, 2, 3}},
      {{"UpSampling1D", "'size': 3", one({5, 8})}, {1, 15, 8}},
      {{"UpSampling2D", "'size': [2, 3], 'interpolation': 'bilinear'", one({5, 6, 8})}, {1, 10, 18, 8}},
      {{"UpSampling3D", "'size': [2, 2, 2]", one({2, 3, 4, 8})}, {1, 4, 6, 8, 8}},
      {{"ZeroPadding1D", "'padding': 2", one({5, 8})}, {1, 9, 8}},
      {{"ZeroPadding2D", "'padding': [[0, 1], [2, 3]]", one({5, 6, 8})}, {1, 6, 11, 8}},
      {{"ZeroPadding3D", "'padding': [1, 2, 3], 'data_format': 'channels_first'", one({8, 5, 6, 7})},
       {1, 8, 7, 10, 13}},
  };
}

std::vector<Case> normalization_cases() {
  return {
      {{"BatchNormalization", "'axis': -1", one({5, 8})}, {1, 5, 8}, 0, 4 * 8, 2 * 8},
      {{"GroupNormalization", "'groups': 4, 'axis': -1", one({5, 6, 8})}, {1, 5, 6, 8}, 0, 2 * 8},
      {{"LayerNormalization", "'axis': [1, 2]", one({5, 8})}, {1, 5, 8}, 0, 2 * 5 * 8},
      {{"RMSNormalization", "'axis': -1", one({5, 8})}, {1, 5, 8}, 0, 8},
      {{"SpectralNormalization", "'layer': " + inner("Dense", "'units': 4")}, {1, 4}, 8 * 4, 8 * 4 + 4 + 4, 4},
      {{"UnitNormalization", "'axis': -1", one({5, 8})}, {1, 5, 8}},
  };
}

std::vector<Case> activation_cases() {
  return {
      {{"Activation", "'activation': 'softmax'"}, {1, 8}},
      {{"ELU", "'alpha': 0.5"}, {1, 8}},
      {{"LeakyReLU", "'negative_slope': 0.1"}, {1, 8}},
      {{"PReLU", "'shared_axes': [1, 2]", one({5, 6, 8})}, {1, 5, 6, 8}, 0, 8},
      {{"ParametricSoftplus", "", one({5})}, {1, 5}, 0, 2 * 5},
      {{"ReLU", "'max_value': 6.0"}, {1, 8}},
      {{"Softmax", "'axis': [1, 2]", one({5, 8})}, {1, 5, 8}},
      {{"ThresholdedReLU", "'theta': 1.0"}, {1, 8}},
  };
}

std::vector<Case> merging_cases() {
  const std::string list = "[$0, $1]";
  const std::string layer = "'trainable': true";
  return {
      {{"Add", layer, two({5, 8}, {5, 8}), list}, {1, 5, 8}},
      {{"Average", layer, two({8}, {8}), list}, {1, 8}},
      {{"Concatenate", "'trainable': true, 'axis': -1", two({5, 8}, {5, 3}), list}, {1, 5, 11}},
      {{"Dot", "'axes': [2, 2], 'normalize': true", two({5, 8}, {6, 8}), list}, {1, 5, 6}, 5 * 6 * 8},
      {{"Maximum", layer, two({8}, {8}), list}, {1, 8}},
      {{"Merge", "'mode': 'concat', 'concat_axis': 1", two({8}, {3}), list}, {1, 11}},
      {{"Minimum", layer, two({8}, {8}), list}, {1, 8}},
      {{"Multiply", layer, two({5, 8}, {8}), list},
       {1, 5, 8}},  // the lower rank spreads over the axes behind the batch
      {{"Subtract", layer, two({8}, {8}), list}, {1, 8}},
  };
}

std::vector<Case> recurrent_cases() {
  const std::vector<KerasInput> x = one({int64_t{kSteps}, int64_t{kIn}});
  const std::string units = "'units': 16";
  const uint64_t lstm = recurrent_kernels(4) + 4 * kUnits;
  const uint64_t conv_step = 4 * 3 * 9 * (2 + 3);  // 4 gates of 3 filters over 2 channels and a state of 3
  return {
      {{"Bidirectional", "'layer': " + inner("LSTM", units) + ", 'merge_mode': 'concat'", x},
       {1, 2 * kUnits},
       2 * recurrent_macs(4),
       2 * lstm},
      {{"ConvLSTM1D", "'filters': 3, 'kernel_size': [3], 'padding': 'same'", one({4, 8, 2})},
       {1, 8, 3},
       4 * 8 * (4 * 3 * 3 * (2 + 3)),
       4 * 3 * 3 * (2 + 3) + 4 * 3},
      {{"ConvLSTM2D", "'filters': 3, 'kernel_size': [3, 3], 'return_sequences': true", one({4, 8, 9, 2})},
       {1, 4, 6, 7, 3},
       4 * 6 * 7 * conv_step,
       conv_step + 4 * 3},
      {{"ConvLSTM3D", "'filters': 3, 'kernel_size': [1, 1, 1], 'use_bias': false", one({4, 2, 3, 5, 2})},
       {1, 2, 3, 5, 3},
       4 * (2 * 3 * 5) * 4 * 3 * (2 + 3),
       4 * 3 * (2 + 3)},
      {{"CuDNNGRU", units, x}, {1, kUnits}, recurrent_macs(3), recurrent_kernels(3) + 2 * 3 * kUnits},
      {{"CuDNNLSTM", units, x}, {1, kUnits}, recurrent_macs(4), recurrent_kernels(4) + 2 * 4 * kUnits},
      {{"GRU", units + ", 'reset_after': true", x},
       {1, kUnits},
       recurrent_macs(3),
       recurrent_kernels(3) + 2 * 3 * kUnits},
      {{"GRUCell", units + ", 'reset_after': false", two({kIn}, {kUnits})},
       {1, kUnits},
       recurrent_macs(3) / kSteps,
       recurrent_kernels(3) + 3 * kUnits},
      {{"LSTM", units + ", 'return_sequences': true, 'unroll': true", x}, {1, kSteps, kUnits}, recurrent_macs(4), lstm},
      {{"LSTMCell", units, {{{kIn}}, {{kUnits}}, {{kUnits}}}, "$0, [$1, $2]"},
       {1, kUnits},
       recurrent_macs(4) / kSteps,
       lstm},
      {{"RNN", "'cell': " + inner("LSTMCell", units) + ", 'go_backwards': true", x},
       {1, kUnits},
       recurrent_macs(4),
       lstm},
      {{"SimpleRNN", units + ", 'activation': 'relu'", x},
       {1, kUnits},
       recurrent_macs(1),
       recurrent_kernels(1) + kUnits},
      {{"SimpleRNNCell", units + ", 'use_bias': false", two({kIn}, {kUnits})},
       {1, kUnits},
       recurrent_macs(1) / kSteps,
       recurrent_kernels(1)},
      {{"StackedRNNCells", "'cells': [" + inner("SimpleRNNCell", units) + ", " + inner("SimpleRNNCell", units) + "]",
        one({kIn})},
       {1, kUnits},
       recurrent_macs(1) / kSteps + 2 * kUnits * kUnits,
       recurrent_kernels(1) + kUnits + 2 * kUnits * kUnits + kUnits},
      {{"TimeDistributed", "'layer': " + inner("Conv1D", "'filters': 4, 'kernel_size': [3]"), one({5, 6, 2})},
       {1, 5, 4, 4},
       5 * 4 * 4 * 3 * 2,
       3 * 2 * 4 + 4},
  };
}

std::vector<Case> attention_cases() {
  return {
      {{"AdditiveAttention", "'use_scale': true", two({5, 8}, {7, 8}), "[$0, $1]"}, {1, 5, 8}, 5 * 7 * 8, 8},
      {{"Attention", "'use_scale': true", two({5, 8}, {7, 8}), "[$0, $1]"}, {1, 5, 8}, 2 * 5 * 7 * 8, 1},
      {{"GroupQueryAttention", "'head_dim': 4, 'num_query_heads': 6, 'num_key_value_heads': 2", two({5, 8}, {7, 8})},
       {1, 5, 8},
       5 * 8 * 6 * 4 + 2 * 7 * 8 * 2 * 4 + 6 * 5 * 7 * (4 + 4) + 5 * 6 * 4 * 8,
       (8 + 1) * 6 * 4 + 2 * (8 + 1) * 2 * 4 + 6 * 4 * 8 + 8},
      {{"MultiHeadAttention", "'num_heads': 2, 'key_dim': 6, 'value_dim': 5, 'output_shape': [20]",
        two({10, 32}, {7, 24})},
       {1, 10, 20},
       10 * 32 * 12 + 7 * 24 * 12 + 7 * 24 * 10 + 2 * 10 * 7 * (6 + 5) + 10 * 10 * 20,
       (32 + 1) * 12 + (24 + 1) * 12 + (24 + 1) * 10 + 10 * 20 + 20},
  };
}

std::vector<Case> preprocessing_cases() {
  const std::vector<KerasInput> image = one({6, 8, 3});
  const std::vector<KerasInput> ids = one({5}, "int32");
  std::vector<Case> cases = {
      {{"AutoContrast", "'value_range': [0, 255]", image}, {1, 6, 8, 3}},
      {{"CategoryEncoding", "'num_tokens': 9, 'output_mode': 'multi_hot'", ids}, {1, 9}},
      {{"CenterCrop", "'height': 4, 'width': 5", image}, {1, 4, 5, 3}},
      {{"Discretization", "'bin_boundaries': [0.0, 1.0], 'output_mode': 'one_hot'", one({5})}, {1, 5, 3}},
      {{"HashedCrossing", "'num_bins': 7", {{{5}, "int32"}, {{5}, "int32"}}, "[$0, $1]"}, {1, 5}},
      {{"Hashing", "'num_bins': 7, 'output_mode': 'one_hot'", ids}, {1, 5, 7}},
      {{"IntegerLookup", "'vocabulary': [3, 4, 5], 'output_mode': 'count'", ids}, {1, 3 + 1}},
      {{"Normalization", "'axis': -1", one({5, 8})}, {1, 5, 8}, 0, 8 + 8 + 1, 8 + 8 + 1},
      {{"Pipeline", "'layers': [" + inner("Rescaling", "'scale': 0.5") + ", " + inner("RandomFlip", "'seed': 1") + "]",
        image},
       {1, 6, 8, 3}},
      {{"RandomCrop", "'height': 4, 'width': 9", image}, {1, 4, 9, 3}},  // wider than the image: it is resized
      {{"Rescaling", "'scale': 0.1, 'offset': -1", image}, {1, 6, 8, 3}},
      {{"Resizing", "'height': 12, 'width': 9", image}, {1, 12, 9, 3}},
      {{"STFTSpectrogram", "'mode': 'magnitude', 'frame_length': 16, 'frame_step': 8", one({64, 2})},
       {1, (64 - 16) / 8 + 1, 2 * (16 / 2 + 1)},
       2 * 2 * ((64 - 16) / 8 + 1) * 16 * (16 / 2 + 1),
       2 * 16 * (16 / 2 + 1)},
      {{"StringLookup", "'vocabulary': ['a', 'b'], 'output_mode': 'multi_hot'", one({5}, "string")}, {1, 2 + 1}},
      {{"TextVectorization", "'output_mode': 'int', 'output_sequence_length': 12", one({}, "string")}, {1, 12}},
      {{"MelSpectrogram", "'fft_length': 32, 'sequence_stride': 16, 'num_mel_bins': 10, 'sampling_rate': 8000",
        one({128})},
       {1, 10, 128 / 16 + 1},
       (128 / 16 + 1) * (32 / 2 + 1) * 10},
  };
  for (const char* name : {"AugMix",
                           "CutMix",
                           "Equalization",
                           "MaxNumBoundingBoxes",
                           "MixUp",
                           "RandAugment",
                           "RandomBrightness",
                           "RandomColorDegeneration",
                           "RandomColorJitter",
                           "RandomContrast",
                           "RandomElasticTransform",
                           "RandomErasing",
                           "RandomFlip",
                           "RandomGaussianBlur",
                           "RandomGrayscale",
                           "RandomHeight",
                           "RandomHue",
                           "RandomInvert",
                           "RandomPerspective",
                           "RandomPosterization",
                           "RandomRotation",
                           "RandomSaturation",
                           "RandomSharpness",
                           "RandomShear",
                           "RandomTranslation",
                           "RandomWidth",
                           "RandomZoom",
                           "Solarization"}) {
    cases.push_back({{name, "", image}, {1, 6, 8, 3}});
  }
  return cases;
}

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const auto& cases :
       {core_cases(), convolution_cases(), pooling_cases(), normalization_cases(), activation_cases(), merging_cases(),
        recurrent_cases(), attention_cases(), preprocessing_cases()}) {
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return all;
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) { return info.param.layer.class_name; }

class KerasLayers : public ::testing::TestWithParam<Case> {};

TEST_P(KerasLayers, cost_what_their_definition_says) {
  const Case& expected = GetParam();
  const Report report = report_of(expected.layer);
  for (const Row& row : report.rows) EXPECT_EQ(row.unknown, "") << row.op;
  EXPECT_TRUE(report.totals.complete);
  EXPECT_EQ(output_shape(report), expected.output);
  EXPECT_EQ(report.totals.figures.macs, expected.macs);
  EXPECT_EQ(report.totals.figures.params, expected.params);
  EXPECT_EQ(report.totals.trainable_params.value_or(0), expected.params - expected.frozen);
}

INSTANTIATE_TEST_SUITE_P(, KerasLayers, ::testing::ValuesIn(all_cases()), name_of);

TEST(KerasLayerTables, have_a_case_for_each_row) {
  const std::set<std::string, std::less<>> unknown_work = {"ContrastLimitedAdaptiveHistogramEqualization"};
  std::set<std::string, std::less<>> named = unknown_work;
  for (const Case& each : all_cases()) named.insert(each.layer.class_name);
  for (const auto table : {keras::core_layers(), keras::convolution_layers(), keras::pooling_layers(),
                           keras::normalization_layers(), keras::activation_layers(), keras::merging_layers(),
                           keras::recurrent_layers(), keras::attention_layers(), keras::preprocessing_layers()}) {
    for (const keras::Layer& row : table) EXPECT_TRUE(named.contains(row.name)) << row.name;
  }
}

TEST(KerasLayerTables, say_what_work_has_no_rule) {
  const Report report = report_of({"ContrastLimitedAdaptiveHistogramEqualization", "", one({6, 8, 3})});
  EXPECT_FALSE(report.totals.complete);
  EXPECT_EQ(output_shape(report), (Shape{1, 6, 8, 3}));
}

}  // namespace
}  // namespace flopstat::test
