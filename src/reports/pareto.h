#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace flopstat {

/// One measure of a candidate; less is better.
struct Measure {
  std::optional<long double> value = std::nullopt;  ///< none: not known
  bool lower_bound = false;                         ///< the value may be larger
};

/// Whether nobody is better. `unknown`: that depends on what is not known.
enum class Standing : uint8_t { front, dominated, unknown };

/// For each candidate whether it is on the Pareto front: no other is at least as good in every measure and better in
/// one. All candidates have equally many measures. A candidate of which some measure is not known is never on the
/// front, and dominates nobody for certain. Takes time in proportion to the square of the candidates.
std::vector<Standing> pareto_front(const std::vector<std::vector<Measure>>& candidates);

}  // namespace flopstat
