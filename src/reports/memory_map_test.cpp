#include "reports/memory_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "flopstat/analyze.h"
#include "reports/memory_svg.h"
#include "reports/peak.h"
#include "support/corpus.h"
#include "support/report_builder.h"

namespace flopstat {
namespace {

using test::ReportBuilder;
using ::testing::HasSubstr;
using ::testing::Not;

/// Three operations in a row: x -> a -> b -> y, each twice as small as the one before.
Report chain() {
  ReportBuilder b("chain.tflite");
  for (const char* name : {"a", "b", "y"}) b.row({.type = "RELU", .name = name});
  Report report = b.finish();
  report.plan = {{.name = "x", .offset = 0, .bytes = 1024, .first_row = 0, .last_row = 0},
                 {.name = "a", .offset = 1024, .bytes = 512, .first_row = 0, .last_row = 1},
                 {.name = "b", .offset = 0, .bytes = 256, .first_row = 1, .last_row = 2},
                 {.name = "y", .offset = 256, .bytes = 128, .first_row = 2, .last_row = 2}};
  report.totals.peak_activation_bytes = report.totals.planned_activation_bytes = 1024 + 512;
  report.totals.peak_row = 0;
  return report;
}

std::string written(const Report& report, const TerminalStyle& style, std::optional<size_t> limit = {}) {
  std::string text;
  write_memory(report, limit, style, text);
  return text;
}

TEST(MemoryMap, draws_operations_to_the_right_and_offsets_upwards) {
  // 1536 bytes on 16 lines: 96 a line, so that a has 5.3 of them above the 10.7 of x, b 2.7 and y 1.3.
  const std::string text = written(chain(), {});
  EXPECT_THAT(text, HasSubstr("  1.500 KiB |BBBBBBBBBBBBBBBB\n"
                              "            |BBBBBBBBBBBBBBBB\n"
                              "            |BBBBBBBBBBBBBBBB\n"
                              "  1.125 KiB |BBBBBBBBBBBBBBBB\n"
                              "            |BBBBBBBBBBBBBBBB\n"
                              "            |AAAAAAAABBBBBBBB\n"
                              "            |AAAAAAAA\n"
                              "      768 B |AAAAAAAA\n"));
  EXPECT_THAT(text, HasSubstr("            +------------------------\n"
                              "             ^^^^^^^^ peak #0\n"));
  EXPECT_THAT(text, HasSubstr("     Bytes       %     Offset  Ops    Activation\n"
                              "  A  1.000 KiB   66.7%        0 B  #0-#0  x\n"
                              "  B      512 B   33.3%  1.000 KiB  #0-#1  a\n"
                              "     1.500 KiB  100.0%                    TOTAL\n"));
}

TEST(MemoryMap, blocks_are_for_utf8_and_letters_for_what_the_list_names) {
  const std::string blocks = written(chain(), {.utf8 = true}, 1);
  EXPECT_THAT(blocks, HasSubstr("│▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒\n"));
  EXPECT_THAT(blocks, HasSubstr("│AAAAAAAA\n"));
  EXPECT_THAT(blocks, ::testing::ContainsRegex("512 B +33.3% +... 1 more\n"));
  const std::string ascii = written(chain(), {}, 1);
  for (const char c : ascii) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
}

TEST(MemoryMap, says_so_where_there_is_no_plan) {
  EXPECT_THAT(written(test::incomplete_model(), {}), HasSubstr("? there is no plan"));
  EXPECT_THAT(written(ReportBuilder("x").finish(), {}), Not(HasSubstr("TOTAL")));
}

TEST(MemorySvg, is_well_formed_whatever_the_names_are) {
  Report report = chain();
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  bytes += "\xEF\xBF\xBE\xEF\xBF\xBF</title><script>alert(1)</script>]]>";
  for (Placement& each : report.plan) each.name = bytes;
  report.path = bytes;
  std::string svg;
  write_memory_svg(report, svg);
  EXPECT_THAT(svg, Not(HasSubstr("<script>")));
  EXPECT_THAT(svg, Not(HasSubstr("href")));
  const std::string path = ::testing::TempDir() + "flopstat_plan.svg";
  std::ofstream(path, std::ios::binary) << svg;
  const std::string command = std::string(FLOPSTAT_PYTHON) +
                              " -c 'import sys, xml.etree.ElementTree as e\n"
                              "root = e.parse(sys.argv[1]).getroot()\n"
                              "rectangles = root.findall(\".//{http://www.w3.org/2000/svg}rect\")\n"
                              "sys.exit(0 if len(rectangles) == 1 + 4 else 1)' '" +  // the page and the activations
                              path +
                              "'";
  const int status = std::system(command.c_str());
  EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0) << svg;
  std::remove(path.c_str());
}

class PeaksOfModels : public test::Corpus {};

TEST_F(PeaksOfModels, what_is_alive_at_the_peak_adds_up_to_it) {
  size_t models = 0;
  for (const std::string& file : test::files_in(test::in_corpus("models/tflite"))) {
    try {
      const Report report = analyze(test::in_corpus("models/tflite/" + file), test::options_for(file));
      if (report.plan.empty()) continue;
      uint64_t sum = 0;
      for (const Placement& each : alive_at_peak(report)) sum += each.bytes;
      EXPECT_EQ(report.totals.peak_activation_bytes, Figure{sum}) << file;
      ++models;
    } catch (const Error&) {
      continue;  // files that the reader does not take are the matter of corpus_test.cpp
    }
  }
  EXPECT_GT(models, 30u);
}

}  // namespace
}  // namespace flopstat
