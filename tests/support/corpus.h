#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "flopstat/analyze.h"

/// The model files and known values that lie beside the checkout in shared/, and the lists in tests/ that go with them.
namespace flopstat::test {

/// A record of a CSV file by the names in its first line.
using Record = std::map<std::string, std::string>;

/// Reads a CSV file: fields may stand in double quotes, a quote in them is doubled. Fails the test where there is no
/// such file or no record in it.
std::vector<Record> read_csv(const std::string& path);

/// A list of this folder: "lists/unknown.csv".
std::vector<Record> read_list(const std::string& name);

/// A file of the corpus: "models/tflite/sine.tflite".
std::string in_corpus(const std::string& path);

/// Names of the regular files in a folder, sorted, without the folder.
std::vector<std::string> files_in(const std::string& folder);

/// Sizes for the free dimensions of a file that has others than a batch, shapes and contents of inputs, from
/// lists/bindings.csv; else no options. `file` is without its folder.
Options options_for(const std::string& file);

/// A test that needs the corpus.
class Corpus : public ::testing::Test {
 protected:
  void SetUp() override;
};

}  // namespace flopstat::test
