#include "reports/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "reports/json.h"
#include "support/report_builder.h"

namespace flopstat {
namespace {

using Json = nlohmann::ordered_json;
using test::incomplete_model;
using test::mnist_mlp;
using test::ReportBuilder;

/// Fields of CSV text as RFC 4180 reads them.
std::vector<std::vector<std::string>> parsed(const std::string& text) {
  std::vector<std::vector<std::string>> lines(1, {""});
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      lines.back().back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      lines.back().emplace_back();
    } else if (!quoted && c == '\n') {
      lines.push_back({""});
    } else {
      lines.back().back() += c;
    }
  }
  EXPECT_FALSE(quoted);
  EXPECT_EQ(lines.back(), std::vector<std::string>{""}) << "the last line has no end";
  lines.pop_back();
  return lines;
}

std::vector<std::vector<std::string>> ops(const Report& report, const Selection& selection = {}) {
  std::string text;
  write_ops_csv_header(selection, false, text);
  write_ops_csv(report, selection, false, text);
  return parsed(text);
}

std::string field(const std::vector<std::vector<std::string>>& lines, size_t row, const std::string& key) {
  for (size_t i = 0; i < lines[0].size(); ++i) {
    if (lines[0][i] == key) return lines.at(row + 1).at(i);
  }
  ADD_FAILURE() << "there is no column " << key;
  return {};
}

TEST(Csv, the_header_has_the_keys_of_the_json_in_its_order) {
  std::string text;
  write_json(mnist_mlp(), text);
  const Json document = Json::parse(text);
  std::vector<std::string> of_ops, of_types;
  for (const auto& [key, value] : document["ops"][0].items()) {
    if (key != "work") of_ops.push_back(key);  // the only one with a structure of its own
  }
  for (const auto& [key, value] : document["by_type"][0].items()) {
    if (key != "work") of_types.push_back(key);
  }
  EXPECT_EQ(ops(mnist_mlp())[0], of_ops);
  text.clear();
  write_types_csv_header(false, text);
  EXPECT_EQ(parsed(text)[0], of_types);
}

TEST(Csv, numbers_are_those_of_the_json_and_unknown_is_empty) {
  for (const Report& report : {mnist_mlp(), incomplete_model()}) {
    std::string text;
    write_json(report, text);
    const Json document = Json::parse(text);
    const auto lines = ops(report);
    std::string types;
    write_types_csv_header(false, types);
    write_types_csv(report, false, types);
    const auto type_lines = parsed(types);
    ASSERT_EQ(lines.size(), report.rows.size() + 1);
    ASSERT_EQ(type_lines.size(), report.by_type.size() + 1);
    for (const Column& c : columns()) {
      if (!c.figure) continue;
      const std::string key(c.key);
      const auto expected = [&](const Json& value) { return value.is_null() ? "" : value.dump(); };
      for (size_t i = 0; i < report.rows.size(); ++i) {
        EXPECT_EQ(field(lines, i, key), expected(document["ops"][i][key])) << key;
      }
      for (size_t i = 0; i < report.by_type.size(); ++i) {
        EXPECT_EQ(field(type_lines, i, key), expected(document["by_type"][i][key])) << key;
      }
    }
  }
  EXPECT_EQ(field(ops(incomplete_model()), 2, "repeat"), "");
}

TEST(Csv, shapes_are_sizes_with_x_between) {
  const auto lines = ops(incomplete_model());
  EXPECT_EQ(field(lines, 0, "inputs"), "1x5x5x1;8x3x3x1;");  // the third operand is absent
  EXPECT_EQ(field(lines, 0, "outputs"), "1x5x5x8");
  EXPECT_EQ(field(lines, 1, "outputs"), "");
  const Report scalar = ReportBuilder("x").row({.type = "A", .outputs = {{"y", DType::f32, {{}}}}}).finish();
  EXPECT_EQ(field(ops(scalar), 0, "outputs"), "scalar");
}

TEST(Csv, names_keep_the_lines_and_start_no_formula) {
  ReportBuilder b("x");
  const std::string names[] = {"a,b",  "say \"hi\"", "line\nend", "=cmd()",      "+1",   "-1",
                               "@sum", "\tx",        "\"=1\",",   "caf\xC3\xA9", "\xFF", ""};
  for (const std::string& name : names) b.row({.type = "A", .name = name});
  const auto lines = ops(b.finish());
  const std::string expected[] = {"a,b",   "say \"hi\"", "line\\x0Aend", "'=cmd()",     "'+1",   "'-1",
                                  "'@sum", "\\x09x",     "\"=1\",",      "caf\xC3\xA9", "\\xFF", ""};
  ASSERT_EQ(lines.size(), std::size(names) + 1);
  for (size_t i = 0; i < std::size(names); ++i) {
    EXPECT_EQ(lines[i + 1].size(), lines[0].size());
    EXPECT_EQ(field(lines, i, "name"), expected[i]);
  }
}

TEST(Csv, has_the_columns_and_rows_that_are_asked_for) {
  const Selection selection{
      .sort = find_row_column("macs"), .limit = 1, .columns = {find_row_column("type"), find_row_column("macs")}};
  EXPECT_EQ(ops(mnist_mlp(), selection),
            (std::vector<std::vector<std::string>>{{"type", "macs"}, {"FULLY_CONNECTED", "78400"}}));
}

TEST(Csv, names_the_model_where_there_are_several_but_not_its_folders) {
  Report report = mnist_mlp();
  report.path = "/home/somebody/a.tflite";
  std::string text;
  write_types_csv(report, true, text);
  EXPECT_THAT(text, ::testing::StartsWith("a.tflite,FULLY_CONNECTED,3,0,89400,"));
}

}  // namespace
}  // namespace flopstat
