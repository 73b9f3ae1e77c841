// TensorFlow files by other people, and generated ones, against counts that were made without this program.

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "flopstat/analyze.h"
#include "support/corpus.h"
#include "support/invariants.h"

namespace flopstat {
namespace {

using test::Record;

/// Models of the corpus as its lists name them: graphs by their file, SavedModels by their folder.
std::vector<std::string> models() {
  std::vector<std::string> paths;
  for (const std::string& file : test::files_in(test::in_corpus("models/graphdef"))) {
    paths.push_back("models/graphdef/" + file);
  }
  for (const auto& entry : std::filesystem::directory_iterator(test::in_corpus("models/savedmodel"))) {
    paths.push_back("models/savedmodel/" + entry.path().filename().string());
  }
  return paths;
}

Report report_of(const std::string& model) {
  const bool is_folder = model.starts_with("models/savedmodel/");
  Report report = analyze(test::in_corpus(is_folder ? model + "/saved_model.pb" : model), {});
  test::check_invariants(report);
  return report;
}

/// The known values of one quantity, by model.
std::map<std::string, uint64_t> known_values(const std::string& quantity) {
  std::map<std::string, uint64_t> values;
  for (const char* list : {"truth/keras_made.csv", "truth/tensorflow_made.csv"}) {
    for (const Record& record : test::read_csv(test::in_corpus(list))) {
      const std::string& file = record.at("file");
      const bool is_ours = file.starts_with("models/graphdef/") || file.starts_with("models/savedmodel/");
      if (is_ours && record.at("quantity") == quantity) values[file] = std::stoull(record.at("value"));
    }
  }
  return values;
}

class TensorFlowCorpus : public test::Corpus {};

TEST_F(TensorFlowCorpus, every_file_opens) {
  size_t opened = 0;
  for (const std::string& model : models()) {
    SCOPED_TRACE(model);
    EXPECT_NO_THROW(report_of(model));
    ++opened;
  }
  EXPECT_GE(opened, 100U);
}

TEST_F(TensorFlowCorpus, macs_equal_those_of_the_keras_layers) {
  size_t compared = 0;
  for (const auto& [model, macs] : known_values("macs")) {
    SCOPED_TRACE(model);
    EXPECT_EQ(report_of(model).totals.figures.macs, macs);
    ++compared;
  }
  EXPECT_GE(compared, 100U);
}

TEST_F(TensorFlowCorpus, parameters_equal_those_of_the_keras_layers) {
  size_t compared = 0;
  for (const auto& [model, parameters] : known_values("params")) {
    SCOPED_TRACE(model);
    EXPECT_EQ(report_of(model).totals.figures.params, parameters);
    ++compared;
  }
  EXPECT_GE(compared, 100U);
}

/// The graph says which of its variables training moves, in a SavedModel only.
TEST_F(TensorFlowCorpus, trainable_parameters_equal_those_of_the_keras_layers) {
  size_t compared = 0;
  for (const auto& [model, parameters] : known_values("params_trainable")) {
    if (!model.starts_with("models/savedmodel/")) continue;
    SCOPED_TRACE(model);
    EXPECT_EQ(report_of(model).totals.trainable_params, parameters);
    ++compared;
  }
  EXPECT_GE(compared, 30U);
}

TEST_F(TensorFlowCorpus, no_shape_that_a_file_stores_is_contradicted) {
  for (const std::string& model : models()) {
    for (const auto& warning : report_of(model).warnings) {
      EXPECT_NE(warning.code, "shape_differs") << model << ": " << warning.message;
    }
  }
}

TEST_F(TensorFlowCorpus, nothing_is_unknown_but_what_is_listed_with_a_reason) {
  // The audio front end has no rule; the small SavedModel says nothing of its input's shape.
  const std::set<std::string> listed = {"models/graphdef/made_micro_speech_tf1.pb",
                                        "models/savedmodel/mediapipe_saved_model_v2_mini"};
  for (const std::string& model : models()) {
    EXPECT_EQ(report_of(model).totals.complete, !listed.contains(model)) << model;
  }
}

}  // namespace
}  // namespace flopstat
