// The conformance cases of ONNX: shapes and types that are inferred against those that the reference computes.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "support/corpus.h"
#include "support/invariants.h"

namespace flopstat {
namespace {

namespace fs = std::filesystem;

/// Where scripts/make_onnx_cases has put them.
fs::path folder() {
  const char* given = std::getenv("FLOPSTAT_ONNX_CASES");
  return given != nullptr ? given : FLOPSTAT_SOURCE_DIR "/build/onnx_cases";
}

/// One graph input or output of a case. The shape is empty for what is no tensor.
struct Edge {
  std::string name;
  std::string type;
  std::string shape;
};

struct Case {
  std::string name = {};  ///< "node/test_abs"
  std::string op = {};
  Options options = {};
  std::vector<Edge> outputs = {};
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> fields;
  std::istringstream stream(text);
  for (std::string field; std::getline(stream, field, separator);) fields.push_back(field);
  return fields;
}

std::vector<int64_t> sizes(const std::string& text) {
  std::vector<int64_t> shape;
  if (text == "[]") return shape;
  for (const std::string& size : split(text, 'x')) shape.push_back(std::stoll(size));
  return shape;
}

Number number(const std::string& text) {
  if (text.find_first_not_of("-0123456789") == std::string::npos) return static_cast<int64_t>(std::stoll(text));
  return std::strtod(text.c_str(), nullptr);
}

Case read_case(const fs::path& path) {
  Case result{.name = path.parent_path().filename().string() + "/" + path.stem().string()};
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> fields = split(line, '\t');
    if (fields[0] == "operator") result.op = fields.at(1);
    if (fields[0] == "output") result.outputs.push_back({fields.at(1), fields.at(2), fields.at(3)});
    if (fields[0] != "input" || fields.at(3) == "-") continue;
    result.options.inputs[fields[1]] = sizes(fields[3]);
    if (fields.size() < 5 || fields[4] == "-") continue;
    for (const std::string& value : split(fields[4], ' ')) {
      result.options.contents[fields[1]].push_back(number(value));
    }
  }
  return result;
}

/// The cases whose results are all tensors.
std::vector<Case> cases() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder())) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Case> result;
  for (const fs::path& path : paths) {
    Case each = read_case(path);
    const bool tensors =
        std::none_of(each.outputs.begin(), each.outputs.end(), [](const Edge& output) { return output.shape == "-"; });
    if (tensors) result.push_back(std::move(each));
  }
  return result;
}

std::string to_text(std::span<const int64_t> shape) {
  std::string text;
  for (const int64_t size : shape) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text.empty() ? "[]" : text;
}

/// Why the first row that is not known is not.
std::string first_reason(const Report& report) {
  for (const Row& row : report.rows) {
    if (!row.unknown.empty()) return std::string(row.type) + ": " + row.unknown;
  }
  return "no row says why";
}

struct Verdict {
  enum class Kind { equal, unknown, different };
  Kind kind = Kind::equal;
  std::string why = {};
};

Verdict judge(const Case& each) {
  Report report;
  try {
    report = analyze((folder() / (each.name + ".onnx")).string(), each.options);
  } catch (const Error& error) {
    return {Verdict::Kind::different, "refused: " + error.message};
  }
  test::check_invariants(report);
  for (size_t i = 0; i < each.outputs.size(); ++i) {
    const Edge& expected = each.outputs[i];
    const TensorInfo& found = report.outputs.at(i);
    if (!found.shape) return {Verdict::Kind::unknown, first_reason(report)};
    const std::string shape = to_text(*found.shape);
    if (shape == expected.shape && name_of(found.dtype) == expected.type) continue;
    return {Verdict::Kind::different, expected.name + " is " + std::string(name_of(found.dtype)) + " " + shape +
                                          ", expected " + expected.type + " " + expected.shape};
  }
  return {};
}

/// Cases that may be unknown, with the reason: "node/test_unique_sorted: ...".
std::map<std::string, std::string> listed() {
  std::map<std::string, std::string> result;
  std::ifstream file(FLOPSTAT_SOURCE_DIR "/tests/lists/onnx_data_dependent.txt");
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const size_t colon = line.find(": ");
    EXPECT_NE(colon, std::string::npos) << line << ": gives no reason";
    EXPECT_TRUE(result.emplace(line.substr(0, colon), line).second) << line << ": stands there twice";
  }
  return result;
}

struct Score {
  size_t equal = 0;
  size_t all = 0;
};

/// "Abs 1, Acos 2, ... NonZero 0 of 1".
std::string to_text(const std::map<std::string, Score>& scores) {
  std::string text;
  std::string line;
  for (const auto& [op, score] : scores) {
    std::string word = op + " " + std::to_string(score.equal);
    if (score.equal != score.all) word += " of " + std::to_string(score.all);
    if (line.size() + word.size() > 110) {
      text += line + ",\n";
      line.clear();
    }
    line += (line.empty() ? "" : ", ") + word;
  }
  return text + line + "\n";
}

/// The part of docs/formats.md that the scores stand in is rewritten where FLOPSTAT_UPDATE_DOCS is set, else compared.
void expect_documented(const std::string& scores) {
  const std::string path = FLOPSTAT_SOURCE_DIR "/docs/formats.md";
  const std::string begin = "<!-- the scores of the conformance cases; tests/onnx_cases_test.cpp writes them -->\n";
  const std::string end = "<!-- end of the scores -->\n";
  std::ostringstream stream;
  stream << std::ifstream(path).rdbuf();
  std::string page = stream.str();
  const size_t from = page.find(begin);
  const size_t to = page.find(end);
  ASSERT_TRUE(from != std::string::npos && to != std::string::npos) << path << " has no place for the scores";
  const size_t start = from + begin.size();
  if (std::getenv("FLOPSTAT_UPDATE_DOCS") != nullptr) {
    page.replace(start, to - start, scores);
    std::ofstream(path) << page;
    return;
  }
  EXPECT_EQ(page.substr(start, to - start), scores)
      << "the scores have changed; FLOPSTAT_UPDATE_DOCS=1 with this test writes them anew";
}

TEST(OnnxCases, shapes_and_types_equal_those_that_the_reference_computes) {
  if (!fs::is_directory(folder())) {
    GTEST_SKIP() << "NOT TESTED against ONNX's conformance cases: scripts/make_onnx_cases writes them to " << folder();
  }
  const std::map<std::string, std::string> may_be_unknown = listed();
  std::set<std::string> unknown;
  std::map<std::string, Score> scores;
  Score sum;
  for (const Case& each : cases()) {
    const Verdict verdict = judge(each);
    const bool equal = verdict.kind == Verdict::Kind::equal;
    ++scores[each.op].all;
    ++sum.all;
    if (equal) {
      ++scores[each.op].equal;
      ++sum.equal;
      continue;
    }
    EXPECT_NE(verdict.kind, Verdict::Kind::different) << each.name << ": " << verdict.why;
    if (verdict.kind == Verdict::Kind::unknown) unknown.insert(each.name);
    EXPECT_TRUE(may_be_unknown.contains(each.name)) << each.name << ": unknown: " << verdict.why;
  }
  for (const auto& [name, line] : may_be_unknown) EXPECT_TRUE(unknown.contains(name)) << "not needed: " << line;

  const std::string text = to_text(scores);
  std::printf("%s%zu of %zu cases equal\n", text.c_str(), sum.equal, sum.all);
  EXPECT_LE(may_be_unknown.size(), 60U);
  EXPECT_GE(sum.equal * 100, sum.all * 97);
  expect_documented(text);
}

}  // namespace
}  // namespace flopstat
