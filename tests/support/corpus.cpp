#include "support/corpus.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace flopstat::test {
namespace {

std::vector<std::string> split_record(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool doubled = quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"';
    if (doubled) {
      fields.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

/// A size of a dimension ("10"), a shape of an input ("1x512"), or what it holds ("[16000]").
void set_option(Options& options, const std::string& name, const std::string& value) {
  if (value.starts_with('[')) {
    options.contents[name] = {int64_t{std::stoll(value.substr(1))}};
  } else if (value.find('x') == std::string::npos) {
    options.dims[name] = std::stoll(value);
  } else {
    std::istringstream sizes(value);
    for (std::string size; std::getline(sizes, size, 'x');) options.inputs[name].push_back(std::stoll(size));
  }
}

}  // namespace

std::vector<Record> read_csv(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> names = split_record(line);
  std::vector<Record> records;
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = split_record(line);
    EXPECT_EQ(fields.size(), names.size()) << path << ": " << line;
    Record& record = records.emplace_back();
    for (size_t i = 0; i < std::min(fields.size(), names.size()); ++i) record[names[i]] = fields[i];
  }
  EXPECT_FALSE(records.empty()) << path << " holds no records";
  return records;
}

std::vector<Record> read_list(const std::string& name) { return read_csv(FLOPSTAT_SOURCE_DIR "/tests/" + name); }

std::string in_corpus(const std::string& path) { return FLOPSTAT_SHARED_DIR "/" + path; }

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Options options_for(const std::string& file) {
  Options options;
  for (const Record& record : read_list("lists/bindings.csv")) {
    if (record.at("file") != file) continue;
    std::istringstream dims(record.at("dims"));
    for (std::string dim; dims >> dim;) {
      const size_t equals = dim.find('=');
      set_option(options, dim.substr(0, equals), dim.substr(equals + 1));
    }
  }
  return options;
}

void Corpus::SetUp() {
  if (std::filesystem::is_directory(in_corpus("models"))) return;
  GTEST_SKIP() << "NOT TESTED against real models: there is no folder " FLOPSTAT_SHARED_DIR;
}

}  // namespace flopstat::test
