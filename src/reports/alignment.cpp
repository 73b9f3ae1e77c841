#include "reports/alignment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <unordered_map>
#include <utility>

#include "reports/common_subsequence.h"
#include "reports/figure_text.h"

namespace flopstat {
namespace {

// ---- What rows have in common

/// What a row is compared by, as numbers: equal where it is.
struct Traits {
  uint32_t whole = 0;  ///< name and cost
  uint32_t name = 0;   ///< with the operation; a number of its own where the row has no name
  uint32_t cost = 0;   ///< operation, shapes of the results, MACs and parameters
  uint32_t shape = 0;  ///< operation and shapes of the results
  uint32_t operation = 0;
};

using Trait = uint32_t Traits::*;

/// A number for each text, the same for the same one.
class Numbers {
 public:
  uint32_t of(const std::string& text) {
    const auto [place, added] = numbers_.try_emplace(text, next_);
    if (added) ++next_;
    return place->second;
  }

  /// A number that no text has.
  uint32_t of_nothing() { return next_++; }

 private:
  std::unordered_map<std::string, uint32_t> numbers_;
  uint32_t next_ = 0;
};

/// A name without what converters put around it: a wrapping call in front, the number of an output behind.
std::string_view plain_name(std::string_view name) {
  for (const std::string_view call : {"StatefulPartitionedCall/", "PartitionedCall/"}) {
    if (name.starts_with(call)) name.remove_prefix(call.size());
  }
  const size_t colon = name.find_last_of(':');
  const bool numbered = colon != std::string_view::npos && colon + 1 < name.size() &&
                        name.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
  return numbered ? name.substr(0, colon) : name;
}

/// The pieces of a fused name.
std::vector<std::string_view> pieces_of(std::string_view name) {
  std::vector<std::string_view> pieces;
  while (!name.empty()) {
    const size_t end = std::min(name.find(';'), name.size());
    if (end > 0) pieces.push_back(plain_name(name.substr(0, end)));
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return pieces;
}

std::string keyed(const Row& row, std::string_view text) { return fmt::format("{}\n{}", operation_of(row), text); }

/// How many rows of either report have a piece of a name, by operation and piece.
using PieceCounts = std::unordered_map<std::string, std::array<uint32_t, 2>>;

PieceCounts count_pieces(const Report& a, const Report& b) {
  PieceCounts counts;
  const Report* const reports[] = {&a, &b};
  for (size_t side = 0; side < 2; ++side) {
    for (const Row& row : reports[side]->rows) {
      for (const std::string_view piece : pieces_of(row.name)) ++counts[keyed(row, piece)][side];
    }
  }
  return counts;
}

std::string name_key(const Row& row, const PieceCounts& counts) {
  for (const std::string_view piece : pieces_of(row.name)) {
    std::string key = keyed(row, piece);
    const auto found = counts.find(key);
    if (found != counts.end() && found->second == std::array<uint32_t, 2>{1, 1}) return key;
  }
  return keyed(row, row.name);
}

/// The sizes in an order that does not tell first from last channels: of all rotations of the axes behind the first,
/// the one whose sizes are smallest.
std::vector<int64_t> without_layout(std::span<const int64_t> shape) {
  std::vector<int64_t> least(shape.begin(), shape.end());
  if (least.size() < 3) return least;
  std::vector<int64_t> rotated = least;
  for (size_t i = 2; i < least.size(); ++i) {
    std::rotate(rotated.begin() + 1, rotated.begin() + 2, rotated.end());
    least = std::min(least, rotated);
  }
  return least;
}

bool same_shape(const TensorInfo& a, const TensorInfo& b, bool across_formats) {
  if (!a.shape || !b.shape) return !a.shape && !b.shape;
  return across_formats ? without_layout(*a.shape) == without_layout(*b.shape) : std::ranges::equal(*a.shape, *b.shape);
}

std::string shapes_key(const Row& row, bool across_formats) {
  std::string key;
  for (const TensorInfo& output : row.outputs) {
    TensorInfo plain = output;
    std::vector<int64_t> sizes;
    if (across_formats && output.shape) {
      sizes = without_layout(*output.shape);
      plain.shape = sizes;
    }
    key.append(shape_text(plain)).append(";");
  }
  return key;
}

std::string number_text(const Figure& figure) { return figure ? fmt::format("{}", *figure) : "?"; }

std::vector<Traits> traits_of(const Report& report, const PieceCounts& counts, bool across_formats, Numbers& numbers) {
  std::vector<Traits> all;
  all.reserve(report.rows.size());
  for (const Row& row : report.rows) {
    const std::string type = across_formats ? "" : std::string(row.type);
    const std::string shape = keyed(row, shapes_key(row, across_formats));
    const std::string cost =
        fmt::format("{}\n{}\n{}\n{}", shape, type, number_text(row.figures.macs), number_text(row.figures.params));
    const std::string name = row.name.empty() ? "" : name_key(row, counts);
    all.push_back({.whole = name.empty() ? numbers.of_nothing() : numbers.of(fmt::format("whole\n{}\n{}", name, cost)),
                   .name = name.empty() ? numbers.of_nothing() : numbers.of("name\n" + name),
                   .cost = numbers.of("cost\n" + cost),
                   .shape = numbers.of("shape\n" + shape),
                   .operation = numbers.of("operation\n" + keyed(row, ""))});
  }
  return all;
}

// ---- Pairs

/// Pairs rows, the surest first.
class Aligner {
 public:
  Aligner(const std::vector<Traits>& a, const std::vector<Traits>& b)
      : a_(a), b_(b), partner_of_a_(a.size()), partner_of_b_(b.size()) {}

  /// Pairs rows of one trait between those that are paired already, none across them.
  void pair_in_order(Trait trait) {
    std::vector<Match> anchors;
    Match begin;
    const auto pair_until = [&](Match end) {
      const std::vector<uint32_t> left = numbers(a_, trait, begin.a, end.a), right = numbers(b_, trait, begin.b, end.b);
      for (const Match& match : common_subsequence(left, right)) {
        anchors.push_back({begin.a + match.a, begin.b + match.b});
        pair(anchors.back());
      }
    };
    for (const Match& anchor : anchors_) {
      pair_until(anchor);
      anchors.push_back(anchor);
      begin = {anchor.a + 1, anchor.b + 1};
    }
    pair_until({a_.size(), b_.size()});
    anchors_ = std::move(anchors);
  }

  /// Pairs rows of one trait that are left over, wherever they stand.
  void pair_anywhere(Trait trait) {
    std::unordered_map<uint32_t, std::vector<size_t>> left;
    for (size_t a = a_.size(); a-- > 0;) {
      if (!partner_of_a_[a]) left[a_[a].*trait].push_back(a);
    }
    for (size_t b = 0; b < b_.size(); ++b) {
      if (partner_of_b_[b]) continue;
      const auto found = left.find(b_[b].*trait);
      if (found == left.end() || found->second.empty()) continue;
      pair({found->second.back(), b});
      found->second.pop_back();
    }
  }

  /// Every row once: the rows of `b`, and those that only `a` has in front of what follows them in both.
  std::vector<AlignedRows> rows() const {
    std::vector<AlignedRows> rows;
    Match begin;
    const auto append_until = [&](Match end) {
      for (size_t a = begin.a; a < end.a; ++a) {
        if (!partner_of_a_[a]) rows.push_back({.a = static_cast<uint32_t>(a)});
      }
      for (size_t b = begin.b; b < end.b; ++b) rows.push_back({partner_of_b_[b], static_cast<uint32_t>(b)});
      begin = end;
    };
    for (const Match& anchor : anchors_) append_until({anchor.a + 1, anchor.b + 1});
    append_until({a_.size(), b_.size()});
    return rows;
  }

 private:
  static std::vector<uint32_t> numbers(const std::vector<Traits>& traits, Trait trait, size_t begin, size_t end) {
    std::vector<uint32_t> numbers;
    numbers.reserve(end - begin);
    for (size_t i = begin; i < end; ++i) numbers.push_back(traits[i].*trait);
    return numbers;
  }

  void pair(Match match) {
    partner_of_a_[match.a] = static_cast<uint32_t>(match.b);
    partner_of_b_[match.b] = static_cast<uint32_t>(match.a);
  }

  const std::vector<Traits>& a_;
  const std::vector<Traits>& b_;
  std::vector<Match> anchors_;  ///< pairs that are in the order of both
  std::vector<std::optional<uint32_t>> partner_of_a_, partner_of_b_;
};

}  // namespace

std::string_view operation_of(const Row& row) { return row.op.empty() || row.op == "opaque" ? row.type : row.op; }

bool same_shapes(const Row& a, const Row& b, bool across_formats) {
  return std::ranges::equal(a.outputs, b.outputs, [=](const TensorInfo& left, const TensorInfo& right) {
    return same_shape(left, right, across_formats);
  });
}

std::vector<AlignedRows> align(const Report& a, const Report& b, AlignBy first) {
  const bool across_formats = a.format != b.format;
  const PieceCounts counts = count_pieces(a, b);
  Numbers numbers;
  const std::vector<Traits> traits_of_a = traits_of(a, counts, across_formats, numbers);
  const std::vector<Traits> traits_of_b = traits_of(b, counts, across_formats, numbers);
  Aligner aligner(traits_of_a, traits_of_b);
  aligner.pair_in_order(&Traits::whole);
  aligner.pair_in_order(first == AlignBy::name ? &Traits::name : &Traits::cost);
  aligner.pair_in_order(first == AlignBy::name ? &Traits::cost : &Traits::name);
  aligner.pair_in_order(&Traits::shape);
  aligner.pair_in_order(&Traits::operation);
  aligner.pair_anywhere(&Traits::name);
  aligner.pair_anywhere(&Traits::cost);
  return aligner.rows();
}

}  // namespace flopstat
