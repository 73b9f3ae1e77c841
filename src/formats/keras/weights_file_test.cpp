#include "formats/keras/weights_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "flopstat/analyze.h"
#include "support/c_source.h"
#include "support/hdf5_writer.h"
#include "support/invariants.h"
#include "support/zip_writer.h"

namespace flopstat {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Two layers "dense" and "dense_1" on one input of 4 features.
std::string two_layers(int64_t units, const std::string& class_name = "Dense") {
  std::string layers;
  for (const std::string name : {"dense", "dense_1"}) {
    layers += R"(, {"class_name": ")" + class_name + R"(", "name": ")" + name + R"(", "config": {"units": )" +
              std::to_string(units) + R"(}, "inbound_nodes": [[["x", 0, 0, {}]]]})";
  }
  return R"({"class_name": "Functional", "config": {"name": "f", "layers": [{"class_name": "InputLayer", "name": "x",
    "config": {"name": "x", "batch_shape": [null, 4]}, "inbound_nodes": []})" +
         layers + R"(], "input_layers": [["x", 0, 0]], "output_layers": [["dense", 0, 0], ["dense_1", 0, 0]]}})";
}

/// "layers/dense/vars/0" and so on, and what an optimizer stores.
test::Hdf5Item nested_weights() {
  test::Hdf5Item layers{.name = "layers"};
  for (const std::string name : {"dense", "dense_1"}) {
    const test::Hdf5Item vars{.name = "vars",
                              .children = {{.name = "0", .dims = {{4, 5}}}, {.name = "1", .dims = {{5}}}}};
    layers.children.push_back({.name = name, .children = {vars}});
  }
  const test::Hdf5Item moments{.name = "vars", .children = {{.name = "0", .dims = {{4, 5}}}}};
  return {.children = {layers, {.name = "optimizer", .children = {moments}}}};
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> archive(const std::string& configuration) {
  return test::zip_archive({{"metadata.json", R"({"keras_version": "3.15.1"})"},
                            {"config.json", configuration},
                            {"model.weights.h5", text_of(test::hdf5_file(nested_weights()))}});
}

Report report_of(std::vector<std::byte> bytes) {
  Report report = analyze(std::move(bytes), "model");
  test::check_invariants(report);
  return report;
}

std::vector<std::string> warnings_of(const Report& report) {
  std::vector<std::string> messages;
  for (const ReportWarning& each : report.warnings) messages.push_back(each.message);
  return messages;
}

constexpr uint64_t kParameters = 2 * (4 * 5 + 5);  // of the files above

TEST(KerasFile, an_archive_and_an_hdf5_file_are_counted_alike_and_name_their_writer) {
  const Report zipped = report_of(archive(two_layers(5)));
  const Report hdf5 = report_of(test::hdf5_file(test::keras_like_file(two_layers(5))));
  for (const Report* report : {&zipped, &hdf5}) {
    EXPECT_EQ(report->totals.figures.params, kParameters);
    EXPECT_EQ(report->totals.trainable_params, kParameters);
    EXPECT_EQ(report->totals.figures.weight_bytes, 4 * kParameters);
    EXPECT_EQ(report->totals.figures.macs, 2 * (4 * 5));
    EXPECT_THAT(warnings_of(*report), IsEmpty());
  }
  EXPECT_EQ(zipped.producer, "Keras 3.15.1");
  EXPECT_EQ(hdf5.producer, "Keras 3.0.0");
}

TEST(KerasFile, weights_of_other_shapes_are_a_warning_with_both_shapes) {
  const Report report = report_of(test::hdf5_file(test::keras_like_file(two_layers(6))));
  EXPECT_EQ(report.totals.figures.params, 2 * (4 * 6 + 6));
  const std::vector<std::string> warnings = warnings_of(report);
  EXPECT_THAT(warnings, Contains(HasSubstr("makes 'kernel' of the layer 'dense' 4x6, the weights file has")));
  EXPECT_THAT(warnings, Contains(HasSubstr("'dense/kernel:0' 4x5")));
}

TEST(KerasFile, weights_that_no_layer_makes_are_a_warning) {
  std::string without_bias = two_layers(5);
  const std::string units = R"("units": 5)";
  without_bias.replace(without_bias.find(units), units.size(), units + R"(, "use_bias": false)");
  const Report report = report_of(archive(without_bias));
  EXPECT_EQ(report.totals.figures.params, kParameters - 5);
  EXPECT_THAT(warnings_of(report), Contains(HasSubstr("'dense/1' 5, which the configuration does not make")));
}

TEST(KerasFile, custom_layers_have_the_parameters_that_the_file_stores_for_them) {
  for (const std::string& class_name : {std::string("Custom"), std::string("Lambda")}) {
    const Report report = report_of(test::hdf5_file(test::keras_like_file(two_layers(5, class_name))));
    EXPECT_EQ(report.totals.figures.params, kParameters);
    EXPECT_FALSE(report.totals.complete);
  }
}

TEST(KerasFile, weights_alone_have_parameters_and_no_work_and_what_the_optimizer_stores_is_none) {
  const Report report = report_of(test::hdf5_file(nested_weights()));
  EXPECT_EQ(report.totals.figures.params, kParameters);
  EXPECT_EQ(report.rows.size(), 2);
  EXPECT_FALSE(report.totals.complete);
  EXPECT_THAT(warnings_of(report), Contains(HasSubstr("weights alone")));
}

TEST(KerasFile, an_hdf5_file_of_something_else_is_refused_with_what_a_model_has) {
  try {
    report_of(test::hdf5_file({.children = {{.name = "temperatures", .dims = {{100}}}}}));
    FAIL() << "it was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::unrecognised);
    EXPECT_THAT(error.note, HasSubstr("model_config"));
  }
}

TEST(KerasFile, an_error_in_the_configuration_is_at_its_byte_in_the_archive) {
  std::vector<std::byte> bytes = archive(R"({"class_name": "Sequential", "config": )");
  const size_t begin = text_of(bytes).find(R"({"class_name")");
  try {
    report_of(std::move(bytes));
    FAIL() << "it was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::truncated);
    EXPECT_EQ(error.offset, begin + std::string(R"({"class_name": "Sequential", "config": )").size());
  }
}

TEST(KerasFile, an_unzipped_archive_is_counted_by_the_name_of_its_folder) {
  std::string folder = ::testing::TempDir() + "flopstat_keras_XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder + "/" + name, std::ios::binary) << text;
  };
  write("config.json", two_layers(6));
  write("metadata.json", R"({"keras_version": "3.15.1"})");
  write("model.weights.h5", text_of(test::hdf5_file(nested_weights())));
  const Report report = analyze(folder);
  EXPECT_EQ(report.totals.figures.params, 2 * (4 * 6 + 6));
  EXPECT_EQ(report.format, "keras folder");
  EXPECT_EQ(report.producer, "Keras 3.15.1");
  EXPECT_THAT(warnings_of(report), Contains(HasSubstr("the weights file has")));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace flopstat
