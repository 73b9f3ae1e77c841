#include "reports/budget_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flopstat/error.h"

namespace flopstat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

BudgetFile read(std::string_view text, const std::string& path = "flopstat.toml") {
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return read_budget_file(File::from_bytes({bytes, bytes + text.size()}, path));
}

Error fault_of(std::string_view text) {
  try {
    read(text);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << text;
  return {ErrorCode::usage, {}};
}

TEST(BudgetFile, names_models_with_their_limits_in_its_order) {
  const BudgetFile file = read(
      "[model.wake]\npath = 'wake.tflite'\nmax_macs = '10M'\nmax_peak_activations = '64KiB'\n"
      "[model.digits]\npath = 'digits.onnx'\nmax_params = 20410\n");
  ASSERT_EQ(file.models.size(), 2u);
  EXPECT_EQ(file.models[0].name, "wake");
  EXPECT_EQ(file.models[0].path, "wake.tflite");
  ASSERT_EQ(file.models[0].budget.limits.size(), 2u);
  EXPECT_EQ(file.models[0].budget.limits[0].most, 10'000'000u);
  EXPECT_EQ(file.models[0].budget.limits[1].most, 64u * 1024);
  EXPECT_EQ(file.models[1].budget.limits.at(0).most, 20'410u);
}

TEST(BudgetFile, gives_every_model_the_defaults_that_it_does_not_change) {
  const BudgetFile file = read(
      "baseline = 'main.json'\nallow = '+1%'\n[defaults]\nmax_macs = '1M'\nmax_params = '1k'\ndims = { batch = 1 }\n"
      "[model.a]\npath = 'a'\nmax_macs = '2M'\nallow = { weights = '+4KiB', all = '+0%' }\n");
  EXPECT_EQ(file.baseline, "main.json");
  const BudgetEntry& a = file.models.at(0);
  ASSERT_EQ(a.budget.limits.size(), 2u);
  EXPECT_EQ(a.budget.limits[0].text, "2M");
  EXPECT_EQ(a.budget.limits[1].text, "1k");
  EXPECT_THAT(a.options.dims, ElementsAre(Pair("batch", 1)));
  ASSERT_EQ(a.budget.allowances.size(), 2u);
  EXPECT_EQ(a.budget.allowances[0].text, "+0%");  // in the place of +1% on every figure
  EXPECT_EQ(file.defaults.budget.limits.at(0).text, "1M");
}

TEST(BudgetFile, paths_are_those_beside_it) {
  const BudgetFile file =
      read("baseline = 'main.json'\n[model.a]\npath = '../models/a.onnx'\nrules = 'my.toml'\n", "ci/flopstat.toml");
  EXPECT_EQ(file.baseline, "ci/main.json");
  EXPECT_EQ(file.models.at(0).path, "models/a.onnx");
  EXPECT_THAT(file.models[0].options.rules, ElementsAre("ci/my.toml"));
  EXPECT_EQ(read("[model.a]\npath = '/m/a.onnx'\n", "ci/flopstat.toml").models.at(0).path, "/m/a.onnx");
}

TEST(BudgetFile, says_for_which_sizes_a_model_is_counted) {
  const Options options =
      read(
          "[model.a]\npath = 'a'\ndims = { batch = 4 }\ninputs = { x = [1, 3] }\nimgsz = [224, 320]\nsignature = 's'\n"
          "tag = 't'\nqdq = 'float'\nas_float = true\nconvention = 'flopstat'\n")
          .models.at(0)
          .options;
  EXPECT_EQ(options.dims.at("batch"), 4);
  EXPECT_THAT(options.inputs.at("x"), ElementsAre(1, 3));
  EXPECT_THAT(options.image_size, ElementsAre(224, 320));
  EXPECT_EQ(options.signature, "s");
  EXPECT_EQ(options.tag, "t");
  EXPECT_EQ(options.qdq, Qdq::as_written);
  EXPECT_TRUE(options.as_float);
}

TEST(BudgetFile, that_makes_no_sense_says_where_and_what_was_meant) {
  const Error mistyped = fault_of("[model.a]\npath = 'a'\nmax_mcas = '10M'\n");
  EXPECT_THAT(mistyped.message, StartsWith("flopstat.toml:3:1: there is no 'max_mcas' here"));
  EXPECT_EQ(mistyped.help, "did you mean 'max_macs'?");
  EXPECT_EQ(fault_of("basline = 'x'\n").help, "did you mean 'baseline'?");
  EXPECT_THAT(fault_of("[model.a]\nmax_macs = '1M'\n").message, HasSubstr("the model 'a' has no path"));
  EXPECT_THAT(fault_of("[model.a]\npath = 'a'\nmax_macs = '10x'\n").message, HasSubstr("3:12: 'x' is no unit"));
  EXPECT_THAT(fault_of("[model.a]\npath = 3\n").message, HasSubstr("'path' is a text in quotes"));
  EXPECT_THAT(fault_of("[model.a]\npath = 'a'\ndims = { n = -1 }\n").message, HasSubstr("from 0 up"));
  EXPECT_THAT(fault_of("[defaults]\npath = 'a'\n").message, HasSubstr("the defaults of all models have no path"));
  EXPECT_THAT(fault_of("[model]\na = 1\n").message, HasSubstr("'a' is a table"));
  EXPECT_THAT(fault_of("allow = { mcas = '+1%' }\n").help, HasSubstr("did you mean 'macs'?"));
}

}  // namespace
}  // namespace flopstat
