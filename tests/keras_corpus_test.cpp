// Real Keras files and generated ones, one per layer, against the counts of Keras itself.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "flopstat/analyze.h"
#include "support/corpus.h"
#include "support/invariants.h"

namespace flopstat {
namespace {

using test::Record;

class KerasCorpus : public test::Corpus {};

bool is_keras_file(const std::string& path) {
  return path.starts_with("models/keras/") || path.starts_with("models/h5/");
}

Report report_of(const std::string& path) {
  Report report = analyze(test::in_corpus(path));
  test::check_invariants(report);
  return report;
}

/// Quantities of one file by name.
using Truth = std::map<std::string, std::string>;

std::map<std::string, Truth> truth_of_keras() {
  std::map<std::string, Truth> files;
  for (const Record& record : test::read_csv(test::in_corpus("truth/keras_made.csv"))) {
    if (is_keras_file(record.at("file"))) files[record.at("file")][record.at("quantity")] = record.at("value");
  }
  return files;
}

std::string text_of(const Figure& figure) { return figure ? std::to_string(*figure) : "not known"; }

TEST_F(KerasCorpus, parameters_and_macs_of_every_layer_equal_those_of_keras) {
  for (const auto& [file, truth] : truth_of_keras()) {
    SCOPED_TRACE(file);
    const Report report = report_of(file);
    if (truth.contains("params")) {
      EXPECT_EQ(text_of(report.totals.figures.params), truth.at("params"));
    }
    if (truth.contains("params_trainable")) {
      EXPECT_EQ(text_of(report.totals.trainable_params), truth.at("params_trainable"));
    }
    if (!truth.contains("macs")) continue;
    if (truth.at("macs") == "unknown") {
      EXPECT_FALSE(report.totals.complete);
    } else {
      EXPECT_EQ(text_of(report.totals.figures.macs), truth.at("macs"));
    }
  }
}

TEST_F(KerasCorpus, an_archive_and_an_hdf5_file_of_one_model_cost_the_same) {
  size_t compared = 0;
  for (const std::string& file : test::files_in(test::in_corpus("models/keras"))) {
    const std::string name = file.substr(0, file.rfind('.'));
    const std::set<std::string> others = [] {
      const auto files = test::files_in(test::in_corpus("models/h5"));
      return std::set<std::string>(files.begin(), files.end());
    }();
    if (!others.contains(name + ".h5")) continue;
    SCOPED_TRACE(name);
    const Report archive = report_of("models/keras/" + file);
    const Report hdf5 = report_of("models/h5/" + name + ".h5");
    EXPECT_EQ(archive.totals.figures.macs, hdf5.totals.figures.macs);
    EXPECT_EQ(archive.totals.figures.flops, hdf5.totals.figures.flops);
    EXPECT_EQ(archive.totals.figures.params, hdf5.totals.figures.params);
    EXPECT_EQ(archive.totals.trainable_params, hdf5.totals.trainable_params);
    ++compared;
  }
  EXPECT_GE(compared, 90);
}

TEST_F(KerasCorpus, no_shape_of_a_stored_weight_differs_from_the_configuration) {
  for (const std::string folder : {"models/keras", "models/h5"}) {
    for (const std::string& file : test::files_in(test::in_corpus(folder))) {
      for (const ReportWarning& warning : analyze(test::in_corpus(folder + "/" + file)).warnings) {
        EXPECT_NE(warning.code, "weights_differ") << file << ": " << warning.message;
      }
    }
  }
}

}  // namespace
}  // namespace flopstat
