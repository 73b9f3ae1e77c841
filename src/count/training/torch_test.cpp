// A step of training as PyTorch's FlopCounterMode prints it.

#include "count/training/torch.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "support/corpus.h"
#include "support/training.h"

namespace flopstat::test {
namespace {

/// An input whose gradient is wanted: a parameter is added to it.
TensorId with_gradient(ModelBuilder& b, const std::string& name, const Shape& shape) {
  return b.node(Binary{}, {b.input(name, shape), b.stored(shape)});
}

Window window_of(int64_t stride, int64_t pad) {
  const Axis axis{.stride = stride, .pad_before = pad, .pad_after = pad};
  return {.axes = {axis, axis}};
}

Model convolution(int64_t groups) {
  ModelBuilder b;
  const TensorId x = with_gradient(b, "x", {1, 8, 10, 10});
  b.outputs({b.node(Conv{.window = window_of(1, 1)}, {x, b.stored({16, 8 / groups, 3, 3})})});
  return b.finish();
}

Model transposed_convolution() {
  ModelBuilder b;
  const TensorId x = with_gradient(b, "x", {1, 8, 10, 10});
  const ConvTranspose op{.window = window_of(2, 0), .groups = 2};
  b.outputs({b.node(op, {x, b.stored({8, 8, 3, 3})})});
  return b.finish();
}

Model attention() {
  ModelBuilder b;
  const TensorId q = with_gradient(b, "q", {1, 4, 10, 8});
  const TensorId k = with_gradient(b, "k", {1, 4, 10, 8});
  const TensorId v = with_gradient(b, "v", {1, 4, 10, 8});
  b.outputs({b.node(Attention{}, {q, k, v})});
  return b.finish();
}

Model linear() {
  ModelBuilder b;
  b.outputs({b.node(MatMul{}, {with_gradient(b, "x", {3, 8}), b.stored({8, 4}), b.stored({4})})});
  return b.finish();
}

/// 5 steps of 8 to 6 units.
Model recurrent(Recurrent::Cell cell, int64_t gates) {
  ModelBuilder b;
  const TensorId x = with_gradient(b, "x", {5, 1, 8});
  b.outputs({b.node(Recurrent{.cell = cell},
                    {x, b.stored({1, gates * 6, 8}), b.stored({1, gates * 6, 6}), b.stored({1, 2 * gates * 6})})});
  return b.finish();
}

const std::map<std::string, std::function<Model()>> kOperations = {
    {"op: conv2d 8->16 k3 p1 10x10 no bias g=1", [] { return convolution(1); }},
    {"op: conv2d 8->16 k3 p1 10x10 no bias g=2", [] { return convolution(2); }},
    {"op: conv2d 8->16 k3 p1 10x10 no bias g=8", [] { return convolution(8); }},
    {"op: conv_transpose2d 8->16 k3 s2 10x10 no bias g=2", transposed_convolution},
    {"op: sdpa 1x4x10x8", attention},
    {"op: linear 8->4 on 3x8", linear},
    {"op: lstm 8->6 T5 CPU fused kernel not registered", [] { return recurrent(Recurrent::Cell::lstm, 4); }},
    {"op: gru 8->6 T5 CPU decomposed", [] { return recurrent(Recurrent::Cell::gru, 3); }},
};

class TorchTruth : public Corpus {};

TEST_F(TorchTruth, every_operation_that_was_measured_is_reproduced_to_the_unit) {
  size_t seen = 0;
  for (const Record& record : read_csv(in_corpus("truth/torch_ops.csv"))) {
    if (record.at("quantity") != "flops_forward_backward") continue;
    ASSERT_TRUE(kOperations.contains(record.at("model"))) << record.at("model");
    const Trained step = trained(kOperations.at(record.at("model"))());
    EXPECT_EQ(step.training().torch_flops, std::stoull(record.at("value"))) << record.at("model");
    ++seen;
  }
  EXPECT_EQ(seen, kOperations.size());
}

TEST(TorchStep, the_weight_gradient_of_a_grouped_convolution_is_too_large_by_the_groups) {
  constexpr uint64_t kForward = 16 * 10 * 10 * 9;  // 8 groups: each filter sees one channel
  const Trained step = trained(convolution(8));
  EXPECT_EQ(step.training().torch_flops, 2 * kForward * (1 + 1 + 8));
  EXPECT_EQ(step.training().torch_flops_corrected, 2 * kForward * 3);
  EXPECT_EQ(step.training().rows[1].groups, 8);
}

TEST(TorchStep, an_lstm_prints_nothing_and_costs_what_a_decomposed_one_does) {
  const Trained step = trained(recurrent(Recurrent::Cell::lstm, 4));
  constexpr uint64_t kForward = 5 * 24 * (8 + 6);
  EXPECT_EQ(step.training().torch_flops, 0);
  EXPECT_EQ(step.training().torch_flops_corrected, 2 * (3 * kForward - 24 * 6));
}

/// torchvision's networks, layer by layer.
class Network {
 public:
  explicit Network(int64_t batch) { x_ = b_.input("x", {batch, 3, 224, 224}); }

  Network& conv(int64_t filters, int64_t kernel, int64_t stride, int64_t groups = 1) {
    x_ = b_.node(Conv{.window = window_of(stride, (kernel - 1) / 2)},
                 {x_, b_.stored({filters, channels_ / groups, kernel, kernel})});
    x_ = b_.node(BatchNorm{},
                 {x_, b_.stored({filters}), b_.stored({filters}), b_.stored({filters}), b_.stored({filters})});
    channels_ = filters;
    return *this;
  }
  Network& function(UnaryFn fn) {
    x_ = b_.node(Unary{fn}, {x_});
    return *this;
  }
  Network& max_pool() {
    const Axis axis{.kernel = 3, .stride = 2, .pad_before = 1, .pad_after = 1};
    x_ = b_.node(Pool{.window = {.axes = {axis, axis}}}, {x_});
    return *this;
  }

  /// 1 x 1 up, 3 x 3 of each channel, 1 x 1 down; added to its input where the shape stays.
  void inverted_residual(int64_t expansion, int64_t filters, int64_t stride) {
    const TensorId input = x_;
    const bool adds = stride == 1 && channels_ == filters;
    if (expansion > 1) conv(channels_ * expansion, 1, 1).function(UnaryFn::relu6);
    conv(channels_, 3, stride, channels_).function(UnaryFn::relu6).conv(filters, 1, 1);
    if (adds) x_ = b_.node(Binary{}, {x_, input});
  }

  /// 1 x 1 down, 3 x 3 with the stride, 1 x 1 up; added to its input, or to a 1 x 1 convolution of it.
  void bottleneck(int64_t width, int64_t stride) {
    const TensorId input = x_;
    const int64_t channels = channels_;
    conv(width, 1, 1).function(UnaryFn::relu).conv(width, 3, stride).function(UnaryFn::relu).conv(width * 4, 1, 1);
    TensorId shortcut = input;
    if (channels != width * 4) {
      const TensorId main = std::exchange(x_, input);
      channels_ = channels;
      shortcut = conv(width * 4, 1, stride).x_;
      x_ = main;
    }
    x_ = b_.node(Binary{}, {x_, shortcut});
    function(UnaryFn::relu);
  }

  Model classify() {
    x_ = b_.node(Reduce{.fn = ReduceFn::mean, .keep_dims = false, .spatial = true}, {x_});
    b_.outputs({b_.node(MatMul{}, {x_, b_.stored({channels_, 1000}), b_.stored({1000})})});
    return b_.finish();
  }

 private:
  ModelBuilder b_;
  TensorId x_ = 0;
  int64_t channels_ = 3;
};

Model mobilenet_v2(int64_t batch) {
  struct Stage {
    int64_t expansion, filters, blocks, stride;
  };
  constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                               {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  Network network(batch);
  network.conv(32, 3, 2).function(UnaryFn::relu6);
  for (const Stage& stage : kStages) {
    for (int64_t i = 0; i < stage.blocks; ++i) {
      network.inverted_residual(stage.expansion, stage.filters, i == 0 ? stage.stride : 1);
    }
  }
  return network.conv(1280, 1, 1).function(UnaryFn::relu6).classify();
}

Model resnet50(int64_t batch) {
  Network network(batch);
  network.conv(64, 7, 2).function(UnaryFn::relu).max_pool();
  int64_t width = 64;
  for (const int64_t blocks : {3, 4, 6, 3}) {
    for (int64_t i = 0; i < blocks; ++i) network.bottleneck(width, i == 0 && width > 64 ? 2 : 1);
    width *= 2;
  }
  return network.classify();
}

// The steps that were measured with PyTorch 2.15, batch 2: shared/design/conventions.md, 2.6.

TEST(TorchStep, of_resnet50_is_the_measured_one) {
  const Trained step = trained(resnet50(2));
  EXPECT_EQ(step.counted.report.totals.figures.params, 25'557'032 + 53'120);
  EXPECT_EQ(step.training().torch_flops, 48'598'155'264);
  EXPECT_EQ(step.training().torch_flops_corrected, 48'598'155'264);
  // Three forward runs of 4,089,184,256 each, less the input gradient of the first layer, 118,013,952.
  EXPECT_EQ(step.training().step.macs, 2 * (3 * 4'089'184'256 - 118'013'952));
  EXPECT_EQ(step.training().trained_params, 25'557'032);
}

TEST(TorchStep, of_mobilenet_v2_is_the_measured_one) {
  const Trained step = trained(mobilenet_v2(2));
  EXPECT_EQ(2 * *step.training().forward.macs, 1'203'097'088);
  EXPECT_EQ(step.training().torch_flops, 24'559'401'984);
  constexpr uint64_t kFirst = uint64_t{112} * 112 * 32 * 27;
  EXPECT_EQ(step.training().torch_flops_corrected, uint64_t{3} * 1'203'097'088 - 2 * 2 * kFirst);
  EXPECT_EQ(step.training().trained_params, 3'504'872);
}

}  // namespace
}  // namespace flopstat::test
