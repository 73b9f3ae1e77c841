#include "ops/window.h"

#include <algorithm>
#include <string>
#include <utility>

#include "model/value.h"

namespace flopstat {
namespace {

/// Largest stride and dilation (op.h): a size times one of them stays within 64 bits.
constexpr int64_t kMaxStep = int64_t{1} << 20;

bool in_range(const Axis& axis) {
  const auto within = [](int64_t value, int64_t low, int64_t high) { return value >= low && value <= high; };
  return within(axis.kernel, 1, kMaxDim) && within(axis.stride, 1, kMaxStep) && within(axis.dilation, 1, kMaxStep) &&
         within(axis.pad_before, -kMaxDim, kMaxDim) && within(axis.pad_after, -kMaxDim, kMaxDim);
}

/// a / b rounded up, for a >= 0 and b > 0.
int64_t ceil_div(int64_t a, int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

/// How many j >= 0 satisfy j * step <= bound, at most `limit`.
int64_t steps_within(int64_t bound, int64_t step, int64_t limit) {
  return bound < 0 ? 0 : std::min(limit, bound / step + 1);
}

/// 0 + 1 + ... + (n - 1)
Count sum_below(Count n) {
  if (n == 0) return 0;
  return n.value() % 2 == 0 ? n / 2 * (n - 1) : (n - 1) / 2 * n;
}

/// Sum over i < n of (a * i + b) / m, each rounded down; m > 0. Takes out whole multiples of m, then swaps the axes of
/// the lattice under the line, as Euclid's algorithm does: logarithmic time.
///
/// Source: Graham, Knuth, Patashnik: Concrete Mathematics, section 3.5.
Count floor_sum(Count n, Count m, Count a, Count b) {
  Count sum = 0;
  while (n > 0) {
    sum += sum_below(n) * (a / m) + n * (b / m);
    a = a.value() % m.value();
    b = b.value() % m.value();
    const Count top = a * n + b;
    n = top / m;
    b = top.value() % m.value();
    std::swap(a, m);
  }
  return sum;
}

/// Sum over the taps j of ceil((x - j * dilation) / stride), each clamped to [0, output]: the windows whose tap j lies
/// before point x - pad_before.
Count windows_before(const ResolvedAxis& axis, int64_t x) {
  if (axis.output <= 0) return 0;
  const int64_t all = steps_within(x - (axis.output - 1) * axis.stride - 1, axis.dilation, axis.kernel);
  const int64_t some = steps_within(x - 1, axis.dilation, axis.kernel);
  if (some == all) return Count{axis.output} * all;
  const int64_t last = x - (some - 1) * axis.dilation;
  return Count{axis.output} * all + floor_sum(some - all, axis.stride, axis.dilation, last + axis.stride - 1);
}

}  // namespace

Known<ResolvedAxis> resolve(const Axis& axis, Padding padding, int64_t input, bool ceil) {
  if (!in_range(axis)) return Unknown{"the window's kernel, stride, dilation or padding is out of range"};
  if (input < 0 || input > kMaxDim) return Unknown{"the axis under the window has a size out of range"};
  ResolvedAxis result{.kernel = axis.kernel, .stride = axis.stride, .dilation = axis.dilation};
  const int64_t extent = (axis.kernel - 1) * axis.dilation + 1;

  if (padding == Padding::same_upper || padding == Padding::same_lower) {
    result.output = ceil_div(input, axis.stride);
    const int64_t total = std::max<int64_t>(0, (result.output - 1) * axis.stride + extent - input);
    result.pad_before = padding == Padding::same_upper ? total / 2 : total - total / 2;
    result.pad_after = total - result.pad_before;
    return result;
  }

  if (padding == Padding::given) {
    result.pad_before = axis.pad_before;
    result.pad_after = axis.pad_after;
  }
  const int64_t slack = input + result.pad_before + result.pad_after - extent;
  if (slack < 0) {
    return Unknown{"the window spans " + std::to_string(extent) + " points, the padded input has " +
                   std::to_string(slack + extent) + ": check the input's size"};
  }
  result.output = (ceil ? ceil_div(slack, axis.stride) : slack / axis.stride) + 1;
  if (ceil && (result.output - 1) * axis.stride >= input + result.pad_before) --result.output;
  return result;
}

Count valid_taps(const ResolvedAxis& axis, int64_t points) {
  // Windows whose tap lies before the end of the data, less those where it lies before its beginning.
  return windows_before(axis, points + axis.pad_before) - windows_before(axis, axis.pad_before);
}

Count valid_taps(const Operands& operands, const ResolvedAxis& axis, int64_t points) {
  const Count taps = valid_taps(axis, points);
  if (operands.trace() == nullptr) return taps;
  const uint64_t all = (Count{axis.kernel} * axis.output).value();
  const std::string where = std::to_string(axis.kernel) + " taps in each of " + std::to_string(axis.output) +
                            " windows over " + std::to_string(points) + " points, stride " +
                            std::to_string(axis.stride) + ", dilation " + std::to_string(axis.dilation) + ", padding " +
                            std::to_string(axis.pad_before) + " and " + std::to_string(axis.pad_after);
  return operands.letter("V", where + ": of " + std::to_string(all) + " taps these meet data", taps);
}

Known<Count> dilated_taps(const ResolvedAxis& axis, int64_t points, int64_t base) {
  constexpr int64_t kMaxSteps = int64_t{1} << 22;
  if (base == 1) return valid_taps(axis, points);
  if (axis.stride == 1) {
    // Each point of the data is a window of the transposed convolution.
    return valid_taps({.kernel = axis.kernel,
                       .stride = base,
                       .dilation = axis.dilation,
                       .pad_before = (axis.kernel - 1) * axis.dilation - axis.pad_before,
                       .output = points},
                      axis.output);
  }
  if (axis.kernel > kMaxSteps || axis.output > kMaxSteps / axis.kernel) {
    return Unknown{"a window with a stride over data with gaps is too large to count its taps"};
  }
  int64_t taps = 0;
  for (int64_t window = 0; window < axis.output; ++window) {
    for (int64_t tap = 0; tap < axis.kernel; ++tap) {
      const int64_t place = window * axis.stride + tap * axis.dilation - axis.pad_before;
      if (place >= 0 && place % base == 0 && place / base < points) ++taps;
    }
  }
  return Count{taps};
}

}  // namespace flopstat
