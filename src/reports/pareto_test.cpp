#include "reports/pareto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flopstat {
namespace {

using ::testing::ElementsAre;

std::vector<Measure> known(long double a, long double b) { return {{.value = a}, {.value = b}}; }

TEST(Pareto, front_is_whom_nobody_beats_in_both_measures) {
  // Cost and error: the cheapest, the best, one between, and two that others beat.
  EXPECT_THAT(pareto_front({known(10, 5), known(1, 9), known(5, 6), known(6, 6), known(11, 5)}),
              ElementsAre(Standing::front, Standing::front, Standing::front, Standing::dominated, Standing::dominated));
}

TEST(Pareto, equals_are_on_the_front_together) {
  EXPECT_THAT(pareto_front({known(1, 1), known(1, 1)}), ElementsAre(Standing::front, Standing::front));
}

TEST(Pareto, who_is_not_known_is_not_on_the_front_unless_beaten_for_certain) {
  const std::vector<Measure> at_least_7{{.value = 7, .lower_bound = true}, {.value = 5}};
  EXPECT_THAT(pareto_front({known(6, 4), at_least_7}), ElementsAre(Standing::front, Standing::dominated));
  EXPECT_THAT(pareto_front({known(6, 6), at_least_7}), ElementsAre(Standing::front, Standing::unknown));
}

TEST(Pareto, depends_on_who_is_not_known_where_that_one_may_be_better) {
  const std::vector<Measure> at_least_1{{.value = 1, .lower_bound = true}, {.value = 5}};
  EXPECT_THAT(pareto_front({known(6, 6), at_least_1}), ElementsAre(Standing::unknown, Standing::unknown));
  EXPECT_THAT(pareto_front({known(6, 4), at_least_1}), ElementsAre(Standing::front, Standing::unknown));
  const std::vector<Measure> without_error{{.value = 1}, {}};
  EXPECT_THAT(pareto_front({known(6, 6), without_error}), ElementsAre(Standing::unknown, Standing::unknown));
  EXPECT_THAT(pareto_front({known(1, 6), known(6, 1), {{.value = 7}, {}}}),
              ElementsAre(Standing::front, Standing::front, Standing::unknown));
}

TEST(Pareto, of_one_is_that_one) {
  EXPECT_THAT(pareto_front({known(1, 1)}), ElementsAre(Standing::front));
  EXPECT_THAT(pareto_front({}), ElementsAre());
}

}  // namespace
}  // namespace flopstat
