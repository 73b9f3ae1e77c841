#include "formats/onnx/onnx.h"

#include <gtest/gtest.h>

#include <string>

#include "flopstat/error.h"
#include "support/onnx_writer.h"

namespace flopstat {
namespace {

using namespace test;  // NOLINT: the writer's words

Model read(const Proto& model) { return read_onnx(File::from_bytes(bytes_of(model), "test.onnx")); }

Model read(const OnnxGraph& graph, int64_t operator_set = 17) { return read(graph.model(operator_set)); }

Error error_of(const Proto& model) {
  try {
    read(model);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "the model is read without an error";
  return {ErrorCode::empty, ""};
}

Error error_of(const OnnxGraph& graph) { return error_of(graph.model()); }

const Tensor& tensor_named(const Graph& graph, std::string_view name) {
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.name == name) return tensor;
  }
  ADD_FAILURE() << "there is no tensor " << name;
  static const Tensor none;
  return none;
}

std::vector<std::string_view> types_of(const Graph& graph) {
  std::vector<std::string_view> types;
  for (const Node& node : graph.nodes) types.push_back(node.type);
  return types;
}

/// x [1, 3] times w [3, 4], then relu.
OnnxGraph small_network() {
  OnnxGraph graph;
  graph.node(onnx_node("MatMul", {"x", "w"}, {"h"}, {}, "/dense/MatMul"))
      .node(onnx_node("Relu", {"h"}, {"y"}))
      .weight("w", {3, 4})
      .input("x", {1, 3})
      .output("y", {1, 4});
  return graph;
}

// --- tensors ---------------------------------------------------------------------------------------------------------

TEST(Onnx, weights_are_views_into_the_file) {
  const Model model = read(small_network());
  const Tensor& w = tensor_named(model.graphs[0], "w");
  const Bytes file = model.file.bytes();
  EXPECT_EQ(w.data.size(), 3U * 4 * sizeof(float));
  EXPECT_GE(w.data.data(), file.data());
  EXPECT_LE(w.data.data() + w.data.size(), file.data() + file.size());
  EXPECT_EQ(w.stored_bytes, 3U * 4 * sizeof(float));
  EXPECT_NE(w.storage, 0U);
  EXPECT_EQ(w.dtype, DType::f32);
}

TEST(Onnx, every_initializer_has_a_storage_of_its_own) {
  const Model model = read(OnnxGraph().weight("a", {2}).weight("b", {2}));
  EXPECT_NE(tensor_named(model.graphs[0], "a").storage, tensor_named(model.graphs[0], "b").storage);
}

TEST(Onnx, initializers_listed_as_inputs_are_no_inputs) {
  const Model model = read(small_network().input("w", {3, 4}));
  ASSERT_EQ(model.graphs[0].inputs.size(), 1U);
  EXPECT_EQ(model.graphs[0].tensors[model.graphs[0].inputs[0]].name, "x");
}

TEST(Onnx, small_lists_of_integers_are_decoded) {
  const Model model = read(OnnxGraph().initializer(onnx_int64s("shape", {-1, 300})));
  const Tensor& shape = tensor_named(model.graphs[0], "shape");
  ASSERT_NE(shape.elements, nullptr);
  EXPECT_EQ(*shape.elements, (Elements{int64_t{-1}, int64_t{300}}));
  EXPECT_EQ(shape.stored_bytes, 2U * sizeof(int64_t));
}

TEST(Onnx, long_lists_of_integers_are_only_measured) {
  const std::vector<int64_t> values(kMaxElements + 1, 5);
  const Model model = read(OnnxGraph().initializer(onnx_int64s("table", values)));
  const Tensor& table = tensor_named(model.graphs[0], "table");
  EXPECT_EQ(table.elements, nullptr);
  EXPECT_EQ(table.stored_bytes, values.size() * sizeof(int64_t));
  EXPECT_TRUE(table.is_constant());
}

TEST(Onnx, packed_floats_are_a_view_too) {
  const Proto tensor = Proto{}.integer(1, 2).integer(2, kOnnxFloat).text(4, std::string(8, '\0')).text(8, "bias");
  const Model model = read(OnnxGraph().initializer(tensor));
  EXPECT_EQ(tensor_named(model.graphs[0], "bias").data.size(), 2 * sizeof(float));
}

TEST(Onnx, external_data_is_measured_and_not_opened) {
  const Proto location = Proto{}.text(1, "location").text(2, "../../etc/passwd");
  const Proto length = Proto{}.text(1, "length").text(2, "4096");
  const Proto with_length = Proto{}
                                .packed(1, {32, 16})
                                .integer(2, kOnnxFloat)
                                .text(8, "w")
                                .message(13, location)
                                .message(13, length)
                                .integer(14, 1);
  const Proto without_length =
      Proto{}.packed(1, {32, 16}).integer(2, kOnnxFloat).text(8, "v").message(13, location).integer(14, 1);
  const Model model = read(OnnxGraph().initializer(with_length).initializer(without_length));
  for (const char* name : {"w", "v"}) {
    const Tensor& tensor = tensor_named(model.graphs[0], name);
    EXPECT_TRUE(tensor.data.empty());
    EXPECT_TRUE(tensor.is_constant());
  }
  EXPECT_EQ(tensor_named(model.graphs[0], "w").stored_bytes, 4096U);
  EXPECT_EQ(tensor_named(model.graphs[0], "v").stored_bytes, 32U * 16 * sizeof(float));
}

TEST(Onnx, a_tensor_stripped_of_its_contents_keeps_its_shape) {
  const Model model = read(OnnxGraph().initializer(onnx_raw("w", kOnnxFloat, {3, 4}, "")));
  const Tensor& w = tensor_named(model.graphs[0], "w");
  EXPECT_TRUE(w.is_constant());
  EXPECT_EQ(w.stored_bytes, 3U * 4 * sizeof(float));
}

TEST(Onnx, contents_of_another_size_than_the_shape_are_corrupt) {
  EXPECT_EQ(error_of(OnnxGraph().initializer(onnx_raw("w", kOnnxFloat, {3}, "12345678"))).code, ErrorCode::corrupt);
}

TEST(Onnx, a_stored_tensor_of_negative_size_is_corrupt) {
  EXPECT_EQ(error_of(OnnxGraph().initializer(onnx_raw("w", kOnnxFloat, {-3}, ""))).code, ErrorCode::corrupt);
}

TEST(Onnx, a_stored_tensor_of_more_than_64_bits_of_bytes_is_corrupt) {
  const int64_t large = int64_t{1} << 40;
  EXPECT_EQ(error_of(OnnxGraph().initializer(onnx_raw("w", kOnnxFloat, {large, large}, ""))).code, ErrorCode::corrupt);
}

TEST(Onnx, a_sparse_initializer_has_its_dense_shape) {
  const Proto values = onnx_raw("w", kOnnxFloat, {2}, std::string(8, '\0'));
  const Proto indices = onnx_int64s("", {0, 5});
  const Proto sparse = Proto{}.message(1, values).message(2, indices).packed(3, {4, 4});
  OnnxGraph graph;
  graph.proto.message(15, sparse);
  const Model model = read(graph);
  const Tensor& w = tensor_named(model.graphs[0], "w");
  EXPECT_EQ(w.dims->size(), 2U);
  EXPECT_TRUE(w.data.empty());
  EXPECT_EQ(w.stored_bytes, 2 * sizeof(float) + 2 * sizeof(int64_t));
}

// --- types -----------------------------------------------------------------------------------------------------------

TEST(Onnx, a_symbol_is_a_free_dimension_with_a_name) {
  const Model model = read(OnnxGraph().input("x", {"batch", 3}));
  const std::vector<Dim>& dims = *model.graphs[0].tensors[0].dims;
  EXPECT_EQ(dims[0].size, -1);
  EXPECT_EQ(dims[0].symbol, "batch");
  EXPECT_EQ(dims[1].size, 3);
}

TEST(Onnx, a_negative_size_of_an_input_is_a_free_dimension) {
  EXPECT_EQ((*read(OnnxGraph().input("x", {-7})).graphs[0].tensors[0].dims)[0].size, -1);
}

TEST(Onnx, a_type_without_a_shape_is_no_scalar) {
  OnnxGraph graph;
  graph.proto.message(11, Proto{}.text(1, "x").message(2, Proto{}.message(1, Proto{}.integer(1, kOnnxFloat))));
  const Model model = read(graph.input("scalar", {}));
  EXPECT_FALSE(tensor_named(model.graphs[0], "x").dims);
  EXPECT_TRUE(tensor_named(model.graphs[0], "scalar").dims);
}

TEST(Onnx, value_info_gives_the_shape_of_results_only) {
  const Model model = read(small_network().value_info("h", {1, 4}).value_info("w", {9, 9}).value_info("nobody", {1}));
  EXPECT_EQ((*tensor_named(model.graphs[0], "h").dims)[1].size, 4);
  EXPECT_EQ((*tensor_named(model.graphs[0], "w").dims)[0].size, 3);
}

// --- nodes -----------------------------------------------------------------------------------------------------------

TEST(Onnx, a_node_keeps_its_word_its_scope_and_its_place) {
  const Model model = read(small_network());
  const Node& node = model.graphs[0].nodes[0];
  EXPECT_EQ(node.type, "MatMul");
  EXPECT_EQ(node.scope, "dense");
  EXPECT_TRUE(std::holds_alternative<MatMul>(node.op));
  // The first field of the node's message is its first operand: tag, length, 'x'.
  EXPECT_EQ(std::to_integer<char>(model.file.bytes()[node.offset + 2]), 'x');
}

/// A node with one of the texts that an exporter notes.
Proto noted(Proto node, std::string_view key, std::string_view value) {
  return node.message(9, Proto{}.text(1, key).text(2, value));
}

TEST(Onnx, the_layer_of_a_node_is_the_one_that_the_exporter_notes) {
  OnnxGraph graph;
  graph.input("x", {4});
  graph.node(noted(onnx_node("Relu", {"x"}, {"a"}, {}, "node_relu"), "pkg.torch.onnx.name_scopes",
                   "['', 'block', 'block.0', 'relu']"));
  graph.node(noted(onnx_node("Relu", {"a"}, {"b"}, {}, "/head/relu"), "pkg.torch.onnx.fx_node", "['x']"));
  const Model model = read(graph.output("b", {4}).model());
  EXPECT_EQ(model.graphs[0].nodes[0].scope, "block/0");
  EXPECT_EQ(model.graphs[0].nodes[1].scope, "head");
}

TEST(Onnx, the_producer_is_name_and_version) { EXPECT_EQ(read(small_network()).producer, "writer 1.0"); }

TEST(Onnx, a_constant_node_is_a_tensor_and_no_row) {
  const Proto value = onnx_raw("", kOnnxFloat, {}, std::string(4, '\0'));
  const Model model = read(OnnxGraph()
                               .input("x", {2})
                               .node(onnx_node("Constant", {}, {"c"}, {onnx_tensor("value", value)}))
                               .node(onnx_node("Add", {"x", "c"}, {"y"}))
                               .output("y"));
  EXPECT_EQ(types_of(model.graphs[0]), std::vector<std::string_view>{"Add"});
  const Tensor& c = tensor_named(model.graphs[0], "c");
  EXPECT_TRUE(c.is_constant());
  EXPECT_EQ(c.stored_bytes, sizeof(float));
  EXPECT_TRUE(c.dims->empty());
}

TEST(Onnx, a_constant_may_hold_its_numbers_in_an_attribute) {
  const Model model = read(OnnxGraph()
                               .node(onnx_node("Constant", {}, {"i"}, {onnx_integer("value_int", 7)}))
                               .node(onnx_node("Constant", {}, {"is"}, {onnx_integers("value_ints", {7, 8})}))
                               .node(onnx_node("Constant", {}, {"fs"}, {onnx_reals("value_floats", {0.5F})})));
  const Graph& graph = model.graphs[0];
  EXPECT_EQ(*tensor_named(graph, "i").elements, Elements{int64_t{7}});
  EXPECT_TRUE(tensor_named(graph, "i").dims->empty());
  EXPECT_EQ((*tensor_named(graph, "is").dims)[0].size, 2);
  EXPECT_EQ(tensor_named(graph, "is").stored_bytes, 2 * sizeof(int64_t));
  EXPECT_EQ(*tensor_named(graph, "fs").elements, Elements{0.5});
}

TEST(Onnx, unsorted_nodes_are_put_in_order) {
  const Model model = read(OnnxGraph()
                               .input("x", {1})
                               .node(onnx_node("Exp", {"b"}, {"c"}))
                               .node(onnx_node("Abs", {"x"}, {"a"}))
                               .node(onnx_node("Neg", {"a"}, {"b"}))
                               .node(onnx_node("Cos", {"x"}, {"d"})));
  EXPECT_EQ(types_of(model.graphs[0]), (std::vector<std::string_view>{"Abs", "Neg", "Exp", "Cos"}));
}

TEST(Onnx, sorted_nodes_keep_the_order_of_the_file) {
  const Model model = read(OnnxGraph()
                               .input("x", {1})
                               .node(onnx_node("Cos", {"x"}, {"a"}))
                               .node(onnx_node("Abs", {"x"}, {"b"}))
                               .node(onnx_node("Neg", {"a"}, {"c"})));
  EXPECT_EQ(types_of(model.graphs[0]), (std::vector<std::string_view>{"Cos", "Abs", "Neg"}));
}

TEST(Onnx, a_cycle_is_corrupt) {
  const Error error =
      error_of(OnnxGraph().node(onnx_node("Abs", {"a"}, {"b"})).node(onnx_node("Neg", {"b"}, {"a"}, {}, "back")));
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_TRUE(error.offset);
}

TEST(Onnx, a_tensor_written_twice_is_corrupt) {
  const OnnxGraph twice_a_result =
      OnnxGraph().input("x", {1}).node(onnx_node("Abs", {"x"}, {"y"})).node(onnx_node("Neg", {"x"}, {"y"}));
  EXPECT_EQ(error_of(twice_a_result).code, ErrorCode::corrupt);
  EXPECT_EQ(error_of(OnnxGraph().input("x", {1}).input("x", {1})).code, ErrorCode::corrupt);
  EXPECT_EQ(error_of(OnnxGraph().weight("w", {1}).weight("w", {1})).code, ErrorCode::corrupt);
}

TEST(Onnx, an_operand_that_nothing_writes_is_corrupt) {
  const Error error = error_of(OnnxGraph().node(onnx_node("Abs", {"ghost"}, {"y"})));
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_NE(error.message.find("'ghost'"), std::string::npos);
}

TEST(Onnx, an_output_that_nothing_writes_is_corrupt) {
  EXPECT_EQ(error_of(OnnxGraph().output("ghost")).code, ErrorCode::corrupt);
}

TEST(Onnx, a_missing_operand_is_corrupt) {
  EXPECT_EQ(error_of(OnnxGraph().input("x", {1}).node(onnx_node("MatMul", {"x"}, {"y"}))).code, ErrorCode::corrupt);
  EXPECT_EQ(error_of(OnnxGraph().input("x", {1}).node(onnx_node("MatMul", {"", "x"}, {"y"}))).code, ErrorCode::corrupt);
}

TEST(Onnx, a_result_that_is_left_out_is_absent) {
  const Model model = read(OnnxGraph()
                               .input("x", {5, 1, 2})
                               .weight("w", {1, 12, 2})
                               .weight("r", {1, 12, 3})
                               .node(onnx_node("LSTM", {"x", "w", "r"}, {"", "h", ""})));
  const std::vector<TensorId>& outputs = model.graphs[0].nodes[0].outputs;
  ASSERT_EQ(outputs.size(), 2U);
  EXPECT_EQ(outputs[0], kAbsent);
}

// --- what is not followed --------------------------------------------------------------------------------------------

std::string why_opaque(const Model& model) {
  const auto* opaque = std::get_if<Opaque>(&model.graphs[0].nodes.at(0).op);
  if (opaque == nullptr) ADD_FAILURE() << "the node is not opaque";
  return opaque == nullptr ? std::string() : opaque->why;
}

TEST(Onnx, an_operator_without_a_rule_is_opaque_and_named) {
  const OnnxGraph graph = OnnxGraph().input("x", {1}).node(onnx_node("FooBar", {"x"}, {"y"}, {}, "", "ai.onnx"));
  EXPECT_NE(why_opaque(read(graph)).find("FooBar of the domain 'ai.onnx'"), std::string::npos);
}

TEST(Onnx, an_operator_without_a_rule_keeps_its_numbers_and_texts) {
  const Model model = read(OnnxGraph().input("x", {1}).node(
      onnx_node("FooBar", {"x"}, {"y"},
                {onnx_integer("k", -3), onnx_integers("kernel", {5, 7}), onnx_real("alpha", 0.5F),
                 onnx_reals("scales", {1, 2}), onnx_text("mode", "same"), onnx_tensor("value", onnx_int64s("v", {1}))},
                "", "com.acme")));
  const auto& opaque = std::get<Opaque>(model.graphs[0].nodes.at(0).op);
  EXPECT_EQ(opaque.domain, "com.acme");
  ASSERT_NE(opaque.attributes, nullptr);
  const Attributes& attributes = *opaque.attributes;
  ASSERT_EQ(attributes.size(), 5U) << "a tensor is no number";
  EXPECT_EQ(attributes[0].name, "k");
  EXPECT_EQ(std::get<std::vector<int64_t>>(attributes[0].value), std::vector<int64_t>{-3});
  EXPECT_EQ(std::get<std::vector<int64_t>>(attributes[1].value), (std::vector<int64_t>{5, 7}));
  EXPECT_EQ(std::get<std::vector<double>>(attributes[2].value), std::vector<double>{0.5});
  EXPECT_EQ(std::get<std::vector<double>>(attributes[3].value), (std::vector<double>{1, 2}));
  EXPECT_EQ(std::get<std::string>(attributes[4].value), "same");
}

TEST(Onnx, an_operator_of_a_domain_that_is_not_imported_is_opaque) {
  const OnnxGraph graph = OnnxGraph().input("x", {1}).node(onnx_node("Abs", {"x"}, {"y"}, {}, "", "com.example"));
  EXPECT_NE(why_opaque(read(graph)).find("'com.example'"), std::string::npos);
}

// --- graphs inside graphs --------------------------------------------------------------------------------------------

Proto onnx_graph(std::string_view name, const OnnxGraph& graph) {
  return Proto{}.text(1, name).integer(20, 5).message(6, graph.proto);
}

/// -> y = c + captured, from a branch of its own.
OnnxGraph branch(const char* operation, const std::vector<std::string>& operands) {
  return OnnxGraph().node(onnx_node(operation, operands, {"inner"})).output("inner");
}

TEST(Onnx, what_a_branch_uses_of_the_graph_around_becomes_an_operand_of_both) {
  const Model model = read(OnnxGraph()
                               .input("condition", {})
                               .input("a", {2, 3})
                               .input("b", {2, 3})
                               .weight("w", {2, 3})
                               .node(onnx_node("If", {"condition"}, {"y"},
                                               {onnx_graph("then_branch", branch("Add", {"a", "w"})),
                                                onnx_graph("else_branch", branch("Mul", {"b", "a"}))}))
                               .output("y"));
  ASSERT_EQ(model.graphs.size(), 3U);
  const Node& node = model.graphs[0].nodes.at(0);
  const auto& choice = std::get<If>(node.op);
  ASSERT_EQ(node.inputs.size(), 3U);  // the condition, a, b: the weight is a constant inside
  EXPECT_EQ(model.graphs[0].tensors[node.inputs[1]].name, "a");
  EXPECT_EQ(model.graphs[0].tensors[node.inputs[2]].name, "b");
  for (const GraphId id : {choice.then_graph, choice.else_graph}) EXPECT_EQ(model.graphs[id].inputs.size(), 2U);
  const Graph& first = model.graphs[choice.then_graph];
  const Tensor& weight = first.tensors[first.nodes[0].inputs[1]];
  EXPECT_EQ(weight.storage, model.graphs[0].tensors[0].storage);
}

TEST(Onnx, a_name_is_looked_for_in_the_nearest_graph_first) {
  const OnnxGraph inner =
      OnnxGraph().node(onnx_node("Neg", {"a"}, {"b"})).node(onnx_node("Abs", {"b"}, {"inner"})).output("inner");
  const Model model = read(OnnxGraph()
                               .input("condition", {})
                               .input("a", {1})
                               .input("b", {1})
                               .node(onnx_node("If", {"condition"}, {"y"},
                                               {onnx_graph("then_branch", inner), onnx_graph("else_branch", inner)}))
                               .output("y"));
  EXPECT_EQ(model.graphs[0].nodes.at(0).inputs.size(), 2U);  // the condition and a
}

TEST(Onnx, a_node_waits_for_what_the_graphs_inside_it_use) {
  const Model model = read(OnnxGraph()
                               .input("condition", {})
                               .input("a", {1})
                               .node(onnx_node("If", {"condition"}, {"y"},
                                               {onnx_graph("then_branch", branch("Abs", {"late"})),
                                                onnx_graph("else_branch", branch("Neg", {"late"}))}))
                               .node(onnx_node("Exp", {"a"}, {"late"}))
                               .output("y"));
  EXPECT_EQ(model.graphs[0].nodes.at(0).type, "Exp");
}

/// y = x * slope, with a slope that is an attribute of the call.
Proto scaling_function() {
  const Proto reference = Proto{}.text(1, "value_float").integer(20, 1).text(21, "slope");
  return Proto{}
      .text(1, "Scale")
      .text(10, "local")
      .text(4, "in")
      .text(5, "out")
      .text(6, "slope")
      .message(7, onnx_node("Constant", {}, {"factor"}, {reference}))
      .message(7, onnx_node("Mul", {"in", "factor"}, {"out"}))
      .message(9, Proto{}.integer(2, 17));
}

TEST(Onnx, a_function_of_the_model_is_called_with_its_attributes) {
  const OnnxGraph graph = OnnxGraph()
                              .input("x", {4})
                              .node(onnx_node("Scale", {"x"}, {"h"}, {onnx_real("slope", 2)}, "", "local"))
                              .node(onnx_node("Scale", {"h"}, {"y"}, {onnx_real("slope", 3)}, "", "local"))
                              .output("y");
  const Model model = read(graph.model().message(25, scaling_function()));
  ASSERT_EQ(model.graphs.size(), 3U);
  for (size_t i = 0; i < 2; ++i) {
    const Graph& body = model.graphs[std::get<Call>(model.graphs[0].nodes.at(i).op).body];
    const Tensor& factor = body.tensors[body.nodes.at(0).inputs.at(1)];
    EXPECT_EQ(factor.elements->front(), Element{i == 0 ? 2.0 : 3.0});
  }
}

TEST(Onnx, a_function_without_attributes_has_one_body_for_all_calls) {
  const Proto twice = Proto{}
                          .text(1, "Twice")
                          .text(10, "local")
                          .text(4, "in")
                          .text(5, "out")
                          .message(7, onnx_node("Add", {"in", "in"}, {"out"}))
                          .message(9, Proto{}.integer(2, 17));
  const OnnxGraph graph = OnnxGraph()
                              .input("x", {4})
                              .node(onnx_node("Twice", {"x"}, {"h"}, {}, "", "local"))
                              .node(onnx_node("Twice", {"h"}, {"y"}, {}, "", "local"));
  EXPECT_EQ(read(graph.model().message(25, twice)).graphs.size(), 2U);
}

TEST(Onnx, a_function_that_calls_itself_is_refused) {
  const Proto endless = Proto{}
                            .text(1, "Endless")
                            .text(10, "local")
                            .text(4, "in")
                            .text(5, "out")
                            .message(7, onnx_node("Endless", {"in"}, {"out"}, {}, "", "local"));
  const OnnxGraph graph = OnnxGraph().input("x", {1}).node(onnx_node("Endless", {"x"}, {"y"}, {}, "", "local"));
  const Error error = error_of(graph.model().message(25, endless));
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_NE(error.message.find("calls itself"), std::string::npos);
}

TEST(Onnx, functions_that_call_each_other_twice_are_refused_before_they_fill_the_memory) {
  Proto model =
      OnnxGraph().input("x", {1}).node(onnx_node("f0", {"x"}, {"y"}, {onnx_integer("n", 1)}, "", "l")).model();
  for (int i = 0; i < 40; ++i) {
    const std::string next = "f" + std::to_string(i + 1);
    model.message(25, Proto{}
                          .text(1, "f" + std::to_string(i))
                          .text(10, "l")
                          .text(4, "in")
                          .text(5, "out")
                          .message(7, onnx_node(next, {"in"}, {"h"}, {onnx_integer("n", 1)}, "", "l"))
                          .message(7, onnx_node(next, {"h"}, {"out"}, {onnx_integer("n", 2)}, "", "l")));
  }
  EXPECT_EQ(error_of(model).code, ErrorCode::limit);
}

// --- hostile files ---------------------------------------------------------------------------------------------------

TEST(Onnx, a_file_cut_at_any_byte_is_read_or_refused) {
  const std::vector<std::byte> whole = bytes_of(small_network().value_info("h", {1, 4}).model());
  for (size_t size = 0; size < whole.size(); ++size) {
    std::vector<std::byte> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    matches_onnx(part);
    // The graph is the last field, so every cut model lacks it or a part of it.
    EXPECT_THROW(read_onnx(File::from_bytes(std::move(part), "cut.onnx")), Error) << size;
  }
}

TEST(Onnx, a_file_with_any_byte_changed_is_read_or_refused) {
  const std::vector<std::byte> whole = bytes_of(small_network().value_info("h", {1, 4}).model());
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const int flip : {0x01, 0x07, 0x80, 0xff}) {
      std::vector<std::byte> bytes = whole;
      bytes[i] ^= static_cast<std::byte>(flip);
      matches_onnx(bytes);
      try {
        read_onnx(File::from_bytes(std::move(bytes), "changed.onnx"));
      } catch (const Error&) {
        continue;
      }
    }
  }
}

TEST(Onnx, a_length_past_the_end_is_an_error_with_its_offset) {
  Proto model = small_network().model();
  model.bytes.resize(model.bytes.size() - 1);
  const Error error = error_of(model);
  EXPECT_EQ(error.code, ErrorCode::truncated);
  const Proto before_graph = OnnxGraph().model();  // ends with an empty graph: tag and length
  EXPECT_EQ(error.offset, before_graph.bytes.size() - 2);
}

TEST(Onnx, a_field_of_the_wrong_wire_type_is_corrupt) {
  OnnxGraph graph;
  graph.proto.integer(1, 5);  // a node that is a number
  EXPECT_EQ(error_of(graph).code, ErrorCode::corrupt);
}

TEST(Onnx, graphs_nested_too_deep_in_attributes_are_refused) {
  Proto nest = OnnxGraph().proto;
  for (int i = 0; i < 1000; ++i) {
    const Proto branch = Proto{}.text(1, "then_branch").integer(20, 5).message(6, nest);
    nest = OnnxGraph().node(onnx_node("If", {}, {"y"}, {branch})).proto;
  }
  EXPECT_EQ(error_of(OnnxGraph{nest}).code, ErrorCode::limit);
}

TEST(Onnx, a_name_of_more_than_a_mebibyte_is_refused) {
  const std::string name((size_t{1} << 20) + 1, 'n');
  EXPECT_EQ(error_of(OnnxGraph().input(name, {1})).code, ErrorCode::limit);
}

TEST(Onnx, a_model_without_a_graph_is_corrupt) {
  EXPECT_EQ(error_of(Proto{}.integer(1, 8).text(2, "writer")).code, ErrorCode::corrupt);
}

// --- detection -------------------------------------------------------------------------------------------------------

bool matches(const Proto& proto) { return matches_onnx(bytes_of(proto)); }

TEST(Onnx, a_model_matches_whole_and_cut_inside_its_graph) {
  Proto model = small_network().model();
  EXPECT_TRUE(matches(model));
  model.bytes.resize(model.bytes.size() / 2);
  EXPECT_TRUE(matches(model));
}

TEST(Onnx, other_protobufs_do_not_match) {
  const Proto saved_model = Proto{}.integer(1, 1).message(2, Proto{}.message(1, Proto{}.text(4, "serve")));
  const Proto graph_def =
      Proto{}.message(1, Proto{}.text(1, "x").text(2, "Placeholder")).message(4, Proto{}.integer(1, 27));
  const Proto core_ml = Proto{}.integer(1, 7).message(2, Proto{}.text(1, "doc")).message(500, Proto{}.text(1, "layer"));
  EXPECT_FALSE(matches(saved_model));
  EXPECT_FALSE(matches(graph_def));
  EXPECT_FALSE(matches(core_ml));
  EXPECT_FALSE(matches(Proto{}.integer(1, 8)));
  EXPECT_FALSE(matches(Proto{}));
  EXPECT_FALSE(matches(Proto{"\x89HDF\r\n\x1a\n"}));
  EXPECT_FALSE(matches(Proto{"{\"class_name\": \"Sequential\"}"}));
}

TEST(Onnx, a_version_out_of_range_does_not_match) {
  EXPECT_FALSE(matches(Proto{}.integer(1, 65).message(7, small_network().proto)));
  EXPECT_FALSE(matches(Proto{}.integer(1, 0).message(7, small_network().proto)));
}

}  // namespace
}  // namespace flopstat
