#include "formats/onnx/scope.h"

#include <gtest/gtest.h>

namespace flopstat::onnx {
namespace {

TEST(OnnxScope, is_all_of_a_name_but_its_last_part) {
  EXPECT_EQ(scope_in_name("/layer1/conv1/Conv"), "layer1/conv1");
  EXPECT_EQ(scope_in_name("model/dense/MatMul"), "model/dense");
  EXPECT_EQ(scope_in_name("/Conv"), "");
  EXPECT_EQ(scope_in_name("Conv_1"), "");
}

TEST(OnnxScope, leaves_out_of_each_layer_the_name_of_the_one_around_it) {
  EXPECT_EQ(scope_in_list("['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d']"), "layer1/0/conv1");
  EXPECT_EQ(scope_in_list("['', 'head', 'neck.0', 'linear']"), "head/neck.0");
  EXPECT_EQ(scope_in_list("['', 'head', 'header', 'linear']"), "head/header");
}

TEST(OnnxScope, of_what_the_model_itself_calls_is_empty) {
  EXPECT_EQ(scope_in_list("['', 'relu']"), "");
  EXPECT_EQ(scope_in_list("[]"), "");
}

TEST(OnnxScope, takes_names_with_quotes) {
  EXPECT_EQ(scope_in_list(R"(['', "it's", 'it\'s.\\0', 'add'])"), R"(it's/\0)");
}

TEST(OnnxScope, is_not_known_from_what_is_no_list) {
  for (const char* text : {"", "[", "]", "layer1", "['layer1", "['layer1'", "[layer1]", "['a' 'b']", "['\\"}) {
    EXPECT_EQ(scope_in_list(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace flopstat::onnx
