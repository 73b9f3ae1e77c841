#include "count/parameters.h"

#include <gtest/gtest.h>

#include "support/model_builder.h"

namespace flopstat::test {
namespace {

constexpr uint64_t kFloat = 4;  // bytes of an f32

uint64_t params(const Counted& all) { return *all.report.totals.figures.params; }
uint64_t weight_bytes(const Counted& all) { return *all.report.totals.figures.weight_bytes; }

TEST(Parameters, are_the_elements_of_weights_and_biases) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 784});
  b.outputs({b.node(MatMul{}, {x, b.stored({784, 10}), b.stored({10})}, "dense")});
  const Counted all = counted(b.finish());
  EXPECT_EQ(params(all), 784 * 10 + 10);
  EXPECT_EQ(weight_bytes(all), (784 * 10 + 10) * kFloat);
  EXPECT_EQ(row_named(all.report, "dense").figures.params, 784 * 10 + 10);
}

TEST(Parameters, that_training_moves_are_told_apart_where_the_file_says_which) {
  ModelBuilder b;
  const TensorId kernel = b.stored({784, 10});
  const TensorId mean = b.stored({10});
  const TensorId scale = b.stored({});
  b.tensor(kernel).trainable = true;
  b.tensor(mean).trainable = false;
  b.tensor(scale).trainable = true;
  const TensorId dense = b.node(MatMul{}, {b.input("x", {1, 784}), kernel});
  const TensorId centred = b.node(Binary{BinaryFn::sub}, {dense, mean});
  b.outputs({b.node(Binary{BinaryFn::mul}, {centred, scale})});
  const Counted all = counted(b.finish());
  EXPECT_EQ(params(all), 784 * 10 + 10 + 1);
  EXPECT_EQ(all.report.totals.trainable_params, 784 * 10 + 1);
}

TEST(Parameters, of_which_there_are_none_has_none_that_training_moves) {
  ModelBuilder b;
  b.outputs({b.node(Unary{UnaryFn::relu}, {b.input("x", {1, 8})})});
  EXPECT_EQ(counted(b.finish()).report.totals.trainable_params, 0);
}

TEST(Parameters, a_stored_buffer_used_twice_counts_once_for_its_first_user) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 8});
  const TensorId w = b.stored({8, 8});
  const TensorId alias = b.stored({8, 8});  // another tensor on the same buffer
  b.tensor(alias).storage = b.tensor(w).storage;
  const TensorId first = b.node(MatMul{}, {x, w}, "first");
  const TensorId second = b.node(MatMul{}, {first, w}, "second");
  b.outputs({b.node(MatMul{}, {second, alias}, "third")});
  const Counted all = counted(b.finish());
  EXPECT_EQ(params(all), 8 * 8);
  EXPECT_EQ(row_named(all.report, "first").figures.params, 8 * 8);
  EXPECT_EQ(row_named(all.report, "second").figures.params, 0);
  EXPECT_EQ(row_named(all.report, "third").figures.params, 0);
}

TEST(Parameters, two_equal_buffers_count_twice) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 8});
  b.outputs({b.node(MatMul{}, {b.node(MatMul{}, {x, b.stored({8, 8})}), b.stored({8, 8})})});
  EXPECT_EQ(params(counted(b.finish())), 2 * 8 * 8);
}

TEST(Parameters, scalars_and_booleans_are_none) {
  ModelBuilder b;
  const TensorId x = b.input("x", {4});
  const TensorId half = b.node(Binary{BinaryFn::mul}, {x, b.stored({})});
  b.outputs({b.node(Select{}, {b.stored({4}, DType::boolean), half, x})});
  const Counted all = counted(b.finish());
  EXPECT_EQ(params(all), 0);
  EXPECT_EQ(weight_bytes(all), 0);
}

TEST(Parameters, shapes_and_indices_are_none) {
  ModelBuilder b;
  const TensorId x = b.input("x", {2, 6});
  const TensorId y = b.node(Reshape{}, {x, b.stored_values({2}, {4, 3})});
  const TensorId z = b.node(Transpose{}, {y, b.stored_values({2}, {1, 0})});
  b.outputs({b.node(Gather{}, {z, b.stored_values({2}, {0, 2})})});
  EXPECT_EQ(params(counted(b.finish())), 0);
}

TEST(Parameters, an_embedding_is_its_whole_table) {
  ModelBuilder b;
  const TensorId ids = b.input("ids", {5}, DType::i32);
  b.outputs({b.node(Gather{}, {b.stored({1000, 16}), ids})});
  EXPECT_EQ(params(counted(b.finish())), 1000 * 16);
}

TEST(Parameters, count_at_their_source_through_movement_casts_and_arithmetic) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 6});
  const TensorId half = b.stored({24}, DType::f16);
  const TensorId factor = b.stored({1, 4});
  const TensorId matrix = b.node(Reshape{}, {half, b.stored_values({2}, {6, 4})}, "reshape");
  const TensorId real = b.node(Cast{DType::f32}, {matrix}, "cast");
  const TensorId scaled = b.node(Binary{BinaryFn::mul}, {real, factor}, "scale");
  b.outputs({b.node(MatMul{}, {x, scaled}, "dense")});
  const Counted all = counted(b.finish());
  EXPECT_EQ(params(all), 24 + 4);
  EXPECT_EQ(weight_bytes(all), 24 * 2 + 4 * kFloat);
  EXPECT_EQ(row_named(all.report, "dense").figures.params, 24 + 4);
  for (const char* name : {"reshape", "cast", "scale"}) EXPECT_EQ(row_named(all.report, name).figures.params, 0);
}

TEST(Parameters, of_a_dequantized_weight_are_stored_as_integers_beside_their_scales) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 6});
  const TensorId w = b.stored({6, 4}, DType::i8);
  b.tensor(w).quantization = {.scales = 4, .scale = 0.5F, .stored_bytes = 4 * (4 + 8)};
  b.outputs({b.node(MatMul{}, {x, b.node(Dequantize{}, {w})})});
  const Counted all = counted(b.finish());
  EXPECT_EQ(params(all), 6 * 4);
  EXPECT_EQ(weight_bytes(all), 6 * 4);
  EXPECT_EQ(all.report.totals.quantization_bytes, 4 * (4 + 8));
}

TEST(Parameters, scales_that_are_operands_are_quantization_bytes_once) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 6});
  const TensorId scale = b.stored({4});
  const TensorId zero_point = b.stored({4}, DType::i8);
  const TensorId first = b.node(Dequantize{}, {b.stored({6, 4}, DType::i8), scale, zero_point});
  const TensorId second = b.node(Dequantize{}, {b.stored({6, 4}, DType::i8), scale, zero_point});
  b.outputs({b.node(MatMul{}, {x, first}), b.node(MatMul{}, {x, second})});
  const Counted all = counted(b.finish());
  EXPECT_EQ(params(all), 2 * 6 * 4);
  EXPECT_EQ(all.report.totals.quantization_bytes, 4 * kFloat + 4);
}

TEST(Parameters, int4_weights_take_half_a_byte) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 7});
  b.outputs({b.node(MatMul{}, {x, b.stored({7, 3}, DType::i4)})});
  EXPECT_EQ(params(counted(b.finish())), 21);
  ModelBuilder again;
  const TensorId y = again.input("x", {1, 7});
  again.outputs({again.node(MatMul{}, {y, again.stored({7, 3}, DType::i4)})});
  EXPECT_EQ(weight_bytes(counted(again.finish())), (21 + 1) / 2);
}

TEST(Parameters, a_weight_made_by_a_fill_counts_as_if_stored) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 6});
  const TensorId w = b.node(Fill{}, {b.stored_values({2}, {6, 4})});
  b.outputs({b.node(MatMul{}, {x, w}), b.node(MatMul{}, {x, w})});
  const Counted all = counted(b.finish());
  EXPECT_EQ(params(all), 6 * 4);
  EXPECT_EQ(weight_bytes(all), 6 * 4 * kFloat);
}

TEST(Parameters, of_called_graphs_count_once_however_often_they_are_called) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 4});
  const TensorId w = b.stored({4, 4});
  b.outputs({b.node(Call{1}, {b.node(Call{1}, {x, w}), w})});
  b.graph();
  const TensorId inner = b.input("x", {});
  const TensorId handed = b.input("w", {});
  b.outputs({b.node(MatMul{}, {inner, handed, b.stored({4})})});
  const Counted all = counted(b.finish());
  EXPECT_EQ(params(all), 4 * 4 + 4);
  EXPECT_EQ(all.report.totals.figures.macs, 2 * 4 * 4);
}

TEST(Parameters, the_initial_state_of_a_loop_is_none_and_the_weight_it_hands_on_is) {
  ModelBuilder b;
  const TensorId i = b.stored_values({}, {0});
  const TensorId h = b.stored({1, 4});
  const TensorId w = b.stored({4, 4});
  const std::vector<TensorId> results{b.computed(), b.computed(), b.computed()};
  b.node_to(While{1, 2}, {i, h, w}, results);
  b.outputs({results[1]});
  b.graph();
  b.outputs({b.node(Binary{BinaryFn::less}, {b.input("i", {}, DType::i32), b.stored_values({}, {5})})});
  b.graph();
  const TensorId counter = b.input("i", {}, DType::i32);
  const TensorId state = b.input("h", {});
  const TensorId weight = b.input("w", {});
  b.outputs(
      {b.node(Binary{BinaryFn::add}, {counter, b.stored_values({}, {1})}), b.node(MatMul{}, {state, weight}), weight});
  const Counted all = counted(b.finish());
  EXPECT_EQ(params(all), 4 * 4);
  EXPECT_EQ(all.report.totals.figures.macs, 5 * (4 * 4));
}

}  // namespace
}  // namespace flopstat::test
