// The closed form of the products that meet real data, against looking at every window and every tap of it.

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr int kCases = 10'000;

/// The same numbers in every run.
class Draw {
 public:
  explicit Draw(uint32_t seed) : random_(seed) {}

  int64_t operator()(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
  }

 private:
  std::mt19937 random_;
};

/// One spatial axis: `windows` of `kernel` taps, over `points` that lie `base` apart.
struct Sliding {
  int64_t points = 1;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t before = 0;
  int64_t after = 0;
  int64_t base = 1;
  int64_t windows = 1;

  int64_t extent() const { return (kernel - 1) * dilation + 1; }
  int64_t spread() const { return points == 0 ? 0 : (points - 1) * base + 1; }

  /// The tap of this window meets a point of the data.
  bool meets(int64_t window, int64_t tap) const {
    const int64_t place = window * stride + tap * dilation - before;
    return place >= 0 && place < spread() && place % base == 0;
  }

  Axis axis() const {
    return {.kernel = kernel, .stride = stride, .dilation = dilation, .pad_before = before, .pad_after = after};
  }
};

/// A window over some points with given padding, none where it does not fit.
std::optional<Sliding> sliding(Draw& draw, int64_t most_padding, int64_t most_base = 1) {
  Sliding s{.points = draw(1, 6),
            .kernel = draw(1, 3),
            .stride = draw(1, 3),
            .dilation = draw(1, 3),
            .before = draw(0, most_padding),
            .after = draw(0, most_padding),
            .base = draw(1, most_base)};
  const int64_t slack = s.spread() + s.before + s.after - s.extent();
  if (slack < 0) return std::nullopt;
  s.windows = slack / s.stride + 1;
  return s;
}

/// The padding of TensorFlow's SAME: as many windows as strides fit, the odd point behind.
Sliding with_same_padding(Sliding s) {
  s.windows = (s.points + s.stride - 1) / s.stride;
  const int64_t total = std::max<int64_t>(0, (s.windows - 1) * s.stride + s.extent() - s.points);
  s.before = total / 2;
  s.after = total - s.before;
  return s;
}

/// Pairs of a window and one of its taps for which the tap meets data on every axis, one by one.
template <class Meets>
uint64_t look(const std::vector<Sliding>& axes, const Meets& meets) {
  std::vector<int64_t> place(2 * axes.size(), 0);  // of each axis its window and its tap
  const auto limit = [&](size_t i) { return i % 2 == 0 ? axes[i / 2].windows : axes[i / 2].kernel; };
  uint64_t found = 0;
  while (true) {
    bool real = true;
    for (size_t i = 0; i < axes.size(); ++i) real = real && meets(axes[i], place[2 * i], place[2 * i + 1]);
    found += real ? 1 : 0;
    size_t i = 0;
    while (i < place.size() && ++place[i] == limit(i)) place[i++] = 0;
    if (i == place.size()) return found;
  }
}

uint64_t look(const std::vector<Sliding>& axes) {
  return look(axes, [](const Sliding& s, int64_t window, int64_t tap) { return s.meets(window, tap); });
}

std::string text(const std::vector<Sliding>& axes) {
  std::string all;
  for (const Sliding& s : axes) {
    all += "points " + std::to_string(s.points) + ", kernel " + std::to_string(s.kernel) + ", stride " +
           std::to_string(s.stride) + ", dilation " + std::to_string(s.dilation) + ", padding " +
           std::to_string(s.before) + " and " + std::to_string(s.after) + ", base " + std::to_string(s.base) + "; ";
  }
  return all;
}

std::optional<std::vector<Sliding>> drawn_axes(Draw& draw, int64_t number, int64_t most_padding,
                                               int64_t most_base = 1) {
  std::vector<Sliding> axes;
  for (int64_t i = 0; i < number; ++i) {
    const std::optional<Sliding> s = sliding(draw, most_padding, most_base);
    if (!s) return std::nullopt;
    axes.push_back(*s);
  }
  return axes;
}

/// SAME in half of the cases, else what was drawn.
Padding choose_padding(Draw& draw, std::vector<Sliding>& axes) {
  if (draw(0, 1) == 0) return Padding::given;
  for (Sliding& s : axes) s = with_same_padding(s);
  return Padding::same_upper;
}

Window window_of(const std::vector<Sliding>& axes, Padding padding) {
  Window window{.axes = {}, .padding = padding};
  for (const Sliding& s : axes) window.axes.push_back(s.axis());
  return window;
}

/// Sizes of each axis between others: `first`, what `size` says of each axis, `last`.
template <class Size>
Shape around(const std::vector<int64_t>& first, const std::vector<Sliding>& axes, const Size& size,
             const std::vector<int64_t>& last) {
  std::vector<int64_t> sizes = first;
  for (const Sliding& s : axes) sizes.push_back(size(s));
  sizes.insert(sizes.end(), last.begin(), last.end());
  return Shape(sizes.begin(), sizes.end());
}

int64_t points(const Sliding& s) { return s.points; }
int64_t kernel(const Sliding& s) { return s.kernel; }
int64_t windows(const Sliding& s) { return s.windows; }

TEST(ValidProducts, of_grouped_convolutions_of_one_to_three_axes_are_those_that_are_found) {
  Draw draw(1);
  for (int done = 0; done < kCases;) {
    std::optional<std::vector<Sliding>> axes = drawn_axes(draw, done % 10 == 0 ? 3 : draw(1, 2), 3);
    if (!axes) continue;
    ++done;
    const Padding padding = choose_padding(draw, *axes);
    const int64_t groups = draw(1, 3);
    const int64_t group_inputs = draw(1, 3);
    const int64_t filters = groups * draw(1, 3);
    const Conv conv{.window = window_of(*axes, padding)};
    Node node;
    node.in(around({2, groups * group_inputs}, *axes, points, {}));
    node.weight(around({filters, group_inputs}, *axes, kernel, {}));
    node.out(around({2, filters}, *axes, windows, {}));
    ASSERT_EQ(valid_macs(cost_of(conv, node)), static_cast<uint64_t>(2 * filters * group_inputs) * look(*axes))
        << text(*axes);
  }
}

TEST(ValidProducts, of_depthwise_convolutions_are_those_that_are_found) {
  Draw draw(2);
  for (int done = 0; done < kCases;) {
    std::optional<std::vector<Sliding>> axes = drawn_axes(draw, 2, 3);
    if (!axes) continue;
    ++done;
    const Padding padding = choose_padding(draw, *axes);
    const int64_t channels = draw(1, 3);
    const int64_t filters = channels * draw(1, 3);
    const Conv conv{.axes = {DataLayout::channels_last, FilterLayout::depthwise}, .window = window_of(*axes, padding)};
    Node node;
    node.in(around({2}, *axes, points, {channels}));
    node.weight(around({1}, *axes, kernel, {filters}));
    node.out(around({2}, *axes, windows, {filters}));
    ASSERT_EQ(valid_macs(cost_of(conv, node)), static_cast<uint64_t>(2 * filters) * look(*axes)) << text(*axes);
  }
}

TEST(ValidProducts, of_convolutions_of_volumes_are_those_that_are_found) {
  Draw draw(3);
  for (int done = 0; done < kCases;) {
    std::optional<std::vector<Sliding>> axes = drawn_axes(draw, 3, 1);
    if (!axes) continue;
    ++done;
    const Padding padding = choose_padding(draw, *axes);
    const Conv conv{.axes = {DataLayout::channels_last, FilterLayout::spatial_io}, .window = window_of(*axes, padding)};
    Node node;
    node.in(around({1}, *axes, points, {2}));
    node.weight(around({}, *axes, kernel, {2, 3}));
    node.out(around({1}, *axes, windows, {3}));
    ASSERT_EQ(valid_macs(cost_of(conv, node)), uint64_t{2 * 3} * look(*axes)) << text(*axes);
  }
}

/// A transposed convolution undoes a convolution: its x are the windows, its y the points. `points` of them are kept
/// behind a crop of `before`.
TEST(ValidProducts, of_transposed_convolutions_are_those_that_are_found) {
  Draw draw(4);
  for (int i = 0; i < kCases; ++i) {
    std::vector<Sliding> axes;
    std::vector<int64_t> output_padding;
    for (int64_t n = draw(1, 2); n > 0; --n) {
      Sliding s{.kernel = draw(1, 3), .stride = draw(1, 3), .dilation = draw(1, 3), .windows = draw(1, 4)};
      output_padding.push_back(draw(0, s.stride - 1));
      const int64_t full = (s.windows - 1) * s.stride + s.extent() + output_padding.back();
      s.before = draw(0, std::min<int64_t>(2, full - 1));
      s.after = draw(0, std::min<int64_t>(2, full - 1 - s.before));
      s.points = full - s.before - s.after;
      axes.push_back(s);
    }
    const int64_t groups = draw(1, 2);
    const int64_t inputs = groups * draw(1, 3);
    const int64_t group_outputs = draw(1, 3);
    const ConvTranspose conv{
        .window = window_of(axes, Padding::given), .groups = groups, .output_padding = output_padding};
    Node node;
    node.in(around({2, inputs}, axes, windows, {}));
    node.weight(around({inputs, group_outputs}, axes, kernel, {}));
    node.out(around({2, groups * group_outputs}, axes, points, {}));
    ASSERT_EQ(shape_of(conv, node), node.operands().out(0).shape()) << text(axes);
    ASSERT_EQ(valid_macs(cost_of(conv, node)), static_cast<uint64_t>(2 * inputs * group_outputs) * look(axes))
        << text(axes);
  }
}

TEST(ValidProducts, of_transposed_convolutions_of_volumes_to_a_given_size_are_those_that_are_found) {
  Draw draw(5);
  for (int i = 0; i < kCases; ++i) {
    std::vector<Sliding> axes;
    for (int n = 0; n < 3; ++n) {
      Sliding s{.kernel = draw(1, 3), .stride = draw(1, 2), .windows = draw(1, 3)};
      const int64_t full = (s.windows - 1) * s.stride + s.extent();
      s.points = draw(1, full + 1);
      const int64_t crop = std::max<int64_t>(0, full - s.points);
      s.before = crop / 2;
      axes.push_back(s);
    }
    const ConvTranspose conv{.axes = {DataLayout::channels_last, FilterLayout::spatial_oi},
                             .window = window_of(axes, Padding::same_upper)};
    const Shape y = around({1}, axes, points, {3});
    Node node;
    node.in(around({1}, axes, windows, {2}));
    node.weight(around({}, axes, kernel, {3, 2})).absent().in_values({y.begin(), y.end()}).out(y);
    ASSERT_EQ(valid_macs(cost_of(conv, node)), uint64_t{2 * 3} * look(axes)) << text(axes);
  }
}

TEST(ValidProducts, of_general_convolutions_with_gaps_in_their_data_are_those_that_are_found) {
  Draw draw(6);
  for (int done = 0; done < kCases;) {
    const std::optional<std::vector<Sliding>> axes = drawn_axes(draw, 2, 3, 3);
    if (!axes) continue;
    ++done;
    const int64_t groups = draw(1, 2);
    const int64_t group_inputs = draw(1, 3);
    const int64_t filters = groups * draw(1, 2);
    const GeneralConv conv{.x = {0, 3, {1, 2}},
                           .w = {2, 3, {0, 1}},
                           .y = {0, 3, {1, 2}},
                           .window = window_of(*axes, Padding::given),
                           .base_dilation = {(*axes)[0].base, (*axes)[1].base},
                           .groups = groups};
    Node node;
    node.in(around({2}, *axes, points, {groups * group_inputs}));
    node.weight(around({}, *axes, kernel, {group_inputs, filters}));
    node.out(around({2}, *axes, windows, {filters}));
    ASSERT_EQ(shape_of(conv, node), node.operands().out(0).shape()) << text(*axes);
    ASSERT_EQ(valid_macs(cost_of(conv, node)), static_cast<uint64_t>(2 * filters * group_inputs) * look(*axes))
        << text(*axes);
  }
}

TEST(ValidProducts, of_pools_and_reduced_windows_are_those_that_are_found) {
  Draw draw(7);
  for (int done = 0; done < kCases;) {
    std::optional<std::vector<Sliding>> axes = drawn_axes(draw, 2, 1);
    if (!axes) continue;
    ++done;
    const Padding padding = choose_padding(draw, *axes);
    const uint64_t taps = look(*axes);
    const auto outputs = static_cast<uint64_t>((*axes)[0].windows * (*axes)[1].windows);
    const uint64_t combined = taps > outputs ? taps - outputs : 0;
    Node pooled;
    pooled.in(around({2}, *axes, points, {3})).out(around({2}, *axes, windows, {3}));
    const Pool pool{.layout = DataLayout::channels_last, .window = window_of(*axes, padding)};
    ASSERT_EQ(shape_of(pool, pooled), pooled.operands().out(0).shape()) << text(*axes);
    // Each of 2 * 3 planes: the taps of its windows, less the first of each.
    const uint64_t all_taps = 2 * 3 * taps;
    const uint64_t all_outputs = 2 * 3 * outputs;
    ASSERT_EQ(units(cost_of(pool, pooled), Unit::compare), all_taps > all_outputs ? all_taps - all_outputs : 0)
        << text(*axes);

    const Sliding& a = (*axes)[0];
    const Sliding& b = (*axes)[1];
    Node reduced;
    reduced.in({a.points, b.points}).in({}).in_values({a.kernel, b.kernel}).in_values({a.stride, b.stride});
    reduced.in_values({a.dilation, b.dilation}).out({a.windows, b.windows});
    const ReduceWindow window{.fn = ReduceFn::sum, .padding = {a.before, a.after, b.before, b.after}};
    ASSERT_EQ(units(cost_of(window, reduced), Unit::add), combined) << text(*axes);
  }
}

}  // namespace
}  // namespace flopstat::test
