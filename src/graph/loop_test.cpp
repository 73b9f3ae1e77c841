#include "graph/loop.h"

#include <gtest/gtest.h>

#include "support/model_builder.h"

namespace flopstat::test {
namespace {

/// for (i = start; i `condition` limit; i += step) x = x * w
struct Counting {
  int64_t start = 0;
  int64_t step = 1;
  BinaryFn condition = BinaryFn::less;
  int64_t limit = 10;
};

constexpr GraphId kCondition = 1;
constexpr GraphId kBody = 2;

Model counting_loop(const Counting& loop) {
  ModelBuilder b;
  const TensorId i = b.stored_values({}, {loop.start}, DType::i64);
  const TensorId x = b.input("x", {2, 4});
  const TensorId w = b.stored({4, 4});
  const std::vector<TensorId> results{b.computed(), b.computed(), b.computed()};
  b.node_to(While{kCondition, kBody}, {i, x, w}, results, "loop");
  b.outputs({results[0], results[1]});
  b.graph();
  const TensorId checked = b.input("i", {}, DType::i64);
  b.input("x", {});
  b.input("w", {});
  b.outputs({b.node(Binary{loop.condition}, {checked, b.stored_values({}, {loop.limit}, DType::i64)}, "check")});
  b.graph();
  const TensorId counter = b.input("i", {}, DType::i64);
  const TensorId in = b.input("x", {});
  const TensorId weight = b.input("w", {});
  const TensorId next = b.node(Binary{BinaryFn::add}, {counter, b.stored_values({}, {loop.step}, DType::i64)}, "next");
  b.outputs({next, b.node(MatMul{}, {in, weight}, "product"), weight});
  return b.finish();
}

const Child& only_child(const Frames& frames) { return frames.root.children.begin()->second; }

/// Trips of the body; the condition runs once more.
uint64_t trips_of(const Model& model) {
  const Frames frames = infer(model, {});
  const Child& child = only_child(frames);
  EXPECT_EQ(child.calls.size(), 2);
  const uint64_t* trips = known(child.calls.at(1).repeat);
  if (trips == nullptr) {
    ADD_FAILURE() << reason(child.calls[1].repeat).why;
    return 0;
  }
  EXPECT_EQ(*known(child.calls[0].repeat), *trips + 1);
  return *trips;
}

std::string why_trips_unknown(const Model& model) {
  const Frames frames = infer(model, {});
  const Known<uint64_t>& repeat = only_child(frames).calls.at(1).repeat;
  EXPECT_EQ(known(repeat), nullptr);
  return known(repeat) == nullptr ? reason(repeat).why : "";
}

TEST(Loop, runs_until_its_condition_fails) {
  for (const int64_t trips : {0, 1, 2, 3, 10, 1000, 4097}) {
    EXPECT_EQ(trips_of(counting_loop({.limit = trips})), static_cast<uint64_t>(trips));
  }
}

TEST(Loop, of_two_thousand_million_trips_is_counted_without_running_it) {
  EXPECT_EQ(trips_of(counting_loop({.limit = int64_t{1} << 31})), uint64_t{1} << 31);
}

TEST(Loop, may_step_over_its_limit) {
  EXPECT_EQ(trips_of(counting_loop({.step = 2, .limit = 9})), 5);  // 0, 2, 4, 6, 8
  EXPECT_EQ(trips_of(counting_loop({.start = 3, .step = 7, .condition = BinaryFn::less_equal, .limit = 24})), 4);
}

TEST(Loop, may_count_down) {
  EXPECT_EQ(trips_of(counting_loop({.start = 10, .step = -1, .condition = BinaryFn::greater, .limit = 0})), 10);
  EXPECT_EQ(trips_of(counting_loop({.start = 9, .step = -2, .condition = BinaryFn::greater_equal, .limit = 0})), 5);
}

TEST(Loop, may_run_until_its_counter_equals_a_limit) {
  for (const int64_t trips : {0, 1, 2, 3, 5, 1000, 4097}) {
    EXPECT_EQ(trips_of(counting_loop({.condition = BinaryFn::not_equal, .limit = trips})),
              static_cast<uint64_t>(trips));
  }
  EXPECT_EQ(trips_of(counting_loop({.start = 10, .step = -2, .condition = BinaryFn::not_equal, .limit = 4})), 3);
}

TEST(Loop, that_steps_over_the_limit_it_should_equal_has_no_trip_count) {
  const std::string why = why_trips_unknown(counting_loop({.step = 2, .condition = BinaryFn::not_equal, .limit = 9}));
  EXPECT_NE(why.find("never fails"), std::string::npos) << why;
  why_trips_unknown(counting_loop({.start = 5, .condition = BinaryFn::not_equal, .limit = 3}));
}

TEST(Loop, that_never_ends_has_no_trip_count) {
  const std::string why = why_trips_unknown(counting_loop({.step = 0}));
  EXPECT_NE(why.find("never fails"), std::string::npos) << why;
}

TEST(Loop, carries_its_last_values_out) {
  const Model model = counting_loop({.start = 3, .step = 2, .limit = 10});
  const Frames frames = infer(model, {});
  const Value* i = known(frames.root.values[model.graphs[0].outputs[0]]);
  ASSERT_NE(i, nullptr);
  ASSERT_NE(i->elements, nullptr);
  EXPECT_EQ(integers(*i->elements), (std::vector<int64_t>{3 + 4 * 2}));  // 3, 5, 7, 9 hold
  EXPECT_EQ(shape_in(frames, model.graphs[0].outputs[1]), (Shape{2, 4}));
}

TEST(Loop, weights_that_it_carries_stay_constants_and_what_it_changes_does_not) {
  const Frames frames = infer(counting_loop({}), {});
  const Frame& body = only_child(frames).calls[1].frame;
  EXPECT_FALSE(known(body.values[0])->constant);  // the counter, though its start is one
  EXPECT_FALSE(known(body.values[1])->constant);
  EXPECT_TRUE(known(body.values[2])->constant);
}

TEST(Loop, carries_what_it_does_not_change_with_its_contents) {
  // A real number that both trips hand on: the limit of a loop over time.
  ModelBuilder b;
  const TensorId i = b.stored_values({}, {0}, DType::i64);
  const TensorId limit = b.stored({}, DType::f32);
  b.tensor(limit).elements = std::make_shared<const Elements>(1, 7.0);
  b.node_to(While{kCondition, kBody}, {i, limit}, {b.computed(), b.computed()});
  b.graph();
  const TensorId checked = b.input("i", {}, DType::i64);
  const TensorId bound = b.input("limit", {});
  b.outputs({b.node(Binary{BinaryFn::less}, {b.node(Cast{DType::f32}, {checked}), bound})});
  b.graph();
  const TensorId counter = b.input("i", {}, DType::i64);
  const TensorId same = b.node(Identity{}, {b.input("limit", {})});
  b.outputs({b.node(Binary{BinaryFn::add}, {counter, b.stored_values({}, {1}, DType::i64)}), same});
  EXPECT_EQ(trips_of(b.finish()), 7);
}

TEST(Loop, whose_condition_depends_on_data_has_no_trip_count_but_shapes) {
  ModelBuilder b;
  const TensorId x = b.input("x", {2, 4});
  const TensorId y = b.computed();
  b.node_to(While{kCondition, kBody}, {x}, {y});
  b.graph();
  const TensorId checked = b.input("x", {});
  const TensorId sum = b.node(Reduce{.keep_dims = false}, {checked});
  b.outputs({b.node(Binary{BinaryFn::less}, {sum, b.stored({})})});
  b.graph();
  b.outputs({b.node(Unary{UnaryFn::tanh}, {b.input("x", {})})});
  const Model model = b.finish();
  EXPECT_NE(why_trips_unknown(model).find("depends on input data"), std::string::npos);
  EXPECT_EQ(shape_in(infer(model, {}), y), (Shape{2, 4}));
}

/// for (i = 0; i < trips; ++i) list = list + row
Model growing_list(int64_t trips) {
  ModelBuilder b;
  const TensorId i = b.stored_values({}, {0}, DType::i64);
  const TensorId list = b.input("list", {0, 4});
  const TensorId row = b.input("row", {1, 4});
  const std::vector<TensorId> results{b.computed(), b.computed(), b.computed()};
  b.node_to(While{kCondition, kBody}, {i, list, row}, results);
  b.outputs({results[1]});
  b.graph();
  const TensorId checked = b.input("i", {}, DType::i64);
  b.outputs({b.node(Binary{BinaryFn::less}, {checked, b.stored_values({}, {trips}, DType::i64)})});
  b.graph();
  const TensorId counter = b.input("i", {}, DType::i64);
  const TensorId before = b.input("list", {});
  const TensorId added = b.input("row", {});
  b.outputs({b.node(Binary{BinaryFn::add}, {counter, b.stored_values({}, {1}, DType::i64)}),
             b.node(Concat{.axis = 0}, {before, added}), added});
  return b.finish();
}

TEST(Loop, over_a_list_that_grows_is_followed_trip_by_trip) {
  const Model model = growing_list(10);
  const Frames frames = infer(model, {});
  EXPECT_EQ(shape_in(frames, model.graphs[0].outputs[0]), (Shape{10, 4}));
  const Child& child = only_child(frames);
  ASSERT_EQ(child.calls.size(), 1 + 10);
  EXPECT_EQ(*known(child.calls[0].repeat), 10 + 1);
  for (int64_t trip = 0; trip < 10; ++trip) {
    const Called& called = child.calls[static_cast<size_t>(trip) + 1];
    EXPECT_EQ(*known(called.repeat), 1);
    EXPECT_EQ(known(called.frame.values[1])->shape, (Shape{trip, 4}));
  }
}

TEST(Loop, over_a_list_that_grows_for_too_long_is_unknown) {
  const Model model = growing_list(1'000'000);
  EXPECT_NE(why_trips_unknown(model).find("change from trip to trip"), std::string::npos);
}

TEST(Loop, that_does_not_run_hands_its_operands_on) {
  const Model model = growing_list(0);
  EXPECT_EQ(shape_in(infer(model, {}), model.graphs[0].outputs[0]), (Shape{0, 4}));
}

TEST(Loop, inside_a_loop_runs_as_often_each_time) {
  // Outer: 3 trips; inner: 5.
  ModelBuilder b;
  const auto condition = [&b](int64_t limit) {
    b.graph();
    const TensorId i = b.input("i", {}, DType::i64);
    b.outputs({b.node(Binary{BinaryFn::less}, {i, b.stored_values({}, {limit}, DType::i64)})});
  };
  const TensorId x = b.input("x", {2, 2});
  b.node_to(While{1, 2}, {b.stored_values({}, {0}, DType::i64), x}, {b.computed(), b.computed()});
  condition(3);
  b.graph();
  const TensorId i = b.input("i", {}, DType::i64);
  const TensorId outer = b.input("x", {});
  const TensorId y = b.computed();
  b.node_to(While{3, 4}, {b.stored_values({}, {0}, DType::i64), outer}, {b.computed(), y});
  b.outputs({b.node(Binary{BinaryFn::add}, {i, b.stored_values({}, {1}, DType::i64)}), y});
  condition(5);
  b.graph();
  const TensorId j = b.input("j", {}, DType::i64);
  const TensorId inner = b.input("x", {});
  b.outputs({b.node(Binary{BinaryFn::add}, {j, b.stored_values({}, {1}, DType::i64)}),
             b.node(MatMul{}, {inner, inner}, "product")});
  const Counted all = counted(b.finish());
  EXPECT_EQ(row_named(all.report, "product").repeat, 3 * 5);
  EXPECT_EQ(all.report.totals.figures.macs, 3 * 5 * (2 * 2 * 2));
}

}  // namespace
}  // namespace flopstat::test
