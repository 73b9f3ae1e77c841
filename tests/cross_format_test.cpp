// One network, one number: each example in every format that it is here in (examples/README.md).

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "support/invariants.h"

namespace flopstat {
namespace {

namespace fs = std::filesystem;

const std::set<std::string> kOfKeras = {".keras", ".h5", ".json", "_saved_model", ".pb", ".onnx", ".tflite"};
const std::set<std::string> kWithInt8 = {".keras", ".h5",   ".json",   "_saved_model",
                                         ".pb",    ".onnx", ".tflite", "_int8.tflite"};

struct Network {
  const char* name;
  uint64_t macs, params;
  std::set<std::string> endings = kOfKeras;  // of the files that must be there
};

std::ostream& operator<<(std::ostream& out, const Network& network) { return out << network.name; }

constexpr uint64_t kLstmGates = uint64_t{4} * (8 + 16) * 16;

const std::vector<Network> kNetworks = {
    {.name = "mnist_mlp",
     .macs = 784 * 100 + 100 * 100 + 100 * 10,
     .params = 784 * 100 + 100 * 100 + 100 * 10 + 100 + 100 + 10,
     .endings = kWithInt8},
    {.name = "mnist_mlp_50",
     .macs = 784 * 50 + 50 * 50 + 50 * 10,
     .params = 784 * 50 + 50 * 50 + 50 * 10 + 50 + 50 + 10,
     .endings = kWithInt8},
    {.name = "sine", .macs = 16 + 16 * 16 + 16, .params = 16 + 16 * 16 + 16 + 16 + 16 + 1, .endings = kWithInt8},
    {.name = "sine_8", .macs = 8 + 8, .params = 8 + 8 + 8 + 1, .endings = kWithInt8},
    {.name = "digits_cnn",
     .macs = 26 * 26 * 12 * 9 + 13 * 13 * 12 * 10,
     .params = 12 * 9 + 12 + 13 * 13 * 12 * 10 + 10,
     .endings = kWithInt8},
    {.name = "small_cnn",
     .macs = 32 * 32 * 8 * 27 + 16 * 16 * 8 * 9 + 16 * 16 * 16 * 8 + 8 * 8 * 16 * 10,
     .params = 8 * 27 + 8 + 8 * 9 + 8 + 16 * 8 + 16 + 8 * 8 * 16 * 10 + 10,
     .endings = kWithInt8},
    {.name = "tiny_lstm", .macs = 10 * kLstmGates + 16 * 4, .params = kLstmGates + 4 * 16 + 16 * 4 + 4},
};

/// Parameters that a writer adds to those of the network.
const std::map<std::string, uint64_t> kAdded = {
    {"tiny_lstm.onnx", uint64_t{4} * 16},  // ONNX's LSTM has a bias for the recurrent product, too: zeros here
};

/// The files of a network, of a SavedModel the folder, by what follows its name.
std::map<std::string, fs::path> files_of(const std::string& name) {
  std::map<std::string, fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(FLOPSTAT_SOURCE_DIR "/examples")) {
    const std::string file = entry.path().filename();
    if (file.starts_with(name) && kWithInt8.contains(file.substr(name.size())))
      files[file.substr(name.size())] = entry.path();
  }
  return files;
}

class CrossFormat : public ::testing::TestWithParam<Network> {};

TEST_P(CrossFormat, all_files_of_a_network_have_its_macs_and_parameters) {
  const Network& network = GetParam();
  std::set<std::string> found;
  for (const auto& [ending, path] : files_of(network.name)) {
    SCOPED_TRACE(path.filename().string());
    const Report report = analyze(path.string(), {});
    test::check_invariants(report);
    const auto added = kAdded.find(path.filename());
    EXPECT_TRUE(report.totals.complete);
    EXPECT_EQ(report.totals.figures.macs, network.macs);
    EXPECT_EQ(report.totals.figures.params, network.params + (added == kAdded.end() ? 0 : added->second));
    found.insert(ending);
  }
  EXPECT_EQ(found, network.endings);
}

INSTANTIATE_TEST_SUITE_P(Examples, CrossFormat, ::testing::ValuesIn(kNetworks),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace flopstat
