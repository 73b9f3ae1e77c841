// What TensorFlow's profiler says of layers of Keras, counted by hand from the operators that the layers become:
// keras/src/backend/tensorflow (nn.py, numpy.py) of Keras 3.15, tf_keras/src (backend.py, layers) of tf_keras 2.19.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "flopstat/conventions.h"
#include "support/keras_layer.h"

namespace flopstat::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr uint64_t kH = 5, kW = 6, kC = 8, kX = kH * kW * kC;

KerasInput picture() { return {{kH, kW, kC}}; }

/// What a convention says of a layer of a file that this version of Keras wrote.
ConventionCount said(const std::string& convention, const KerasLayer& layer, const std::string& version) {
  std::string text = keras_json(layer);
  text.insert(1, R"("keras_version": ")" + version + R"(", )");
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  Options options;
  options.all_conventions = true;
  const Report report = analyze({bytes, bytes + text.size()}, "layer.json", options);
  for (const ConventionCount& each : *report.by_convention) {
    if (each.name == convention) return each;
  }
  ADD_FAILURE() << "there is no convention " << convention;
  return {};
}

/// A number that is predicted to be exact.
Figure exactly(const std::string& convention, const KerasLayer& layer, const std::string& version) {
  const ConventionCount count = said(convention, layer, version);
  EXPECT_THAT(count.inexact, IsEmpty()) << layer.class_name << " of Keras " << version;
  return count.value;
}

Figure of_keras_2(const KerasLayer& layer) { return exactly("tf-profiler", layer, "2.19.0"); }
Figure of_keras_3(const KerasLayer& layer) { return exactly("tf-profiler", layer, "3.15.1"); }

TEST(KerasLowering, of_a_batch_norm_is_one_operator_of_pictures_in_keras_2_and_seven_else) {
  const KerasLayer norm{"BatchNormalization", "", {picture()}};
  const uint64_t inverse = kC + 2 * kC + kC;  // variance + epsilon, rsqrt, times gamma
  const uint64_t shift = kC + kC;             // mean times that, beta minus that
  EXPECT_EQ(of_keras_3(norm), inverse + shift + 2 * kX);
  EXPECT_EQ(of_keras_2(norm), 0U);
  EXPECT_EQ(of_keras_3({"BatchNormalization", "'scale': false", {picture()}}), inverse - kC + shift + 2 * kX);
  EXPECT_EQ(of_keras_2({"BatchNormalization", "", {{{kC}}}}), inverse + shift + 2 * kC) << "a row is no picture";
}

TEST(KerasLowering, of_a_batch_norm_is_registered_by_keras_flops) {
  const KerasLayer norm{"BatchNormalization", "", {picture()}};
  EXPECT_EQ(exactly("keras-flops", norm, "2.19.0"), 2 * kX + 5 * kC + kC);
  EXPECT_EQ(exactly("keras-flops", norm, "3.15.1"), of_keras_3(norm));
}

TEST(KerasLowering, of_a_convolution_in_groups_is_a_function_whose_bias_alone_counts) {
  const KerasLayer conv{"Conv2D", "'filters': 4, 'kernel_size': 3, 'padding': 'same', 'groups': 2", {picture()}};
  for (const Figure& flops : {of_keras_2(conv), of_keras_3(conv)}) EXPECT_EQ(flops, kH * kW * 4);
}

TEST(KerasLowering, of_upsampling_multiplies_sizes_while_the_model_runs) {
  const KerasLayer nearest{"UpSampling2D", "'size': [2, 3]", {picture()}};
  const KerasLayer bilinear{"UpSampling2D", "'size': [2, 3], 'interpolation': 'bilinear'", {picture()}};
  EXPECT_EQ(of_keras_2(nearest), 2U);  // one product of two sizes
  EXPECT_EQ(of_keras_2(bilinear), 2U);
  EXPECT_EQ(of_keras_3(nearest), 1U + 1U);  // each axis is repeated by itself
  EXPECT_EQ(of_keras_3(bilinear), 0U);
}

TEST(KerasLowering, of_activations_is_what_their_registered_operators_count) {
  const auto activation = [](const std::string& name) {
    return KerasLayer{"Activation", "'activation': '" + name + "'", {picture()}};
  };
  for (const auto& flops : {of_keras_2, of_keras_3}) {
    EXPECT_EQ(flops(activation("relu")), 0U);
    EXPECT_EQ(flops(activation("gelu")), 4 * kX) << "x / sqrt 2, 1 + erf, 0.5 * x, their product";
    EXPECT_EQ(flops(activation("silu")), 2 * kX);
    EXPECT_EQ(flops({"PReLU", "", {picture()}}), 3 * kX + kX) << "-w, -x, their product with relu, the sum";
    EXPECT_EQ(flops({"PReLU", "'shared_axes': [1, 2]", {picture()}}), 3 * kX + kC);
  }
}

TEST(KerasLowering, that_a_number_assumes_is_named) {
  const KerasLayer norm{"BatchNormalization", "", {picture()}};
  EXPECT_THAT(said("tf-profiler", norm, "3.15.1").assumes, HasSubstr("Keras 3"));
  EXPECT_THAT(said("keras-flops", norm, "2.19.0").assumes, HasSubstr("Keras 2 (tf_keras)"));
  EXPECT_THAT(said("flopco-keras", norm, "2.19.0").assumes, IsEmpty());
  EXPECT_THAT(said("tf-profiler", norm, "1.2.2").inexact, Not(IsEmpty())) << "of which nothing has been read";
}

}  // namespace
}  // namespace flopstat::test
