#include <gtest/gtest.h>

#include <random>

#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr ConvAxes kOnnx{};
constexpr ConvAxes kTflite{DataLayout::channels_last, FilterLayout::o_spatial_i};
constexpr ConvAxes kDepthwise{DataLayout::channels_last, FilterLayout::depthwise};
constexpr ConvAxes kTensorFlow{DataLayout::channels_last, FilterLayout::spatial_io};
constexpr ConvAxes kTensorFlowTransposed{DataLayout::channels_last, FilterLayout::spatial_oi};

Node layer(Shape x, Shape w, Shape y) {
  Node node;
  node.in(std::move(x)).weight(std::move(w)).out(std::move(y));
  return node;
}

Window same(std::vector<Axis> axes) { return {.axes = std::move(axes), .padding = Padding::same_upper}; }
Window valid(std::vector<Axis> axes) { return {.axes = std::move(axes), .padding = Padding::valid}; }
Window given(std::vector<Axis> axes) { return {.axes = std::move(axes)}; }

// --- shapes in every layout ------------------------------------------------------------------------------------------

TEST(Conv, each_output_point_reads_kernel_times_input_channels) {
  const Axis axis{.stride = 2, .pad_after = 1};
  const Conv conv{.axes = kOnnx, .window = given({axis, axis})};
  const Node node = layer({1, 3, 224, 224}, {32, 3, 3, 3}, {1, 32, 112, 112});
  EXPECT_EQ(shape_of(conv, node), (Shape{1, 32, 112, 112}));
  EXPECT_EQ(macs(cost_of(conv, node)), 112 * 112 * 32 * (3 * 3 * 3));
}

TEST(Conv, one_network_in_any_layout_is_one_number) {
  const Window window = same({{.stride = 2}, {.stride = 2}});
  const Conv onnx{.axes = kOnnx, .window = window};
  const Conv tflite{.axes = kTflite, .window = window};
  const Conv tensorflow{.axes = kTensorFlow, .window = window};
  const Node first = layer({2, 3, 9, 7}, {8, 3, 5, 3}, {2, 8, 5, 4});
  const Node last = layer({2, 9, 7, 3}, {8, 5, 3, 3}, {2, 5, 4, 8});
  const Node spatial = layer({2, 9, 7, 3}, {5, 3, 3, 8}, {2, 5, 4, 8});
  EXPECT_EQ(shape_of(onnx, first), (Shape{2, 8, 5, 4}));
  EXPECT_EQ(shape_of(tflite, last), (Shape{2, 5, 4, 8}));
  EXPECT_EQ(shape_of(tensorflow, spatial), (Shape{2, 5, 4, 8}));
  const uint64_t expected = 2 * 8 * 5 * 4 * (3 * 5 * 3);
  EXPECT_EQ(macs(cost_of(onnx, first)), expected);
  EXPECT_EQ(macs(cost_of(tflite, last)), expected);
  EXPECT_EQ(macs(cost_of(tensorflow, spatial)), expected);
  EXPECT_EQ(valid_macs(cost_of(onnx, first)), valid_macs(cost_of(tflite, last)));
  EXPECT_EQ(valid_macs(cost_of(onnx, first)), valid_macs(cost_of(tensorflow, spatial)));
}

TEST(Conv, depthwise_filters_of_tensorflow_have_the_multiplier_last) {
  const Conv op{.axes = {DataLayout::channels_last, FilterLayout::spatial_im}, .window = {.axes = {{}, {}}}};
  Node node;
  node.in({1, 16, 16, 8}).in({3, 3, 8, 2}).out({1, 14, 14, 8 * 2});
  EXPECT_EQ(shape_of(op, node), (Shape{1, 14, 14, 8 * 2}));
  EXPECT_EQ(macs(cost_of(op, node)), 14 * 14 * (8 * 2) * (3 * 3));
  Node other_channels;
  other_channels.in({1, 16, 16, 7}).in({3, 3, 8, 2}).out({1, 14, 14, 8 * 2});
  EXPECT_NE(why_unknown(op, other_channels), "");
}

TEST(Conv, depthwise_filters_see_one_channel_each) {
  const Conv conv{.axes = kDepthwise, .window = same({{}, {}})};
  const Node node = layer({1, 8, 8, 6}, {1, 3, 3, 6}, {1, 8, 8, 6});
  EXPECT_EQ(shape_of(conv, node), (Shape{1, 8, 8, 6}));
  EXPECT_EQ(macs(cost_of(conv, node)), 8 * 8 * 6 * 9);
}

TEST(Conv, a_depth_multiplier_gives_each_channel_several_filters) {
  const Conv conv{.axes = kDepthwise, .window = valid({{}, {}})};
  const Node node = layer({1, 8, 8, 6}, {1, 3, 3, 24}, {1, 6, 6, 24});
  EXPECT_EQ(shape_of(conv, node), (Shape{1, 6, 6, 24}));
  EXPECT_EQ(macs(cost_of(conv, node)), 6 * 6 * 24 * 9);
}

TEST(Conv, groups_divide_the_input_channels) {
  const Conv conv{.axes = kOnnx, .window = given({{}, {}})};
  const Node node = layer({1, 12, 8, 8}, {6, 4, 3, 3}, {1, 6, 6, 6});  // 3 groups of 4 channels
  EXPECT_EQ(shape_of(conv, node), (Shape{1, 6, 6, 6}));
  EXPECT_EQ(macs(cost_of(conv, node)), 6 * 6 * 6 * (12 / 3 * 9));
  const Conv tflite{.axes = kTflite, .window = valid({{}, {}})};
  EXPECT_EQ(macs(cost_of(tflite, layer({1, 8, 8, 12}, {6, 3, 3, 4}, {1, 6, 6, 6}))), 6 * 6 * 6 * (12 / 3 * 9));
}

TEST(Conv, slides_over_one_axis) {
  const Conv conv{.axes = kOnnx, .window = given({{.stride = 2, .pad_before = 2, .pad_after = 2}})};
  const Node node = layer({4, 80, 100}, {16, 80, 5}, {4, 16, 50});
  EXPECT_EQ(shape_of(conv, node), (Shape{4, 16, (100 + 4 - 5) / 2 + 1}));
  EXPECT_EQ(macs(cost_of(conv, node)), 4 * 16 * 50 * (80 * 5));
}

TEST(Conv, slides_over_three_axes) {
  const Conv conv{.axes = kTensorFlow, .window = same({{}, {.stride = 2}, {.stride = 2}})};
  const Node node = layer({1, 4, 8, 8, 3}, {3, 3, 3, 3, 5}, {1, 4, 4, 4, 5});
  EXPECT_EQ(shape_of(conv, node), (Shape{1, 4, 4, 4, 5}));
  EXPECT_EQ(macs(cost_of(conv, node)), 4 * 4 * 4 * 5 * (3 * 27));
}

TEST(Conv, dilation_spreads_the_taps) {
  const Conv conv{.axes = kOnnx, .window = valid({{.dilation = 2}, {.dilation = 3}})};
  const Node node = layer({1, 1, 9, 9}, {1, 1, 3, 3}, {1, 1, 5, 3});
  EXPECT_EQ(shape_of(conv, node), (Shape{1, 1, 9 - (2 * 2 + 1) + 1, 9 - (2 * 3 + 1) + 1}));
  EXPECT_EQ(macs(cost_of(conv, node)), 5 * 3 * 9);
}

TEST(Conv, axes_that_the_window_leaves_out_have_stride_one) {
  EXPECT_EQ(shape_of(Conv{.axes = kOnnx}, layer({1, 1, 9, 9}, {1, 1, 3, 3}, {})), (Shape{1, 1, 7, 7}));
}

// --- work ------------------------------------------------------------------------------------------------------------

TEST(Conv, taps_in_the_padding_are_nominal_but_not_valid) {
  const Axis axis{.pad_before = 1, .pad_after = 1};
  const Conv conv{.axes = kOnnx, .window = given({axis, axis})};
  const Cost cost = cost_of(conv, layer({1, 1, 5, 5}, {1, 1, 3, 3}, {1, 1, 5, 5}));
  EXPECT_EQ(macs(cost), 5 * 5 * 9);
  EXPECT_EQ(valid_macs(cost), 13 * 13);  // 13 of 15 taps on each axis
}

TEST(Conv, a_bias_is_one_addition_per_output) {
  Node node;
  node.in({1, 3, 8, 8}).weight({4, 3, 1, 1}).weight({4}).out({1, 4, 8, 8});
  EXPECT_EQ(units(cost_of(Conv{.axes = kOnnx}, node), Unit::add, Part::bias), 4 * 8 * 8);
  Node without;
  without.in({1, 3, 8, 8}).weight({4, 3, 1, 1}).absent().out({1, 4, 8, 8});
  EXPECT_EQ(all_units(cost_of(Conv{.axes = kOnnx}, without), Part::bias), 0);
}

Node quantized(DType x, DType w, Quantization w_scale, DType bias) {
  const Quantization scale = is_integer(x) ? Quantization{.scales = 1, .scale = 0.5F} : Quantization{};
  Node node;
  node.in({2, 8, 8, 3}, x, scale).weight({4, 3, 3, 3}, w, w_scale).weight({4}, bias).out({2, 6, 6, 4}, x, scale);
  return node;
}

TEST(Conv, of_int8_requantizes_every_output) {
  const Conv conv{.axes = kTflite, .window = valid({{}, {}})};
  for (const Quantization& scales : {kQuantized, Quantization{.scales = 4, .scale = 0.5F}}) {
    const Cost cost = cost_of(conv, quantized(DType::i8, DType::i8, scales, DType::i32));
    const uint64_t outputs = 2 * 6 * 6 * 4;
    EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), outputs * 27);
    EXPECT_EQ(units(cost, Unit::add, DType::i32, Part::bias), outputs);
    EXPECT_EQ(all_units(cost, Part::requantize), outputs * 5);
  }
}

TEST(Conv, of_16_bit_activations_accumulates_in_64_bits) {
  const Conv conv{.axes = kTflite, .window = valid({{}, {}})};
  const Cost cost = cost_of(conv, quantized(DType::i16, DType::i8, kQuantized, DType::i64));
  const uint64_t outputs = 2 * 6 * 6 * 4;
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i16), outputs * 27);
  EXPECT_EQ(units(cost, Unit::add, DType::i64, Part::bias), outputs);
  EXPECT_EQ(all_units(cost, Part::requantize), outputs * 4);
}

TEST(Conv, of_int8_by_int4_multiplies_in_8_bits) {
  const Conv conv{.axes = kTflite, .window = valid({{}, {}})};
  const Cost cost = cost_of(conv, quantized(DType::i8, DType::i4, {.scales = 4, .scale = 0.5F}, DType::i32));
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), 2 * 6 * 6 * 4 * 27);
}

TEST(Conv, a_dynamic_range_has_one_scale_per_batch_item) {
  const uint64_t outputs = 2 * 6 * 6 * 4;
  const uint64_t inputs = 2 * 8 * 8 * 3;
  const Conv symmetric{.axes = kTflite, .window = valid({{}, {}})};
  const Cost one = cost_of(symmetric, quantized(DType::f32, DType::i8, kQuantized, DType::f32));
  EXPECT_EQ(units(one, Unit::mul_add, DType::i8), outputs * 27);
  EXPECT_EQ(units(one, Unit::add, DType::f32, Part::bias), outputs);
  EXPECT_EQ(all_units(one, Part::requantize), inputs * 6 + 2 + outputs);
  const Conv asymmetric{.axes = kTflite, .window = valid({{}, {}}), .asymmetric_inputs = true};
  const Cost channels = cost_of(asymmetric, quantized(DType::f32, DType::i8, {.scales = 4}, DType::f32));
  EXPECT_EQ(all_units(channels, Part::requantize), inputs * 7 + 2 * 2 + outputs * 3);
}

TEST(Conv, its_operands_but_the_first_are_weights) {
  EXPECT_EQ(role(Conv{}, 0), Role::data);
  EXPECT_EQ(role(Conv{}, 1), Role::weight);
  EXPECT_EQ(role(Conv{}, 2), Role::weight);
}

// --- what does not fit -----------------------------------------------------------------------------------------------

/// Why neither shape nor cost are known; fails where one of them is.
template <class Operation>
std::string why_neither(const Operation& op, const Node& node) {
  const Known<Cost> cost = count(op, node.operands());
  EXPECT_EQ(known(cost), nullptr) << "the cost is known";
  return why_unknown(op, node);
}

TEST(Conv, a_filter_that_does_not_fit_is_named) {
  const Conv conv{.axes = kOnnx};
  for (const Shape& w :
       {Shape{4, 3, 3}, Shape{4, 5, 3, 3}, Shape{4, 0, 3, 3}, Shape{4, 3, 0, 3}, Shape{3, 1, 3, 3}, Shape{}}) {
    const std::string why = why_neither(conv, layer({1, 4, 8, 8}, w, {1, 4, 6, 6}));
    EXPECT_NE(why.find("input of 1x4x8x8 does not fit a filter of " + to_string(w)), std::string::npos) << why;
  }
  EXPECT_NE(why_neither(conv, layer({4, 8}, {4, 8}, {4, 8})).find("does not fit"), std::string::npos);
  EXPECT_NE(why_neither(conv, Node{}).find("needs an input and a filter"), std::string::npos);
}

TEST(Conv, a_kernel_larger_than_the_input_is_unknown) {
  const std::string why = why_neither(Conv{.axes = kOnnx}, layer({1, 1, 4, 4}, {1, 1, 5, 5}, {1, 1, 1, 1}));
  EXPECT_NE(why.find("spans 5 points"), std::string::npos) << why;
}

TEST(Conv, beyond_64_bits_overflows) {
  const int64_t big = int64_t{1} << 30;
  EXPECT_THROW(cost_of(Conv{.axes = kOnnx}, layer({1, big, big}, {big, big, 1}, {1, big, big})), Overflow);
}

// --- against loops that look at every tap ----------------------------------------------------------------------------

struct Draw {
  std::mt19937 random{20240301};
  int64_t operator()(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1));
  }
};

struct Taps {
  int64_t windows = 0;
  uint64_t all = 0;
  uint64_t real = 0;
};

/// One axis by the definition of its padding: windows are placed while they fit, or one per stride.
Taps taps_of_axis(const Axis& axis, Padding padding, int64_t input) {
  const int64_t extent = (axis.kernel - 1) * axis.dilation + 1;
  int64_t before = padding == Padding::given ? axis.pad_before : 0;
  const int64_t after = padding == Padding::given ? axis.pad_after : 0;
  Taps taps;
  if (padding == Padding::same_upper || padding == Padding::same_lower) {
    for (int64_t start = 0; start < input; start += axis.stride) ++taps.windows;
    int64_t missing = 0;
    while ((taps.windows - 1) * axis.stride + extent > input + missing) ++missing;
    for (int64_t i = 0; i < missing; ++i) {
      const bool first_goes_before = padding == Padding::same_lower;
      if ((i % 2 == 0) == first_goes_before) ++before;
    }
  } else {
    for (int64_t start = -before; start + extent <= input + after; start += axis.stride) ++taps.windows;
  }
  for (int64_t window = 0; window < taps.windows; ++window) {
    for (int64_t tap = 0; tap < axis.kernel; ++tap) {
      const int64_t point = window * axis.stride + tap * axis.dilation - before;
      ++taps.all;
      if (point >= 0 && point < input) ++taps.real;
    }
  }
  return taps;
}

TEST(Conv, agrees_with_looking_at_every_tap) {
  Draw draw;
  int compared = 0;
  while (compared < 1000) {
    const auto padding = static_cast<Padding>(draw(0, 3));
    const int64_t spatial = draw(1, 3);
    const int64_t groups = draw(1, 3);
    const int64_t group_inputs = draw(1, 3);
    const int64_t group_outputs = draw(1, 3);
    const int64_t batch = draw(1, 2);
    Shape x{batch, groups * group_inputs};
    Shape w{groups * group_outputs, group_inputs};
    Shape y{batch, groups * group_outputs};
    Window window = given({});
    window.padding = padding;
    uint64_t all = 1;
    uint64_t real = 1;
    bool fits = true;
    for (int64_t i = 0; i < spatial; ++i) {
      const Axis axis{.kernel = draw(1, 4),
                      .stride = draw(1, 3),
                      .dilation = draw(1, 3),
                      .pad_before = draw(-1, 3),
                      .pad_after = draw(-1, 3)};
      const int64_t input = draw(1, 9);
      const Taps taps = taps_of_axis(axis, padding, input);
      fits &= taps.windows > 0;
      x.push_back(input);
      w.push_back(axis.kernel);
      y.push_back(taps.windows);
      window.axes.push_back(axis);
      all *= taps.all;
      real *= taps.real;
    }
    const Conv conv{.axes = kOnnx, .window = window};
    const Node node = layer(x, w, y);
    if (!fits) {
      EXPECT_NE(why_unknown(conv, node).find("window spans"), std::string::npos);
      continue;
    }
    const auto channels = static_cast<uint64_t>(batch * groups * group_outputs * group_inputs);
    ASSERT_EQ(shape_of(conv, node), y) << to_string(x) << " by " << to_string(w);
    const Cost cost = cost_of(conv, node);
    ASSERT_EQ(macs(cost), channels * all) << to_string(x) << " by " << to_string(w);
    ASSERT_EQ(valid_macs(cost), channels * real) << to_string(x) << " by " << to_string(w);
    ++compared;
  }
}

// --- transposed ------------------------------------------------------------------------------------------------------

TEST(ConvTranspose, each_input_point_is_spread_over_the_kernel) {
  const Axis axis{.stride = 2, .pad_before = 1, .pad_after = 1};
  const ConvTranspose op{.window = given({axis, axis}), .output_padding = {1, 1}};
  Node node;
  node.in({1, 8, 8, 8}).weight({8, 12, 3, 3}).weight({12}).out({1, 12, 16, 16});
  EXPECT_EQ(shape_of(op, node), (Shape{1, 12, 7 * 2 + 3 - 2 + 1, 16}));
  const Cost cost = cost_of(op, node);
  EXPECT_EQ(macs(cost), (8 * 8 * 8) * 12 * 9);
  EXPECT_EQ(units(cost, Unit::add, Part::bias), 12 * 16 * 16);
}

TEST(ConvTranspose, cropped_taps_are_nominal_but_not_valid) {
  // 2 points by 3 taps with stride 2 write 5 points; the crop of one on each side loses a product at both ends.
  const ConvTranspose op{.window = given({{.stride = 2, .pad_before = 1, .pad_after = 1}})};
  const Node node = layer({1, 1, 2}, {1, 1, 3}, {1, 1, 3});
  EXPECT_EQ(shape_of(op, node), (Shape{1, 1, 3}));
  EXPECT_EQ(macs(cost_of(op, node)), 2 * 3);
  EXPECT_EQ(valid_macs(cost_of(op, node)), 2 * 3 - 2);
}

TEST(ConvTranspose, groups_multiply_the_filters) {
  const ConvTranspose op{.window = given({{}, {}}), .groups = 4};
  const Node node = layer({1, 8, 5, 5}, {8, 3, 3, 3}, {1, 12, 7, 7});
  EXPECT_EQ(shape_of(op, node), (Shape{1, 4 * 3, 7, 7}));
  EXPECT_EQ(macs(cost_of(op, node)), (8 * 5 * 5) * 3 * 9);
}

TEST(ConvTranspose, dilation_spreads_the_taps) {
  const ConvTranspose op{.window = given({{.stride = 3, .dilation = 2}})};
  EXPECT_EQ(shape_of(op, layer({1, 1, 4}, {1, 1, 3}, {})), (Shape{1, 1, 3 * 3 + 2 * 2 + 1}));
}

TEST(ConvTranspose, a_given_output_leaves_the_crop_to_follow) {
  const ConvTranspose op{.axes = kTflite, .window = same({{.stride = 2}, {.stride = 2}})};
  Node node;
  node.in({1, 4, 4, 3}).weight({5, 3, 3, 3}).absent().in_values({1, 8, 7, 5}).out({1, 8, 7, 5});
  EXPECT_EQ(shape_of(op, node), (Shape{1, 8, 7, 5}));
  EXPECT_EQ(macs(cost_of(op, node)), (4 * 4 * 3) * 5 * 9);
  // 4 points write 9: of 8 the last product is lost, of 7 the first and the last.
  EXPECT_EQ(valid_macs(cost_of(op, node)), 3 * 5 * (12 - 1) * (12 - 2));
}

TEST(ConvTranspose, a_given_output_may_name_its_spatial_sizes_alone) {
  const ConvTranspose op{.window = given({{.stride = 2}})};
  Node node;
  node.in({1, 3, 4}).weight({3, 5, 3}).absent().in_values({8}, DType::i64).out({1, 5, 8});
  EXPECT_EQ(shape_of(op, node), (Shape{1, 5, 8}));
}

TEST(ConvTranspose, a_given_output_overrides_given_padding_and_crops_the_odd_point_before) {
  // Of an odd crop ONNX takes the larger half before, unless the padding is SAME_UPPER.
  const ConvTranspose op{.window = given({{.stride = 2, .pad_before = 0, .pad_after = 1}})};
  Node node;
  node.in({1, 1, 3}).weight({1, 1, 3}).absent().in_values({4}, DType::i64).out({1, 1, 4});
  // 3 points by 3 taps with stride 2 write 7; 2 are cropped before and 1 after: taps 0 and 1 of the first point and
  // tap 2 of the last one.
  EXPECT_EQ(valid_macs(cost_of(op, node)), 9 - 2 - 1);
}

TEST(ConvTranspose, an_output_padding_behind_a_given_output_widens_what_is_cropped) {
  // 2 points by 3 taps write 4; one of output padding makes 5, of which one goes on each side.
  const ConvTranspose op{.window = given({{}}), .output_padding = {1}};
  Node node;
  node.in({1, 1, 2}).weight({1, 1, 3}).absent().in_values({3}, DType::i64).out({1, 1, 3});
  // The points 0..3 get 1, 2, 2, 1 products; point 0 is cropped.
  EXPECT_EQ(valid_macs(cost_of(op, node)), 6 - 1);
}

TEST(ConvTranspose, same_padding_without_an_output_gives_stride_times_input) {
  const ConvTranspose op{.axes = kTflite, .window = same({{.stride = 2}, {.stride = 3}})};
  EXPECT_EQ(shape_of(op, layer({1, 4, 4, 3}, {5, 2, 3, 3}, {})), (Shape{1, 8, 12, 5}));
}

TEST(ConvTranspose, valid_padding_without_an_output_crops_nothing) {
  const ConvTranspose op{.axes = kTflite, .window = valid({{.stride = 2}, {.stride = 2}})};
  const Node node = layer({1, 4, 4, 3}, {5, 3, 2, 3}, {1, 9, 8, 5});
  EXPECT_EQ(shape_of(op, node), (Shape{1, 3 * 2 + 3, 3 * 2 + 2, 5}));
  EXPECT_EQ(valid_macs(cost_of(op, node)), macs(cost_of(op, node)));
  const ConvTranspose padded{.window = valid({{.stride = 2}}), .output_padding = {1}};
  EXPECT_EQ(shape_of(padded, layer({1, 1, 4}, {1, 1, 3}, {})), (Shape{1, 1, 3 * 2 + 3 + 1}));
}

TEST(ConvTranspose, spreads_over_three_axes) {
  const ConvTranspose op{.axes = kTensorFlowTransposed, .window = same({{.stride = 2}, {.stride = 2}, {}})};
  Node node;
  node.in({1, 2, 3, 4, 6}).weight({3, 3, 3, 5, 6}).absent().in_values({1, 4, 6, 4, 5}).out({1, 4, 6, 4, 5});
  EXPECT_EQ(shape_of(op, node), (Shape{1, 4, 6, 4, 5}));
  EXPECT_EQ(macs(cost_of(op, node)), (2 * 3 * 4 * 6) * 5 * 27);
}

TEST(ConvTranspose, of_int8_requantizes_every_output) {
  const ConvTranspose op{.axes = kTflite, .window = same({{.stride = 2}, {.stride = 2}})};
  Node node;
  node.in({1, 4, 4, 3}, DType::i8, kQuantized).weight({5, 3, 3, 3}, DType::i8, kQuantized).weight({5}, DType::i32);
  node.in_values({1, 8, 8, 5}).out({1, 8, 8, 5}, DType::i8, kQuantized);
  const Cost cost = cost_of(op, node);
  EXPECT_EQ(units(cost, Unit::mul_add, DType::i8), (4 * 4 * 3) * 5 * 9);
  EXPECT_EQ(units(cost, Unit::add, DType::i32, Part::bias), 8 * 8 * 5);
  EXPECT_EQ(all_units(cost, Part::requantize), 8 * 8 * 5 * 5);
}

TEST(ConvTranspose, what_does_not_fit_is_named) {
  const ConvTranspose op{.window = given({{}})};
  EXPECT_NE(why_neither(op, layer({1, 8, 4}, {6, 3, 3}, {1, 3, 6})).find("does not fit"), std::string::npos);
  EXPECT_NE(why_neither(op, layer({1, 8, 4}, {8, 3, 3, 3}, {1, 3, 6})).find("does not fit"), std::string::npos);
  EXPECT_NE(why_neither(ConvTranspose{.groups = 0}, layer({1, 8, 4}, {8, 3, 3}, {1, 3, 6})).find("does not fit"),
            std::string::npos);
  EXPECT_NE(why_neither(op, Node{}).find("needs an input"), std::string::npos);
  Node axes;
  axes.in({1, 8, 4}).weight({8, 3, 3}).absent().in_values({1, 2});
  EXPECT_NE(why_unknown(op, axes).find("wrong number of axes"), std::string::npos);
  Node data;
  data.in({1, 8, 4}).weight({8, 3, 3}).absent().in({1}, DType::i64);
  EXPECT_NE(why_unknown(op, data).find("computed from input data"), std::string::npos);
  const ConvTranspose cropped{.window = given({{.pad_before = 9, .pad_after = 9}})};
  EXPECT_NE(why_neither(cropped, layer({1, 8, 4}, {8, 3, 3}, {1, 3, 0})).find("-12 points"), std::string::npos);
  const ConvTranspose far{.window = given({{.pad_before = INT64_MAX}})};
  EXPECT_NE(why_neither(far, layer({1, 8, 4}, {8, 3, 3}, {1, 3, 0})).find("out of range"), std::string::npos);
}

TEST(ConvTranspose, its_output_shape_is_a_shape) {
  EXPECT_EQ(role(ConvTranspose{}, 0), Role::data);
  EXPECT_EQ(role(ConvTranspose{}, 1), Role::weight);
  EXPECT_EQ(role(ConvTranspose{}, 3), Role::shape);
}

TEST(ConvTranspose, agrees_with_looking_at_every_tap) {
  Draw draw;
  for (int i = 0; i < 1000; ++i) {
    const int64_t groups = draw(1, 3);
    const int64_t in_channels = groups * draw(1, 3);
    const int64_t group_outputs = draw(1, 3);
    Shape x{2, in_channels};
    Shape w{in_channels, group_outputs};
    Shape y{2, groups * group_outputs};
    ConvTranspose op{.groups = groups};
    uint64_t all = 1;
    uint64_t real = 1;
    for (int64_t axes = draw(1, 2); axes > 0; --axes) {
      const Axis axis{.kernel = draw(1, 4),
                      .stride = draw(1, 3),
                      .dilation = draw(1, 3),
                      .pad_before = draw(0, 2),
                      .pad_after = draw(0, 2)};
      const int64_t input = draw(3, 6);
      const int64_t padding = draw(0, axis.stride - 1);
      // Every product that is written anywhere; the crop keeps a part of the points.
      int64_t last = 0;
      uint64_t kept = 0;
      for (int64_t n = 0; n < input; ++n) {
        for (int64_t tap = 0; tap < axis.kernel; ++tap) last = std::max(last, n * axis.stride + tap * axis.dilation);
      }
      const int64_t end = last + 1 + padding - axis.pad_after;
      for (int64_t n = 0; n < input; ++n) {
        for (int64_t tap = 0; tap < axis.kernel; ++tap) {
          const int64_t point = n * axis.stride + tap * axis.dilation;
          if (point >= axis.pad_before && point < end) ++kept;
        }
      }
      x.push_back(input);
      w.push_back(axis.kernel);
      y.push_back(std::max<int64_t>(0, end - axis.pad_before));
      if (end < axis.pad_before) kept = 0;
      op.window.axes.push_back(axis);
      op.output_padding.push_back(padding);
      all *= static_cast<uint64_t>(input * axis.kernel);
      real *= kept;
    }
    const Node node = layer(x, w, y);
    if (product(y) == 0) continue;
    const auto channels = static_cast<uint64_t>(2 * in_channels * group_outputs);
    ASSERT_EQ(shape_of(op, node), y) << to_string(x) << " by " << to_string(w);
    ASSERT_EQ(macs(cost_of(op, node)), channels * all) << to_string(x) << " by " << to_string(w);
    ASSERT_EQ(valid_macs(cost_of(op, node)), channels * real) << to_string(x) << " by " << to_string(w);
  }
}

}  // namespace
}  // namespace flopstat::test
