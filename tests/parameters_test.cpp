// Parameters follow from the constants alone: what is not known of a model's inputs does not hide them.

#include <gtest/gtest.h>

#include "flopstat/analyze.h"
#include "support/invariants.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

TEST(Parameters, are_counted_where_the_size_of_an_input_is_not_known) {
  test::TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 1, 4}, .shape_signature = {{1, -1, 4}}});
  const int32_t w = b.constant({.name = "w", .shape = {2, 4}}, std::vector<float>(2 * 4));
  const int32_t bias = b.constant({.name = "bias", .shape = {2}}, std::vector<float>(2));
  const int32_t y = b.tensor({.name = "y", .shape = {1, 1, 2}, .shape_signature = {{1, -1, 2}}});
  b.op({.code = test::builtin::fully_connected, .inputs = {x, w, bias}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  const Report report = analyze(b.finish(), "free.tflite");
  test::check_invariants(report);
  EXPECT_FALSE(report.totals.complete);
  EXPECT_EQ(report.totals.figures.params, 2 * 4 + 2);
  EXPECT_EQ(report.totals.figures.weight_bytes, (2 * 4 + 2) * sizeof(float));
}

}  // namespace
}  // namespace flopstat
