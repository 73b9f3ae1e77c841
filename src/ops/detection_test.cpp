#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

constexpr int kBoxes = 1917;
constexpr int kClasses = 90;

Node detector(DType dtype = DType::f32, Quantization quantization = {}) {
  Node node;
  node.in({1, kBoxes, 4}, dtype, quantization).in({1, kBoxes, kClasses + 1}, dtype, quantization);
  node.weight({kBoxes, 4}, dtype, quantization);
  return node;
}

uint64_t certain(const Cost& cost, Unit unit, Certainty certainty) {
  uint64_t sum = 0;
  for (const Work& work : cost.work) {
    if (work.unit == unit && work.part == Part::core && work.certainty == certainty) sum += work.count;
  }
  return sum;
}

TEST(DetectionPostProcess, its_results_hold_every_class_of_every_detection) {
  const DetectionPostProcess op{.max_detections = 10, .classes_per_detection = 3, .classes = kClasses};
  const std::vector<Value> values = values_of(op, detector(DType::u8, kQuantized));
  ASSERT_EQ(values.size(), 4);
  EXPECT_EQ(values[0].shape, (Shape{1, 10 * 3, 4}));
  EXPECT_EQ(values[1].shape, (Shape{1, 10 * 3}));
  EXPECT_EQ(values[2].shape, (Shape{1, 10 * 3}));
  EXPECT_EQ(values[3].shape, (Shape{1}));
  for (const Value& value : values) EXPECT_EQ(value.dtype, DType::f32);
}

TEST(DetectionPostProcess, decoding_a_box_is_exact) {
  const Cost cost = cost_of(DetectionPostProcess{.max_detections = 10, .classes = kClasses}, detector());
  EXPECT_EQ(certain(cost, Unit::div, Certainty::exact), kBoxes * 4);
  EXPECT_EQ(certain(cost, Unit::mul, Certainty::exact), kBoxes * (2 + 2 * 2));
  EXPECT_EQ(certain(cost, Unit::add, Certainty::exact), kBoxes * (2 + 4));
  EXPECT_EQ(certain(cost, Unit::transcendental, Certainty::exact), kBoxes * 2);
  EXPECT_EQ(certain(cost, Unit::compare, Certainty::exact), kBoxes);  // scores against the threshold
  EXPECT_EQ(all_units(cost, Part::requantize), 0);
}

TEST(DetectionPostProcess, fast_suppression_compares_the_detections_with_all_boxes) {
  const Cost cost = cost_of(DetectionPostProcess{.max_detections = 10, .classes = kClasses}, detector());
  constexpr int kPairs = kBoxes * 10;
  constexpr int kBestClass = kBoxes * kClasses;
  constexpr int kOrder = kBoxes * 11;  // 2^10 < 1917 <= 2^11
  EXPECT_EQ(certain(cost, Unit::compare, Certainty::bound), kBestClass + kOrder + kPairs * 7);
  EXPECT_EQ(certain(cost, Unit::add, Certainty::bound), kPairs * 4);
  EXPECT_EQ(certain(cost, Unit::mul, Certainty::bound), kPairs);
  EXPECT_EQ(certain(cost, Unit::div, Certainty::bound), kPairs);
}

TEST(DetectionPostProcess, regular_suppression_runs_for_each_class) {
  const DetectionPostProcess op{
      .max_detections = 10, .detections_per_class = 100, .classes = kClasses, .regular_nms = true};
  const Cost cost = cost_of(op, detector());
  constexpr int kPairs = kClasses * kBoxes * 100;
  constexpr int kMerge = kClasses * (100 + 10) * 7;  // the best of 110: by sorting, 2^6 < 110 <= 2^7
  EXPECT_EQ(certain(cost, Unit::compare, Certainty::bound), kClasses * kBoxes * 11 + kMerge + kPairs * 7);
  EXPECT_EQ(certain(cost, Unit::div, Certainty::bound), kPairs);
  EXPECT_EQ(certain(cost, Unit::compare, Certainty::exact), kClasses * kBoxes);
}

TEST(DetectionPostProcess, no_more_boxes_are_kept_than_there_are) {
  Node node;
  node.in({1, 3, 4}).in({1, 3, 1}).weight({3, 4});
  const Cost cost = cost_of(DetectionPostProcess{.max_detections = 10}, node);
  EXPECT_EQ(certain(cost, Unit::div, Certainty::bound), 3 * 3);
  EXPECT_EQ(certain(cost, Unit::compare, Certainty::bound), 3 * 2 + 3 * 3 * 7);
}

TEST(DetectionPostProcess, quantized_operands_are_decoded_first) {
  const Cost cost =
      cost_of(DetectionPostProcess{.max_detections = 10, .classes = kClasses}, detector(DType::u8, kQuantized));
  constexpr int kElements = kBoxes * 4 + kBoxes * (kClasses + 1) + kBoxes * 4;
  EXPECT_EQ(units(cost, Unit::mul, DType::f32, Part::requantize), kElements);
  EXPECT_EQ(units(cost, Unit::add, DType::f32, Part::requantize), kElements);
  EXPECT_EQ(units(cost, Unit::div, DType::f32), units(cost, Unit::div));
  const Cost symmetric = cost_of(DetectionPostProcess{.max_detections = 10, .classes = kClasses},
                                 detector(DType::i8, {.scales = 1, .scale = 0.5F}));
  EXPECT_EQ(units(symmetric, Unit::add, Part::requantize), 0);
}

TEST(DetectionPostProcess, an_image_without_boxes_is_no_work) {
  Node node;
  node.in({1, 0, 4}).in({1, 0, 91}).weight({0, 4});
  EXPECT_TRUE(cost_of(DetectionPostProcess{.max_detections = 10}, node).work.empty());
}

TEST(DetectionPostProcess, shapes_and_options_that_do_not_fit_are_named) {
  Node misfit;
  misfit.in({1, 8, 4}).in({1, 7, 91}).weight({8, 4});
  EXPECT_NE(why_unknown(DetectionPostProcess{}, misfit).find("1x7x91"), std::string::npos);
  EXPECT_NE(why_unknown(DetectionPostProcess{.classes = 92}, detector()).find("92 classes"), std::string::npos);
  EXPECT_NE(why_unknown(DetectionPostProcess{.max_detections = -1}, detector()).find("-1"), std::string::npos);
  const DetectionPostProcess huge{.max_detections = INT64_MAX, .classes_per_detection = INT64_MAX};
  EXPECT_NE(why_unknown(huge, detector()).find("too large"), std::string::npos);
  EXPECT_NE(why_unknown(DetectionPostProcess{}, Node{}).find("anchors"), std::string::npos);
}

TEST(DetectionPostProcess, anchors_are_weights) {
  EXPECT_EQ(role(DetectionPostProcess{}, 1), Role::data);
  EXPECT_EQ(role(DetectionPostProcess{}, 2), Role::weight);
}

/// 100 boxes, at most 10 of which are kept.
Node boxes() {
  Node node;
  node.in({100, 4}).in({100}).in_scalar(10).in({}).in({}).in({}).out({10}, DType::i32);
  return node;
}

TEST(NonMaxSuppression, has_room_for_the_most_boxes) {
  const std::vector<Value> hard = values_of(NonMaxSuppression{}, boxes());
  ASSERT_EQ(hard.size(), 2u);
  EXPECT_EQ(hard[0].shape, (Shape{10}));
  EXPECT_EQ(hard[1].shape, Shape{});
  const std::vector<Value> soft = values_of(NonMaxSuppression{.soft = true}, boxes());
  ASSERT_EQ(soft.size(), 3u);
  EXPECT_EQ(soft[1].dtype, DType::f32);
  why_unknown(NonMaxSuppression{}, Node().in({100, 4}).in({100}).in({}, DType::i32));
  why_unknown(NonMaxSuppression{}, Node().in({100, 4}).in({99}).in_scalar(10));
  why_unknown(NonMaxSuppression{}, Node().in({100, 4}).in({100}).in_scalar(-1));
}
TEST(NonMaxSuppression, compares_pairs_of_boxes) {
  const Cost hard = cost_of(NonMaxSuppression{}, boxes());
  EXPECT_EQ(units(hard, Unit::div), 100u * 10);
  EXPECT_EQ(units(hard, Unit::add), 100u * 10 * 4);
  // The threshold of each score, their order (2^7 is the first power of two from 100 on), 7 per pair.
  EXPECT_EQ(units(hard, Unit::compare), 100u + 100 * 7 + 100 * 10 * 7);
  const Cost soft = cost_of(NonMaxSuppression{.soft = true}, boxes());
  EXPECT_EQ(units(soft, Unit::mul), 100u * 10 * (1 + 3));
  EXPECT_EQ(units(soft, Unit::transcendental), 100u * 10);
}

}  // namespace
}  // namespace flopstat::test
