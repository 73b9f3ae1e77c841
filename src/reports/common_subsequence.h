#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace flopstat {

/// Positions of one element in two sequences.
struct Match {
  size_t a = 0;
  size_t b = 0;
};

/// Edits between two sequences up to which `common_subsequence` looks at all ways at once.
inline constexpr size_t kMostEdits = 1024;

/// A longest common subsequence of two sequences, in order. Where the sequences are more than `most_edits` insertions
/// and deletions apart, elements that each of them has once are aligned first, and what is between these is put
/// together from stretches of so many edits, each the one that gets furthest: a common subsequence still, not always a
/// longest one. Takes time in proportion to the elements times `most_edits` at most.
///
/// Source: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986); the elements that
/// each has once are those of B. Cohen's patience diff.
std::vector<Match> common_subsequence(std::span<const uint32_t> a, std::span<const uint32_t> b,
                                      size_t most_edits = kMostEdits);

}  // namespace flopstat
