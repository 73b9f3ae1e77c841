#include "ops/window.h"

#include <gtest/gtest.h>

#include <random>

#include "model/value.h"

namespace flopstat {
namespace {

ResolvedAxis expect_resolved(const Axis& axis, Padding padding, int64_t input, bool ceil = false) {
  const Known<ResolvedAxis> resolved = resolve(axis, padding, input, ceil);
  if (const ResolvedAxis* result = known(resolved)) return *result;
  ADD_FAILURE() << reason(resolved).why;
  return {};
}

/// Looks at every tap of every window.
uint64_t taps_one_by_one(const ResolvedAxis& axis, int64_t points) {
  uint64_t taps = 0;
  for (int64_t window = 0; window < axis.output; ++window) {
    for (int64_t tap = 0; tap < axis.kernel; ++tap) {
      const int64_t point = window * axis.stride + tap * axis.dilation - axis.pad_before;
      if (point >= 0 && point < points) ++taps;
    }
  }
  return taps;
}

TEST(Window, same_padding_gives_one_window_per_stride) {
  const ResolvedAxis axis = expect_resolved({.kernel = 3, .stride = 2}, Padding::same_upper, 224);
  EXPECT_EQ(axis.output, 224 / 2);
  // 112 windows span 111 * 2 + 3 = 225 points, one more than there are.
  EXPECT_EQ(axis.pad_before, 0);
  EXPECT_EQ(axis.pad_after, 1);
}

TEST(Window, same_lower_puts_the_odd_point_before) {
  const ResolvedAxis axis = expect_resolved({.kernel = 3, .stride = 2}, Padding::same_lower, 224);
  EXPECT_EQ(axis.pad_before, 1);
  EXPECT_EQ(axis.pad_after, 0);
}

TEST(Window, same_padding_is_never_negative) {
  const ResolvedAxis axis = expect_resolved({.kernel = 1, .stride = 4}, Padding::same_upper, 9);
  EXPECT_EQ(axis.output, 3);  // ceil(9 / 4)
  EXPECT_EQ(axis.pad_before + axis.pad_after, 0);
}

TEST(Window, same_padding_over_nothing_gives_nothing) {
  EXPECT_EQ(expect_resolved({.kernel = 3}, Padding::same_upper, 0).output, 0);
}

TEST(Window, valid_padding_ignores_the_given_one) {
  const ResolvedAxis axis = expect_resolved({.kernel = 3, .pad_before = 1, .pad_after = 1}, Padding::valid, 5);
  EXPECT_EQ(axis.output, 5 - 3 + 1);
  EXPECT_EQ(axis.pad_before, 0);
}

TEST(Window, dilation_widens_the_window) {
  // 3 taps, 2 apart, span 5 points: 7 + 1 + 1 - 5 + 1 windows.
  const Axis axis{.kernel = 3, .dilation = 2, .pad_before = 1, .pad_after = 1};
  EXPECT_EQ(expect_resolved(axis, Padding::given, 7).output, 5);
}

TEST(Window, negative_padding_crops) {
  EXPECT_EQ(expect_resolved({.kernel = 1, .pad_before = -2, .pad_after = -1}, Padding::given, 5).output, 2);
}

TEST(Window, ceil_adds_the_incomplete_last_window) {
  EXPECT_EQ(expect_resolved({.kernel = 2, .stride = 2}, Padding::given, 5).output, 2);
  EXPECT_EQ(expect_resolved({.kernel = 2, .stride = 2}, Padding::given, 5, true).output, 3);
}

TEST(Window, ceil_leaves_out_a_window_that_starts_in_the_last_padding) {
  // Windows would start at 0, 3 and 6; the data with its first padding ends at 5.
  const Axis axis{.kernel = 1, .stride = 3, .pad_before = 1, .pad_after = 1};
  EXPECT_EQ(expect_resolved(axis, Padding::given, 4, true).output, 2);
}

TEST(Window, larger_than_the_padded_input_is_unknown) {
  const Known<ResolvedAxis> resolved = resolve({.kernel = 7, .pad_before = 1}, Padding::given, 5);
  ASSERT_EQ(known(resolved), nullptr);
  EXPECT_NE(reason(resolved).why.find("spans 7 points, the padded input has 6"), std::string::npos);
}

TEST(Window, values_out_of_range_are_unknown) {
  EXPECT_EQ(known(resolve({.kernel = 0}, Padding::valid, 5)), nullptr);
  EXPECT_EQ(known(resolve({.stride = 0}, Padding::valid, 5)), nullptr);
  EXPECT_EQ(known(resolve({.stride = INT64_MIN}, Padding::same_upper, 5)), nullptr);
  EXPECT_EQ(known(resolve({.dilation = INT64_MAX}, Padding::valid, 5)), nullptr);
  EXPECT_EQ(known(resolve({.pad_after = INT64_MAX}, Padding::given, 5)), nullptr);
  EXPECT_EQ(known(resolve({}, Padding::valid, -1)), nullptr);
}

TEST(ValidTaps, leave_out_the_padding) {
  const ResolvedAxis axis = expect_resolved({.kernel = 3, .pad_before = 1, .pad_after = 1}, Padding::given, 5);
  EXPECT_EQ(valid_taps(axis, 5), 15 - 1 - 1);  // the outermost two windows lose one tap each
}

TEST(ValidTaps, are_all_taps_without_padding) {
  const ResolvedAxis axis = expect_resolved({.kernel = 11, .stride = 4}, Padding::valid, 227);
  EXPECT_EQ(valid_taps(axis, 227), 55 * 11);
}

TEST(ValidTaps, of_a_transposed_convolution_leave_out_the_crop) {
  // 2 points of x, 3 taps each, stride 2, write 5 points; cropping one on each side leaves 3 and loses two products.
  EXPECT_EQ(valid_taps({.kernel = 3, .stride = 2, .pad_before = 1, .output = 2}, 3), 2 * 3 - 2);
}

TEST(ValidTaps, agree_with_looking_at_every_tap) {
  std::mt19937 random(20240229);
  const auto draw = [&random](int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1));
  };
  for (int i = 0; i < 5000; ++i) {
    const ResolvedAxis axis{.kernel = draw(1, 9),
                            .stride = draw(1, 6),
                            .dilation = draw(1, 5),
                            .pad_before = draw(-12, 12),
                            .output = draw(0, 20)};
    const int64_t points = draw(0, 40);
    ASSERT_EQ(valid_taps(axis, points).value(), taps_one_by_one(axis, points))
        << "kernel " << axis.kernel << ", stride " << axis.stride << ", dilation " << axis.dilation << ", padding "
        << axis.pad_before << ", windows " << axis.output << ", points " << points;
  }
}

TEST(ValidTaps, of_huge_windows_are_counted_without_visiting_them) {
  // Same padding of odd kernel k over n >= k points, stride 1: k * n less 2 * (1 + ... + (k - 1) / 2).
  const int64_t n = int64_t{1} << 30;
  const int64_t k = (int64_t{1} << 20) - 1;
  const ResolvedAxis axis = expect_resolved({.kernel = k}, Padding::same_upper, n);
  EXPECT_EQ(valid_taps(axis, n), Count{k} * n - Count{(k - 1) / 2} * ((k + 1) / 2));
}

TEST(ValidTaps, beyond_64_bits_overflow) {
  const ResolvedAxis axis = expect_resolved({.kernel = kMaxDim}, Padding::same_upper, kMaxDim);
  EXPECT_THROW(valid_taps(axis, kMaxDim), Overflow);
}

}  // namespace
}  // namespace flopstat
