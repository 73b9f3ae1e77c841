#include "count/polynomial.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "model/count.h"

namespace flopstat {
namespace {

constexpr int64_t kLine = 8;  // samples in a row from which a degree is told
constexpr uint32_t kMaxDegree = 5;
constexpr int64_t kFar = 16'381;    // steps to the farthest sample
constexpr size_t kMaxTerms = 4096;  // of a polynomial; each is a sample

// ---- Numbers

__extension__ using Wide = __int128;

Wide plus(Wide a, Wide b) {
  Wide result = 0;
  if (__builtin_add_overflow(a, b, &result)) throw Overflow{};
  return result;
}

Wide minus(Wide a, Wide b) {
  Wide result = 0;
  if (__builtin_sub_overflow(a, b, &result)) throw Overflow{};
  return result;
}

Wide times(Wide a, Wide b) {
  Wide result = 0;
  if (__builtin_mul_overflow(a, b, &result)) throw Overflow{};
  return result;
}

Wide common_divisor(Wide a, Wide b) {
  while (b != 0) a = std::exchange(b, a % b);
  return a < 0 ? -a : a;
}

/// A fraction in lowest terms, its denominator positive.
struct Fraction {
  Wide numerator = 0;
  Wide denominator = 1;
};

Fraction lowest(Wide numerator, Wide denominator) {
  const Wide divisor = common_divisor(numerator, denominator);
  return {numerator / divisor, denominator / divisor};
}

Fraction plus(const Fraction& a, const Fraction& b) {
  const Wide divisor = common_divisor(a.denominator, b.denominator);
  const Wide numerator = plus(times(a.numerator, b.denominator / divisor), times(b.numerator, a.denominator / divisor));
  return lowest(numerator, times(a.denominator, b.denominator / divisor));
}

Fraction times(const Fraction& a, const Fraction& b) {
  const Fraction left = lowest(a.numerator, b.denominator);
  const Fraction right = lowest(b.numerator, a.denominator);
  return {times(left.numerator, right.numerator), times(left.denominator, right.denominator)};
}

int64_t narrow(Wide value) {
  if (value < INT64_MIN || value > INT64_MAX) throw Overflow{};
  return static_cast<int64_t>(value);
}

// ---- Lines

/// Turns samples in a row into forward differences at the first of them.
void differences(std::vector<Wide>& values) {
  for (size_t order = 1; order < values.size(); ++order) {
    for (size_t i = values.size() - 1; i >= order; --i) values[i] = minus(values[i], values[i - 1]);
  }
}

/// The highest difference that is not 0; nothing where it is too high to be sure.
std::optional<uint32_t> degree_of(const std::vector<Wide>& differences, uint32_t most) {
  for (size_t order = differences.size() - 1; order > 0; --order) {
    if (differences[order] == 0) continue;
    return order > most ? std::nullopt : std::optional(static_cast<uint32_t>(order));
  }
  return 0;
}

/// What the differences come to, that many steps from their first sample.
Wide extrapolated(const std::vector<Wide>& differences, uint32_t degree, int64_t steps) {
  Wide sum = 0;
  Wide choices = 1;  // steps over order
  for (uint32_t order = 0; order <= degree; ++order) {
    sum = plus(sum, times(differences[order], choices));
    choices = times(choices, steps - order) / (order + 1);
  }
  return sum;
}

/// Steps to three sizes behind the line, the last of them `farthest`.
std::array<int64_t, 3> far_steps(int64_t farthest) {
  const int64_t behind = farthest - (kLine - 1);
  return {farthest - behind + std::max<int64_t>(1, behind / 64), farthest - behind + std::max<int64_t>(2, behind / 8),
          farthest};
}

// ---- The fit

/// Powers of a monomial, or orders of differences: one for each dimension.
using Powers = std::vector<uint32_t>;

/// The sizes that many steps from the first ones.
Sizes at_steps(const std::vector<SizeDomain>& domains, const std::vector<int64_t>& steps) {
  Sizes sizes(domains.size());
  for (size_t i = 0; i < sizes.size(); ++i) sizes[i] = domains[i].first + domains[i].step * steps[i];
  return sizes;
}

/// All powers of at most `degrees`, and of at most `total` together, in ascending order.
void list_powers(const Powers& degrees, uint32_t total, Powers& powers, std::map<Powers, Fraction>& all) {
  if (powers.size() == degrees.size()) {
    if (all.size() == kMaxTerms) throw Overflow{};
    all.emplace(powers, Fraction{});
    return;
  }
  const uint32_t most = std::min(degrees[powers.size()], total);
  for (uint32_t power = 0; power <= most; ++power) {
    powers.push_back(power);
    list_powers(degrees, total - power, powers, all);
    powers.pop_back();
  }
}

/// Turns values at 0, 1, 2, ... steps into differences, one dimension after the other.
void differences(std::map<Powers, Fraction>& values, const Powers& degrees) {
  for (size_t dim = 0; dim < degrees.size(); ++dim) {
    for (uint32_t order = 1; order <= degrees[dim]; ++order) {
      for (auto each = values.rbegin(); each != values.rend(); ++each) {
        if (each->first[dim] < order) continue;
        Powers before = each->first;
        --before[dim];
        each->second.numerator = minus(each->second.numerator, values.at(before).numerator);
      }
    }
  }
}

/// C((x - first) / step, order) in powers of x, the constant first.
std::vector<Fraction> binomial(const SizeDomain& domain, uint32_t order) {
  std::vector<Fraction> coefficients = {{1, 1}};
  for (uint32_t i = 0; i < order; ++i) {
    const Wide divisor = times(domain.step, i + 1);
    const Fraction root = lowest(-plus(domain.first, times(domain.step, i)), divisor);
    std::vector<Fraction> product(coefficients.size() + 1);
    for (size_t power = 0; power < coefficients.size(); ++power) {
      product[power] = plus(product[power], times(coefficients[power], root));
      product[power + 1] = plus(product[power + 1], times(coefficients[power], {1, divisor}));
    }
    coefficients = std::move(product);
  }
  return coefficients;
}

/// Turns coefficients of binomials into those of powers, one dimension after the other.
std::map<Powers, Fraction> in_powers(std::map<Powers, Fraction> coefficients, const std::vector<SizeDomain>& domains) {
  for (size_t dim = 0; dim < domains.size(); ++dim) {
    std::map<Powers, Fraction> turned;
    for (const auto& [orders, coefficient] : coefficients) {
      const std::vector<Fraction> factors = binomial(domains[dim], orders[dim]);
      Powers powers = orders;
      for (powers[dim] = 0; powers[dim] < factors.size(); ++powers[dim]) {
        Fraction& sum = turned[powers];
        sum = plus(sum, times(coefficient, factors[powers[dim]]));
      }
    }
    coefficients = std::move(turned);
  }
  return coefficients;
}

uint32_t total_of(const Powers& powers) { return std::accumulate(powers.begin(), powers.end(), uint32_t{0}); }

Polynomial to_polynomial(const std::map<Powers, Fraction>& coefficients) {
  Polynomial polynomial;
  for (const auto& [powers, coefficient] : coefficients) {
    if (coefficient.numerator == 0) continue;
    polynomial.monomials.push_back({narrow(coefficient.numerator), narrow(coefficient.denominator), powers});
  }
  std::ranges::sort(polynomial.monomials, [](const Monomial& a, const Monomial& b) {
    return std::pair(total_of(b.powers), b.powers) < std::pair(total_of(a.powers), a.powers);
  });
  return polynomial;
}

class Fitter {
 public:
  Fitter(std::vector<SizeDomain> domains, const Samples& samples) : domains_(std::move(domains)), samples_(samples) {}

  std::variant<Growth, NoPolynomial, NotKnownAt> follow(uint32_t dim, Others where) const {
    std::vector<int64_t> others(domains_.size());
    for (size_t i = 0; where == Others::further && i < others.size(); ++i) others[i] = static_cast<int64_t>(i % 3) + 2;
    std::vector<Wide> line;
    for (int64_t step = 0; step < kLine; ++step) {
      const Sizes sizes = on_line(others, dim, step);
      const Figure value = samples_(sizes);
      if (!value) return NotKnownAt{sizes, dim};
      line.emplace_back(*value);
    }
    differences(line);
    const std::optional<uint32_t> degree = degree_of(line, kMaxDegree);
    if (!degree) return NoPolynomial{{dim}};
    const int64_t farthest = farthest_known(others, dim);
    if (farthest < kLine + 2) return NotKnownAt{on_line(others, dim, farthest + 1), dim};
    for (const int64_t step : far_steps(farthest)) {
      const Sizes sizes = on_line(others, dim, step);
      const Figure value = samples_(sizes);
      if (!value) return NotKnownAt{sizes, dim};
      if (Wide{*value} != extrapolated(line, *degree, step)) return NoPolynomial{{dim}};
    }
    return Growth{*degree, farthest};
  }

  std::variant<Fitted, NoPolynomial, NotKnownAt> fit() {
    Powers degrees(domains_.size());
    std::vector<int64_t> farthest(domains_.size(), kFar);
    for (const Others others : {Others::first, Others::further}) {
      for (uint32_t dim = 0; dim < domains_.size(); ++dim) {
        const auto found = follow(dim, others);
        if (const auto* none = std::get_if<NoPolynomial>(&found)) return *none;
        if (const auto* unknown = std::get_if<NotKnownAt>(&found)) return *unknown;
        const auto& growth = std::get<Growth>(found);
        degrees[dim] = std::max(degrees[dim], growth.degree);
        farthest[dim] = std::min(farthest[dim], growth.farthest);
      }
    }
    std::map<Powers, Fraction> coefficients;
    Powers powers;
    list_powers(degrees, total_degree(degrees), powers, coefficients);
    for (auto& [steps, value] : coefficients) {
      const Sizes sizes = at_steps(domains_, {steps.begin(), steps.end()});
      const Figure sample = samples_(sizes);
      if (!sample) return NotKnownAt{sizes};
      value.numerator = *sample;
    }
    differences(coefficients, degrees);
    const Polynomial polynomial = to_polynomial(in_powers(std::move(coefficients), domains_));
    for (size_t turn = 0; turn < 3; ++turn) {
      const Sizes sizes = far_sizes(farthest, turn);
      const Figure value = samples_(sizes);
      if (!value) return NotKnownAt{sizes};
      if (value_of(polynomial, sizes) != value) return NoPolynomial{};
    }
    for (size_t dim = 0; dim < domains_.size(); ++dim) {
      if (farthest[dim] < kFar) domains_[dim].last = domains_[dim].first + domains_[dim].step * farthest[dim];
    }
    return Fitted{polynomial, domains_};
  }

 private:
  Sizes on_line(std::vector<int64_t> steps, uint32_t dim, int64_t step) const {
    steps[dim] = step;
    return at_steps(domains_, steps);
  }

  /// Steps to the last size at which the function is known: `kFar`, or less where it ends before.
  int64_t farthest_known(const std::vector<int64_t>& others, uint32_t dim) const {
    const auto is_known = [&](int64_t step) { return samples_(on_line(others, dim, step)).has_value(); };
    if (is_known(kFar)) return kFar;
    int64_t known = kLine - 1;
    for (int64_t unknown = kFar; unknown - known > 1;) {
      const int64_t middle = known + (unknown - known) / 2;
      (is_known(middle) ? known : unknown) = middle;
    }
    return known;
  }

  /// Degree in all dimensions together, told along the diagonal; the most that the degrees allow where it is not known.
  uint32_t total_degree(const Powers& degrees) const {
    const uint32_t most = total_of(degrees);
    std::vector<Wide> diagonal;
    for (uint32_t step = 0; step < most + 3; ++step) {
      const Figure value = samples_(at_steps(domains_, std::vector<int64_t>(domains_.size(), step)));
      if (!value) return most;
      diagonal.emplace_back(*value);
    }
    differences(diagonal);
    return degree_of(diagonal, most).value_or(most);
  }

  /// Sizes that are far in every dimension, in each differently; nearer where the function is not known there.
  Sizes far_sizes(const std::vector<int64_t>& farthest, size_t turn) const {
    std::vector<int64_t> steps(domains_.size());
    for (size_t i = 0; i < steps.size(); ++i) steps[i] = far_steps(farthest[i])[(turn + i) % 3];
    while (!samples_(at_steps(domains_, steps)) &&
           std::ranges::any_of(steps, [](int64_t s) { return s > kLine + 2; })) {
      for (int64_t& step : steps) step = std::max(kLine + static_cast<int64_t>(turn), step / 2);
    }
    return at_steps(domains_, steps);
  }

  std::vector<SizeDomain> domains_;
  const Samples& samples_;
};

}  // namespace

Figure value_of(const Polynomial& polynomial, std::span<const int64_t> sizes) {
  try {
    Fraction sum;
    for (const Monomial& each : polynomial.monomials) {
      Fraction product{each.numerator, each.denominator};
      for (size_t dim = 0; dim < each.powers.size(); ++dim) {
        for (uint32_t i = 0; i < each.powers[dim]; ++i) product = times(product, {sizes[dim], 1});
      }
      sum = plus(sum, product);
    }
    if (sum.denominator != 1 || sum.numerator < 0 || sum.numerator > Wide{UINT64_MAX}) return std::nullopt;
    return static_cast<uint64_t>(sum.numerator);
  } catch (const Overflow&) {
    return std::nullopt;
  }
}

std::variant<Growth, NoPolynomial, NotKnownAt> follow(const std::vector<SizeDomain>& domains, uint32_t dim,
                                                      Others others, const Samples& samples) {
  return Fitter(domains, samples).follow(dim, others);
}

std::variant<Fitted, NoPolynomial, NotKnownAt> fit(std::vector<SizeDomain> domains, const Samples& samples) {
  return Fitter(std::move(domains), samples).fit();
}

}  // namespace flopstat
