#include "reports/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "flopstat/difference.h"
#include "reports/columns.h"
#include "reports/difference_json.h"
#include "support/report_builder.h"

namespace flopstat {
namespace {

using Json = nlohmann::ordered_json;
using test::incomplete_model;
using test::mnist_mlp;
using test::ReportBuilder;

std::string written(const Report& report) {
  std::string text;
  write_json(report, text);
  return text;
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

/// A report whose names hold every byte.
Report hostile_model() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  ReportBuilder b(bytes);
  b.input(bytes, DType::variant, {});
  b.row({.type = bytes,
         .op = bytes,
         .name = bytes,
         .outputs = {{bytes, DType::unknown, std::nullopt}},
         .unknown = bytes});
  Report report = b.finish();
  report.producer = bytes;
  report.dims = {{bytes, 3}};
  report.other_signatures = {report.rows[0].name};
  report.warnings = {{"name", bytes}};
  return report;
}

TEST(Json, has_the_figures_of_the_report) {
  const Json document = Json::parse(written(mnist_mlp()));
  const uint64_t macs = 784 * 100 + 100 * 100 + 100 * 10;
  const uint64_t bias = 100 + 100 + 10, relu = 100 + 100, softmax = 5 * 10 - 2;
  EXPECT_EQ(document["schema"], "flopstat/1");
  EXPECT_EQ(document["version"], version());
  EXPECT_EQ(document["kind"], "counted");
  EXPECT_EQ(document["dims"], Json({{"batch", 1}}));
  EXPECT_EQ(document["totals"]["macs"], macs);
  EXPECT_EQ(document["totals"]["flops"], 2 * macs + bias + relu + softmax);
  EXPECT_EQ(document["totals"]["params"], macs + bias);
  EXPECT_EQ(document["totals"]["float_equivalent_flops"], nullptr);
  EXPECT_EQ(document["model"]["inputs"], Json::parse(R"([{"name": "x", "dtype": "f32", "shape": [1, 784]}])"));
  EXPECT_EQ(document["ops"][0]["outputs"], Json::parse(R"([{"dtype": "f32", "shape": [1, 100]}])"));
}

TEST(Json, keeps_the_keys_and_their_order) {
  const Json document = Json::parse(written(mnist_mlp()));
  const std::vector<std::string> whole = {"schema", "version", "command", "kind",    "convention", "dims",
                                          "model",  "totals",  "ops",     "by_type", "plan",       "warnings"};
  EXPECT_EQ(keys_of(document), whole);
  std::vector<std::string> totals = {"nodes", "unknown_nodes", "complete"};
  std::vector<std::string> op = {"index", "graph", "node",   "offset", "name",   "type",
                                 "op",    "scope", "repeat", "inputs", "outputs"};
  for (const Column& c : columns()) {
    totals.emplace_back(c.key);
    if (c.figure) op.emplace_back(c.key);
  }
  totals.insert(totals.end(), {"peak_op", "work"});
  op.insert(op.end(), {"certainty", "work", "unknown"});
  EXPECT_EQ(keys_of(document["totals"]), totals);
  EXPECT_EQ(keys_of(document["ops"][0]), op);
}

TEST(Json, unknown_is_null_and_never_zero) {
  const Json document = Json::parse(written(incomplete_model()));
  const Json& op = document["ops"][1];
  for (const Column& c : columns()) {
    if (!c.figure) continue;
    EXPECT_EQ(op[std::string(c.key)], nullptr) << c.key;
  }
  EXPECT_EQ(op["unknown"], "no rule for the custom operation 'FlexFoo'");
  EXPECT_EQ(op["outputs"][0], Json({{"dtype", nullptr}, {"shape", nullptr}}));
  EXPECT_EQ(document["ops"][2]["repeat"], nullptr);
  EXPECT_EQ(document["totals"]["complete"], false);
  EXPECT_EQ(document["totals"]["intensity"], nullptr);
  EXPECT_EQ(document["totals"]["planned_activation_bytes"], nullptr);
}

TEST(Json, an_absent_operand_is_null) {
  const Json inputs = Json::parse(written(incomplete_model()))["ops"][0]["inputs"];
  ASSERT_EQ(inputs.size(), 3u);
  EXPECT_EQ(inputs[1]["shape"], Json({8, 3, 3, 1}));
  EXPECT_EQ(inputs[2], nullptr);
}

TEST(Json, the_shape_of_a_scalar_is_empty) {
  const Report report = ReportBuilder("x").input("x", DType::i32, {}).finish();
  EXPECT_EQ(Json::parse(written(report))["model"]["inputs"][0]["shape"], Json::array());
}

TEST(Json, work_of_a_row_says_what_is_not_usual) {
  const Json ops = Json::parse(written(incomplete_model()))["ops"];
  EXPECT_EQ(ops[0]["work"][0], Json({{"unit", "mul_add"}, {"dtype", "i8"}, {"count", 5 * 5 * 8 * 3 * 3}}));
  EXPECT_EQ(ops[0]["work"][1]["part"], "requantize");
  EXPECT_EQ(ops[2]["work"][0]["certainty"], "bound");
  EXPECT_EQ(ops[2]["work"][1]["mark"], "index");
}

TEST(Json, work_of_the_model_is_summed_by_unit_and_type_but_for_what_does_not_count) {
  const Json mlp = Json::parse(written(mnist_mlp()))["totals"]["work"];
  EXPECT_EQ(mlp[0], Json({{"unit", "mul_add"}, {"dtype", "f32"}, {"count", 89'400}}));
  EXPECT_EQ(mlp[1], Json({{"unit", "add"}, {"dtype", "f32"}, {"count", 100 + 100 + 10 + 2 * 10 - 1}}));
  const Json quantized = Json::parse(written(incomplete_model()))["totals"]["work"];
  EXPECT_THAT(quantized, ::testing::Contains(Json({{"unit", "add"}, {"dtype", "i32"}, {"count", 5 * 5 * 8 * 5}})));
  EXPECT_THAT(quantized,
              ::testing::Contains(Json({{"unit", "add"}, {"dtype", "i32"}, {"count", 3}, {"mark", "index"}})));
}

TEST(Json, an_absolute_path_is_not_told) {
  Report report = mnist_mlp();
  report.path = "models/a.tflite";
  EXPECT_EQ(Json::parse(written(report))["model"]["path"], "models/a.tflite");
  report.path = "/home/somebody/a.tflite";
  EXPECT_EQ(Json::parse(written(report))["model"]["path"], "a.tflite");
}

TEST(Json, any_bytes_in_names_give_a_document_in_ascii) {
  const std::string text = written(hostile_model());
  const Json document = Json::parse(text);
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7F));
  EXPECT_THAT(document["ops"][0]["name"].get<std::string>(), ::testing::HasSubstr("ABC"));
}

TEST(Json, counts_keep_all_their_digits) {
  ReportBuilder b("x");
  b.row({.type = "A", .params = UINT64_MAX});
  EXPECT_THAT(written(b.finish()), ::testing::HasSubstr("\"params\":18446744073709551615"));
}

TEST(Json, a_file_that_failed_has_a_document_of_its_own) {
  std::string text;
  write_json(Error(ErrorCode::truncated, "cut", 17, "why", "help"), "/tmp/a.tflite", text);
  EXPECT_EQ(Json::parse(text), Json::parse(R"({"path": "a.tflite",
                                               "error": {"code": "truncated", "message": "cut", "offset": 17}})"));
  text.clear();
  write_json(Error(ErrorCode::empty, "no bytes"), "a.tflite", text);
  EXPECT_EQ(Json::parse(text)["error"]["offset"], nullptr);
}

TEST(Json, the_document_of_ops_is_that_of_count_but_for_its_name) {
  std::string ops;
  write_json(mnist_mlp(), ops, "ops");
  Json document = Json::parse(ops);
  EXPECT_EQ(document["command"], "ops");
  document["command"] = "count";
  EXPECT_EQ(document, Json::parse(written(mnist_mlp())));
}

TEST(TreeJson, a_cut_keeps_parents_right) {
  ReportBuilder b("x");
  b.row({.type = "A", .name = "a/b/x", .params = 1}).row({.type = "A", .name = "a/b/y", .params = 2});
  b.row({.type = "A", .name = "a/z", .params = 4}).row({.type = "A", .name = "c/x", .params = 8});
  b.row({.type = "A", .name = "c/y", .params = 16});
  std::string text;
  write_tree_json(b.finish(), 1, text);
  const Json layers = Json::parse(text)["layers"];
  ASSERT_EQ(layers.size(), 3u);
  EXPECT_EQ(layers[0]["parent"], nullptr);
  EXPECT_EQ(layers[1]["name"], "a");
  EXPECT_EQ(layers[1]["params"], 1 + 2 + 4);
  EXPECT_EQ(layers[2]["parent"], 0);
  EXPECT_EQ(layers[2]["params"], 8 + 16);
  text.clear();
  write_tree_json(b.finish(), std::nullopt, text);
  const Json all = Json::parse(text)["layers"];
  for (const Json& layer : all) {
    if (layer["depth"] == 0) continue;
    EXPECT_EQ(all[layer["parent"].get<size_t>()]["depth"].get<int>() + 1, layer["depth"].get<int>());
  }
}

/// What jsonschema says of a document: its exit code, 77 where there is no jsonschema.
int validate(const std::string& document, const std::string& command = "count") {
  const std::string path =
      ::testing::TempDir() + "flopstat_" + ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".json";
  std::ofstream(path) << document;
  const std::string script =
      "import sys, json\n"
      "try: import jsonschema\n"
      "except ImportError: sys.exit(77)\n"
      "schema = json.load(open(sys.argv[1]))\n"
      "validator = jsonschema.Draft202012Validator\n"
      "validator.check_schema(schema)\n"
      "errors = list(validator(schema).iter_errors(json.load(open(sys.argv[2]))))\n"
      "cause = jsonschema.exceptions.best_match(errors)\n"
      "if cause: print(cause.json_path, cause.message[-100:])\n"
      "sys.exit(1 if errors else 0)\n";
  const std::string line = std::string(FLOPSTAT_PYTHON) + " -c '" + script + "' '" FLOPSTAT_SOURCE_DIR "/docs/" +
                           command + ".schema.json' '" + path + "'";
  const int status = std::system(line.c_str());
  std::remove(path.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(JsonSchema, describes_every_document) {
  if (validate("{}") == 77) GTEST_SKIP() << "python3-jsonschema is not installed: the schema was NOT checked";
  std::string failure;
  write_json(Error(ErrorCode::corrupt, "bad", 3), "a.tflite", failure);
  const std::string several = "[" + written(mnist_mlp()) + "," + failure + "," + written(incomplete_model()) + "," +
                              written(hostile_model()) + "]";
  EXPECT_EQ(validate(written(mnist_mlp())), 0);
  EXPECT_EQ(validate(failure), 0);
  EXPECT_EQ(validate(several), 0);
}

TEST(JsonSchema, describes_the_documents_of_ops_tree_and_memory) {
  if (validate("{}") == 77) GTEST_SKIP() << "python3-jsonschema is not installed: the schemas were NOT checked";
  std::string failure;
  write_json(Error(ErrorCode::corrupt, "bad", 3), "a.tflite", failure);
  for (const Report& report : {mnist_mlp(), incomplete_model(), hostile_model()}) {
    std::string ops, tree, shallow, memory;
    write_json(report, ops, "ops");
    write_tree_json(report, std::nullopt, tree);
    write_tree_json(report, 1, shallow);
    write_memory_json(report, memory);
    EXPECT_EQ(validate(ops), 0);
    EXPECT_EQ(validate("[" + tree + "," + failure + "]", "tree"), 0);
    EXPECT_EQ(validate(shallow, "tree"), 0);
    EXPECT_EQ(validate("[" + memory + "," + failure + "]", "memory"), 0);
    EXPECT_EQ(validate(memory, "tree"), 1);
    Json more = Json::parse(tree);
    more["layers"][0]["latency"] = 1;
    EXPECT_EQ(validate(more.dump(), "tree"), 1);
  }
}

TEST(JsonSchema, describes_the_difference_of_any_two_models) {
  if (validate("{}") == 77) GTEST_SKIP() << "python3-jsonschema is not installed: the schema was NOT checked";
  const std::vector<Report> reports = {mnist_mlp(), incomplete_model(), hostile_model()};
  for (const Report& a : reports) {
    for (const Report& b : reports) {
      std::string difference;
      write_difference_json(a, b, diff(a, b), std::vector<GateResult>{{"macs>+1%", "reason"}, {"nodes>9", {}}}, nullptr,
                            difference);
      EXPECT_EQ(validate(difference, "diff"), 0) << a.path << " and " << b.path;
      Json more = Json::parse(difference);
      more["nodes"][0]["latency"] = 1;
      EXPECT_EQ(validate(more.dump(), "diff"), 1);
    }
  }
}

TEST(JsonSchema, refuses_what_is_not_described) {
  if (validate("{}") == 77) GTEST_SKIP() << "python3-jsonschema is not installed: the schema was NOT checked";
  Json document = Json::parse(written(mnist_mlp()));
  document["ops"][0]["latency"] = 1;
  EXPECT_EQ(validate(document.dump()), 1);
  document["ops"][0].erase("latency");
  document["totals"].erase("macs");
  EXPECT_EQ(validate(document.dump()), 1);
}

}  // namespace
}  // namespace flopstat
