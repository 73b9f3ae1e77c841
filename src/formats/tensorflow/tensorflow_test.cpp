#include "formats/tensorflow/tensorflow.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "flopstat/error.h"
#include "formats/formats.h"
#include "formats/tensorflow/operators.h"
#include "support/tensorflow_writer.h"

namespace flopstat {
namespace {

using namespace test;  // NOLINT: the writer's words

Model read(const TfGraph& graph) { return read_tensorflow_graph(File::from_bytes(bytes_of(graph.proto), "test.pb")); }

Model read_saved(const Proto& proto) { return read_saved_model(File::from_bytes(bytes_of(proto), "saved_model.pb")); }

template <class Read>
Error error_of(Read read_it) {
  try {
    read_it();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "it is read without an error";
  return {ErrorCode::empty, ""};
}

Error error_of(const TfGraph& graph) {
  return error_of([&] { read(graph); });
}

const Tensor& tensor_named(const Graph& graph, std::string_view name) {
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.name == name) return tensor;
  }
  ADD_FAILURE() << "there is no tensor " << name;
  static const Tensor none;
  return none;
}

std::vector<std::string_view> names_of(const Graph& graph, const std::vector<TensorId>& ids) {
  std::vector<std::string_view> names;
  for (const TensorId id : ids) names.push_back(graph.tensors[id].name);
  return names;
}

/// x [1, 3] times w [3, 4], then relu.
TfGraph small_network() {
  return TfGraph()
      .node("Relu", "dense/Relu", {"dense/MatMul"})
      .node("MatMul", "dense/MatMul", {"x", "w"})
      .weight("w", {3, 4})
      .placeholder("x", {1, 3});
}

// --- tensors ---------------------------------------------------------------------------------------------------------

TEST(TensorFlow, weights_are_views_into_the_file) {
  const Model model = read(small_network());
  const Tensor& w = tensor_named(model.graphs[0], "w");
  const Bytes file = model.file.bytes();
  EXPECT_EQ(w.data.size(), 3U * 4 * sizeof(float));
  EXPECT_GE(w.data.data(), file.data());
  EXPECT_LE(w.data.data() + w.data.size(), file.data() + file.size());
  EXPECT_NE(w.storage, 0U);
}

TEST(TensorFlow, the_last_value_of_a_constant_stands_for_the_rest) {
  const Model model = read(TfGraph()
                               .node("Const", "c", {}, {tf_tensor("value", tf_numbers({4}, {5, 7}))})
                               .placeholder("x", {4})
                               .node("AddV2", "y", {"x", "c"}));
  EXPECT_EQ(*tensor_named(model.graphs[0], "c").elements, (Elements{int64_t{5}, int64_t{7}, int64_t{7}, int64_t{7}}));
}

TEST(TensorFlow, zeros_of_which_nothing_is_stored_are_no_parameters) {
  const Model model = read(TfGraph()
                               .node("Const", "zeros", {}, {tf_tensor("value", tf_empty(kTfFloat, {2}))})
                               .placeholder("x", {2})
                               .node("AddV2", "y", {"x", "zeros"}));
  const Tensor& zeros = tensor_named(model.graphs[0], "zeros");
  EXPECT_EQ(*zeros.elements, (Elements{0.0, 0.0}));
  EXPECT_EQ(zeros.storage, 0U);
}

TEST(TensorFlow, whole_numbers_that_repeat_are_a_fill_however_many) {
  const Model model = read(TfGraph()
                               .node("Const", "mask", {}, {tf_tensor("value", tf_numbers({512, 512}, {1}))})
                               .placeholder("x", {512, 512})
                               .node("AddV2", "y", {"x", "mask"}));
  ASSERT_EQ(model.graphs[0].nodes.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<Expand>(model.graphs[0].nodes[0].op));
}

TEST(TensorFlow, reals_that_repeat_are_weights_where_there_are_no_variables) {
  const Proto ones = tf_empty(kTfFloat, {3}).real32(5, 1);
  const auto reads = [&](const TfGraph& rest) {
    const Model model = read(TfGraph(rest)
                                 .node("Const", "c", {}, {tf_tensor("value", ones)})
                                 .placeholder("x", {3})
                                 .node("AddV2", "y", {"x", "c"}));
    return tensor_named(model.graphs[model.main], "c").storage != 0;
  };
  EXPECT_TRUE(reads(TfGraph()));
  EXPECT_FALSE(reads(TfGraph().variable("w", {2})));
}

TEST(TensorFlow, a_few_bytes_that_claim_many_elements_take_no_memory) {
  const int64_t many = int64_t{1} << 60;
  const Model model = read(TfGraph()
                               .node("Const", "c", {}, {tf_tensor("value", tf_empty(kTfFloat, {many}).real32(5, 1))})
                               .placeholder("x", {4})
                               .node("AddV2", "y", {"x", "c"}));
  EXPECT_EQ(tensor_named(model.graphs[0], "c").elements, nullptr);
  EXPECT_EQ(tensor_named(model.graphs[0], "c").stored_bytes, uint64_t{1} << 62);
}

TEST(TensorFlow, contents_that_do_not_fit_their_shape_are_an_error) {
  const Error error = error_of(TfGraph()
                                   .placeholder("x", {2})
                                   .node("AddV2", "y", {"x", "c"})
                                   .node("Const", "c", {}, {tf_tensor("value", tf_contents(kTfFloat, {2}, "123"))}));
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_NE(error.message.find("3 bytes, its shape needs 8"), std::string::npos) << error.message;
}

TEST(TensorFlow, a_stored_tensor_of_negative_size_is_an_error) {
  const Error error = error_of(TfGraph()
                                   .placeholder("x", {2})
                                   .node("AddV2", "y", {"x", "c"})
                                   .node("Const", "c", {}, {tf_tensor("value", tf_numbers({-2}, {1}))}));
  EXPECT_EQ(error.code, ErrorCode::corrupt);
}

// --- names -----------------------------------------------------------------------------------------------------------

TEST(TensorFlow, nodes_come_in_the_order_in_which_they_can_run) {
  const Model model = read(small_network());
  ASSERT_EQ(model.graphs[0].nodes.size(), 2U);
  EXPECT_EQ(model.graphs[0].nodes[0].type, "MatMul");
  EXPECT_EQ(model.graphs[0].nodes[1].type, "Relu");
  EXPECT_EQ(model.graphs[0].nodes[1].scope, "dense");
}

TEST(TensorFlow, inputs_are_the_placeholders_that_lead_to_an_output) {
  const Model model = read(small_network().placeholder("unused", {1}));
  EXPECT_EQ(names_of(model.graphs[0], model.graphs[0].inputs), std::vector<std::string_view>{"x"});
}

TEST(TensorFlow, outputs_are_the_results_that_nobody_takes_and_that_an_input_leads_to) {
  const Model model = read(small_network()
                               .node("NoOp", "init", {"^dense/MatMul"})
                               .number("step", 3)
                               .node("Identity", "step/read", {"step"})
                               .node("Assert", "check", {"dense/Relu"})
                               .node("Sigmoid", "second", {"dense/MatMul:0"}));
  EXPECT_EQ(names_of(model.graphs[0], model.graphs[0].outputs), std::vector<std::string_view>{"second"});
}

TEST(TensorFlow, an_input_that_names_nothing_is_an_error_at_its_byte) {
  const Error error = error_of(TfGraph().node("Relu", "y", {"nothing"}));
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_NE(error.message.find("'nothing' names no node"), std::string::npos) << error.message;
  EXPECT_TRUE(error.offset.has_value());
}

TEST(TensorFlow, two_nodes_of_one_name_are_an_error) {
  EXPECT_EQ(error_of(small_network().placeholder("x", {1})).code, ErrorCode::corrupt);
}

TEST(TensorFlow, nodes_that_wait_for_each_other_are_an_error) {
  const Error error = error_of(TfGraph().node("Relu", "a", {"b"}).node("Relu", "b", {"a"}).node("Relu", "c", {"b"}));
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_NE(error.message.find("waits for its own result"), std::string::npos) << error.message;
}

TEST(TensorFlow, a_long_chain_of_nodes_takes_no_stack) {
  TfGraph graph = TfGraph().placeholder("n0", {1});
  for (int i = 1; i < 200'000; ++i) graph.node("Relu", "n" + std::to_string(i), {"n" + std::to_string(i - 1)});
  EXPECT_EQ(read(graph).graphs[0].nodes.size(), 199'999U);
}

TEST(TensorFlow, nodes_without_a_name_are_an_error_however_many_there_are) {
  std::string bytes;
  for (int i = 0; i < 1'000'000; ++i) bytes.append("\x0a\x00", 2);
  const Error error = error_of([&] {
    TfGraph graph;
    graph.proto.bytes = bytes;
    read(graph);
  });
  EXPECT_EQ(error.code, ErrorCode::corrupt);
}

TEST(TensorFlow, an_attribute_of_another_type_reads_as_its_default) {
  const Model model = read(TfGraph()
                               .placeholder("x", {1, 3})
                               .weight("w", {3, 4})
                               .node("MatMul", "y", {"x", "w"}, {tf_text("transpose_b", "yes")}));
  EXPECT_FALSE(std::get<MatMul>(model.graphs[0].nodes[0].op).transpose_b);
}

TEST(TensorFlow, an_operator_without_a_rule_says_so) {
  const Model model = read(TfGraph().placeholder("x", {1}).node("Mystery", "y", {"x"}));
  EXPECT_EQ(std::get<Opaque>(model.graphs[0].nodes[0].op).why, "the operator Mystery has no rule");
}

TEST(TensorFlow, an_operator_that_lacks_an_operand_is_an_error) {
  EXPECT_EQ(error_of(TfGraph().placeholder("x", {1}).node("MatMul", "y", {"x"})).code, ErrorCode::corrupt);
}

/// Each condition stands in both branches of the next one.
TEST(TensorFlow, conditions_that_multiply_are_a_limit) {
  TfGraph graph = TfGraph().placeholder("p", {}).placeholder("m0", {1});
  for (int i = 1; i < 40; ++i) {
    const std::string n = std::to_string(i);
    const std::string before = "m" + std::to_string(i - 1);
    graph.node("Switch", "s" + n, {"m0", "p"}).node("AddV2", "a" + n, {before, "s" + n + ":0"});
    graph.node("AddV2", "b" + n, {before, "s" + n + ":1"}).node("Merge", "m" + n, {"a" + n, "b" + n});
  }
  graph.node("Relu", "y", {"m39"});
  try {
    EXPECT_LT(read(graph).graphs.size(), 1'000'000U);
  } catch (const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::limit);
  }
}

// --- functions -------------------------------------------------------------------------------------------------------

/// top and rest of x, by names of the operation's definition.
Proto top_function() {
  return tf_function_def("top", {"x"}, {{"indices", "t:indices:0"}, {"values", "t:values:0"}},
                         {tf_node("Const", "k", {}, {tf_tensor("value", tf_numbers({}, {2}))}),
                          tf_node("TopKV2", "t", {"x", "k:output:0"})});
}

TEST(TensorFlow, results_in_functions_go_by_the_names_of_the_definition) {
  const Model model = read(TfGraph()
                               .placeholder("x", {1, 9})
                               .node("PartitionedCall", "call", {"x"}, {tf_function("f", "top")})
                               .node("Identity", "values", {"call:1"})
                               .function(top_function()));
  const Graph& body = model.graphs.at(std::get<Call>(model.graphs[model.main].nodes.at(0).op).body);
  ASSERT_EQ(body.nodes.size(), 1U);
  EXPECT_EQ(body.outputs, (std::vector<TensorId>{body.nodes[0].outputs[1], body.nodes[0].outputs[0]}));
}

TEST(TensorFlow, a_function_that_calls_itself_is_an_error) {
  const TfGraph graph =
      TfGraph()
          .placeholder("x", {1})
          .node("PartitionedCall", "call", {"x"}, {tf_function("f", "round")})
          .function(tf_function_def("round", {"x"}, {{"y", "again:output:0"}},
                                    {tf_node("PartitionedCall", "again", {"x"}, {tf_function("f", "round")})}));
  const Error error = error_of([&] { read_model(File::from_bytes(bytes_of(graph.proto), "test.pb")); });
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_NE(error.message.find("calls itself"), std::string::npos) << error.message;
}

TEST(TensorFlow, a_function_that_is_not_there_is_an_error) {
  const Error error =
      error_of(TfGraph().placeholder("x", {1}).node("PartitionedCall", "y", {"x"}, {tf_function("f", "gone")}));
  EXPECT_EQ(error.message, "the function 'gone' is not in the file");
}

// --- SavedModel ------------------------------------------------------------------------------------------------------

/// y = x by the variable w, in a function that takes the variable as an operand.
TfGraph served_network() {
  return TfGraph()
      .variable("w", {3, 4})
      .variable("copy_of_w", {3, 4})
      .placeholder("serve_x", {-1, 3})
      .node("StatefulPartitionedCall", "call", {"serve_x", "w"}, {tf_function("f", "served")})
      .function(tf_function_def(
          "served", {"x", "resource"}, {{"y", "MatMul:product:0"}},
          {tf_node("ReadVariableOp", "Read", {"resource"}), tf_node("MatMul", "MatMul", {"x", "Read:value:0"})}));
}

TfSignature serving(std::string name) { return {std::move(name), {{"x", "serve_x:0"}}, {{"y", "call:0"}}}; }

TEST(TensorFlow, a_signature_is_a_way_into_a_saved_model) {
  const Model model =
      read_saved(tf_saved_model({tf_meta_graph(served_network(), {serving("serve"), serving("serving_default")})}));
  ASSERT_EQ(model.signatures.size(), 2U);
  EXPECT_EQ(model.signatures[1].name, "serving_default");
  EXPECT_EQ(model.main, model.signatures[1].graph);
  EXPECT_EQ(model.signatures[1].inputs.at(0).name, "x");
  EXPECT_EQ(model.producer, "TensorFlow 2.19.1");
}

TEST(TensorFlow, a_variable_is_one_storage_in_all_signatures) {
  const Model model =
      read_saved(tf_saved_model({tf_meta_graph(served_network(), {serving("serve"), serving("serving_default")})}));
  const Tensor& first = tensor_named(model.graphs[model.signatures[0].graph], "w");
  const Tensor& second = tensor_named(model.graphs[model.signatures[1].graph], "w");
  EXPECT_NE(first.storage, 0U);
  EXPECT_EQ(first.storage, second.storage);
  EXPECT_EQ(first.stored_bytes, 3U * 4 * sizeof(float));
}

TEST(TensorFlow, the_graph_tagged_serve_is_the_one_that_is_read) {
  const Proto train = tf_meta_graph(small_network(), {}, {"train"});
  const Proto serve = tf_meta_graph(served_network(), {serving("serving_default")});
  EXPECT_EQ(read_saved(tf_saved_model({train, serve})).signatures.size(), 1U);
}

TEST(TensorFlow, several_graphs_of_which_none_is_tagged_serve_are_an_error_that_lists_the_tags) {
  const Error error = error_of([] {
    read_saved(tf_saved_model(
        {tf_meta_graph(small_network(), {}, {"train"}), tf_meta_graph(small_network(), {}, {"eval", "tpu"})}));
  });
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_EQ(error.note, "their tags are: train, eval+tpu");
}

TEST(TensorFlow, a_tag_chooses_among_the_graphs) {
  const Proto saved = tf_saved_model({tf_meta_graph(small_network(), {}, {"serve"}),
                                      tf_meta_graph(served_network(), {serving("small")}, {"serve", "tpu"}),
                                      tf_meta_graph(served_network(), {serving("large")}, {"eval", "tpu"})});
  const auto tagged = [&](std::string_view tag) {
    return read_model(File::from_bytes(bytes_of(saved), "saved_model.pb"), tag);
  };
  EXPECT_TRUE(tagged("serve").signatures.empty());
  EXPECT_EQ(tagged("serve+tpu").signatures.at(0).name, "small");
  EXPECT_EQ(tagged("eval").signatures.at(0).name, "large");
  const Error error = error_of([&] { tagged("train"); });
  EXPECT_EQ(error.code, ErrorCode::usage);
  EXPECT_EQ(error.note, "the tags of its graphs are: serve, serve+tpu, eval+tpu");
}

TEST(TensorFlow, a_tag_is_refused_where_a_file_holds_one_model) {
  const Error error =
      error_of([] { read_model(File::from_bytes(bytes_of(small_network().proto), "test.pb"), "serve"); });
  EXPECT_EQ(error.code, ErrorCode::usage);
}

// --- text
// --------------------------------------------------------------------------------------------------------------

Model read_text(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return read_model(File::from_bytes(std::vector<std::byte>(begin, begin + text.size()), "test.pbtxt"));
}

constexpr std::string_view kGraphText = R"(# a frozen graph
node {
  name: "x" op: "Placeholder"
  attr { key: "dtype" value { type: DT_FLOAT } }
  attr { key: "shape" value { shape { dim { size: -1 } dim { size: 3 } } } }
}
node { name: 'w' op: "Const"
  attr { key: "value" value { tensor { dtype: DT_FLOAT
    tensor_shape { dim { size: 3 } dim { size: 1 } }
    tensor_content: "\000\000\200?" "\x00\x00\x80?\000\000\200?" } } } }
node { name: "y" op: "MatMul" input: "x" input: "w" device: "/cpu:0"
  attr { key: "transpose_b" value { b: false } } }
versions { producer: 1882 })";

TEST(TensorFlow, a_graph_in_text_is_the_graph) {
  const Model model = read_text(kGraphText);
  EXPECT_EQ(model.format, "tensorflow graph");
  ASSERT_EQ(model.graphs[0].nodes.size(), 1U);
  EXPECT_EQ(model.graphs[0].nodes[0].type, "MatMul");
  const Tensor& w = tensor_named(model.graphs[0], "w");
  EXPECT_EQ(w.data.size(), 3U * sizeof(float));
  const Tensor& x = tensor_named(model.graphs[0], "x");
  ASSERT_EQ(x.dims->size(), 2U);
  EXPECT_EQ((*x.dims)[0].size, -1);
  EXPECT_EQ((*x.dims)[1].size, 3);
  EXPECT_EQ(x.dtype, DType::f32);
}

TEST(TensorFlow, text_that_breaks_off_is_truncated_where_it_ends) {
  const std::string_view half = kGraphText.substr(0, kGraphText.size() / 2);
  const Error error = error_of([&] { read_text(half); });
  EXPECT_EQ(error.code, ErrorCode::truncated) << error.message;
  EXPECT_EQ(error.offset, half.size());
}

TEST(TensorFlow, messages_in_text_without_end_are_a_limit) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "node{";
  EXPECT_EQ(error_of([&] { read_text(deep); }).code, ErrorCode::limit);
}

// --- recognition -----------------------------------------------------------------------------------------------------

TEST(TensorFlow, each_kind_of_protobuf_is_told_from_the_others) {
  const std::vector<std::byte> graph = bytes_of(small_network().proto);
  const std::vector<std::byte> saved =
      bytes_of(tf_saved_model({tf_meta_graph(served_network(), {serving("serving_default")})}));
  const std::vector<std::byte> onnx =
      bytes_of(OnnxGraph().node(onnx_node("Relu", {"x"}, {"y"})).input("x", {1}).output("y").model());
  EXPECT_EQ(read_model(File::from_bytes(graph, "a")).format, "tensorflow graph");
  EXPECT_EQ(read_model(File::from_bytes(saved, "a")).format, "tensorflow saved model");
  EXPECT_EQ(read_model(File::from_bytes(onnx, "a")).format, "onnx");
  EXPECT_FALSE(matches_tensorflow_graph(onnx));
  EXPECT_FALSE(matches_saved_model(onnx));
  EXPECT_FALSE(matches_saved_model(graph));
  EXPECT_FALSE(matches_tensorflow_graph(saved));
  EXPECT_FALSE(matches_tensorflow_graph({}));
}

TEST(TensorFlow, a_graph_that_is_cut_is_an_error_and_not_unrecognised) {
  std::vector<std::byte> bytes = bytes_of(small_network().proto);
  bytes.resize(bytes.size() - 5);
  const Error error = error_of([&] { read_model(File::from_bytes(bytes, "cut.pb")); });
  EXPECT_EQ(error.code, ErrorCode::truncated);
}

TEST(TensorFlow, no_operator_stands_in_two_tables_and_there_are_more_than_two_hundred) {
  std::vector<std::string_view> names;
  for (const auto& table : tensorflow::all_operators()) {
    for (const tensorflow::Operator& row : table) names.push_back(row.name);
  }
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
  EXPECT_GT(names.size(), 200U);
}

}  // namespace
}  // namespace flopstat
