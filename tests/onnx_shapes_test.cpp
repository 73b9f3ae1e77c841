// Shapes that other tools infer for the tensors of ONNX models: flopstat knows all of them.

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "flopstat/analyze.h"
#include "support/corpus.h"

namespace flopstat {
namespace {

namespace fs = std::filesystem;

/// Where scripts/make_onnx_shapes has put them.
const fs::path kFolder = FLOPSTAT_SOURCE_DIR "/build/onnx_shapes";

/// The model that the file of shapes is about: an example, or one beside the repository.
std::string model_of(const fs::path& shapes) {
  const std::string name = shapes.stem().string() + ".onnx";
  const std::string example = FLOPSTAT_SOURCE_DIR "/examples/" + name;
  return fs::exists(example) ? example : test::in_corpus("models/onnx/" + name);
}

std::string to_text(std::span<const int64_t> shape) {
  std::string text;
  for (const int64_t size : shape) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text.empty() ? "[]" : text;
}

/// Shapes of the results of all rows by name; "unknown" where one is not known.
std::map<std::string, std::string, std::less<>> shapes_of(const std::string& path) {
  std::map<std::string, std::string, std::less<>> shapes;
  Options options = test::options_for(fs::path(path).filename().string());
  options.qdq = Qdq::as_written;
  const Report report = analyze(path, options);
  for (const Row& row : report.rows) {
    if (row.caller) continue;
    for (const TensorInfo& result : row.outputs) {
      shapes[std::string(result.name)] = result.shape ? to_text(*result.shape) : "unknown: " + row.unknown;
    }
  }
  return shapes;
}

struct Line {
  std::string tool, tensor, shape;
};

std::vector<Line> lines_of(const fs::path& path) {
  std::vector<Line> lines;
  std::ifstream file(path);
  for (std::string text; std::getline(file, text);) {
    std::istringstream fields(text);
    Line& line = lines.emplace_back();
    std::getline(fields, line.tool, '\t');
    std::getline(fields, line.tensor, '\t');
    std::getline(fields, line.shape, '\t');
  }
  return lines;
}

TEST(OnnxShapes, no_tool_knows_one_that_flopstat_does_not) {
  if (!fs::is_directory(kFolder)) {
    GTEST_SKIP() << "NOT TESTED against the shapes that other tools infer: scripts/make_onnx_shapes writes them to "
                 << kFolder;
  }
  std::map<std::string, size_t> known;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    const std::string path = model_of(entry.path());
    if (!fs::exists(path)) continue;
    const auto ours = shapes_of(path);
    for (const Line& line : lines_of(entry.path())) {
      if (line.tensor == "failed") continue;
      const auto found = ours.find(line.tensor);
      ASSERT_NE(found, ours.end()) << path << ": no row writes " << line.tensor;
      EXPECT_EQ(found->second, line.shape) << path << ": " << line.tensor << " as " << line.tool << " knows it";
      ++known[line.tool];
    }
  }
  for (const auto& [tool, count] : known) std::printf("%s: %zu shapes\n", tool.c_str(), count);
  EXPECT_GT(known["onnx"], 0u);
  EXPECT_GT(known["onnxruntime"], 0u);
}

}  // namespace
}  // namespace flopstat
