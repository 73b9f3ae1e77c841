#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

bool all_are(const Cost& cost, Certainty certainty) {
  for (const Work& work : cost.work) {
    if (work.certainty != certainty) return false;
  }
  return true;
}

Node transform(Shape x, const std::vector<int64_t>& lengths, DType dtype = DType::f32) {
  Node node;
  node.in(std::move(x), dtype).in_values(lengths);
  return node;
}

TEST(RealFft, keeps_half_of_the_last_axis_and_one) {
  const std::vector<Value> values = values_of(RealFft{}, transform({96, 1, 512}, {1, 512}));
  EXPECT_EQ(first_shape(values), (Shape{96, 1, 257}));
  EXPECT_EQ(values[0].dtype, DType::c64);
  EXPECT_EQ(values_of(RealFft{}, transform({4, 8}, {4, 8}, DType::f64))[0].dtype, DType::c128);
}

TEST(RealFft, lengths_pad_or_cut_the_input) {
  EXPECT_EQ(shape_of(RealFft{}, transform({2, 3, 400}, {4, 512})), (Shape{2, 4, 257}));
  EXPECT_EQ(shape_of(RealFft{.axes = 1}, transform({2, 3, 400}, {5})), (Shape{2, 3, 3}));
}

TEST(RealFft, a_real_transform_is_half_a_complex_one) {
  const Cost cost = cost_of(RealFft{}, transform({96, 1, 512}, {1, 512}));
  EXPECT_EQ(units(cost, Unit::mul, DType::f32), 96 * 512 * 9);
  EXPECT_EQ(units(cost, Unit::add, DType::f32), 96 * 512 * 9 * 3 / 2);
  EXPECT_EQ(macs(cost), 0);
  EXPECT_TRUE(all_are(cost, Certainty::model));
}

TEST(RealFft, columns_of_the_spectrum_are_complex_transforms) {
  const Cost cost = cost_of(RealFft{}, transform({3, 8, 16}, {8, 16}));
  constexpr int kRows = 3 * 8;
  constexpr int kColumns = 3 * (16 / 2 + 1);
  EXPECT_EQ(units(cost, Unit::mul), kRows * (16 * 4) + kColumns * (2 * 8 * 3));
  EXPECT_EQ(units(cost, Unit::add), kRows * (16 * 4 * 3 / 2) + kColumns * (3 * 8 * 3));
}

TEST(RealFft, three_axes_are_transformed_one_after_another) {
  const Cost cost = cost_of(RealFft{.axes = 3}, transform({4, 2, 8}, {4, 2, 8}));
  constexpr int kRows = 4 * 2;
  constexpr int kBins = 8 / 2 + 1;
  EXPECT_EQ(units(cost, Unit::mul), kRows * (8 * 3) + (4 * kBins) * (2 * 2 * 1) + (2 * kBins) * (2 * 4 * 2));
}

TEST(RealFft, work_of_other_lengths_is_rounded_up) {
  const Cost cost = cost_of(RealFft{.axes = 1}, transform({10, 6}, {6}));
  EXPECT_EQ(units(cost, Unit::mul), 10 * 16);  // 6 log2 6 = 15.51
  EXPECT_EQ(units(cost, Unit::add), 10 * 24);  // 23.26
}

TEST(RealFft, a_transform_of_one_point_is_no_work) {
  EXPECT_TRUE(cost_of(RealFft{}, transform({5, 1, 1}, {1, 1})).work.empty());
}

TEST(RealFft, lengths_that_make_no_transform_are_named) {
  EXPECT_NE(why_unknown(RealFft{}, transform({8, 8}, {8, 0})).find("0 points"), std::string::npos);
  EXPECT_NE(why_unknown(RealFft{}, transform({8, 8}, {INT64_MIN, 8})).find("points is not possible"),
            std::string::npos);
  EXPECT_NE(why_unknown(RealFft{}, transform({8, 8}, {8})).find("1 lengths for 2 axes"), std::string::npos);
  EXPECT_NE(why_unknown(RealFft{}, transform({8}, {8, 8})).find("2 axes"), std::string::npos);
  EXPECT_NE(why_unknown(RealFft{.axes = -1}, transform({8}, {})).find("-1 axes"), std::string::npos);
  Node computed;
  computed.in({8, 8}).in({2}, DType::i32);
  EXPECT_NE(why_unknown(RealFft{}, computed).find("computed from the input"), std::string::npos);
  EXPECT_EQ(role(RealFft{}, 1), Role::shape);
}

Signal step(SignalFn fn, int64_t size = 0) { return {.fn = fn, .size = size}; }

Node one(Shape x, DType dtype) {
  Node node;
  node.in(std::move(x), dtype);
  return node;
}

TEST(Signal, a_window_multiplies_and_clamps_each_sample) {
  Node node;
  node.in({3, 480}, DType::i16).weight({480}, DType::i16);
  EXPECT_EQ(shape_of(step(SignalFn::window), node), (Shape{3, 480}));
  const Cost cost = cost_of(step(SignalFn::window), node);
  EXPECT_EQ(units(cost, Unit::mul, DType::i16), 3 * 480);
  EXPECT_EQ(units(cost, Unit::compare, DType::i16), 3 * 480 * 2);
  EXPECT_EQ(role(step(SignalFn::window), 1), Role::weight);
}

TEST(Signal, scaling_looks_for_the_largest_sample) {
  const std::vector<Value> values = values_of(step(SignalFn::fft_auto_scale), one({480}, DType::i16));
  ASSERT_EQ(values.size(), 2);
  EXPECT_EQ(values[0].shape, (Shape{480}));
  EXPECT_EQ(values[1].shape, Shape{});
  EXPECT_EQ(values[1].dtype, DType::i32);
  const Cost cost = cost_of(step(SignalFn::fft_auto_scale), one({480}, DType::i16));
  EXPECT_EQ(all_units(cost, Part::core), 480 * 2);
}

TEST(Signal, a_transform_pads_its_rows_and_writes_pairs) {
  const std::vector<Value> values = values_of(step(SignalFn::rfft, 512), one({480}, DType::i16));
  EXPECT_EQ(first_shape(values), (Shape{(512 / 2 + 1) * 2}));
  EXPECT_EQ(values[0].dtype, DType::i16);
  const Cost cost = cost_of(step(SignalFn::rfft, 512), one({4, 480}, DType::i16));
  EXPECT_EQ(units(cost, Unit::mul, DType::i16), 4 * 512 * 9);
  EXPECT_EQ(units(cost, Unit::add, DType::i16), 4 * 512 * 9 * 3 / 2);
  EXPECT_TRUE(all_are(cost, Certainty::model));
}

TEST(Signal, energy_is_taken_of_the_bins_asked_for) {
  const std::vector<Value> values = values_of(step(SignalFn::energy, 241 - 5), one({514}, DType::i16));
  EXPECT_EQ(first_shape(values), (Shape{257}));
  EXPECT_EQ(values[0].dtype, DType::u32);
  const Cost cost = cost_of(step(SignalFn::energy, 241 - 5), one({514}, DType::i16));
  EXPECT_EQ(units(cost, Unit::mul), (241 - 5) * 2);
  EXPECT_EQ(units(cost, Unit::add), 241 - 5);
}

/// A filter bank of three channels and its scratch one.
Node bank(bool widths_known) {
  Node node;
  node.in({257}, DType::u32).weight({316}, DType::i16).weight({316}, DType::i16);
  node.in_values({0, 4, 8, 16}, DType::i16).in_values({0, 4, 8, 16}, DType::i16);
  if (widths_known) {
    node.in_values({4, 3, 8, 12}, DType::i16);
  } else {
    node.in({4}, DType::i16);
  }
  return node;
}

TEST(Signal, a_filter_bank_weighs_each_bin_for_two_channels) {
  const Cost cost = cost_of(step(SignalFn::filter_bank, 3), bank(true));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::u32), 2 * (4 + 3 + 8 + 12));
  EXPECT_TRUE(all_are(cost, Certainty::exact));
  const std::vector<Value> values = values_of(step(SignalFn::filter_bank, 3), bank(true));
  EXPECT_EQ(first_shape(values), (Shape{3}));
  EXPECT_EQ(values[0].dtype, DType::u64);
}

TEST(Signal, a_filter_bank_of_unknown_widths_uses_at_most_its_weights) {
  const Cost cost = cost_of(step(SignalFn::filter_bank, 3), bank(false));
  EXPECT_EQ(macs(cost), 2 * 316);
  EXPECT_TRUE(all_are(cost, Certainty::bound));
}

TEST(Signal, a_filter_bank_has_weights_and_indices) {
  EXPECT_EQ(role(step(SignalFn::filter_bank), 0), Role::data);
  EXPECT_EQ(role(step(SignalFn::filter_bank), 2), Role::weight);
  EXPECT_EQ(role(step(SignalFn::filter_bank), 3), Role::index);
}

TEST(Signal, each_channel_has_a_square_root) {
  Node node;
  node.in({40}, DType::u64).in({}, DType::i32);
  EXPECT_EQ(values_of(step(SignalFn::filter_bank_square_root), node)[0].dtype, DType::u32);
  const Cost cost = cost_of(step(SignalFn::filter_bank_square_root), node);
  EXPECT_EQ(units(cost, Unit::transcendental, DType::u64), 40);
  EXPECT_TRUE(all_are(cost, Certainty::model));
}

TEST(Signal, subtraction_smooths_the_noise_and_keeps_a_floor) {
  const Node node = one({40}, DType::u32);
  const std::vector<Value> values = values_of(step(SignalFn::filter_bank_spectral_subtraction), node);
  ASSERT_EQ(values.size(), 2);
  EXPECT_EQ(values[1].shape, (Shape{40}));
  const Cost cost = cost_of(step(SignalFn::filter_bank_spectral_subtraction), node);
  EXPECT_EQ(units(cost, Unit::mul), 40 * (2 + 1));      // two of the smoothing, one of the floor
  EXPECT_EQ(units(cost, Unit::add), 40 * (1 + 1));      // smoothing, subtraction
  EXPECT_EQ(units(cost, Unit::compare), 40 * (1 + 1));  // estimate below the signal, result above the floor
}

TEST(Signal, gain_control_is_bounded_by_its_longer_branches) {
  Node node;
  node.in({40}, DType::u32).in({40}, DType::u32).weight({125}, DType::i16);
  const Cost cost = cost_of(step(SignalFn::pcan), node);
  EXPECT_EQ(units(cost, Unit::mul, DType::u32), 40 * (2 + 1 + 1));  // quadratic gain, product, square
  EXPECT_EQ(units(cost, Unit::add), 40 * 3);
  EXPECT_EQ(units(cost, Unit::compare), 40 * 2);
  EXPECT_TRUE(all_are(cost, Certainty::bound));
  EXPECT_EQ(role(step(SignalFn::pcan), 1), Role::data);
  EXPECT_EQ(role(step(SignalFn::pcan), 2), Role::weight);
}

TEST(Signal, the_logarithm_is_scaled_rounded_and_clamped) {
  const Node node = one({40}, DType::u32);
  EXPECT_EQ(values_of(step(SignalFn::filter_bank_log), node)[0].dtype, DType::i16);
  const Cost cost = cost_of(step(SignalFn::filter_bank_log), node);
  EXPECT_EQ(units(cost, Unit::transcendental), 40);
  EXPECT_EQ(all_units(cost, Part::core), 40 * (1 + 1 + 1 + 2));
}

TEST(Signal, operands_that_do_not_fit_are_named) {
  EXPECT_NE(why_unknown(step(SignalFn::window), one({480}, DType::i16)).find("no weights"), std::string::npos);
  Node uneven;
  uneven.in({481}, DType::i16).weight({480}, DType::i16);
  EXPECT_NE(why_unknown(step(SignalFn::window), uneven).find("not cut evenly"), std::string::npos);
  EXPECT_NE(why_unknown(step(SignalFn::rfft, 256), one({480}, DType::i16)).find("480"), std::string::npos);
  EXPECT_NE(why_unknown(step(SignalFn::rfft, -2), one({480}, DType::i16)).find("-2 points"), std::string::npos);
  EXPECT_NE(why_unknown(step(SignalFn::energy, 4), one({513}, DType::i16)).find("pairs"), std::string::npos);
  EXPECT_NE(why_unknown(step(SignalFn::energy, 258), one({514}, DType::i16)).find("258 bins"), std::string::npos);
  EXPECT_NE(why_unknown(step(SignalFn::filter_bank, 4), bank(true)).find("one more than its 4"), std::string::npos);
  EXPECT_NE(why_unknown(step(SignalFn::filter_bank, 3), one({257}, DType::u32)).find("lacks"), std::string::npos);
  EXPECT_NE(why_unknown(step(SignalFn::filter_bank_log), one({}, DType::u32)).find("axis"), std::string::npos);
  EXPECT_EQ(known(count(step(SignalFn::filter_bank, 3), one({257}, DType::u32).operands())), nullptr);
}

TEST(Signal, a_delay_a_framer_and_a_stacker_copy_samples) {
  const Node samples = one({2, 480}, DType::i16);
  EXPECT_EQ(shape_of(step(SignalFn::delay), samples), (Shape{2, 480}));
  const Signal framer{.fn = SignalFn::framer, .size = 400, .step = 160};
  const std::vector<Value> frames = values_of(framer, samples);
  ASSERT_EQ(frames.size(), 2);
  EXPECT_EQ(frames[0].shape, (Shape{2, 480 / 160, 400}));
  EXPECT_EQ(frames[1].dtype, DType::boolean);
  EXPECT_EQ(shape_of(step(SignalFn::stacker, 3 * 40), one({40}, DType::i16)), (Shape{3 * 40}));
  EXPECT_TRUE(cost_of(step(SignalFn::delay), samples).work.empty());
  EXPECT_TRUE(cost_of(framer, samples).work.empty());
  EXPECT_TRUE(cost_of(step(SignalFn::stacker, 120), one({40}, DType::i16)).work.empty());
}

TEST(Signal, overlapping_frames_are_added_and_integers_clamped) {
  const Signal overlap{.fn = SignalFn::overlap_add, .step = 160};
  EXPECT_EQ(shape_of(overlap, one({2, 3, 400}, DType::f32)), (Shape{2, 3 * 160}));
  EXPECT_EQ(all_units(cost_of(overlap, one({2, 3, 400}, DType::f32)), Part::core), 2 * 3 * 400);
  const Cost integer = cost_of(overlap, one({3, 400}, DType::i16));
  EXPECT_EQ(units(integer, Unit::add), 3 * 400);
  EXPECT_EQ(units(integer, Unit::compare), 3 * 400 * 2);
}

TEST(Signal, an_inverse_transform_divides_real_samples_by_its_length) {
  const Node spectrum = one({3, 2 * 257}, DType::f32);
  EXPECT_EQ(shape_of(step(SignalFn::irfft, 512), spectrum), (Shape{3, 512}));
  const Cost cost = cost_of(step(SignalFn::irfft, 512), spectrum);
  EXPECT_EQ(units(cost, Unit::mul), 3 * 512 * 9);  // half of 2 n log2 n
  EXPECT_EQ(units(cost, Unit::add), 3 * 512 * 9 * 3 / 2);
  EXPECT_EQ(units(cost, Unit::div), 3 * 512);
  EXPECT_EQ(units(cost_of(step(SignalFn::irfft, 512), one({514}, DType::i16)), Unit::div), 0);
}

TEST(Signal, frames_that_do_not_fit_are_named) {
  const Signal framer{.fn = SignalFn::framer, .size = 400, .step = 160};
  EXPECT_NE(why_unknown(framer, one({481}, DType::i16)).find("step of 160"), std::string::npos);
  EXPECT_NE(why_unknown(step(SignalFn::irfft, 512), one({512}, DType::i16)).find("half a spectrum"), std::string::npos);
  EXPECT_NE(why_unknown(step(SignalFn::overlap_add), one({3, 400}, DType::i16)).find("at least its step"),
            std::string::npos);
  EXPECT_NE(why_unknown(step(SignalFn::stacker), one({40}, DType::i16)).find("0 elements"), std::string::npos);
}

}  // namespace
}  // namespace flopstat::test
