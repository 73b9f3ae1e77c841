#include "count/scaling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "flopstat/error.h"

namespace flopstat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Rule = std::function<int64_t(const Sizes&)>;

/// A model whose rows have so many MACs, whose peak is so large, and that is known where `known` says so.
struct MadeModel {
  std::vector<Rule> macs;
  Rule peak = [](const Sizes&) { return 0; };
  std::function<bool(const Sizes&)> known = [](const Sizes&) { return true; };

  Report at(const Sizes& sizes) const {
    Report report;
    Totals& totals = report.totals;
    totals.complete = known(sizes);
    totals.unknown_nodes = totals.complete ? 0 : 1;
    totals.figures = Figures::zero();
    for (const Rule& rule : macs) {
      Row row;
      row.index = static_cast<uint32_t>(report.rows.size());
      row.type = "Conv";
      row.figures = Figures::zero();
      row.figures.macs = static_cast<uint64_t>(rule(sizes));
      if (!totals.complete) row.unknown = "the window is larger than the input";
      *totals.figures.macs += *row.figures.macs;
      report.rows.push_back(row);
    }
    totals.peak_activation_bytes = static_cast<uint64_t>(peak(sizes));
    return report;
  }

  Scaling scaling(const std::vector<std::string>& dims) const {
    return find_scaling(dims, [this](const Sizes& sizes) { return at(sizes); });
  }
};

const ScalingLaw& macs_of(const Scaling& scaling) { return scaling.laws[index_of(ScaledFigure::macs)]; }
const ScalingLaw& peak_of(const Scaling& scaling) {
  return scaling.laws[index_of(ScaledFigure::peak_activation_bytes)];
}

int64_t seq(const Sizes& sizes) { return sizes[0]; }

TEST(Scaling, sums_rows_into_one_polynomial) {
  const MadeModel model{
      .macs = {[](const Sizes& x) { return 10 * seq(x); }, [](const Sizes& x) { return seq(x) * seq(x); }}};
  const ScalingLaw law = macs_of(model.scaling({"seq"}));
  ASSERT_TRUE(law.polynomial);
  EXPECT_EQ(value_of(*law.polynomial, Sizes{77}), 10u * 77 + 77 * 77);
  EXPECT_EQ(law.domains[0].first, 1);
  EXPECT_EQ(law.domains[0].last, std::nullopt);
  EXPECT_THAT(law.not_poly_in, IsEmpty());
}

TEST(Scaling, starts_at_the_smallest_size_at_which_the_model_is_known) {
  const MadeModel model{.macs = {[](const Sizes& x) { return 5 * (seq(x) - 6); }},
                        .known = [](const Sizes& x) { return seq(x) >= 7; }};
  const Scaling scaling = model.scaling({"seq"});
  const ScalingLaw& law = macs_of(scaling);
  ASSERT_TRUE(law.polynomial);
  EXPECT_EQ(law.domains[0].first, 7);
  EXPECT_EQ(value_of(*law.polynomial, Sizes{100}), 5u * (100 - 6));
}

TEST(Scaling, has_a_smallest_size_for_each_dimension) {
  const MadeModel model{.macs = {[](const Sizes& x) { return x[0] * x[1]; }},
                        .known = [](const Sizes& x) { return x[0] >= 5 && x[1] >= 30; }};
  const Scaling scaling = model.scaling({"height", "width"});
  EXPECT_EQ(macs_of(scaling).domains[0].first, 5);
  EXPECT_EQ(macs_of(scaling).domains[1].first, 30);
}

TEST(Scaling, names_the_rows_that_round_down_and_tells_where_they_do_not) {
  const MadeModel model{.macs = {[](const Sizes& x) { return 3 * seq(x); },
                                 [](const Sizes& x) { return 100 * ((seq(x) + 1) / 2); },
                                 [](const Sizes& x) { return 200 * ((seq(x) + 3) / 4); }}};
  const ScalingLaw law = macs_of(model.scaling({"seq"}));
  EXPECT_THAT(law.not_poly_in, ElementsAre(0u));
  EXPECT_THAT(law.rows, ElementsAre(1u, 2u));
  ASSERT_TRUE(law.polynomial);
  EXPECT_EQ(law.domains[0].first, 4);
  EXPECT_EQ(law.domains[0].step, 4);  // the least common multiple of both strides
  EXPECT_EQ(value_of(*law.polynomial, Sizes{400}), 3u * 400 + 100 * 200 + 200 * 100);
}

TEST(Scaling, names_no_more_than_three_rows) {
  const Rule half = [](const Sizes& x) { return seq(x) / 2; };
  const MadeModel model{.macs = {half, half, half, half}};
  EXPECT_THAT(macs_of(model.scaling({"seq"})).rows, ElementsAre(0u, 1u, 2u));
}

TEST(Scaling, recognises_what_is_no_polynomial_at_all) {
  const MadeModel model{.macs = {[](const Sizes& x) {
                          int64_t root = 0;
                          while ((root + 1) * (root + 1) <= seq(x)) ++root;
                          return root;
                        }}};
  const ScalingLaw law = macs_of(model.scaling({"seq"}));
  EXPECT_FALSE(law.polynomial);
  EXPECT_THAT(law.not_poly_in, ElementsAre(0u));
  EXPECT_THAT(law.unknown, IsEmpty());
}

TEST(Scaling, finds_from_which_size_on_a_maximum_is_a_polynomial) {
  // 1000 s and 40 s^2 meet at s = 25.
  const MadeModel model{.macs = {[](const Sizes&) { return 1; }},
                        .peak = [](const Sizes& x) { return std::max(1000 * seq(x), 40 * seq(x) * seq(x)); }};
  const ScalingLaw law = peak_of(model.scaling({"seq"}));
  ASSERT_TRUE(law.polynomial);
  EXPECT_EQ(law.domains[0].first, 1000 / 40);
  EXPECT_EQ(value_of(*law.polynomial, Sizes{50}), 40u * 50 * 50);
  EXPECT_THAT(law.not_poly_in, ElementsAre(0u));
}

TEST(Scaling, finds_a_maximum_that_bends_at_thousands) {
  const MadeModel model{.macs = {[](const Sizes&) { return 1; }},
                        .peak = [](const Sizes& x) { return std::max(3000 * seq(x), 2 * seq(x) * seq(x)); }};
  const ScalingLaw law = peak_of(model.scaling({"seq"}));
  ASSERT_TRUE(law.polynomial);
  EXPECT_EQ(law.domains[0].first, 3000 / 2);
}

TEST(Scaling, knows_a_model_that_takes_multiples_only) {
  const MadeModel model{.macs = {[](const Sizes& x) { return 9 * seq(x); }},
                        .known = [](const Sizes& x) { return seq(x) % 32 == 0; }};
  const ScalingLaw law = macs_of(model.scaling({"height"}));
  ASSERT_TRUE(law.polynomial);
  EXPECT_EQ(law.domains[0].first, 32);
  EXPECT_EQ(law.domains[0].step, 32);
}

TEST(Scaling, knows_a_model_that_takes_multiples_only_in_two_dimensions) {
  const MadeModel model{.macs = {[](const Sizes& x) { return 9 * x[0] * x[1]; }},
                        .known = [](const Sizes& x) { return x[0] % 32 == 0 && x[1] % 16 == 0; }};
  const ScalingLaw law = macs_of(model.scaling({"height", "width"}));
  ASSERT_TRUE(law.polynomial);
  EXPECT_EQ(law.domains[0].step, 32);
  EXPECT_EQ(law.domains[1].step, 16);
}

TEST(Scaling, says_of_which_size_on_nothing_is_known) {
  const MadeModel model{.macs = {[](const Sizes& x) { return 9 * seq(x); }},
                        .known = [](const Sizes& x) { return seq(x) <= 100; }};
  EXPECT_EQ(macs_of(model.scaling({"seq"})).domains[0].last, 100);
}

TEST(Scaling, of_a_model_that_is_known_nowhere_has_the_reason) {
  const MadeModel model{.macs = {[](const Sizes&) { return 1; }}, .known = [](const Sizes&) { return false; }};
  const ScalingLaw law = macs_of(model.scaling({"seq"}));
  EXPECT_FALSE(law.polynomial);
  EXPECT_EQ(law.unknown, "at seq = 1: #0 Conv: the window is larger than the input");
}

TEST(Scaling, of_a_model_that_one_size_fits_has_the_reason_at_another) {
  const MadeModel model{.macs = {[](const Sizes& x) { return seq(x); }},
                        .known = [](const Sizes& x) { return x[1] == 1; }};
  EXPECT_THAT(macs_of(model.scaling({"seq", "batch"})).unknown, HasSubstr("at seq = 1, batch = 2: #0 Conv"));
}

TEST(Scaling, takes_a_sum_beyond_64_bits_as_not_known_there) {
  const CountAt count_at = [](const Sizes& sizes) {
    if (seq(sizes) > 300) throw Error(ErrorCode::limit, "too large");
    return MadeModel{.macs = {[](const Sizes& x) { return 2 * seq(x); }}}.at(sizes);
  };
  EXPECT_EQ(macs_of(find_scaling({"seq"}, count_at)).domains[0].last, 300);
}

TEST(Scaling, counts_a_model_of_one_dimension_less_than_a_hundred_times) {
  size_t counted = 0;
  const MadeModel model{.macs = {[](const Sizes& x) { return seq(x) * seq(x); }}};
  find_scaling({"seq"}, [&](const Sizes& sizes) { return ++counted, model.at(sizes); });
  EXPECT_LT(counted, 100u);
}

TEST(Scaling, a_table_that_contradicts_a_polynomial_takes_it_away) {
  const MadeModel model{.macs = {[](const Sizes& x) { return seq(x) + (seq(x) == 3000 ? 1 : 0); }}};
  const CountAt count_at = [&](const Sizes& sizes) { return model.at(sizes); };
  Scaling scaling = find_scaling({"seq"}, count_at);
  ASSERT_TRUE(macs_of(scaling).polynomial);
  scaling.ranged = {0};
  add_table(scaling, {{1}, {2048}, {3000}}, count_at);
  EXPECT_FALSE(macs_of(scaling).polynomial);
  EXPECT_THAT(macs_of(scaling).not_poly_in, ElementsAre(0u));
  ASSERT_EQ(scaling.table.size(), 3u);
  EXPECT_EQ(scaling.table[2].figures[0], 3001u);
}

TEST(Scaling, ranges_have_powers_of_two_or_steps_and_both_ends) {
  EXPECT_THAT(sizes_in({1, 10}), ElementsAre(1, 2, 4, 8, 10));
  EXPECT_THAT(sizes_in({3, 16}), ElementsAre(3, 4, 8, 16));
  EXPECT_THAT(sizes_in({128, 500, 128}), ElementsAre(128, 256, 384, 500));
  EXPECT_THAT(sizes_in({7, 7}), ElementsAre(7));
  EXPECT_EQ(sizes_in({1, INT64_MAX}).size(), 64u);  // 2^0 to 2^62, and the end
  EXPECT_EQ(sizes_in({INT64_MAX - 1, INT64_MAX, 5}).size(), 2u);
  EXPECT_THROW(sizes_in({1, 1'000'000, 1}), Error);
}

}  // namespace
}  // namespace flopstat
