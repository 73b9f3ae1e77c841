#include "reports/layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "reports/tree.h"
#include "support/corpus.h"
#include "support/report_builder.h"

namespace flopstat {
namespace {

using test::ReportBuilder;
using test::RowSpec;
using ::testing::ElementsAre;

/// "  name" for each layer but the model, two spaces a level.
std::vector<std::string> outline(const Report& report) {
  std::vector<std::string> lines;
  for (const Layer& layer : layers_of(report)) {
    if (layer.depth > 0) lines.push_back(std::string(2 * (layer.depth - 1), ' ') + layer.name);
  }
  return lines;
}

Report named(const std::vector<std::string>& names) {
  ReportBuilder b("x");
  for (const std::string& name : names) b.row({.type = "OP", .name = name, .params = 1});
  return b.finish();
}

constexpr Figure Figures::* kFigures[] = {&Figures::macs,       &Figures::valid_macs,   &Figures::flops,
                                          &Figures::int_ops,    &Figures::params,       &Figures::weight_bytes,
                                          &Figures::read_bytes, &Figures::written_bytes};

/// Every layer is the sum of its children and of the row that it is; the whole is the report's totals.
void expect_sums(const Report& report) {
  const std::vector<Layer> layers = layers_of(report);
  std::vector<Sum> sums(layers.size());
  size_t rows = 0;
  for (size_t i = layers.size(); i-- > 0;) {
    if (layers[i].row) {
      add(sums[i], report.rows[*layers[i].row]);
      ++rows;
    }
    EXPECT_EQ(sums[i].nodes, layers[i].sum.nodes);
    EXPECT_EQ(sums[i].unknown_nodes, layers[i].sum.unknown_nodes);
    EXPECT_EQ(sums[i].complete, layers[i].sum.complete);
    for (const auto member : kFigures) EXPECT_EQ(sums[i].figures.*member, layers[i].sum.figures.*member);
    if (layers[i].parent) add(sums[*layers[i].parent], sums[i]);
  }
  EXPECT_EQ(rows, report.rows.size());
  EXPECT_EQ(layers[0].sum.nodes, report.totals.nodes);
  EXPECT_EQ(layers[0].sum.unknown_nodes, report.totals.unknown_nodes);
  EXPECT_EQ(layers[0].sum.complete, report.totals.complete);
  for (const auto member : kFigures) EXPECT_EQ(layers[0].sum.figures.*member, report.totals.figures.*member);
}

TEST(Layers, names_split_at_slashes_where_there_is_no_scope) {
  EXPECT_THAT(outline(named({"m/a/x", "m/a/y", "m/b/x", "m/b/y", "z"})),
              ElementsAre("m", "  a", "    x", "    y", "  b", "    x", "    y", "z"));
}

TEST(Layers, what_holds_one_thing_is_one_with_it) {
  EXPECT_THAT(outline(named({"m/a/conv", "m/b/dense"})), ElementsAre("m", "  a/conv", "  b/dense"));
}

TEST(Layers, a_fused_name_belongs_where_its_pieces_agree) {
  EXPECT_THAT(outline(named({"m/a/MatMul;m/a/BiasAdd", "m/a/Relu", "m/a/Conv;m/b/Norm;"})),
              ElementsAre("m", "  a", "    MatMul;BiasAdd", "    Relu", "  a/Conv;b/Norm"));
}

TEST(Layers, a_scope_goes_before_the_name) {
  ReportBuilder b("x");
  b.row({.type = "Conv", .name = "/l/conv/Conv", .scope = "l/conv"});
  b.row({.type = "Relu", .name = "other/Relu", .scope = "l/act"});
  EXPECT_THAT(outline(b.finish()), ElementsAre("l", "  conv/Conv", "  act/Relu"));
}

TEST(Layers, a_row_without_a_name_goes_by_its_result_or_its_type) {
  ReportBuilder b("x");
  b.row({.type = "Conv", .outputs = {{"l/conv_y", DType::f32, {{1}}}}}).row({.type = "Relu"});
  EXPECT_THAT(outline(b.finish()), ElementsAre("l/conv_y", "Relu"));
}

TEST(Layers, a_called_graph_is_inside_its_caller_without_the_path_of_both) {
  ReportBuilder b("x");
  b.row({.type = "WHILE", .name = "m/rnn/while"});
  b.row({.type = "LESS", .name = "m/rnn/while/less", .repeat = 11, .caller = 0});
  b.row({.type = "CALL", .name = "m/rnn/while/cell", .repeat = 10, .caller = 0});
  b.row({.type = "FULLY_CONNECTED", .name = "m/rnn/while/cell/MatMul", .read_bytes = 7, .repeat = 10, .caller = 2});
  b.row({.type = "ADD", .name = "elsewhere", .params = 3, .read_bytes = 2, .repeat = 10, .caller = 2});
  b.row({.type = "SOFTMAX", .name = "m/out"});
  const Report report = b.finish();
  EXPECT_THAT(outline(report),
              ElementsAre("m", "  rnn/while", "    less", "    cell", "      MatMul", "      elsewhere", "  out"));
  EXPECT_EQ(layers_of(report)[2].sum.figures.read_bytes, Figure{10 * (7 + 2)});
}

TEST(Layers, names_of_slashes_alone_and_of_thousands_of_levels_are_harmless) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "a/";
  const Report report = named({"/", "//;;/", "", deep + "x", deep + "y", deep + "x"});
  EXPECT_EQ(outline(report).size(), 3u + 1 + 3);
  expect_sums(report);
}

TEST(Layers, unknown_rows_make_the_layers_around_them_lower_bounds) {
  ReportBuilder b("x");
  b.row({.type = "A", .name = "a/x", .params = 1}).row({.type = "?", .name = "a/y", .unknown = "no rule"});
  b.row({.type = "A", .name = "b/x"}).row({.type = "A", .name = "b/y"});
  const Report report = b.finish();
  const std::vector<Layer> layers = layers_of(report);
  EXPECT_FALSE(layers[0].sum.complete);
  EXPECT_EQ(layers[1].name, "a");
  EXPECT_FALSE(layers[1].sum.complete);
  EXPECT_EQ(layers[4].name, "b");
  EXPECT_TRUE(layers[4].sum.complete);
  std::string text;
  write_tree(report, std::nullopt, {}, text);
  EXPECT_THAT(text, ::testing::HasSubstr("no rule"));
  EXPECT_THAT(text, ::testing::ContainsRegex("TOTAL +4 ops +\\?"));
}

class LayersOfModels : public test::Corpus {};

TEST_F(LayersOfModels, children_add_up_to_their_parent) {
  size_t models = 0;
  for (const std::string folder : {"models/tflite", "models/onnx"}) {
    for (const std::string& file : test::files_in(test::in_corpus(folder))) {
      SCOPED_TRACE(file);
      try {
        expect_sums(analyze(test::in_corpus(folder + "/" + file), test::options_for(file)));
        ++models;
      } catch (const Error&) {
        continue;  // files that no reader takes are the matter of corpus_test.cpp
      }
    }
  }
  EXPECT_GT(models, 50u);
}

}  // namespace
}  // namespace flopstat
