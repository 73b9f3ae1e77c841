// Real model files by other people, and generated ones, against counts that were made without this program.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "flopstat/analyze.h"
#include "formats/formats.h"
#include "support/corpus.h"
#include "support/invariants.h"

namespace flopstat {
namespace {

using test::Record;

std::string name_of_file(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

Report report_of(const std::string& path, const Options& options) {
  Report report = analyze(test::in_corpus(path), options);
  test::check_invariants(report);
  return report;
}

Report report_of(const std::string& path) { return report_of(path, test::options_for(name_of_file(path))); }

/// One report for each signature, or the only one.
std::vector<Report> reports_of(const std::string& path) {
  std::vector<Report> reports;
  reports.push_back(report_of(path));
  const std::vector<std::string_view> others = reports[0].other_signatures;
  for (const std::string_view signature : others) {
    Options options = test::options_for(name_of_file(path));
    options.signature = signature;
    reports.push_back(report_of(path, options));
  }
  return reports;
}

std::vector<std::string> models(const std::string& folder) {
  std::vector<std::string> paths;
  for (const std::string& file : test::files_in(test::in_corpus("models/" + folder))) {
    if (file != "broken_model.tflite") paths.push_back("models/" + folder + "/" + file);
  }
  return paths;
}

/// Records of a list by file name. A file that stands there twice fails the test.
std::map<std::string, Record> by_file(const std::string& list) {
  std::map<std::string, Record> records;
  for (const Record& record : test::read_list(list)) {
    EXPECT_TRUE(records.emplace(record.at("file"), record).second)
        << list << " has two lines for " << record.at("file");
    EXPECT_FALSE(record.at("reason").empty()) << list << " gives no reason for " << record.at("file");
  }
  return records;
}

void expect_no_leftovers(const char* list, const std::map<std::string, Record>& records,
                         const std::set<std::string>& needed) {
  for (const auto& [file, record] : records) EXPECT_TRUE(needed.contains(file)) << list << ": not needed: " << file;
}

/// `ours` - `theirs` is what the file's line says, 0 where it has none. Remembers the lines that were needed.
void expect_difference(uint64_t ours, uint64_t theirs, const std::string& file,
                       const std::map<std::string, Record>& exceptions, std::set<std::string>& needed) {
  int64_t difference = 0;
  if (const auto exception = exceptions.find(file); exception != exceptions.end()) {
    difference = std::stoll(exception->second.at("difference"));
    if (difference != 0) needed.insert(file);
  }
  EXPECT_EQ(static_cast<int64_t>(ours) - static_cast<int64_t>(theirs), difference)
      << file << ": " << ours << " counted, " << theirs << " known";
}

class TfliteCorpus : public test::Corpus {};

TEST_F(TfliteCorpus, every_file_opens_but_the_broken_one) {
  std::vector<std::string> refused;
  for (const std::string& file : test::files_in(test::in_corpus("models/tflite"))) {
    try {
      test::check_invariants(analyze(test::in_corpus("models/tflite/" + file), test::options_for(file)));
    } catch (const Error& error) {
      refused.push_back(file);
      EXPECT_THAT(error.message, testing::HasSubstr(" ")) << "a sentence, not a word";
      EXPECT_NE(error.code, ErrorCode::usage);
    }
  }
  EXPECT_THAT(refused, testing::ElementsAre("broken_model.tflite"));
}

TEST_F(TfliteCorpus, a_file_without_subgraphs_has_no_rows_and_says_so) {
  const Report report = report_of("models/tflite/0_subgraphs.tflite");
  EXPECT_TRUE(report.rows.empty());
  EXPECT_TRUE(report.totals.complete);
  EXPECT_EQ(report.totals.figures.macs, 0U);
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_EQ(report.warnings[0].code, "no_subgraphs");
}

TEST_F(TfliteCorpus, no_shape_that_a_file_stores_is_contradicted) {
  for (const std::string& path : models("tflite")) {
    for (const ReportWarning& warning : report_of(path).warnings) {
      EXPECT_NE(warning.code, "shape_differs") << path << ": " << warning.message;
    }
  }
}

// ---- MACs

/// The independent count looks at these operators in all subgraphs, at the shapes as stored.
uint64_t contraction_macs(const Report& report) {
  uint64_t sum = 0;
  for (const Row& row : report.rows) {
    const bool selected = row.type == "CONV_2D" || row.type == "DEPTHWISE_CONV_2D" || row.type == "TRANSPOSE_CONV" ||
                          row.type == "FULLY_CONNECTED" || row.type == "BATCH_MATMUL";
    if (selected) sum += row.figures.macs.value_or(0) * row.repeat.value_or(1);
  }
  return sum;
}

TEST_F(TfliteCorpus, macs_of_contractions_equal_an_independent_count) {
  const std::map<std::string, Record> exceptions = by_file("truth/other_macs.csv");
  std::set<std::string> needed;
  size_t compared = 0;
  for (const Record& truth : test::read_csv(test::in_corpus("truth/models.csv"))) {
    const std::string path = truth.at("file");
    if (truth.at("format") != "tflite" || truth.at("macs").empty()) continue;
    ++compared;
    uint64_t macs = 0;
    for (const Report& report : reports_of(path)) macs += contraction_macs(report);
    uint64_t expected = std::stoull(truth.at("macs"));
    if (const auto exception = exceptions.find(name_of_file(path)); exception != exceptions.end()) {
      EXPECT_EQ(std::stoull(exception->second.at("theirs")), expected) << path;
      if (macs != expected) needed.insert(name_of_file(path));
      expected = std::stoull(exception->second.at("ours"));
    }
    EXPECT_EQ(macs, expected) << path;
  }
  std::printf("MACs of %zu files compared, %zu exceptions\n", compared, exceptions.size());
  EXPECT_GT(compared, exceptions.size());
  expect_no_leftovers("truth/other_macs.csv", exceptions, needed);
}

TEST_F(TfliteCorpus, macs_of_converted_layers_equal_those_of_the_keras_layers) {
  size_t compared = 0;
  for (const Record& truth : test::read_csv(test::in_corpus("truth/keras_made.csv"))) {
    if (truth.at("quantity") != "macs" || !truth.at("file").ends_with(".tflite")) continue;
    ++compared;
    const Report report = report_of(truth.at("file"));
    EXPECT_TRUE(report.totals.complete) << truth.at("file");
    EXPECT_EQ(report.totals.figures.macs, std::stoull(truth.at("value"))) << truth.at("file");
  }
  std::printf("MACs of %zu converted models compared\n", compared);
  EXPECT_GT(compared, 0U);
}

// ---- Parameters

/// Parameters by the stem of the .keras file: "made_dense".
std::map<std::string, uint64_t> keras_params() {
  std::map<std::string, uint64_t> params;
  for (const Record& truth : test::read_csv(test::in_corpus("truth/keras_made.csv"))) {
    const std::string file = name_of_file(truth.at("file"));
    if (truth.at("quantity") != "params" || !file.ends_with(".keras")) continue;
    params[file.substr(0, file.size() - std::string(".keras").size())] = std::stoull(truth.at("value"));
  }
  return params;
}

/// "made_dense_64_10" of "made_dense_64_10_int8.tflite": the model before quantization.
std::string keras_stem(const std::string& file) {
  return std::regex_replace(file, std::regex("(_int8|_dynamic)?\\.tflite$"), "");
}

TEST_F(TfliteCorpus, parameters_of_converted_layers_equal_those_of_the_keras_layers) {
  const std::map<std::string, uint64_t> truth = keras_params();
  const std::map<std::string, Record> exceptions = by_file("truth/keras_params.csv");
  std::set<std::string> needed;
  size_t compared = 0;
  for (const std::string& path : models("tflite")) {
    const std::string file = name_of_file(path);
    if (!file.starts_with("made_")) continue;
    const auto expected = truth.find(keras_stem(file));
    ASSERT_NE(expected, truth.end()) << file;
    ++compared;
    expect_difference(*report_of(path).totals.figures.params, expected->second, file, exceptions, needed);
  }
  std::printf("parameters of %zu converted models compared, %zu exceptions\n", compared, exceptions.size());
  EXPECT_GT(compared, exceptions.size());
  expect_no_leftovers("truth/keras_params.csv", exceptions, needed);
}

/// Elements of the stored constants that are weights by their type: real numbers, or integers with a scale, with axes.
/// Each stored buffer once, in all graphs. An answer to "what are the parameters?" that knows nothing of operations.
uint64_t constants_that_look_like_weights(const std::string& path) {
  const Model model = read_model(File::open(test::in_corpus(path)));
  std::map<uint32_t, uint64_t> elements;
  for (const Graph& graph : model.graphs) {
    for (const Tensor& tensor : graph.tensors) {
      const bool real = is_float(tensor.dtype) || (is_integer(tensor.dtype) && tensor.quantization.scales > 0);
      if (tensor.storage == 0 || !real || !tensor.dims || tensor.dims->empty()) continue;
      uint64_t product = 1;
      for (const Dim& dim : *tensor.dims) product *= static_cast<uint64_t>(dim.size);
      elements[tensor.storage] = std::max(elements[tensor.storage], product);
    }
  }
  uint64_t sum = 0;
  for (const auto& [storage, count] : elements) sum += count;
  return sum;
}

TEST_F(TfliteCorpus, parameters_are_the_stored_constants_that_hold_real_numbers) {
  const std::map<std::string, Record> exceptions = by_file("truth/constants.csv");
  std::set<std::string> needed;
  for (const std::string& path : models("tflite")) {
    const std::string file = name_of_file(path);
    const uint64_t constants = constants_that_look_like_weights(path);
    expect_difference(*report_of(path).totals.figures.params, constants, file, exceptions, needed);
  }
  expect_no_leftovers("truth/constants.csv", exceptions, needed);
}

TEST_F(TfliteCorpus, there_are_no_more_parameters_than_stored_elements) {
  std::vector<std::pair<std::string, uint64_t>> stored;
  for (const Record& truth : test::read_csv(test::in_corpus("truth/models.csv"))) {
    if (truth.at("format") == "tflite" && !truth.at("stored_constants").empty()) {
      stored.emplace_back(truth.at("file"), std::stoull(truth.at("stored_constants")));
    }
  }
  for (const Record& truth : test::read_csv(test::in_corpus("truth/keras_made.csv"))) {
    if (truth.at("quantity") == "const_elements") {
      stored.emplace_back(truth.at("file"), std::stoull(truth.at("value")));
    }
  }
  EXPECT_FALSE(stored.empty());
  for (const auto& [path, elements] : stored) EXPECT_LE(*report_of(path).totals.figures.params, elements) << path;
}

// ---- ONNX

class OnnxCorpus : public test::Corpus {};

/// "2x10x32 1x4" as shapes of the model's inputs in their order.
std::map<std::string, std::vector<int64_t>> input_shapes(const Report& report, const std::string& text) {
  std::map<std::string, std::vector<int64_t>> shapes;
  std::istringstream words(text);
  for (const TensorInfo& input : report.inputs) {
    std::string word;
    words >> word;
    std::istringstream sizes(word);
    for (std::string size; std::getline(sizes, size, 'x');) shapes[std::string(input.name)].push_back(std::stoll(size));
  }
  return shapes;
}

/// {batch: 1, seq: 64} of "macs_batch1_seq64".
std::map<std::string, int64_t> dims_of_quantity(const std::string& quantity) {
  std::map<std::string, int64_t> dims;
  const std::regex dim("_([a-z]+)([0-9]+)");
  for (std::sregex_iterator it(quantity.begin(), quantity.end(), dim); it != std::sregex_iterator(); ++it) {
    dims[(*it)[1]] = std::stoll((*it)[2]);
  }
  return dims;
}

/// Files in which something is Unknown even with bindings; the completeness test holds them against the operators.
std::set<std::string> listed_as_unknown() {
  std::set<std::string> files;
  for (const Record& record : test::read_list("lists/unknown.csv")) files.insert(record.at("file"));
  return files;
}

TEST_F(OnnxCorpus, macs_equal_an_independent_count) {
  const std::set<std::string> not_read = listed_as_unknown();
  size_t compared = 0;
  for (const Record& truth : test::read_csv(test::in_corpus("truth/models.csv"))) {
    const std::string path = truth.at("file");
    if (truth.at("format") != "onnx" || truth.at("macs").empty() || not_read.contains(name_of_file(path))) continue;
    ++compared;
    EXPECT_EQ(report_of(path).totals.figures.macs, std::stoull(truth.at("macs"))) << path;
  }
  std::printf("MACs of %zu ONNX files compared\n", compared);
  EXPECT_GT(compared, 0U);
}

TEST_F(OnnxCorpus, macs_of_exported_modules_equal_their_formula_at_every_size_that_is_named) {
  const std::set<std::string> not_read = listed_as_unknown();
  std::map<std::string, std::string> example_inputs;
  const std::vector<Record> records = test::read_csv(test::in_corpus("truth/torch_made.csv"));
  for (const Record& truth : records) {
    if (truth.at("quantity") == "input") example_inputs[truth.at("file")] = truth.at("value");
  }
  size_t compared = 0;
  for (const Record& truth : records) {
    const std::string file = truth.at("file");
    const std::string quantity = truth.at("quantity");
    const bool at_example = quantity == "macs";
    if (!file.starts_with("onnx/") || not_read.contains(name_of_file(file))) continue;
    if (!at_example && !quantity.starts_with("macs_batch")) continue;
    ++compared;
    const std::string path = "models/" + file;
    Options options{.dims = dims_of_quantity(quantity)};
    if (at_example) options.inputs = input_shapes(report_of(path), example_inputs.at(file));
    const Report report = report_of(path, options);
    EXPECT_TRUE(report.totals.complete) << file << ", " << quantity;
    EXPECT_EQ(report.totals.figures.macs, std::stoull(truth.at("value"))) << file << ", " << quantity;
  }
  std::printf("MACs of %zu exported modules and sizes compared\n", compared);
  EXPECT_GT(compared, 0U);
}

TEST_F(OnnxCorpus, parameters_of_exported_modules_equal_the_modules) {
  const std::set<std::string> not_read = listed_as_unknown();
  const std::map<std::string, Record> exceptions = by_file("truth/onnx_params.csv");
  std::set<std::string> needed;
  size_t compared = 0;
  for (const Record& truth : test::read_csv(test::in_corpus("truth/torch_made.csv"))) {
    const std::string file = name_of_file(truth.at("file"));
    if (truth.at("quantity") != "params" || !file.ends_with(".onnx") || not_read.contains(file)) continue;
    ++compared;
    const Report report = report_of("models/" + truth.at("file"));
    expect_difference(*report.totals.figures.params, std::stoull(truth.at("value")), file, exceptions, needed);
  }
  std::printf("parameters of %zu exported modules compared, %zu exceptions\n", compared, exceptions.size());
  EXPECT_GT(compared, exceptions.size());
  expect_no_leftovers("truth/onnx_params.csv", exceptions, needed);
}

// ---- What is not known

/// The operators at which a report stops knowing: the first row for each reason, and a row that calls a graph an
/// unknown number of times.
std::set<std::string> roots_of_unknown(const Report& report) {
  std::set<std::string> roots;
  std::set<std::string> reasons;
  for (size_t i = 0; i < report.rows.size(); ++i) {
    const Row& row = report.rows[i];
    const bool runs = row.repeat != 0U;  // a branch that is not taken may stay unknown
    if (runs && !row.unknown.empty() && reasons.insert(row.unknown).second) roots.emplace(row.type);
    const bool called_from_here = i > 0 && !row.repeat && report.rows[i - 1].repeat;
    if (called_from_here) roots.emplace(report.rows[i - 1].type);
  }
  return roots;
}

class RealFiles : public test::Corpus {};

TEST_F(RealFiles, nothing_is_unknown_but_what_is_listed_with_a_reason) {
  std::set<std::pair<std::string, std::string>> listed;
  for (const Record& record : test::read_list("lists/unknown.csv")) {
    listed.emplace(record.at("file"), record.at("operator"));
    EXPECT_FALSE(record.at("reason").empty()) << record.at("file");
  }
  std::set<std::pair<std::string, std::string>> found;
  for (const char* folder : {"tflite", "onnx"}) {
    for (const std::string& path : models(folder)) {
      for (const Report& report : reports_of(path)) {
        const std::set<std::string> roots = roots_of_unknown(report);
        EXPECT_EQ(roots.empty(), report.totals.complete) << path;
        for (const std::string& root : roots) found.emplace(name_of_file(path), root);
      }
    }
  }
  EXPECT_EQ(found, listed);
}

}  // namespace
}  // namespace flopstat
