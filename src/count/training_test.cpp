#include "count/training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/uses.h"
#include "support/training.h"

namespace flopstat::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Op relu() { return Unary{UnaryFn::relu}; }

uint64_t units_of(const TrainingWork& work, Unit unit) {
  uint64_t sum = 0;
  for (const Work& each : work.work) sum += each.unit == unit ? each.count : 0;
  return sum;
}

/// x [batch, 784] -> 100 -> 100 -> 10, relu behind the first two, with biases.
Model mlp(int64_t batch, bool softmax = true) {
  ModelBuilder b;
  TensorId x = b.input("x", {batch, 784});
  int64_t width = 784;
  for (const int64_t units : {100, 100, 10}) {
    x = b.node(MatMul{}, {x, b.stored({width, units}), b.stored({units})}, "dense" + std::to_string(units));
    if (units != 10) x = b.node(relu(), {x});
    width = units;
  }
  if (softmax) x = b.node(Softmax{}, {x}, "softmax");
  b.outputs({x});
  return b.finish();
}

constexpr uint64_t kMlpMacs = 784 * 100 + 100 * 100 + 100 * 10;
constexpr uint64_t kMlpParams = kMlpMacs + 100 + 100 + 10;

TEST(Training, a_step_of_an_mlp_is_three_forward_runs_less_the_first_layers_input_gradient) {
  for (const uint64_t batch : {1, 32}) {
    const Trained step = trained(mlp(static_cast<int64_t>(batch)));
    EXPECT_EQ(step.training().forward.macs, batch * kMlpMacs);
    EXPECT_EQ(step.training().backward_weight.macs, batch * kMlpMacs);
    EXPECT_EQ(step.training().backward_input.macs, batch * (kMlpMacs - 784 * 100));
    EXPECT_EQ(step.training().step.macs, batch * (3 * kMlpMacs - 784 * 100));
    EXPECT_EQ(step.training().torch_flops, 2 * batch * (3 * kMlpMacs - 784 * 100));
    EXPECT_TRUE(step.training().complete);
    EXPECT_EQ(step.training().batch, batch);
  }
}

TEST(Training, every_operation_of_a_step_of_an_mlp_is_derived) {
  constexpr uint64_t kBatch = 4;
  const Trained counted = trained(mlp(kBatch));
  const Training& step = counted.training();
  // Forward: products, biases and relu; the softmax is part of the loss.
  EXPECT_EQ(step.forward.flops, kBatch * (2 * kMlpMacs + 210 + 200));
  // Loss: per row 9 compare, 29 add, 11 t; mean 3 add, div; gradient 10 add, 10 mul an item.
  EXPECT_EQ(step.loss_work.flops, kBatch * (9 + 29 + 11) + 3 + 1 + kBatch * 20);
  // Of activations: products behind the first layer, and the masks of relu.
  EXPECT_EQ(step.backward_input.flops, kBatch * (2 * (kMlpMacs - 78'400) + 200));
  // Of weights: products, and the biases' sums over the batch.
  EXPECT_EQ(step.backward_weight.flops, kBatch * 2 * kMlpMacs + (kBatch - 1) * 210);
  // sgd: mul and add.
  EXPECT_EQ(step.optimizer_work.flops, 2 * kMlpParams);
}

/// 3 -> 8 -> 16 channels by 3 x 3, max pools of 2 between, then dense to 10.
Model cnn(int64_t batch) {
  ModelBuilder b;
  TensorId x = b.input("x", {batch, 3, 16, 16});
  const Axis same{.pad_before = 1, .pad_after = 1};
  const Axis halves{.kernel = 2, .stride = 2};
  int64_t channels = 3;
  for (const int64_t filters : {8, 16}) {
    x = b.node(Conv{.window = {.axes = {same, same}}}, {x, b.stored({filters, channels, 3, 3}), b.stored({filters})});
    x = b.node(relu(), {x});
    x = b.node(Pool{.window = {.axes = {halves, halves}}}, {x});
    channels = filters;
  }
  x = b.node(Flatten{}, {x});
  b.outputs({b.node(MatMul{}, {x, b.stored({256, 10}), b.stored({10})})});
  return b.finish();
}

TEST(Training, a_step_of_a_cnn_is_three_forward_runs_less_the_first_layers_input_gradient) {
  constexpr uint64_t kFirst = 16 * 16 * 8 * 27;
  constexpr uint64_t kMacs = kFirst + 8 * 8 * 16 * 72 + 256 * 10;
  const Trained step = trained(cnn(2));
  EXPECT_EQ(step.training().step.macs, 2 * (3 * kMacs - kFirst));
  EXPECT_EQ(step.training().torch_flops, 2 * 2 * (3 * kMacs - kFirst));
  EXPECT_EQ(step.training().loss, "squared-error");
}

TEST(Training, adam_keeps_exactly_two_values_for_each_trained_parameter) {
  const Trained step = trained(mlp(1), {.optimizer = "adam"});
  EXPECT_EQ(step.training().trained_params, kMlpParams);
  EXPECT_EQ(step.training().memory.gradients, kMlpParams * 4);
  EXPECT_EQ(step.training().memory.state, kMlpParams * 2 * 4);
  EXPECT_EQ(step.training().optimizer_work.flops, kMlpParams * (6 + 4 + 1 + 1));
}

TEST(Training, nothing_before_a_trained_layer_has_a_gradient) {
  // All but the last layer frozen: its weights alone.
  const Trained step = trained(mlp(1), {.frozen = {"dense100"}});
  EXPECT_EQ(step.training().backward_input.macs, 0);
  EXPECT_EQ(step.training().backward_weight.macs, 1000);
  EXPECT_EQ(step.training().trained_params, 1010);
  EXPECT_EQ(step.training().frozen_params, kMlpParams - 1010);
}

TEST(Training, a_frozen_layer_behind_a_trained_one_hands_the_gradient_on) {
  const Trained step = trained(mlp(1), {.frozen = {"dense10"}});
  EXPECT_EQ(step.training().backward_input.macs, 10'000 + 1000);
  EXPECT_EQ(step.training().backward_weight.macs, 78'400 + 10'000);
}

TEST(Training, a_layer_that_is_not_there_cannot_be_frozen) {
  try {
    trained(mlp(1), {.frozen = {"dense12"}});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::usage);
    EXPECT_THAT(error.message, HasSubstr("'dense12'"));
    EXPECT_EQ(error.help, "did you mean 'dense10'?");
  }
}

TEST(Training, names_that_are_none_are_errors_of_usage) {
  EXPECT_THROW(trained(mlp(1), {.optimizer = "adm"}), Error);
  EXPECT_THROW(trained(mlp(1), {.loss = "hinge"}), Error);
}

TEST(Training, what_the_file_does_not_train_is_left_alone) {
  Model model = mlp(1);
  for (Tensor& tensor : model.graphs[0].tensors) {
    if (tensor.storage != 0) tensor.trainable = tensor.dims->back().size == 10;
  }
  const Trained step = trained(std::move(model));
  EXPECT_EQ(step.training().trained_params, 1010);
  EXPECT_EQ(step.training().backward_input.macs, 0);
}

TEST(Training, a_tensor_with_two_readers_adds_their_gradients) {
  ModelBuilder b;
  const TensorId x = b.node(MatMul{}, {b.input("x", {4, 8}), b.stored({8, 16})}, "first");
  const TensorId left = b.node(relu(), {x});
  const TensorId right = b.node(Unary{UnaryFn::tanh}, {x});
  b.outputs({b.node(Binary{}, {left, right})});
  const Trained step = trained(b.finish());
  // relu 64 compare, tanh 128 mul + 64 add, and the two gradients of x 64 add.
  EXPECT_EQ(step.training().backward_input.flops, 64 + 128 + 64 + 64);
}

TEST(Training, a_weight_that_two_layers_share_adds_its_gradients) {
  ModelBuilder b;
  const TensorId w = b.stored({8, 8});
  TensorId x = b.node(MatMul{}, {b.input("x", {4, 8}), w});
  b.outputs({b.node(MatMul{}, {x, w})});
  const Trained step = trained(b.finish());
  EXPECT_EQ(step.training().trained_params, 64);
  EXPECT_EQ(units_of(step.training().backward_weight, Unit::add), 64);
  EXPECT_EQ(step.training().backward_weight.macs, 2 * 4 * 8 * 8);
}

TEST(Training, weights_are_followed_through_what_only_moves_them) {
  ModelBuilder b;
  const TensorId w = b.node(Transpose{}, {b.stored({16, 8})});
  b.outputs({b.node(MatMul{}, {b.input("x", {4, 8}), w})});
  const Trained step = trained(b.finish());
  EXPECT_EQ(step.training().trained_params, 16 * 8);
  EXPECT_EQ(step.training().backward_weight.macs, 4 * 8 * 16);
}

TEST(Training, an_embedding_adds_its_rows_and_updates_the_whole_table) {
  ModelBuilder b;
  b.outputs({b.node(Gather{}, {b.stored({100, 16}), b.input("ids", {2, 5}, DType::i64)})});
  const Trained step = trained(b.finish());
  EXPECT_EQ(units_of(step.training().backward_weight, Unit::add), 2 * 5 * 16);
  EXPECT_EQ(step.training().optimizer_work.flops, 100 * 16 * 2);
}

/// Convolution, batch norm of 8 channels, dense.
Model normalized() {
  ModelBuilder b;
  const Axis same{.pad_before = 1, .pad_after = 1};
  TensorId x = b.node(Conv{.window = {.axes = {same, same}}}, {b.input("x", {2, 3, 4, 4}), b.stored({8, 3, 3, 3})});
  x = b.node(BatchNorm{}, {x, b.stored({8}), b.stored({8}), b.stored({8}), b.stored({8})}, "norm");
  b.outputs({b.node(MatMul{}, {b.node(Flatten{}, {x}), b.stored({128, 4})}, "dense")});
  return b.finish();
}

TEST(Training, a_batch_norm_runs_by_the_statistics_of_the_batch) {
  const Trained step = trained(normalized());
  constexpr uint64_t kValues = 2 * 16;
  const TrainingRow& norm = step.row("norm");
  // Per channel 3m - 1 add, 2m mul, 2 div, t; scale and shift m each; 4 mul and 2 add for the running statistics.
  EXPECT_EQ(norm.forward.flops, 8 * ((3 * kValues - 1) + 2 * kValues + 2 + 1 + 2 * kValues + 6));
  EXPECT_EQ(*norm.backward_input.flops + *norm.backward_weight.flops, 8 * (3 * kValues + 1 + 4 * kValues - 2 + 2));
  EXPECT_EQ(norm.gradients, 16);  // the running statistics have none
}

TEST(Training, a_frozen_batch_norm_keeps_its_statistics) {
  const Trained step = trained(normalized(), {.frozen = {"norm"}});
  const TrainingRow& norm = step.row("norm");
  EXPECT_EQ(norm.forward.flops, 2 * 256);
  EXPECT_EQ(norm.backward_input.flops, 256);
  EXPECT_EQ(norm.backward_weight.flops, 0);
}

TEST(Training, a_dropout_compares_and_multiplies) {
  ModelBuilder b;
  TensorId x = b.node(MatMul{}, {b.input("x", {4, 8}), b.stored({8, 16})});
  x = b.node(Identity{}, {x}, "drop");
  b.last_node().type = "Dropout";
  b.outputs({x});
  const Trained step = trained(b.finish());
  EXPECT_EQ(step.row("drop").forward.flops, 2 * 64);
  EXPECT_EQ(step.row("drop").backward_input.flops, 64);
}

TEST(Training, an_activation_fused_behind_a_layer_is_derived_before_it) {
  ModelBuilder b;
  const TensorId x = b.node(MatMul{}, {b.input("x", {4, 8}), b.stored({8, 16})}, "dense");
  b.last_node().activation = UnaryFn::relu;
  b.outputs({x});
  const Trained step = trained(b.finish());
  EXPECT_EQ(units_of(step.row("dense").backward_input, Unit::compare), 64);
}

TEST(Training, an_operation_without_a_gradient_rule_is_not_known_and_the_rest_is) {
  ModelBuilder b;
  TensorId x = b.node(MatMul{}, {b.input("x", {4, 8}), b.stored({8, 16})}, "first");
  x = b.node(Lrn{}, {x}, "lrn");
  b.outputs({b.node(MatMul{}, {x, b.stored({16, 2})})});
  const Trained step = trained(b.finish());
  EXPECT_THAT(step.row("lrn").unknown, HasSubstr("lrn"));
  EXPECT_FALSE(step.training().complete);
  EXPECT_EQ(step.training().unknown_rows, 1);
  EXPECT_EQ(step.row("first").backward_weight.macs, 4 * 8 * 16);
  EXPECT_FALSE(step.training().memory.peak);
}

TEST(Training, an_integer_network_is_not_trained) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 8}, DType::i8);
  b.outputs({b.node(MatMul{}, {x, b.stored({8, 4}, DType::i8)})});
  const Trained step = trained(b.finish());
  EXPECT_THAT(step.training().unknown, HasSubstr("quantized"));
  EXPECT_THAT(step.training().rows, IsEmpty());
}

TEST(Training, keys_and_values_for_the_next_run_are_no_predictions) {
  ModelBuilder b;
  const TensorId past = b.input("past", {1, 2, 3, 4});
  const TensorId x = b.input("x", {1, 2, 1, 4});
  const TensorId key = b.node(Binary{BinaryFn::mul}, {x, b.stored({4})});
  const TensorId present = b.node(Concat{.axis = 2}, {past, key});
  const TensorId y = b.node(Reduce{}, {b.node(Binary{BinaryFn::mul}, {present, b.stored({4})})}, "sum");
  b.outputs({y, present});
  const Trained step = trained(b.finish());
  EXPECT_EQ(units_of(step.training().loss_work, Unit::mul), 2);  // of the sum alone: its square, its gradient
}

TEST(Training, micro_batches_repeat_forward_and_backward_and_add_their_gradients) {
  const Trained once = trained(mlp(8));
  const Trained four = trained(mlp(8), {.micro_batches = 4});
  EXPECT_EQ(four.training().forward.flops, 4 * *once.training().forward.flops);
  EXPECT_EQ(four.training().backward_input.flops, 4 * *once.training().backward_input.flops);
  EXPECT_EQ(four.training().backward_weight.flops, 4 * *once.training().backward_weight.flops + 3 * kMlpParams);
  EXPECT_EQ(four.training().optimizer_work.flops, once.training().optimizer_work.flops);
  EXPECT_EQ(four.training().memory.peak, once.training().memory.peak);
}

TEST(Training, an_epoch_has_as_many_steps_as_its_samples_fill) {
  const Trained step = trained(mlp(32), {.samples = 1000, .epochs = 3});
  EXPECT_EQ(step.training().steps, 3 * 32);  // 31 full batches and one of 8
  EXPECT_EQ(step.training().total_flops, 96 * *step.training().step.flops);
  EXPECT_FALSE(trained(mlp(32)).training().steps);
}

/// x [4, 8] -> 16 with relu fused -> 2.
Model two_layers() {
  ModelBuilder b;
  const TensorId x = b.node(MatMul{}, {b.input("x", {4, 8}), b.stored({8, 16}), b.stored({16})});
  b.last_node().activation = UnaryFn::relu;
  b.outputs({b.node(MatMul{}, {x, b.stored({16, 2}), b.stored({2})})});
  return b.finish();
}

TEST(TrainingMemory, is_parameters_gradients_state_and_what_is_alive_at_the_peak) {
  const TrainingMemory memory = trained(two_layers(), {.optimizer = "adam"}).training().memory;
  constexpr uint64_t kParameters = (8 * 16 + 16 + 16 * 2 + 2) * 4;
  // x 128, h 256, y 32 bytes. Back through the second layer: x and h are kept, dy and dh are alive.
  constexpr uint64_t kActivations = 128 + 256 + 32 + 256;
  EXPECT_EQ(memory.parameters, kParameters);
  EXPECT_EQ(memory.gradients, kParameters);
  EXPECT_EQ(memory.state, 2 * kParameters);
  EXPECT_EQ(memory.activations, kActivations);
  EXPECT_EQ(memory.peak, 4 * kParameters + kActivations);
  EXPECT_EQ(memory.row, 1);
  EXPECT_TRUE(memory.backwards);
}

TEST(TrainingMemory, is_in_the_totals_of_the_report) {
  const Trained step = trained(two_layers());
  EXPECT_EQ(step.counted.report.totals.training_peak_bytes, step.training().memory.peak);
}

TEST(TrainingMemory, what_no_row_reads_backwards_is_not_kept) {
  // A chain of additions of a parameter keeps nothing: the input and a result, or two gradients, at a time.
  ModelBuilder b;
  TensorId x = b.input("x", {16});
  for (int i = 0; i < 5; ++i) x = b.node(Binary{}, {x, b.stored({16})});
  b.outputs({x});
  EXPECT_EQ(trained(b.finish()).training().memory.activations, 2 * 64);
}

TEST(TrainingMemory, each_tensor_is_kept_once_however_many_rows_keep_it) {
  ModelBuilder b;
  const TensorId x = b.node(MatMul{}, {b.input("x", {4, 4}), b.stored({4, 4})});
  const TensorId left = b.node(MatMul{}, {x, b.stored({4, 4})});
  const TensorId right = b.node(MatMul{}, {x, b.stored({4, 4})});
  b.outputs({b.node(Binary{}, {left, right})});
  // 64 bytes a tensor. At the peak, back through the second product: the input, x, dx, and both sides' gradients.
  EXPECT_EQ(trained(b.finish()).training().memory.activations, 5 * 64);
}

TEST(Training, a_loop_is_trained_trip_by_trip) {
  // h' = tanh(x W + h R) for 5 trips, h from zeros that are computed: as a recurrent layer of 5 steps.
  ModelBuilder b;
  const TensorId count = b.stored_values({}, {5}, DType::i64);
  const TensorId x = b.input("x", {2, 8});
  const TensorId start = b.node(ZerosLike{}, {b.input("like", {2, 6})});
  const TensorId w = b.stored({8, 6});
  const TensorId r = b.stored({6, 6});
  const TensorId last = b.computed("last");
  const GraphId main = 0;
  const GraphId body = b.graph();
  b.input("trip", {}, DType::i64);
  const TensorId condition = b.input("condition", {}, DType::boolean);
  const TensorId h = b.input("h", {2, 6});
  const TensorId inner_x = b.input("x", {2, 8});
  const TensorId inner_w = b.input("w", {8, 6});
  const TensorId inner_r = b.input("r", {6, 6});
  const TensorId sum =
      b.node(Binary{}, {b.node(MatMul{}, {inner_x, inner_w}, "input"), b.node(MatMul{}, {h, inner_r}, "recurrent")});
  b.outputs({condition, b.node(Unary{UnaryFn::tanh}, {sum}, "tanh")});
  b.go_on_with(main);
  b.node_to(Loop{.body = body, .carried = 1}, {count, kAbsent, start, x, w, r}, {last}, "loop");
  b.outputs({last});
  const Trained step = trained(b.finish());
  EXPECT_EQ(step.row("input").backward_weight.macs, 5 * 2 * 8 * 6);
  EXPECT_EQ(step.row("input").backward_input.macs, 0);
  EXPECT_EQ(step.row("recurrent").backward_weight.macs, 5 * 2 * 6 * 6);
  EXPECT_EQ(step.row("recurrent").backward_input.macs, 4 * 2 * 6 * 6);  // the zeros have no gradient
  EXPECT_EQ(step.row("tanh").backward_input.flops, 5 * 3 * 12);
  EXPECT_EQ(step.training().trained_params, 8 * 6 + 6 * 6);
}

}  // namespace
}  // namespace flopstat::test
