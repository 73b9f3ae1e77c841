#include "reports/pareto.h"

#include <algorithm>

namespace flopstat {
namespace {

using Candidate = std::vector<Measure>;

bool is_known(const Candidate& candidate) {
  return std::ranges::all_of(candidate, [](const Measure& each) { return each.value && !each.lower_bound; });
}

/// Whether `a` is as good as `b` in every measure, and better in one. Of `b` lower bounds are enough, of `a` with
/// `at_best` what is not known is taken to be as good as it can be.
bool dominates(const Candidate& a, const Candidate& b, bool at_best) {
  bool better = false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!a[i].value || !b[i].value) {
      if (!at_best) return false;
      better = true;
      continue;
    }
    if (*a[i].value > *b[i].value) return false;
    better |= *a[i].value < *b[i].value || (at_best && b[i].lower_bound);
  }
  return better;
}

}  // namespace

std::vector<Standing> pareto_front(const std::vector<std::vector<Measure>>& candidates) {
  std::vector<Standing> standings;
  for (const Candidate& each : candidates) {
    Standing standing = is_known(each) ? Standing::front : Standing::unknown;
    for (const Candidate& other : candidates) {
      if (&other == &each) continue;
      if (is_known(other) && dominates(other, each, false)) {
        standing = Standing::dominated;
        break;
      }
      if (!is_known(other) && dominates(other, each, true)) standing = Standing::unknown;
    }
    standings.push_back(standing);
  }
  return standings;
}

}  // namespace flopstat
