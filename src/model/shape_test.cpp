#include "model/shape.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace flopstat {
namespace {

std::vector<int64_t> sizes(const Shape& shape) { return {shape.begin(), shape.end()}; }

TEST(Shape, an_axis_that_is_not_there_is_refused) {
  Shape shape{2, 3};
  const Shape scalar;
  EXPECT_THROW(shape[2], Missing);
  EXPECT_THROW(shape[SIZE_MAX], Missing);
  EXPECT_THROW(scalar.front(), Missing);
  EXPECT_THROW(scalar.back(), Missing);
  shape.pop_back();
  shape.pop_back();
  EXPECT_THROW(shape.pop_back(), Missing);
}

TEST(Shape, does_what_a_vector_does_whether_its_sizes_fit_inline_or_not) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::vector<int64_t> expected(random() % 9);
    std::iota(expected.begin(), expected.end(), round);
    Shape shape(expected.begin(), expected.end());
    const size_t at = random() % (expected.size() + 1);
    const std::vector<int64_t> more(random() % 9, -round);
    const auto place = static_cast<std::ptrdiff_t>(at);
    switch (random() % 6) {
      case 0:
        expected.insert(expected.begin() + place, more.begin(), more.end());
        shape.insert(shape.begin() + place, more.begin(), more.end());
        break;
      case 1:
        expected.erase(expected.begin(), expected.begin() + place);
        shape.erase(shape.begin(), shape.begin() + place);
        break;
      case 2:
        expected.resize(at + more.size(), 5);
        shape.resize(at + more.size(), 5);
        break;
      case 3:
        expected.push_back(1);
        shape.push_back(1);
        break;
      case 4:
        expected.insert(expected.begin() + place, 9);
        shape.insert(shape.begin() + place, 9);
        break;
      default: expected.assign(more.begin(), more.end()); shape.assign(more.begin(), more.end());
    }
    ASSERT_EQ(sizes(shape), expected) << "round " << round;
    const Shape copy = shape;
    const Shape moved = std::move(shape);
    ASSERT_EQ(copy, moved);
  }
}

TEST(Shape, assigned_from_itself_it_stays_the_same) {
  Shape shape{1, 2, 3, 4, 5, 6, 7, 8};
  const Shape& same = shape;
  shape = same;
  EXPECT_EQ(shape, (Shape{1, 2, 3, 4, 5, 6, 7, 8}));
}

}  // namespace
}  // namespace flopstat
