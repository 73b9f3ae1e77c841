// A quantized network, counted as it was before quantization.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "flopstat/analyze.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using test::TensorType;
using test::TfliteBuilder;
using ::testing::HasSubstr;
namespace builtin = test::builtin;

TEST(AsFloat, a_quantized_layer_costs_what_the_float_layer_costs) {
  const auto file = [](TensorType type) {
    const bool integer = type == TensorType::int8;
    const std::optional<test::QuantizationSpec> scale =
        integer ? std::optional(test::QuantizationSpec{.scale = {0.5F}, .zero_point = {3}}) : std::nullopt;
    const TensorType sum = integer ? TensorType::int32 : TensorType::float32;
    const size_t width = integer ? 1 : sizeof(float);
    TfliteBuilder b;
    const int32_t x = b.tensor({.name = "x", .shape = {2, 4}, .type = type, .quantization = scale});
    const int32_t w = b.constant({.name = "w", .shape = {3, 4}, .type = type, .quantization = scale},
                                 std::vector<uint8_t>(12 * width));
    const int32_t bias =
        b.constant({.name = "b", .shape = {3}, .type = sum, .quantization = scale}, std::vector<uint8_t>(12));
    const int32_t y = b.tensor({.name = "y", .shape = {2, 3}, .type = type, .quantization = scale});
    b.op({.code = builtin::fully_connected, .inputs = {x, w, bias}, .outputs = {y}});
    b.inputs({x});
    b.outputs({y});
    return b.finish();
  };
  const Report original = analyze(file(TensorType::float32), "float.tflite");
  const Report integer = analyze(file(TensorType::int8), "int8.tflite");
  const Report back = analyze(file(TensorType::int8), "int8.tflite", {.as_float = true});
  EXPECT_EQ(integer.totals.figures.flops, 0U);
  EXPECT_EQ(back.totals.figures.flops, original.totals.figures.flops);
  EXPECT_EQ(back.totals.figures.int_ops, 0U);
  EXPECT_EQ(back.totals.figures.macs, integer.totals.figures.macs);
  EXPECT_EQ(back.totals.figures.weight_bytes, original.totals.figures.weight_bytes);
  EXPECT_EQ(back.totals.figures.read_bytes, original.totals.figures.read_bytes);
  EXPECT_EQ(back.totals.quantization_bytes, 0U);
  ASSERT_EQ(back.warnings.size(), 1U);
  EXPECT_EQ(back.warnings[0].code, "as_float");
  const Report plain = analyze(file(TensorType::float32), "float.tflite", {.as_float = true});
  EXPECT_THAT(plain.warnings[0].message, HasSubstr("nothing in the file is quantized"));
}

}  // namespace
}  // namespace flopstat
