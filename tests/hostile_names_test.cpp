// Names from a file in every output: nothing in them may act on a terminal, a page, a table or a picture.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "reports/csv.h"
#include "reports/error_text.h"
#include "reports/json.h"
#include "reports/markdown.h"
#include "reports/memory_map.h"
#include "reports/memory_svg.h"
#include "reports/ops.h"
#include "reports/terminal.h"
#include "reports/tree.h"
#include "reports/types.h"
#include "support/c_source.h"
#include "support/tflite_writer.h"
#include "support/zip_writer.h"

namespace flopstat {
namespace {

using namespace test;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// Everything that has ever done harm in a name: escape sequences in their long and short form, line ends, a bell,
/// characters that reorder or hide text, a line separator, marks of Markdown, HTML and CSV, and what is no UTF-8.
const std::string kName =
    "=cmd|' /C calc'!A0\x1b[2J\x1b]0;title\x07\n\r\t\b\x7f"
    "\xc2\x9b"
    "31m\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8b\xe2\x80\xa8|`*_[a](javascript:b)<script>alert(\"1\")</script>&amp;]]>"
    "\xff\xc0\xaf\\x1B";

/// A model in which that is the name of everything that has one.
std::vector<std::byte> hostile_model() {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = kName, .shape = {1, 4}});
  const int32_t y = b.tensor({.name = kName, .shape = {1, 4}});
  b.op({.code = builtin::custom, .custom_code = kName, .inputs = {x}, .outputs = {y}});
  b.op({.code = builtin::relu, .inputs = {y}, .outputs = {x}});
  b.inputs({x});
  b.outputs({y});
  b.signature({.key = kName, .inputs = {{kName, 0}}, .outputs = {{kName, 1}}});
  b.signature({.key = kName + "2", .inputs = {{kName, 0}}, .outputs = {{kName, 1}}});
  b.model_field(3, kName);
  const FlatTable about{{{0, kName}, {1, kName}, {2, kName}, {4, kName}, {5, kName}}};
  b.metadata("TFLITE_METADATA", b.buffer(write_flatbuffer(about, "M001")));
  b.metadata("min_runtime_version", b.buffer(bytes_of_text(kName)));
  return joined(b.finish(), zip_archive({{"../../" + kName, "label"}, {kName, "label"}}));
}

Report hostile_report() { return analyze(hostile_model(), kName); }

/// Each line of a text for a terminal or a table holds letters that are seen, and stay where they are.
void expect_harmless(const std::string& text) {
  for (const char c : text) {
    EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << "byte " << int{static_cast<unsigned char>(c)};
  }
  EXPECT_THAT(text, HasSubstr("\\x1B"));
}

const TerminalStyle kAscii{.hints = true, .details = true};

TEST(HostileNames, reach_no_terminal_from_the_first_screen) {
  std::string text;
  write_terminal(hostile_report(), kAscii, text);
  expect_harmless(text);
  for (const char* label : {"Model", "Purpose", "Author", "License", "Runtime", "Producer", "an archive behind"}) {
    EXPECT_THAT(text, HasSubstr(label));
  }
}

TEST(HostileNames, reach_no_terminal_from_the_lists_of_operations_layers_and_activations) {
  const Report report = hostile_report();
  for (const size_t width : {size_t{0}, size_t{60}, size_t{200}}) {
    const TerminalStyle style{.width = width, .details = true};
    std::string ops, tree, memory;
    write_ops(report, {}, style, ops);
    write_tree(report, {}, style, tree);
    write_memory(report, {}, style, memory);
    for (const std::string& text : {ops, tree, memory}) {
      SCOPED_TRACE(text);
      for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f));
    }
  }
}

TEST(HostileNames, in_a_terminal_of_utf8_are_escaped_where_they_are_not_seen) {
  std::string text;
  TerminalStyle style = kAscii;
  style.utf8 = true;
  write_terminal(hostile_report(), style, text);
  for (const char* part : {"\x1b", "\x07", "\r", "\t", "\b", "\x7f", "\xc2\x9b", "\xe2\x80\xae", "\xe2\x81\xa6",
                           "\xe2\x80\x8b", "\xe2\x80\xa8", "\xff", "\xc0"}) {
    EXPECT_THAT(text, Not(HasSubstr(part)));
  }
  EXPECT_THAT(text, HasSubstr("\\u{202E}"));
}

/// The records of a CSV text by RFC 4180; fails on a line end inside a field, which no name may bring.
std::vector<std::vector<std::string>> records(const std::string& csv) {
  std::vector<std::vector<std::string>> result;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
        fields.back() += line[++i];
      } else if (line[i] == '"') {
        quoted = !quoted;
      } else if (line[i] == ',' && !quoted) {
        fields.emplace_back();
      } else {
        fields.back() += line[i];
      }
    }
    EXPECT_FALSE(quoted) << line;
    result.push_back(std::move(fields));
  }
  return result;
}

TEST(HostileNames, are_one_field_of_csv_and_no_formula) {
  const Report report = hostile_report();
  std::string ops, types;
  write_ops_csv_header({}, true, ops);
  write_ops_csv(report, {}, true, ops);
  write_types_csv_header(true, types);
  write_types_csv(report, true, types);
  for (const std::string& csv : {ops, types}) {
    const auto table = records(csv);
    ASSERT_EQ(table.size(), 3u) << csv;  // the header, a custom operator, a relu
    for (const std::vector<std::string>& record : table) {
      EXPECT_EQ(record.size(), table[0].size());
      for (const std::string& field : record) {
        EXPECT_THAT(field, Not(::testing::ContainsRegex("^[=+@-]")));
        for (const char c : field) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
      }
    }
    EXPECT_THAT(table[1][0], StartsWith("'=cmd|"));
  }
}

TEST(HostileNames, that_begin_a_formula_in_any_way_have_an_apostrophe_in_csv) {
  for (const std::string begin : {"=", "+", "-", "@"}) {
    TfliteBuilder b;
    const int32_t x = b.tensor({.name = begin + "1+1", .shape = {1}});
    b.op({.code = builtin::relu, .inputs = {x}, .outputs = {x}});
    b.inputs({x});
    std::string csv;
    write_ops_csv(analyze(b.finish(), "model.tflite"), {}, false, csv);
    EXPECT_THAT(csv, HasSubstr(",'" + begin + "1+1,"));
  }
}

/// How often `c` stands in the text without a backslash before it.
size_t unescaped(const std::string& text, char c) {
  size_t count = 0;
  bool escaped = false;
  for (const char each : text) {
    if (each == c && !escaped) ++count;
    escaped = each == '\\' && !escaped;
  }
  return count;
}

TEST(HostileNames, are_one_cell_of_markdown_without_markup) {
  const Report report = hostile_report();
  const TerminalStyle style{.utf8 = true};
  for (const Table& table : {ops_table(report, {}, style), types_table(report, style)}) {
    std::string page;
    write_markdown(report, table, style, page);
    const std::string body = page.substr(page.find("\n\n") + 2);
    std::istringstream lines(body);
    std::string line;
    std::getline(lines, line);
    const size_t bars = unescaped(line, '|');
    std::getline(lines, line);
    while (std::getline(lines, line)) EXPECT_EQ(unescaped(line, '|'), bars) << line;
    for (const char mark : {'<', '>', '`', '[', ']'}) EXPECT_EQ(unescaped(page, mark), 0u) << mark << page;
    EXPECT_THAT(page, Not(HasSubstr("\x1b")));
    EXPECT_THAT(page, Not(HasSubstr("\xe2\x80\xae")));
  }
}

TEST(HostileNames, are_text_of_svg_and_no_elements) {
  std::string svg;
  write_memory_svg(hostile_report(), svg);
  EXPECT_THAT(svg, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_THAT(svg, Not(HasSubstr("alert(\"1\")")));
  for (const char c : svg) {
    const auto byte = static_cast<unsigned char>(c);
    EXPECT_TRUE(c == '\n' || byte >= 0x20) << int{byte};  // XML 1.0 has no other control characters
  }
}

TEST(HostileNames, are_strings_of_json_in_ascii) {
  const Report report = hostile_report();
  std::string text;
  write_json(report, text);
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f));
  const nlohmann::json document = nlohmann::json::parse(text);  // throws where it is none
  // Valid parts come back as they were; the bytes that are no UTF-8 are U+FFFD.
  std::string expected = kName;
  expected.replace(expected.find("\xff\xc0\xaf"), 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(document["ops"][0]["type"], expected);
  EXPECT_EQ(document["ops"][0]["name"], expected);
  EXPECT_EQ(document["model"]["name"], expected);
  EXPECT_EQ(document["model"]["description"], expected);
  EXPECT_EQ(document["model"]["producer"], expected);
  EXPECT_EQ(document["model"]["attached_files"][0]["name"], "../../" + expected);
  EXPECT_EQ(document["model"]["signature"], expected);
}

TEST(HostileNames, in_an_error_are_escaped_on_standard_error) {
  const Error error(ErrorCode::corrupt, "the operator " + kName, 3, "because of " + kName, "rename " + kName);
  for (const bool utf8 : {false, true}) {
    const std::string text = error_text(error, kName, {.utf8 = utf8}) + warning_text(kName, {.utf8 = utf8});
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5) << text;  // four lines of the error, one of the warning
    for (const char* part : {"\x1b", "\x07", "\r", "\xc2\x9b", "\xe2\x80\xae", "\xff"}) {
      EXPECT_THAT(text, Not(HasSubstr(part)));
    }
  }
}

TEST(HostileNames, of_a_c_array_that_is_too_long_to_be_one_is_shortened_in_errors) {
  const std::string name(100'000, 'a');
  try {
    analyze(bytes_of_text(c_source(bytes_of_text("\x1c\x01\x01\x01TFL3"), name)), "model.cc");
    FAIL() << "eight bytes were read as a model";
  } catch (const Error& error) {
    EXPECT_LT(error.message.size() + error.note.size(), 1000u);
    EXPECT_THAT(error.note, HasSubstr("of the array 'aaa"));
  }
}

}  // namespace
}  // namespace flopstat
