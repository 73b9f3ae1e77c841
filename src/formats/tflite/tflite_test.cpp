#include "formats/tflite/tflite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "flopstat/error.h"
#include "support/c_source.h"
#include "support/tflite_writer.h"
#include "support/zip_writer.h"

namespace flopstat {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Model read(const TfliteBuilder& builder) { return read_tflite(File::from_bytes(builder.finish(), "test.tflite")); }

Error refusal(const TfliteBuilder& builder) {
  try {
    read(builder);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "the file was read";
  return {ErrorCode::usage, ""};
}

/// A subgraph with one operator of this code on x and giving y; a code may also be given as its table.
TfliteBuilder with_operator(OpSpec spec) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
  const int32_t y = b.tensor({.name = "y", .shape = {1, 4}});
  spec.inputs = {x};
  spec.outputs = {y};
  b.op(spec);
  b.inputs({x});
  b.outputs({y});
  return b;
}

TfliteBuilder with_code(FlatTable code) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
  const uint32_t index = b.operator_code(std::move(code));
  b.op({.inputs = {x}, .outputs = {x}, .extra = {{0, index}}});
  return b;
}

std::vector<int64_t> sizes(const Tensor& tensor) {
  std::vector<int64_t> result;
  for (const Dim& dim : tensor.dims.value()) result.push_back(dim.size);
  return result;
}

// --- the file --------------------------------------------------------------------------------------------------------

TEST(Tflite, the_identifier_alone_tells_the_format) {
  EXPECT_TRUE(matches_tflite(TfliteBuilder().finish()));
  std::vector<std::byte> bytes = TfliteBuilder().finish();
  EXPECT_FALSE(matches_tflite(Bytes(bytes).first(7)));
  EXPECT_TRUE(matches_tflite(Bytes(bytes).first(8)));
  bytes[7] = std::byte{'4'};
  EXPECT_FALSE(matches_tflite(bytes));
}

TEST(Tflite, other_schema_versions_are_unsupported_and_named) {
  for (const uint32_t version : {0u, 1u, 2u, 4u, UINT32_MAX}) {
    TfliteBuilder b;
    b.model_field(0, version);
    const Error error = refusal(b);
    EXPECT_EQ(error.code, ErrorCode::unsupported);
    EXPECT_EQ(error.message, "schema version " + std::to_string(version) + " is not read");
    EXPECT_FALSE(error.help.empty());
  }
}

TEST(Tflite, the_description_is_the_producer) { EXPECT_EQ(read(TfliteBuilder()).producer, "flopstat tests"); }

TEST(Tflite, a_file_without_subgraphs_warns_that_there_is_nothing_to_count) {
  TfliteBuilder b;
  b.model_field(2, std::vector<FlatTable>{});
  const Model model = read(b);
  EXPECT_TRUE(model.graphs.empty());
  ASSERT_EQ(model.warnings.size(), 1u);
  EXPECT_EQ(model.warnings[0].code, "no_subgraphs");
}

// --- operator codes --------------------------------------------------------------------------------------------------

TEST(Tflite, the_code_is_the_wide_field_the_old_byte_or_the_larger_of_both) {
  const auto type_of = [](FlatTable code) {
    return std::string(read(with_code(std::move(code))).graphs[0].nodes[0].type);
  };
  EXPECT_EQ(type_of({{{3, int32_t{builtin::conv_2d}}}}), "CONV_2D");
  EXPECT_EQ(type_of({{{0, int8_t{builtin::conv_2d}}}}), "CONV_2D");
  EXPECT_EQ(type_of({{{0, int8_t{builtin::conv_2d}}, {3, int32_t{builtin::conv_2d}}}}), "CONV_2D");
  EXPECT_EQ(type_of({{{0, int8_t{builtin::conv_2d}}, {3, int32_t{builtin::add}}}}), "CONV_2D");
  EXPECT_EQ(type_of({{{0, int8_t{127}}, {3, int32_t{builtin::gelu}}}}), "GELU");
  EXPECT_EQ(type_of({}), "ADD");
}

TEST(Tflite, behind_the_placeholder_the_wide_field_holds_even_where_it_is_smaller) {
  const Model model = read(with_code({{{0, int8_t{127}}, {3, int32_t{builtin::conv_2d}}}}));
  EXPECT_EQ(model.graphs[0].nodes[0].type, "CONV_2D");
}

TEST(Tflite, a_code_that_is_newer_than_the_table_is_opaque_and_says_its_number) {
  const Model model = read(with_operator({.code = 999}));
  const Node& node = model.graphs[0].nodes[0];
  EXPECT_EQ(node.type, "UNKNOWN_BUILTIN");
  EXPECT_THAT(std::get<Opaque>(node.op).why, HasSubstr("999"));
  EXPECT_TRUE(std::holds_alternative<Opaque>(read(with_operator({.code = -5})).graphs[0].nodes[0].op));
}

TEST(Tflite, a_custom_operator_has_the_name_that_the_file_gives_it) {
  const Model model = read(with_operator({.code = builtin::custom, .custom_code = "Mystery"}));
  const Node& node = model.graphs[0].nodes[0];
  EXPECT_EQ(node.type, "Mystery");
  EXPECT_EQ(std::get<Opaque>(node.op).why, "the custom operator 'Mystery' has no public definition");
  const Model flex = read(with_operator({.code = builtin::custom, .custom_code = "FlexErf"}));
  EXPECT_THAT(std::get<Opaque>(flex.graphs[0].nodes[0].op).why, HasSubstr("TensorFlow operation"));
}

TEST(Tflite, a_node_is_named_after_its_first_result_and_knows_its_byte) {
  const TfliteBuilder b = with_operator({.code = builtin::relu});
  const Model model = read(b);
  const Node& node = model.graphs[0].nodes[0];
  EXPECT_EQ(node.name, "y");
  EXPECT_GT(node.offset, 8u);
  EXPECT_LT(node.offset, b.finish().size());
}

// --- subgraphs and signatures ----------------------------------------------------------------------------------------

TfliteBuilder two_subgraphs() {
  TfliteBuilder b;
  b.inputs({b.tensor({.name = "a", .shape = {1}})});
  b.subgraph("second");
  b.tensor({.name = "unused", .shape = {1}});
  b.inputs({b.tensor({.name = "b", .shape = {1}})});
  return b;
}

TEST(Tflite, without_signatures_the_first_subgraph_is_counted) {
  const Model model = read(two_subgraphs());
  ASSERT_EQ(model.graphs.size(), 2u);
  EXPECT_EQ(model.graphs[1].name, "second");
  EXPECT_EQ(model.main, 0u);
}

TEST(Tflite, the_first_signature_chooses_the_subgraph) {
  TfliteBuilder b = two_subgraphs();
  b.signature({.key = "encode", .inputs = {{"image", 1}}, .subgraph = 1});
  b.signature({.key = "decode", .subgraph = 0});
  const Model model = read(b);
  EXPECT_EQ(model.main, 1u);
  ASSERT_EQ(model.signatures.size(), 2u);
  EXPECT_EQ(model.signatures[0].name, "encode");
  ASSERT_EQ(model.signatures[0].inputs.size(), 1u);
  EXPECT_EQ(model.signatures[0].inputs[0].name, "image");
  EXPECT_EQ(model.signatures[0].inputs[0].tensor, 1u);
}

TEST(Tflite, the_default_signature_goes_before_the_first) {
  TfliteBuilder b = two_subgraphs();
  b.signature({.key = "encode", .subgraph = 1});
  b.signature({.key = "serving_default", .subgraph = 0});
  EXPECT_EQ(read(b).main, 0u);
}

TEST(Tflite, a_name_in_a_signature_for_no_tensor_is_left_out) {
  TfliteBuilder b = two_subgraphs();
  b.signature({.key = "encode", .inputs = {{"nothing", 7}}, .outputs = {{"b", 1}}, .subgraph = 1});
  const Model model = read(b);
  EXPECT_TRUE(model.signatures[0].inputs.empty());
  EXPECT_EQ(model.signatures[0].outputs.size(), 1u);
}

// --- shapes ----------------------------------------------------------------------------------------------------------

/// The tensor between an input and an output, as `spec` says it.
Tensor tensor_between(const TensorSpec& spec) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1}});
  const int32_t y = b.tensor(spec);
  b.op({.code = builtin::relu, .inputs = {x}, .outputs = {y}});
  b.inputs({x});
  return read(b).graphs[0].tensors[1];
}

TEST(Tflite, a_shape_is_as_stored) { EXPECT_THAT(sizes(tensor_between({.shape = {2, 0, 7}})), ElementsAre(2, 0, 7)); }

TEST(Tflite, no_sizes_are_a_scalar_only_where_the_file_says_that_it_has_a_rank) {
  EXPECT_THAT(sizes(tensor_between({.shape = {}, .has_rank = true})), ElementsAre());
  EXPECT_FALSE(tensor_between({.shape = {}, .has_rank = false}).dims.has_value());
}

TEST(Tflite, an_input_and_a_constant_without_sizes_are_scalars) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .has_rank = false});
  b.constant({.name = "c", .has_rank = false}, std::vector<float>{1});
  b.inputs({x});
  const Model model = read(b);
  EXPECT_THAT(sizes(model.graphs[0].tensors[0]), ElementsAre());
  EXPECT_THAT(sizes(model.graphs[0].tensors[1]), ElementsAre());
}

TEST(Tflite, sizes_that_the_signature_leaves_open_are_free) {
  const Tensor tensor = tensor_between({.shape = {1, 28, 1}, .shape_signature = std::vector<int32_t>{-1, 28, -1}});
  EXPECT_THAT(sizes(tensor), ElementsAre(-1, 28, -1));
  EXPECT_TRUE(tensor.placeholder);
}

TEST(Tflite, a_signature_of_another_rank_says_nothing) {
  EXPECT_THAT(sizes(tensor_between({.shape = {1, 28}, .shape_signature = std::vector<int32_t>{-1}})),
              ElementsAre(1, 28));
}

TEST(Tflite, behind_a_free_input_stored_sizes_are_placeholders_but_those_of_constants_hold) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}, .shape_signature = std::vector<int32_t>{-1, 4}});
  const int32_t y = b.tensor({.name = "y", .shape = {1, 4}});
  b.constant({.name = "c", .shape = {4}}, std::vector<float>(4));
  b.op({.code = builtin::relu, .inputs = {x}, .outputs = {y}});
  b.inputs({x});
  const Graph graph = read(b).graphs[0];
  EXPECT_TRUE(graph.tensors[1].placeholder);
  EXPECT_FALSE(graph.tensors[2].placeholder);
}

TEST(Tflite, a_negative_size_is_corrupt_unless_the_signature_leaves_it_open) {
  TfliteBuilder b;
  b.tensor({.name = "x", .shape = {1, -1}});
  const Error error = refusal(b);
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_EQ(error.message, "a tensor has a negative size, -1");
  EXPECT_THAT(sizes(tensor_between({.shape = {-1}, .shape_signature = std::vector<int32_t>{-1}})), ElementsAre(-1));
}

// --- types -----------------------------------------------------------------------------------------------------------

TEST(Tflite, every_element_type_of_the_schema_is_read) {
  const std::vector<DType> by_number{
      DType::f32, DType::f16, DType::i32,  DType::u8,   DType::i64, DType::string,   DType::boolean, DType::i16,
      DType::c64, DType::i8,  DType::f64,  DType::c128, DType::u64, DType::resource, DType::variant, DType::u32,
      DType::u16, DType::i4,  DType::bf16, DType::i2,   DType::u4,  DType::f8e4m3,   DType::f8e5m2};
  for (size_t i = 0; i < by_number.size(); ++i) {
    EXPECT_EQ(tensor_between({.shape = {1}, .type = static_cast<TensorType>(i)}).dtype, by_number[i]) << i;
  }
  EXPECT_EQ(tensor_between({.shape = {1}, .type = static_cast<TensorType>(23)}).dtype, DType::unknown);
  EXPECT_EQ(tensor_between({.shape = {1}, .type = static_cast<TensorType>(-1)}).dtype, DType::unknown);
}

// --- stored contents -------------------------------------------------------------------------------------------------

TEST(Tflite, a_constant_is_a_view_into_the_file_and_never_a_copy) {
  TfliteBuilder b;
  b.constant({.name = "w", .shape = {3}}, std::vector<float>{1, 2, 3});
  const Model model = read(b);
  const Tensor& tensor = model.graphs[0].tensors[0];
  EXPECT_TRUE(tensor.is_constant());
  EXPECT_EQ(tensor.stored_bytes, 3 * sizeof(float));
  ASSERT_EQ(tensor.data.size(), 3 * sizeof(float));
  const Bytes file = model.file.bytes();
  EXPECT_GE(tensor.data.data(), file.data());
  EXPECT_LE(tensor.data.data() + tensor.data.size(), file.data() + file.size());
  float last = 0;
  std::memcpy(&last, tensor.data.data() + 2 * sizeof(float), sizeof last);
  EXPECT_EQ(last, 3.0F);
}

TEST(Tflite, tensors_that_share_a_buffer_share_their_storage) {
  TfliteBuilder b;
  const uint32_t buffer = b.buffer(std::vector<std::byte>(8));
  b.tensor({.name = "a", .shape = {2}, .buffer = buffer});
  b.tensor({.name = "b", .shape = {2}, .buffer = buffer});
  b.constant({.name = "c", .shape = {2}}, std::vector<float>(2));
  const Graph graph = read(b).graphs[0];
  EXPECT_EQ(graph.tensors[0].storage, graph.tensors[1].storage);
  EXPECT_NE(graph.tensors[0].storage, graph.tensors[2].storage);
  EXPECT_NE(graph.tensors[0].storage, 0u);
}

TEST(Tflite, the_empty_buffer_is_no_content) {
  TfliteBuilder b;
  b.tensor({.name = "x", .shape = {2}, .buffer = 0});
  EXPECT_FALSE(read(b).graphs[0].tensors[0].is_constant());
}

TEST(Tflite, a_constant_without_elements_is_a_constant_though_its_buffer_is_empty) {
  TfliteBuilder b;
  b.tensor({.name = "none", .shape = {0}, .type = TensorType::int32});
  b.inputs({b.tensor({.name = "x", .shape = {0}})});
  const Graph graph = read(b).graphs[0];
  ASSERT_NE(graph.tensors[0].elements, nullptr);
  EXPECT_TRUE(graph.tensors[0].elements->empty());
  EXPECT_FALSE(graph.tensors[1].is_constant()) << "an input is given, whatever its size";
}

TEST(Tflite, buffers_behind_the_flatbuffer_are_read_from_there) {
  TfliteBuilder b;
  const uint32_t buffer = b.outside_buffer(bytes_of(std::vector<int32_t>{7, 8, 9}));
  b.tensor({.name = "w", .shape = {3}, .type = TensorType::int32, .buffer = buffer});
  const Model model = read(b);
  const Tensor& tensor = model.graphs[0].tensors[0];
  ASSERT_EQ(tensor.data.size(), 3 * sizeof(int32_t));
  EXPECT_EQ(tensor.data.data() + tensor.data.size(), model.file.bytes().data() + model.file.bytes().size());
  int32_t first = 0;
  std::memcpy(&first, tensor.data.data(), sizeof first);
  EXPECT_EQ(first, 7);
}

TEST(Tflite, an_offset_of_0_or_1_is_no_place_behind_the_flatbuffer) {
  for (const uint64_t offset : {uint64_t{0}, uint64_t{1}}) {
    TfliteBuilder b;
    b.tensor({.name = "w", .shape = {3}, .buffer = b.buffer_at(offset, 12)});
    EXPECT_FALSE(read(b).graphs[0].tensors[0].is_constant());
  }
}

TEST(Tflite, contents_in_a_side_file_are_known_by_their_length) {
  TfliteBuilder b;
  b.model_field(9,
                std::vector<FlatTable>{{{{0, uint32_t{5}}, {1, uint32_t{0}}, {2, uint64_t{0}}, {3, uint64_t{4096}}}}});
  b.tensor({.name = "w", .shape = {32, 32}, .extra = {{10, uint32_t{5}}}});
  b.tensor({.name = "v", .shape = {32, 32}, .extra = {{10, uint32_t{5}}}});
  b.tensor({.name = "no such", .shape = {1}, .extra = {{10, uint32_t{6}}}});
  const Graph graph = read(b).graphs[0];
  EXPECT_TRUE(graph.tensors[0].is_constant());
  EXPECT_EQ(graph.tensors[0].stored_bytes, 32u * 32 * 4);
  EXPECT_TRUE(graph.tensors[0].data.empty());
  EXPECT_EQ(graph.tensors[0].storage, graph.tensors[1].storage);
  EXPECT_FALSE(graph.tensors[2].is_constant());
}

TEST(Tflite, a_variable_is_state_and_no_constant_even_with_contents) {
  TfliteBuilder b;
  b.tensor({.name = "h", .shape = {1, 8}, .buffer = b.buffer(std::vector<std::byte>(32)), .is_variable = true});
  const Tensor tensor = read(b).graphs[0].tensors[0];
  EXPECT_TRUE(tensor.is_state);
  EXPECT_FALSE(tensor.is_constant());
}

TEST(Tflite, sparse_contents_count_by_their_bytes_and_are_no_plain_data) {
  TfliteBuilder b;
  const FlatTable sparsity{{{0, flat_vector(std::vector<int32_t>{0, 1})}}};
  const uint32_t buffer = b.buffer(std::vector<std::byte>(20));
  b.tensor({.name = "w", .shape = {10, 10}, .buffer = buffer, .extra = {{6, sparsity}}});
  const Tensor tensor = read(b).graphs[0].tensors[0];
  EXPECT_TRUE(tensor.is_constant());
  EXPECT_EQ(tensor.stored_bytes, 20u);
  EXPECT_TRUE(tensor.data.empty());
}

TEST(Tflite, narrow_types_keep_their_packed_bytes) {
  TfliteBuilder b;
  const uint32_t buffer = b.buffer(std::vector<std::byte>(5));
  b.tensor({.name = "w", .shape = {9}, .type = TensorType::int4, .buffer = buffer});
  const Tensor tensor = read(b).graphs[0].tensors[0];
  EXPECT_EQ(tensor.dtype, DType::i4);
  EXPECT_EQ(tensor.stored_bytes, (9u * 4 + 7) / 8);
}

// --- quantization ----------------------------------------------------------------------------------------------------

Quantization quantization_of(const QuantizationSpec& spec) {
  TfliteBuilder b;
  b.tensor({.name = "q", .shape = {4, 2}, .type = TensorType::int8, .quantization = spec});
  return read(b).graphs[0].tensors[0].quantization;
}

TEST(Tflite, quantization_of_a_whole_tensor) {
  const Quantization q = quantization_of({.scale = {0.5F}, .zero_point = {-3}});
  EXPECT_EQ(q.scales, 1u);
  EXPECT_EQ(q.scale, 0.5F);
  EXPECT_EQ(q.zero_point, -3);
  EXPECT_TRUE(q.asymmetric);
  EXPECT_EQ(q.stored_bytes, sizeof(float) + sizeof(int64_t));
}

TEST(Tflite, quantization_per_channel) {
  const Quantization q = quantization_of({.scale = {1, 2, 3, 4}, .zero_point = {0, 0, 0, 0}, .quantized_dimension = 1});
  EXPECT_EQ(q.scales, 4u);
  EXPECT_EQ(q.axis, 1);
  EXPECT_FALSE(q.asymmetric);
  EXPECT_EQ(q.stored_bytes, 4 * (sizeof(float) + sizeof(int64_t)));
}

TEST(Tflite, ranges_of_training_alone_are_no_quantization) {
  EXPECT_EQ(quantization_of({.min = {0}, .max = {6}}).scales, 0u);
  EXPECT_EQ(quantization_of({}).scales, 0u);
}

TEST(Tflite, blockwise_scales_lie_in_a_tensor_of_their_own) {
  constexpr uint8_t blockwise = 2;
  TfliteBuilder b;
  const int32_t scales =
      b.constant({.name = "scales", .shape = {4}, .type = TensorType::float16}, std::vector<uint16_t>(4));
  b.tensor(
      {.name = "q",
       .shape = {4, 32},
       .type = TensorType::int4,
       .quantization = QuantizationSpec{.details = {blockwise, {{{0, scales}, {1, int32_t{-1}}, {2, int32_t{32}}}}}}});
  const Quantization q = read(b).graphs[0].tensors[1].quantization;
  EXPECT_GT(q.scales, 1u);
  EXPECT_EQ(q.stored_bytes, 4 * sizeof(uint16_t));
}

TEST(Tflite, blockwise_scales_in_no_tensor_are_left_out) {
  constexpr uint8_t blockwise = 2;
  for (const int32_t index : {-7, 99, INT32_MAX, INT32_MIN}) {
    EXPECT_EQ(quantization_of({.details = {blockwise, {{{0, index}, {1, index}}}}}).stored_bytes, 0u) << index;
  }
}

// --- what the file says of the model, and what lies behind it --------------------------------------------------------

std::vector<std::byte> padded(const std::string& text, size_t size) {
  std::vector<std::byte> bytes = bytes_of_text(text);
  bytes.resize(size);
  return bytes;
}

TEST(Tflite, metadata_name_and_describe_the_model_in_any_order) {
  const test::FlatTable about{{{0, std::string("Detector")},
                               {1, std::string("finds things")},
                               {2, std::string("v2")},
                               {4, std::string("somebody")},
                               {5, std::string("Apache-2.0")}}};
  for (const bool version_first : {false, true}) {
    TfliteBuilder b;
    const auto version = [&] { b.metadata("min_runtime_version", b.buffer(padded("1.14.0", 16))); };
    if (version_first) version();
    b.metadata("CONVERSION_METADATA", b.buffer(bytes_of_text("other")));
    b.metadata("TFLITE_METADATA", b.buffer(write_flatbuffer(about, "M001")));
    if (!version_first) version();
    const Model model = read(b);
    const About& found = model.about;
    EXPECT_EQ(found.name, "Detector");
    EXPECT_EQ(found.description, "finds things");
    EXPECT_EQ(found.version, "v2");
    EXPECT_EQ(found.author, "somebody");
    EXPECT_EQ(found.license, "Apache-2.0");
    EXPECT_EQ(found.min_runtime, "1.14.0");
  }
  EXPECT_EQ(read(TfliteBuilder()).about.name, "");
}

TEST(Tflite, damaged_metadata_are_a_warning_and_the_model_is_read) {
  const auto warning_of = [](const std::function<void(TfliteBuilder&)>& add) {
    TfliteBuilder b;
    b.tensor({.name = "x", .shape = {1}});
    add(b);
    const Model model = read(b);
    EXPECT_EQ(model.graphs.at(0).tensors.size(), 1u);
    return model.warnings.empty() ? "" : model.warnings[0].code + ": " + model.warnings[0].message;
  };
  EXPECT_THAT(warning_of([](TfliteBuilder& b) { b.metadata("TFLITE_METADATA", b.buffer(bytes_of_text("M00"))); }),
              HasSubstr("metadata_damaged: the model's metadata cannot be read: the file identifier"));
  EXPECT_THAT(warning_of([](TfliteBuilder& b) { b.metadata("TFLITE_METADATA", b.buffer(padded("1234M002", 40))); }),
              HasSubstr("expected the identifier 'M001'"));
  EXPECT_THAT(
      warning_of([](TfliteBuilder& b) { b.metadata("TFLITE_METADATA", b.buffer(padded("\xff\xff\xff\xffM001", 40))); }),
      HasSubstr("behind the end of the file"));
  EXPECT_THAT(warning_of([](TfliteBuilder& b) { b.metadata("min_runtime_version", 99); }),
              HasSubstr("an entry refers to buffer 99, the file has 1"));
  EXPECT_EQ(warning_of([](TfliteBuilder& b) { b.metadata("somebody's own", 99); }), "");
}

TEST(Tflite, an_archive_behind_the_model_is_no_part_of_it) {
  TfliteBuilder b;
  b.constant({.name = "w", .shape = {2}}, std::vector<float>(2));
  const std::vector<std::byte> model = b.finish();
  const std::vector<std::byte> archive = zip_archive({{"labels.txt", "cat\ndog\n"}, {"empty", ""}});
  const Model found = read_tflite(File::from_bytes(joined(model, archive), "labelled.tflite"));
  EXPECT_EQ(found.attached_bytes, archive.size());
  ASSERT_EQ(found.attached_files.size(), 2u);
  EXPECT_EQ(found.attached_files[0].name, "labels.txt");
  EXPECT_EQ(found.attached_files[0].bytes, 8u);
  EXPECT_EQ(found.graphs[0].tensors[0].stored_bytes, 2 * sizeof(float));
  EXPECT_TRUE(found.warnings.empty());
  EXPECT_EQ(read(b).attached_bytes, 0u);
}

TEST(Tflite, a_damaged_archive_behind_the_model_is_a_warning) {
  std::vector<std::byte> archive = zip_archive({{"labels.txt", "cat"}});
  archive[archive.size() - 10] = std::byte{0xff};  // of the directory's size
  const Model found = read_tflite(File::from_bytes(joined(TfliteBuilder().finish(), archive), "labelled.tflite"));
  ASSERT_EQ(found.warnings.size(), 1u);
  EXPECT_EQ(found.warnings[0].code, "attached_files_damaged");
  EXPECT_EQ(found.attached_bytes, 0u);
}

// --- large custom options --------------------------------------------------------------------------------------------

TEST(Tflite, options_of_a_custom_operator_may_lie_behind_the_flatbuffer) {
  const auto with = [](std::vector<FlatField> extra, std::optional<std::vector<uint8_t>> options) {
    TfliteBuilder b;
    const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
    b.op({.code = builtin::custom,
          .custom_code = "Convolution2DTransposeBias",
          .inputs = {x},
          .outputs = {x},
          .custom_options = std::move(options),
          .extra = std::move(extra)});
    return b;
  };
  const std::vector<uint8_t> params{1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0};  // padding, strides
  const auto stride_of = [](const Model& model) {
    const std::vector<Axis>& axes = std::get<ConvTranspose>(model.graphs[0].nodes[0].op).window.axes;
    return std::pair(axes[0].stride, axes[1].stride);
  };
  const uint64_t end = with({{9, uint64_t{2}}, {10, uint64_t{12}}}, {}).finish().size();
  const TfliteBuilder outside = with({{9, end}, {10, uint64_t{12}}}, {});
  const std::vector<std::byte> file = joined(outside.finish(), bytes_of(params));
  EXPECT_EQ(stride_of(read(with({}, params))), std::pair(int64_t{3}, int64_t{2}));
  EXPECT_EQ(stride_of(read_tflite(File::from_bytes(file, "large.tflite"))), std::pair(int64_t{3}, int64_t{2}));
  try {
    read(outside);  // nothing lies there
    FAIL() << "options behind the end of the file were read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::truncated);
    EXPECT_THAT(error.message, HasSubstr("options of a custom operator behind the FlatBuffer"));
    EXPECT_EQ(error.offset, end);
  }
  EXPECT_NO_THROW(read(with({{9, uint64_t{1}}, {10, UINT64_MAX}}, {})));  // 1: no place yet
}

}  // namespace
}  // namespace flopstat
