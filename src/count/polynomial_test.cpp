#include "count/polynomial.h"

#include <gtest/gtest.h>

#include <random>

#include "model/count.h"

namespace flopstat {
namespace {

/// A function that is known everywhere.
template <class Function>
Samples everywhere(Function function) {
  return [function](const Sizes& sizes) { return Figure{static_cast<uint64_t>(function(sizes))}; };
}

std::vector<SizeDomain> domains(size_t dims) { return std::vector<SizeDomain>(dims); }

Fitted expect_fitted(const std::vector<SizeDomain>& domains, const Samples& samples) {
  auto found = fit(domains, samples);
  if (auto* fitted = std::get_if<Fitted>(&found)) return std::move(*fitted);
  ADD_FAILURE() << "no polynomial was found";
  return {};
}

void expect_monomial(const Monomial& monomial, int64_t numerator, int64_t denominator, std::vector<uint32_t> powers) {
  EXPECT_EQ(monomial.numerator, numerator);
  EXPECT_EQ(monomial.denominator, denominator);
  EXPECT_EQ(monomial.powers, powers);
}

TEST(Polynomial, of_two_dimensions_is_found_with_the_highest_degree_first) {
  const Samples samples = everywhere([](const Sizes& x) { return 3 * x[0] * x[1] * x[1] + 5 * x[0] + 7; });
  const Polynomial found = expect_fitted(domains(2), samples).polynomial;
  ASSERT_EQ(found.monomials.size(), 3u);
  expect_monomial(found.monomials[0], 3, 1, {1, 2});
  expect_monomial(found.monomials[1], 5, 1, {1, 0});
  expect_monomial(found.monomials[2], 7, 1, {0, 0});
}

TEST(Polynomial, may_have_fractions_whose_sum_is_whole) {
  const Samples triangle = everywhere([](const Sizes& x) { return x[0] * (x[0] + 1) / 2; });
  const Polynomial found = expect_fitted(domains(1), triangle).polynomial;
  ASSERT_EQ(found.monomials.size(), 2u);
  expect_monomial(found.monomials[0], 1, 2, {2});
  expect_monomial(found.monomials[1], 1, 2, {1});
  EXPECT_EQ(value_of(found, Sizes{1000}), 1000u * 1001 / 2);
}

TEST(Polynomial, may_have_terms_that_vanish_or_cancel_at_the_first_sizes) {
  // At n = 1 nothing is left of s, and at s = 1 nothing of n.
  const Samples samples = everywhere([](const Sizes& x) { return (x[0] - 1) * (x[1] - 1) * x[1]; });
  const Polynomial found = expect_fitted(domains(2), samples).polynomial;
  ASSERT_EQ(found.monomials.size(), 4u);  // n s^2 - n s - s^2 + s
  expect_monomial(found.monomials[0], 1, 1, {1, 2});
  expect_monomial(found.monomials[1], -1, 1, {1, 1});
  expect_monomial(found.monomials[2], -1, 1, {0, 2});
  expect_monomial(found.monomials[3], 1, 1, {0, 1});
}

TEST(Polynomial, that_is_zero_everywhere_has_no_terms) {
  const Fitted found = expect_fitted(domains(3), everywhere([](const Sizes&) { return 0; }));
  EXPECT_TRUE(found.polynomial.monomials.empty());
  EXPECT_EQ(value_of(found.polynomial, Sizes{1, 2, 3}), 0u);
}

TEST(Polynomial, is_found_from_any_first_size_and_step) {
  const Samples halves = everywhere([](const Sizes& x) { return (x[0] / 2) * 10 + x[1] * x[1]; });
  std::vector<SizeDomain> even = domains(2);
  even[0] = {8, 2};
  even[1] = {100, 1};
  const Polynomial found = expect_fitted(even, halves).polynomial;
  ASSERT_EQ(found.monomials.size(), 2u);
  expect_monomial(found.monomials[0], 1, 1, {0, 2});
  expect_monomial(found.monomials[1], 5, 1, {1, 0});
}

TEST(Polynomial, random_ones_are_found_and_hold_where_nobody_looked) {
  std::mt19937 random(1);  // NOLINT: the same numbers every time
  const auto number = [&](int64_t most) { return static_cast<int64_t>(random() % static_cast<uint64_t>(most + 1)); };
  for (int round = 0; round < 200; ++round) {
    const size_t dims = 1 + static_cast<size_t>(round % 3);
    Polynomial made;
    for (int term = 0; term < 4; ++term) {
      Monomial each{.numerator = 1 + number(1000)};
      for (size_t dim = 0; dim < dims; ++dim) each.powers.push_back(static_cast<uint32_t>(number(2)));
      made.monomials.push_back(each);
    }
    const Samples samples = [&](const Sizes& sizes) { return value_of(made, sizes); };
    std::vector<SizeDomain> from = domains(dims);
    for (SizeDomain& each : from) each = {1 + number(20), 1 + number(4)};
    const Polynomial found = expect_fitted(from, samples).polynomial;
    for (int look = 0; look < 5; ++look) {
      Sizes sizes;
      for (size_t dim = 0; dim < dims; ++dim) sizes.push_back(1 + number(300));
      EXPECT_EQ(value_of(found, sizes), value_of(made, sizes)) << "round " << round;
    }
  }
}

TEST(Polynomial, is_not_what_rounds_down) {
  const auto found = fit(domains(2), everywhere([](const Sizes& x) { return x[0] * (x[1] / 2); }));
  ASSERT_TRUE(std::holds_alternative<NoPolynomial>(found));
  EXPECT_EQ(std::get<NoPolynomial>(found).dims, std::vector<uint32_t>{1});
}

TEST(Polynomial, is_not_what_bends_far_behind_the_samples_that_would_fix_it) {
  const auto found = fit(domains(1), everywhere([](const Sizes& x) { return std::max(100 * x[0], x[0] * x[0]); }));
  EXPECT_TRUE(std::holds_alternative<NoPolynomial>(found));
}

TEST(Polynomial, is_not_what_bends_only_where_several_dimensions_are_large) {
  const auto found =
      fit(domains(2), everywhere([](const Sizes& x) { return std::max(x[0] * x[1], int64_t{500'000}); }));
  ASSERT_TRUE(std::holds_alternative<NoPolynomial>(found));
  EXPECT_TRUE(std::get<NoPolynomial>(found).dims.empty());
}

TEST(Polynomial, is_not_what_grows_exponentially) {
  const auto found = fit(domains(1), everywhere([](const Sizes& x) { return int64_t{1} << (x[0] % 60); }));
  EXPECT_TRUE(std::holds_alternative<NoPolynomial>(found));
}

TEST(Polynomial, ends_where_the_function_does) {
  const Samples table = [](const Sizes& x) { return x[0] <= 512 ? Figure{static_cast<uint64_t>(x[0] * 3)} : Figure{}; };
  const Fitted found = expect_fitted(domains(1), table);
  EXPECT_EQ(found.domains[0].last, 512);
  EXPECT_EQ(value_of(found.polynomial, Sizes{512}), 3u * 512);
}

TEST(Polynomial, is_not_told_where_the_function_is_not_known_in_between) {
  const Samples hole = [](const Sizes& x) { return x[1] == 3 ? Figure{} : Figure{1}; };
  const auto found = fit(domains(2), hole);
  ASSERT_TRUE(std::holds_alternative<NotKnownAt>(found));
  EXPECT_EQ(std::get<NotKnownAt>(found).sizes, (Sizes{1, 3}));
  EXPECT_EQ(std::get<NotKnownAt>(found).dim, 1u);
}

TEST(Polynomial, beyond_64_bits_is_refused_and_never_wrong) {
  const Samples huge = everywhere([](const Sizes&) { return uint64_t{1} << 63; });
  EXPECT_THROW(fit(domains(1), huge), Overflow);
  const Polynomial product{{{INT64_MAX, 1, {1}}}};
  EXPECT_EQ(value_of(product, Sizes{2}), static_cast<uint64_t>(INT64_MAX) * 2);
  EXPECT_EQ(value_of(product, Sizes{3}), std::nullopt);
  const Polynomial power{{{1, 1, {5}}}};
  EXPECT_EQ(value_of(power, Sizes{INT64_MAX}), std::nullopt);
  EXPECT_EQ(value_of(Polynomial{{{-1, 1, {1}}}}, Sizes{1}), std::nullopt);
  EXPECT_EQ(value_of(Polynomial{{{1, 2, {1}}}}, Sizes{3}), std::nullopt);
}

TEST(Polynomial, takes_no_more_samples_than_lines_and_its_terms) {
  size_t samples_taken = 0;
  const Samples counted = [&](const Sizes& x) {
    ++samples_taken;
    return Figure{static_cast<uint64_t>(x[0] * x[1] * x[1])};
  };
  expect_fitted(domains(2), counted);
  // Two dimensions, two lines each of 8 + the end + 3 far; 6 along the diagonal of degree 3; 2 * 3 powers of at most
  // degrees 1 and 2; 3 far from all, each asked for twice.
  EXPECT_EQ(samples_taken, 2u * 2 * (8 + 1 + 3) + 6 + 2 * 3 + 3 * 2);
}

}  // namespace
}  // namespace flopstat
