// The documentation says what the program does: its commands are run, its lists are compared, its links are followed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "formats/onnx/operators.h"
#include "formats/tensorflow/operators.h"
#include "formats/tflite/operators.h"

namespace flopstat {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::filesystem::path kRoot = FLOPSTAT_SOURCE_DIR;

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::filesystem::path> pages() {
  std::vector<std::filesystem::path> result{kRoot / "README.md", kRoot / "CONTRIBUTING.md", kRoot / "CHANGELOG.md",
                                            kRoot / "examples/README.md", kRoot / "examples/ci/README.md"};
  for (const auto& entry : std::filesystem::directory_iterator(kRoot / "docs")) {
    if (entry.path().extension() == ".md") result.push_back(entry.path());
  }
  return result;
}

/// The names in code type between `<!-- list: NAME -->` and `<!-- end -->` in the page of formats.
std::set<std::string> list_in_page_of_formats(const std::string& name) {
  const std::string page = contents(kRoot / "docs/formats.md");
  const size_t begin = page.find("<!-- list: " + name + " -->");
  if (begin == std::string::npos) return {};
  const std::string list = page.substr(begin, page.find("<!-- end -->", begin) - begin);
  const std::regex code("`([^`]+)`");
  std::set<std::string> names;
  for (auto each = std::sregex_iterator(list.begin(), list.end(), code); each != std::sregex_iterator(); ++each) {
    names.insert((*each)[1]);
  }
  return names;
}

/// What the reader makes of a builtin operator without options and operands.
Op read(uint32_t builtin) {
  Graph graph;
  Node node;
  tflite::OperatorReader reader{graph, node, std::nullopt, {}};
  return tflite::read_builtin(builtin, reader);
}

TEST(Documentation, shows_of_every_command_what_it_prints) {
#ifndef FLOPSTAT_PROGRAM
  GTEST_SKIP() << "the program is not built: the commands in the documentation were NOT run";
#else
  const std::string log = ::testing::TempDir() + "flopstat_docs.txt";
  const std::string command = "'" FLOPSTAT_PYTHON "' '" + (kRoot / "scripts/update_docs").string() +
                              "' --check '" FLOPSTAT_PROGRAM "' > '" + log + "' 2>&1";
  const int status = std::system(command.c_str());
  EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0)
      << contents(log) << "where the new output is right: scripts/update_docs";
#endif
}

TEST(Documentation, shows_of_real_models_what_is_counted) {
#ifndef FLOPSTAT_PROGRAM
  GTEST_SKIP() << "the program is not built: the commands in the documentation were NOT run";
#else
  const std::string models = FLOPSTAT_SHARED_DIR "/models/tflite";
  if (!std::filesystem::is_directory(models)) {
    GTEST_SKIP() << "NOT TESTED: the documentation's real models are not there: " << models;
  }
  const std::string log = ::testing::TempDir() + "flopstat_docs_models.txt";
  const std::string command = "'" FLOPSTAT_PYTHON "' '" + (kRoot / "scripts/update_docs").string() +
                              "' --check --models '" + models + "' '" FLOPSTAT_PROGRAM "' > '" + log + "' 2>&1";
  const int status = std::system(command.c_str());
  EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0)
      << contents(log) << "where the new output is right: scripts/update_docs --models FOLDER";
#endif
}

TEST(Documentation, links_lead_to_files) {
  const std::regex link(R"(\]\(([^)#]+)[^)]*\))");
  size_t links = 0;
  for (const std::filesystem::path& page : pages()) {
    const std::string text = contents(page);
    for (auto each = std::sregex_iterator(text.begin(), text.end(), link); each != std::sregex_iterator(); ++each) {
      const std::string target = (*each)[1];
      if (target.starts_with("https://")) continue;
      ++links;
      EXPECT_TRUE(std::filesystem::exists(page.parent_path() / target)) << page << " links to " << target;
    }
  }
  EXPECT_GT(links, 0u);
}

TEST(Documentation, names_the_tflite_operators_that_are_opaque) {
  const std::set<std::string> listed = list_in_page_of_formats("TFLite operators that are opaque");
  EXPECT_THAT(listed, Not(IsEmpty()));
  for (uint32_t code = 0; code < tflite::builtin_count(); ++code) {
    const Op op = read(code);
    const auto* opaque = std::get_if<Opaque>(&op);
    const std::string name(tflite::builtin_name(code));
    EXPECT_TRUE(opaque != nullptr || !listed.contains(name)) << name;
    EXPECT_THAT(opaque == nullptr ? "" : opaque->why, Not(HasSubstr("there is no rule"))) << name;
  }
}

TEST(Documentation, names_tflite_custom_operators_that_are_read) {
  const std::set<std::string> listed = list_in_page_of_formats("TFLite custom operators");
  EXPECT_THAT(listed, Not(IsEmpty()));
  for (const std::string& name : listed) {
    Graph graph;
    Node node;
    tflite::OperatorReader reader{graph, node, std::nullopt, {}};
    const Op op = tflite::read_custom(name, reader);
    const auto* opaque = std::get_if<Opaque>(&op);
    EXPECT_THAT(opaque == nullptr ? "" : opaque->why, Not(HasSubstr("has no public definition"))) << name;
  }
}

TEST(Documentation, names_as_missing_no_onnx_operator_that_has_a_rule) {
  const std::set<std::string> listed = list_in_page_of_formats("operators of com.microsoft without a rule");
  EXPECT_THAT(listed, Not(IsEmpty()));
  for (const std::string& name : listed) EXPECT_EQ(onnx::find_operator("com.microsoft", name), nullptr) << name;
}

TEST(Documentation, names_every_tensorflow_operator_that_is_read) {
  std::set<std::string> read;
  for (const std::span<const tensorflow::Operator> table : tensorflow::all_operators()) {
    for (const tensorflow::Operator& row : table) read.emplace(row.name);
  }
  EXPECT_EQ(list_in_page_of_formats("TensorFlow operators"), read);
}

/// The second cells of the table between `<!-- list: NAME -->` and `<!-- end -->` in the page of formats, without its
/// head.
std::set<std::string> table_in_page_of_formats(const std::string& name) {
  const std::string page = contents(kRoot / "docs/formats.md");
  const size_t begin = page.find("<!-- list: " + name + " -->");
  if (begin == std::string::npos) return {};
  std::istringstream lines(page.substr(begin, page.find("<!-- end -->", begin) - begin));
  const std::regex row(R"(\| [^|]+ \| ([^|]+) \|)");
  std::set<std::string> cells;
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, match, row)) cells.insert(match[1]);
  }
  cells.erase("what holds");
  return cells;
}

TEST(Documentation, lists_every_test_of_a_hostile_file_and_no_other) {
  std::set<std::string> tests;
  const ::testing::UnitTest& all = *::testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const ::testing::TestSuite& suite = *all.GetTestSuite(i);
    if (!std::string(suite.name()).starts_with("Hostile")) continue;
    for (int j = 0; j < suite.total_test_count(); ++j) {
      std::string name = suite.GetTestInfo(j)->name();
      std::ranges::replace(name, '_', ' ');
      tests.insert(name);
    }
  }
  EXPECT_GE(tests.size(), 60u);
  EXPECT_EQ(table_in_page_of_formats("hostile cases"), tests);
}

}  // namespace
}  // namespace flopstat
