#include "reports/common_subsequence.h"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>
#include <utility>

namespace flopstat {
namespace {

/// Positions before which both sequences are aligned.
struct Point {
  Point() = default;
  Point(int64_t x, int64_t y) : x(x), y(y) {}
  Point(size_t a, size_t b) : Point(static_cast<int64_t>(a), static_cast<int64_t>(b)) {}
  bool operator==(const Point&) const = default;

  int64_t x = 0;
  int64_t y = 0;
};

/// The furthest paths of 0, 1, 2, ... edits through the grid of two sequences, one for each diagonal x - y.
class Stretch {
 public:
  Stretch(std::span<const uint32_t> a, std::span<const uint32_t> b) : a_(a), b_(b) {}

  /// Goes on until a path ends both sequences or `most_edits` edits are made; where the best path ends.
  Point run(int64_t most_edits) {
    for (int64_t edits = 0;; ++edits) {
      furthest_.emplace_back(static_cast<size_t>(2 * edits + 1));
      for (int64_t diagonal = -edits; diagonal <= edits; diagonal += 2) {
        const int64_t end = follow_matches(diagonal, start_of(edits, diagonal));
        at(edits, diagonal) = end;
        if (end == size(a_) && end - diagonal == size(b_)) return {end, end - diagonal};
      }
      if (edits == most_edits) return best_of(edits);
    }
  }

  /// Appends the matches on the path to the end that `run` returned, in order, with `offset` added.
  void append_matches(Point end, Point offset, std::vector<Match>& matches) const {
    const auto first = static_cast<std::ptrdiff_t>(matches.size());
    int64_t x = end.x;
    const auto go_back_to = [&](int64_t start, int64_t diagonal) {
      for (; x > start; --x) {
        matches.push_back({static_cast<size_t>(offset.x + x - 1), static_cast<size_t>(offset.y + x - 1 - diagonal)});
      }
    };
    int64_t diagonal = end.x - end.y;
    for (auto edits = static_cast<int64_t>(furthest_.size()) - 1; edits > 0; --edits) {
      go_back_to(start_of(edits, diagonal), diagonal);
      const bool inserts = is_insertion(edits, diagonal);
      diagonal += inserts ? 1 : -1;
      x = at(edits - 1, diagonal);
    }
    go_back_to(0, 0);
    std::reverse(matches.begin() + first, matches.end());
  }

 private:
  static int64_t size(std::span<const uint32_t> sequence) { return static_cast<int64_t>(sequence.size()); }

  int64_t& at(int64_t edits, int64_t diagonal) {
    return furthest_[static_cast<size_t>(edits)][static_cast<size_t>(edits + diagonal)];
  }
  int64_t at(int64_t edits, int64_t diagonal) const {
    return furthest_[static_cast<size_t>(edits)][static_cast<size_t>(edits + diagonal)];
  }

  /// Whether the furthest path comes from the diagonal above, by an element that only b has.
  bool is_insertion(int64_t edits, int64_t diagonal) const {
    if (diagonal == -edits) return true;
    return diagonal != edits && at(edits - 1, diagonal - 1) < at(edits - 1, diagonal + 1);
  }

  /// x behind the last edit of the furthest path, before the matches that follow.
  int64_t start_of(int64_t edits, int64_t diagonal) const {
    if (edits == 0) return 0;
    return is_insertion(edits, diagonal) ? at(edits - 1, diagonal + 1) : at(edits - 1, diagonal - 1) + 1;
  }

  int64_t follow_matches(int64_t diagonal, int64_t x) const {
    const auto is_match = [&] {
      const int64_t y = x - diagonal;
      return x < size(a_) && y < size(b_) && a_[static_cast<size_t>(x)] == b_[static_cast<size_t>(y)];
    };
    while (is_match()) ++x;
    return x;
  }

  /// The end that is furthest from the start, among those inside the grid; of several the most diagonal.
  Point best_of(int64_t edits) const {
    Point best;
    for (int64_t diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const Point end{at(edits, diagonal), at(edits, diagonal) - diagonal};
      const auto rank = [](Point each) { return std::pair(each.x + each.y, -std::abs(each.x - each.y)); };
      if (end.x <= size(a_) && end.y <= size(b_) && rank(end) > rank(best)) best = end;
    }
    return best;
  }

  std::span<const uint32_t> a_, b_;
  std::vector<std::vector<int64_t>> furthest_;  ///< x by edits and by diagonal + edits
};

/// Appends what the sequences have in common, stretch by stretch, with `offset` added.
void append_stretches(std::span<const uint32_t> a, std::span<const uint32_t> b, Point offset, int64_t most_edits,
                      std::vector<Match>& matches) {
  while (!a.empty() && !b.empty()) {
    Stretch stretch(a, b);
    const Point end = stretch.run(most_edits);
    stretch.append_matches(end, offset, matches);
    a = a.subspan(static_cast<size_t>(end.x));
    b = b.subspan(static_cast<size_t>(end.y));
    offset = {offset.x + end.x, offset.y + end.y};
  }
}

/// Where the elements are that each sequence has once, in the order of `a`.
std::vector<Match> unique_matches(std::span<const uint32_t> a, std::span<const uint32_t> b) {
  struct Place {
    size_t a = 0, b = 0, count_a = 0, count_b = 0;
  };
  std::unordered_map<uint32_t, Place> places;
  for (size_t i = 0; i < a.size(); ++i) {
    Place& place = places[a[i]];
    place.a = i;
    ++place.count_a;
  }
  for (size_t i = 0; i < b.size(); ++i) {
    Place& place = places[b[i]];
    place.b = i;
    ++place.count_b;
  }
  std::vector<Match> matches;
  for (const uint32_t element : a) {
    const Place& place = places[element];
    if (place.count_a == 1 && place.count_b == 1) matches.push_back({place.a, place.b});
  }
  return matches;
}

/// As many of the matches as are in the same order in both sequences: a longest rising subsequence of their `b`.
/// Source: patience sorting.
std::vector<Match> in_order(const std::vector<Match>& matches) {
  constexpr size_t kNone = SIZE_MAX;
  std::vector<size_t> last_of_length, before(matches.size(), kNone);
  for (size_t i = 0; i < matches.size(); ++i) {
    const auto place = std::ranges::lower_bound(last_of_length, matches[i].b, {},
                                                [&](size_t candidate) { return matches[candidate].b; });
    if (place != last_of_length.begin()) before[i] = *(place - 1);
    if (place == last_of_length.end()) {
      last_of_length.push_back(i);
    } else {
      *place = i;
    }
  }
  std::vector<Match> rising;
  for (size_t i = last_of_length.empty() ? kNone : last_of_length.back(); i != kNone; i = before[i]) {
    rising.push_back(matches[i]);
  }
  std::ranges::reverse(rising);
  return rising;
}

}  // namespace

std::vector<Match> common_subsequence(std::span<const uint32_t> a, std::span<const uint32_t> b, size_t most_edits) {
  const auto edits = static_cast<int64_t>(std::max<size_t>(most_edits, 1));
  std::vector<Match> matches;
  Stretch whole(a, b);
  if (const Point end = whole.run(edits); end == Point(a.size(), b.size())) {
    whole.append_matches(end, {}, matches);
    return matches;
  }
  Match done;
  const auto append_until = [&](Match end) {
    append_stretches(a.subspan(done.a, end.a - done.a), b.subspan(done.b, end.b - done.b), Point(done.a, done.b), edits,
                     matches);
  };
  for (const Match& anchor : in_order(unique_matches(a, b))) {
    append_until(anchor);
    matches.push_back(anchor);
    done = {anchor.a + 1, anchor.b + 1};
  }
  append_until({a.size(), b.size()});
  return matches;
}

}  // namespace flopstat
