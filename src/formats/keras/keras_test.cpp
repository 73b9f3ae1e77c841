#include "formats/keras/keras.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "flopstat/analyze.h"
#include "formats/keras/weights.h"
#include "support/c_source.h"
#include "support/invariants.h"

namespace flopstat {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

Report report_of(const std::string& text, const Options& options = {}) {
  Report report = analyze(test::bytes_of_text(text), "model.json", options);
  test::check_invariants(report);
  return report;
}

Error refusal(const std::string& text) {
  try {
    read_keras_json(File::from_bytes(test::bytes_of_text(text), "model.json"));
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "read: " << text.substr(0, 200);
  return {ErrorCode::unreadable, ""};
}

std::vector<std::string> warnings_of(const Report& report) {
  std::vector<std::string> messages;
  for (const ReportWarning& each : report.warnings) messages.push_back(each.message);
  return messages;
}

// Pieces of configurations.

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string input(const std::string& name, const std::string& shape) {
  return R"({"class_name": "InputLayer", "name": ")" + name + R"(", "config": {"name": ")" + name +
         R"(", "batch_shape": )" + shape + R"(, "dtype": "float32"}, "inbound_nodes": []})";
}

std::string dense_config(const std::string& name, int64_t units, const std::string& more = {}) {
  return R"({"name": ")" + name + R"(", "units": )" + std::to_string(units) + more + "}";
}

std::string layer(const std::string& class_name, const std::string& name, const std::string& config,
                  const std::string& nodes = "[]") {
  return R"({"class_name": ")" + class_name + R"(", "name": ")" + name + R"(", "config": )" + config +
         R"(, "inbound_nodes": )" + nodes + "}";
}

std::string dense(const std::string& name, int64_t units, const std::string& nodes = "[]",
                  const std::string& more = {}) {
  return layer("Dense", name, dense_config(name, units, more), nodes);
}

std::string sequential(const std::vector<std::string>& layers, const std::string& more = {}) {
  return R"({"class_name": "Sequential", "config": {"name": "s", "layers": [)" + joined(layers) + "]" + more + "}}";
}

/// Keras 3: one call on one result.
std::string node(const std::string& source, const std::string& shape = "[null, 4]", int call = 0) {
  return R"({"args": [{"class_name": "__keras_tensor__", "config": {"shape": )" + shape +
         R"(, "dtype": "float32", "keras_history": [")" + source + R"(", )" + std::to_string(call) +
         R"(, 0]}}], "kwargs": {}})";
}

std::string functional_config(const std::vector<std::string>& layers, const std::string& inputs,
                              const std::string& outputs, const std::string& more = {}) {
  return R"({"name": "f", "layers": [)" + joined(layers) + R"(], "input_layers": )" + inputs +
         R"(, "output_layers": )" + outputs + more + "}";
}

std::string functional(const std::vector<std::string>& layers, const std::string& inputs, const std::string& outputs,
                       const std::string& more = {}) {
  return R"({"class_name": "Functional", "config": )" + functional_config(layers, inputs, outputs, more) + "}";
}

// --- models ----------------------------------------------------------------------------------------------------------

TEST(KerasJson, a_sequential_model_is_its_layers_one_behind_the_other) {
  const Report report =
      report_of(sequential({input("x", "[null, 16]"), dense("a", 8, "[]", R"(, "activation": "relu")"),
                            dense("b", 4, "[]", R"(, "use_bias": false)")}));
  EXPECT_EQ(report.totals.figures.macs, 16 * 8 + 8 * 4);
  EXPECT_EQ(report.totals.figures.params, 16 * 8 + 8 + 8 * 4);
  ASSERT_EQ(report.rows.size(), 2);
  EXPECT_EQ(report.rows[0].type, "Dense");
  EXPECT_EQ(report.rows[0].scope, "a");
  EXPECT_EQ(report.rows[0].figures.flops, 2 * 16 * 8 + 8 + 8);  // products, bias, relu
  EXPECT_TRUE(report.totals.complete);
}

TEST(KerasJson, the_list_of_layers_is_the_configuration_in_keras_1) {
  const Report report = report_of(R"({"class_name": "Sequential", "config": [
      {"class_name": "Dense", "config": {"name": "a", "output_dim": 8, "batch_input_shape": [null, 16]}}]})");
  EXPECT_EQ(report.totals.figures.params, 16 * 8 + 8);
}

TEST(KerasJson, a_model_that_was_never_built_says_that_its_input_has_no_shape) {
  const Report report = report_of(sequential({dense("a", 8)}));
  EXPECT_FALSE(report.totals.complete);
  EXPECT_THAT(report.rows.at(0).unknown, HasSubstr("the input 'input' no shape"));
}

TEST(KerasJson, nodes_of_keras_2_and_of_keras_3_are_the_same_graph) {
  const std::string old_style = functional(
      {input("x", "[null, 16]"), dense("a", 8, R"([[["x", 0, 0, {}]]])"), dense("b", 4, R"([[["a", 0, 0, {}]]])")},
      R"([["x", 0, 0]])", R"([["b", 0, 0]])");
  const std::string new_style =
      functional({input("x", "[null, 16]"), dense("a", 8, "[" + node("x") + "]"), dense("b", 4, "[" + node("a") + "]")},
                 R"(["x", 0, 0])", R"(["b", 0, 0])");
  for (const std::string& text : {old_style, new_style}) {
    const Report report = report_of(text);
    EXPECT_EQ(report.totals.figures.macs, 16 * 8 + 8 * 4);
    EXPECT_EQ(report.totals.figures.params, 16 * 8 + 8 + 8 * 4 + 4);
    EXPECT_EQ(report.inputs.size(), 1);
    EXPECT_EQ(report.outputs.size(), 1);
  }
}

TEST(KerasJson, a_reshape_of_the_whole_shape_is_the_operation_where_no_module_says_so) {
  const Report report = report_of(functional(
      {input("x", "[null, 4, 8]"),
       layer("Reshape", "r", R"({"name": "r", "newshape": [-1, 8, 2, 2]})", "[" + node("x", "[null, 4, 8]") + "]")},
      R"(["x", 0, 0])", R"(["r", 0, 0])"));
  ASSERT_TRUE(report.outputs.at(0).shape);
  EXPECT_THAT(*report.outputs[0].shape, ::testing::ElementsAre(1, 8, 2, 2));
}

TEST(KerasJson, layers_may_stand_before_those_that_they_read) {
  const Report report = report_of(
      functional({dense("b", 4, "[" + node("a") + "]"), dense("a", 8, "[" + node("x") + "]"), input("x", "[null, 16]")},
                 R"(["x", 0, 0])", R"(["b", 0, 0])"));
  EXPECT_EQ(report.totals.figures.macs, 16 * 8 + 8 * 4);
  EXPECT_EQ(report.rows.at(0).name, "a");
}

TEST(KerasJson, a_layer_called_twice_has_its_work_twice_and_its_parameters_once) {
  const Report report = report_of(functional(
      {input("x", "[null, 16]"), input("y", "[null, 5, 16]"), dense("a", 8, "[" + node("x") + ", " + node("y") + "]")},
      R"([["x", 0, 0], ["y", 0, 0]])", R"([["a", 0, 0], ["a", 1, 0]])"));
  EXPECT_EQ(report.totals.figures.macs, 16 * 8 + 5 * 16 * 8);
  EXPECT_EQ(report.totals.figures.params, 16 * 8 + 8);
  EXPECT_EQ(report.outputs.size(), 2);
}

std::string inner_model(const std::string& nodes) {
  return R"({"class_name": "Functional", "name": "inner", "config": )" +
         functional_config({input("t", "[null, 16]"), dense("d", 8, "[" + node("t") + "]")}, R"(["t", 0, 0])",
                           R"(["d", 0, 0])") +
         R"(, "inbound_nodes": )" + nodes + "}";
}

TEST(KerasJson, calls_of_a_model_inside_begin_with_1_in_keras_2_and_with_0_in_keras_3) {
  const auto whole = [](const std::string& nodes, const std::string& outputs) {
    return functional({input("x", "[null, 16]"), input("y", "[null, 16]"), inner_model(nodes)},
                      R"([["x", 0, 0], ["y", 0, 0]])", outputs);
  };
  const Report old_style =
      report_of(whole(R"([[["x", 0, 0, {}]], [["y", 0, 0, {}]]])", R"([["inner", 1, 0], ["inner", 2, 0]])"));
  const Report new_style =
      report_of(whole("[" + node("x") + ", " + node("y") + "]", R"([["inner", 0, 0], ["inner", 1, 0]])"));
  for (const Report* report : {&old_style, &new_style}) {
    EXPECT_EQ(report->totals.figures.macs, 2 * (16 * 8));
    EXPECT_EQ(report->totals.figures.params, 16 * 8 + 8);
    EXPECT_EQ(report->rows.at(0).scope, "inner/d");
  }
}

TEST(KerasJson, a_frozen_model_freezes_the_layers_inside) {
  const std::string frozen =
      R"({"class_name": "Sequential", "config": {"name": "base", "trainable": false, "layers": [)" + dense("a", 8) +
      "]}}";
  const Report report = report_of(sequential({input("x", "[null, 16]"), frozen, dense("b", 4)}));
  EXPECT_EQ(report.totals.figures.params, 16 * 8 + 8 + 8 * 4 + 4);
  EXPECT_EQ(report.totals.trainable_params, 8 * 4 + 4);
}

TEST(KerasJson, sizes_that_are_free_are_bound_by_the_user) {
  const std::string text = sequential({input("x", "[null, null, 16]"), dense("a", 8)});
  EXPECT_FALSE(report_of(text).totals.complete);
  EXPECT_EQ(report_of(text, {.dims = {{"x.1", 7}}}).totals.figures.macs, 7 * 16 * 8);
  EXPECT_EQ(report_of(text, {.dims = {{"x.1", 7}, {"batch", 3}}}).totals.figures.macs, 3 * 7 * 16 * 8);
}

// --- types -----------------------------------------------------------------------------------------------------------

uint64_t mul_adds(const Report& report, DType dtype) {
  uint64_t sum = 0;
  for (const Work& each : report.totals.figures.work) {
    if (each.unit == Unit::mul_add && each.dtype == dtype) sum += each.count;
  }
  return sum;
}

TEST(KerasJson, a_mixed_policy_stores_in_one_type_and_computes_in_another) {
  const Report report = report_of(sequential(
      {input("x", "[null, 16]"),
       dense("a", 8, "[]", R"(, "dtype": {"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}})")}));
  EXPECT_EQ(mul_adds(report, DType::f16), 16 * 8);
  EXPECT_EQ(mul_adds(report, DType::f32), 0);
  EXPECT_EQ(report.totals.figures.weight_bytes, 4 * (16 * 8 + 8));
}

TEST(KerasJson, kernels_of_a_quantized_layer_are_integers) {
  const Report report = report_of(sequential(
      {input("x", "[null, 16]"),
       dense(
           "a", 8, "[]",
           R"(, "dtype": {"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8", "source_name": "float32"}})")}));
  EXPECT_EQ(report.totals.figures.macs, 16 * 8);
  EXPECT_EQ(report.totals.figures.int_ops, 2 * 16 * 8);
  EXPECT_EQ(report.totals.figures.params, 16 * 8 + 8);
  EXPECT_EQ(report.totals.figures.weight_bytes, 16 * 8 + 4 * 8);
}

// --- what is not known -----------------------------------------------------------------------------------------------

TEST(KerasJson, a_class_of_other_code_is_a_row_that_says_so_and_nothing_is_run) {
  const Report report =
      report_of(sequential({input("x", "[null, 16]"), layer("os.system", "evil", R"({"name": "evil"})")}));
  ASSERT_EQ(report.rows.size(), 1);
  EXPECT_THAT(report.rows[0].unknown, HasSubstr("'os.system'"));
  EXPECT_THAT(warnings_of(report), Contains(HasSubstr("parameters of the layer 'evil'")));
  EXPECT_FALSE(report.totals.complete);
}

TEST(KerasJson, the_shape_that_a_reader_of_a_custom_layer_states_is_its_shape) {
  const std::string custom = layer("Custom", "c", "{}", "[" + node("x", "[null, 16]") + "]");
  const Report report =
      report_of(functional({input("x", "[null, 16]"), custom, dense("a", 8, "[" + node("c", "[null, 6, 32]") + "]")},
                           R"(["x", 0, 0])", R"(["a", 0, 0])"),
                {.dims = {{"batch", 2}}});
  EXPECT_EQ(report.rows.at(1).figures.macs, 2 * 6 * 32 * 8);
  EXPECT_FALSE(report.totals.complete);
}

TEST(KerasJson, a_lambda_is_unknown_its_code_is_not_shown_and_what_is_behind_it_is_counted) {
  const Report report = report_of(
      sequential({input("x", "[null, 16]"),
                  layer("Lambda", "l", R"({"name": "l", "function": ["c2VjcmV0", null, null], "output_shape": [32]})"),
                  dense("a", 8)}));
  EXPECT_THAT(report.rows.at(0).unknown, HasSubstr("never run"));
  EXPECT_EQ(report.rows.at(1).figures.macs, 32 * 8);
  for (const Row& row : report.rows) EXPECT_EQ(row.unknown.find("c2VjcmV0"), std::string::npos);
}

TEST(KerasJson, layers_behind_a_shape_that_is_not_known_say_why) {
  const Report report = report_of(sequential({input("x", "[null, 16]"), layer("Custom", "c", "{}"), dense("a", 8)}));
  EXPECT_THAT(report.rows.at(1).unknown, HasSubstr("the class 'Custom'"));
}

TEST(KerasJson, a_model_class_without_layers_is_a_warning) {
  const Report report = report_of(R"({"class_name": "Net", "config": {"width": 4}, "registered_name": "p>Net"})");
  EXPECT_THAT(warnings_of(report), Contains(HasSubstr("'Net' is Python code")));
}

// --- hostile configurations ------------------------------------------------------------------------------------------

TEST(KerasJson, a_key_that_stands_twice_is_a_warning_and_the_last_one_counts) {
  const Report report =
      report_of(sequential({input("x", "[null, 16]"), layer("Dense", "a", R"({"units": 4, "units": 8})")}));
  EXPECT_EQ(report.totals.figures.macs, 16 * 8);
  EXPECT_THAT(warnings_of(report), Contains(HasSubstr("'units' stands twice")));
}

TEST(KerasJson, layers_that_wait_for_each_other_are_refused) {
  const Error error = refusal(
      functional({input("x", "[null, 4]"), dense("a", 4, "[" + node("b") + "]"), dense("b", 4, "[" + node("a") + "]")},
                 R"(["x", 0, 0])", R"(["b", 0, 0])"));
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_THAT(error.message, HasSubstr("wait for each other"));
}

TEST(KerasJson, operands_that_are_nowhere_are_refused_at_their_byte) {
  struct Case {
    std::string nodes;
    std::string says;
  };
  const std::vector<Case> cases{
      {"[" + node("nobody") + "]", "'nobody', which is no layer"},
      {R"([[["nobody", 0, 0, {}]]])", "'nobody', which is no layer"},
      {"[" + node("x", "[null, 4]", 1) + "]", "call 1 of the layer 'x'"},
      {"[" + node("x", "[null, 4]", -1) + "]", "call -1 of the layer 'x'"},
      {R"([[["x", 0, 99999999999, {}]]])", "result 99999999999"},
      {R"([[["x", 0, 7, {}]]])", "result 7 of the layer 'x'"},
      {R"([{"args": [{"class_name": "__keras_tensor__", "config": {}}], "kwargs": {}}])", "does not say whose result"},
  };
  for (const Case& each : cases) {
    const std::string text =
        functional({input("x", "[null, 4]"), dense("a", 4, each.nodes)}, R"(["x", 0, 0])", R"(["a", 0, 0])");
    const Error error = refusal(text);
    EXPECT_EQ(error.code, ErrorCode::corrupt) << each.nodes;
    EXPECT_THAT(error.message, HasSubstr(each.says));
    ASSERT_TRUE(error.offset.has_value()) << each.nodes;
    EXPECT_LT(*error.offset, text.size());
  }
}

TEST(KerasJson, sizes_that_no_layer_has_are_refused_or_unknown) {
  for (const char* units : {"-1", "1152921504606846976", "\"many\"", "[1]", "1.5", "{}", "true"}) {
    const Error error = refusal(
        sequential({input("x", "[null, 16]"), layer("Dense", "a", std::string(R"({"units": )") + units + "}")}));
    EXPECT_EQ(error.code, ErrorCode::corrupt) << units;
    EXPECT_THAT(error.message, HasSubstr("'a' (Dense)")) << units;
  }
  EXPECT_EQ(refusal(sequential({input("x", R"(["a"])"), dense("a", 4)})).code, ErrorCode::corrupt);
  EXPECT_FALSE(report_of(sequential({input("x", "[null, 1152921504606846976]"), dense("a", 4)})).totals.complete);
  std::string rank = "[null";
  for (size_t i = 0; i < 1000; ++i) rank += ", 2";
  EXPECT_FALSE(report_of(sequential({input("x", rank + "]"), dense("a", 4)})).totals.complete);
}

TEST(KerasJson, values_of_wrong_types_are_an_error_or_a_model_and_nothing_else) {
  const std::string good =
      functional({input("x", "[null, 16]"), dense("a", 8, "[" + node("x") + "]")}, R"(["x", 0, 0])", R"(["a", 0, 0])");
  for (const std::string value : {"null", "true", "-1", "1e999", "\"text\"", "[]", "{}", "[[[]]]", "[null]"}) {
    for (const std::string key : {"class_name", "config", "name", "layers", "input_layers", "output_layers", "args",
                                  "kwargs", "inbound_nodes", "keras_history", "shape", "dtype", "batch_shape"}) {
      std::string text = good;
      const std::string quoted = "\"" + key + "\": ";
      for (size_t at = text.find(quoted); at != std::string::npos; at = text.find(quoted, at + 1)) {
        std::string changed = text.substr(0, at) + quoted + value + ", \"was\": " + text.substr(at + quoted.size());
        try {
          analyze(test::bytes_of_text(changed), "model.json");
        } catch (const Error& error) {
          EXPECT_FALSE(error.message.empty());
        }
      }
    }
  }
}

TEST(KerasJson, models_that_call_each_other_twice_at_every_level_end_at_a_limit) {
  std::string inner = functional_config({input("t", "[null, 4]"), dense("d", 4, "[" + node("t") + "]")},
                                        R"(["t", 0, 0])", R"(["d", 0, 0])");
  for (size_t level = 0; level < 60; ++level) {
    const std::string model = R"({"class_name": "Functional", "name": "m", "config": )" + inner +
                              R"(, "inbound_nodes": [)" + node("t") + ", " + node("m", "[null, 4]", 0) + "]}";
    inner = functional_config({input("t", "[null, 4]"), model}, R"(["t", 0, 0])", R"(["m", 1, 0])");
  }
  const Error error = refusal(R"({"class_name": "Functional", "config": )" + inner + "}");
  EXPECT_EQ(error.code, ErrorCode::limit);
}

TEST(KerasJson, two_layers_of_one_name_are_refused) {
  const Error error =
      refusal(functional({input("x", "[null, 4]"), dense("a", 4), dense("a", 4)}, R"(["x", 0, 0])", R"(["a", 0, 0])"));
  EXPECT_THAT(error.message, HasSubstr("two layers have the name 'a'"));
}

// --- names of groups of weights --------------------------------------------------------------------------------------

TEST(KerasWeights, groups_are_named_by_class_in_snake_case) {
  for (const auto& [name, snake] :
       std::vector<std::pair<std::string, std::string>>{{"Dense", "dense"},
                                                        {"Conv2D", "conv2d"},
                                                        {"Conv2DTranspose", "conv2d_transpose"},
                                                        {"LSTM", "lstm"},
                                                        {"BatchNormalization", "batch_normalization"},
                                                        {"MaxPooling2D", "max_pooling2d"},
                                                        {"PReLU", "p_re_lu"},
                                                        {"TFOpLambda", "tf_op_lambda"}}) {
    EXPECT_EQ(keras::snake_case(name), snake);
  }
}

TEST(KerasWeights, the_group_of_a_layer_is_that_of_its_name_else_the_next_of_its_class) {
  keras::WeightGroup model;
  keras::WeightGroup& layers = model.groups.emplace_back();
  layers.name = "layers";
  for (const char* name : {"conv2d", "dense", "dense_1"}) layers.groups.emplace_back().name = name;
  keras::LayerGroups by_class(&model);
  EXPECT_EQ(by_class.next("first", "Dense"), &layers.groups[1]);
  EXPECT_EQ(by_class.next("image", "Conv2D"), &layers.groups[0]);
  EXPECT_EQ(by_class.next("second", "Dense"), &layers.groups[2]);
  EXPECT_EQ(by_class.next("third", "Dense"), nullptr);
  layers.groups[1].layer = "second";
  layers.groups[2].layer = "first";
  keras::LayerGroups by_name(&model);
  EXPECT_EQ(by_name.next("first", "Dense"), &layers.groups[2]);
  EXPECT_EQ(by_name.next("second", "Dense"), &layers.groups[1]);
}

}  // namespace
}  // namespace flopstat
