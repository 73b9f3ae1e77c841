#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "formats/keras/layer.h"
#include "support/corpus.h"

namespace flopstat::test {
namespace {

/// Names that keras.layers of Keras 3.15.1 exports, functions left out. A reason stands beside those without a rule.
TEST(KerasLayerList, has_a_rule_or_a_reason_for_each_name_that_keras_exports) {
  constexpr size_t kMostReasons = 10;
  size_t reasons = 0;
  const std::vector<Record> names = read_list("lists/keras_layers.csv");
  EXPECT_GE(names.size(), 165U);
  for (const Record& each : names) {
    const std::string& name = each.at("name");
    const bool has_rule = keras::find_layer(name) != nullptr;
    EXPECT_NE(has_rule, !each.at("reason").empty()) << name;
    reasons += has_rule ? 0 : 1;
  }
  EXPECT_LE(reasons, kMostReasons);
}

TEST(KerasLayerList, knows_the_names_of_keras_1_and_2) {
  for (const char* name :
       {"AtrousConvolution2D", "Convolution1D", "Convolution2D", "Convolution3D", "CuDNNGRU", "CuDNNLSTM",
        "Deconvolution2D", "MaxoutDense", "Merge", "SyncBatchNormalization", "TimeDistributedDense"}) {
    EXPECT_NE(keras::find_layer(name), nullptr) << name;
  }
}

TEST(KerasLayerList, knows_nothing_of_other_names) {
  for (const char* name : {"", "dense", "Dense ", "MyDense", "os.system", "__lambda__"}) {
    EXPECT_EQ(keras::find_layer(name), nullptr) << name;
    EXPECT_EQ(keras::find_operation(name), nullptr) << name;
  }
}

TEST(KerasLayerList, gives_a_name_that_both_have_to_the_layer) {
  const auto* row = keras::find_layer("Add");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->read, std::ranges::find(keras::merging_layers(), std::string_view("Add"), &keras::Layer::name)->read);
  EXPECT_NE(row->read, keras::find_operation("Add")->read);
}

}  // namespace
}  // namespace flopstat::test
