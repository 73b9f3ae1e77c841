// Files that nobody's converter writes: each gives a report or one clear error, in little time and memory.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "formats/tflite/operators.h"
#include "reports/json.h"
#include "reports/terminal.h"
#include "support/c_source.h"
#include "support/onnx_writer.h"
#include "support/tflite_writer.h"
#include "support/zip_writer.h"

namespace flopstat {
namespace {

using namespace test;
using ::testing::HasSubstr;

using File = std::vector<std::byte>;

Error error_of(const File& file) {
  try {
    analyze(file, "hostile.tflite");
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "the file was read";
  return {ErrorCode::usage, ""};
}

void expect_error(const File& file, ErrorCode code, const std::string& part) {
  const Error error = error_of(file);
  EXPECT_STREQ(name_of(error.code), name_of(code)) << error.message;
  EXPECT_THAT(error.message, HasSubstr(part));
}

void expect_error(const TfliteBuilder& builder, ErrorCode code, const std::string& part) {
  expect_error(builder.finish(), code, part);
}

/// A report or an error, and JSON of either.
void expect_survived(const File& file) {
  std::string json;
  try {
    write_json(analyze(file, "hostile.tflite"), json);
  } catch (const Error& error) {
    write_json(error, "hostile.tflite", json);
    EXPECT_FALSE(error.message.empty());
  }
  EXPECT_FALSE(json.empty());
}

Report report_of(const TfliteBuilder& builder) { return analyze(builder.finish(), "hostile.tflite"); }

/// The first row is not known, for a reason with this part.
void expect_unknown(const TfliteBuilder& builder, const std::string& part) {
  const Report report = report_of(builder);
  ASSERT_FALSE(report.rows.empty());
  EXPECT_THAT(report.rows[0].unknown, HasSubstr(part));
  EXPECT_FALSE(report.totals.complete);
}

template <class... Values>
UnionSpec slots(uint8_t tag, Values... values) {
  UnionSpec result{tag, {}};
  uint16_t slot = 0;
  (set(result.table, slot++, values), ...);
  return result;
}

UnionSpec calls(uint8_t tag, int32_t first) { return slots(tag, first); }
UnionSpec calls(uint8_t tag, int32_t first, int32_t second) { return slots(tag, first, second); }

/// One operator on tensors of these shapes, with a result of the last one.
TfliteBuilder one_operator(OpSpec spec, const std::vector<std::vector<int32_t>>& shapes) {
  TfliteBuilder b;
  for (size_t i = 0; i + 1 < shapes.size(); ++i) spec.inputs.push_back(b.tensor({.name = "x", .shape = shapes[i]}));
  b.inputs(spec.inputs);
  spec.outputs = {b.tensor(
      {.name = "y", .shape = shapes.back(), .shape_signature = std::vector<int32_t>(shapes.back().size(), -1)})};
  b.outputs(spec.outputs);
  b.op(spec);
  return b;
}

/// Dense 4 -> 2 with a bias and a relu.
TfliteBuilder dense() {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
  const int32_t w = b.constant({.name = "w", .shape = {2, 4}}, std::vector<float>(8));
  const int32_t c = b.constant({.name = "b", .shape = {2}}, std::vector<float>(2));
  const int32_t y = b.tensor({.name = "y", .shape = {1, 2}});
  b.op({.code = builtin::fully_connected,
        .inputs = {x, w, c},
        .outputs = {y},
        .options = slots(options::fully_connected, int8_t{1})});
  b.inputs({x});
  b.outputs({y});
  b.signature({.key = "serving_default", .inputs = {{"x", 0}}, .outputs = {{"y", 3}}});
  return b;
}

template <class T>
void overwrite(File& file, size_t place, T value) {
  ASSERT_LE(place + sizeof value, file.size());
  std::memcpy(file.data() + place, &value, sizeof value);
}

// --- cut and changed files -------------------------------------------------------------------------------------------

TEST(Hostile, every_beginning_of_a_file_is_a_report_or_an_error) {
  const File whole = dense().finish();
  size_t errors = 0;
  for (size_t size = 0; size < whole.size(); ++size) {
    const File cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    try {
      analyze(cut, "cut.tflite");
    } catch (const Error& error) {
      EXPECT_TRUE(error.code == ErrorCode::truncated || error.code == ErrorCode::unrecognised ||
                  error.code == ErrorCode::empty)
          << size << ": " << error.message;
      ++errors;
    }
  }
  EXPECT_GT(errors, whole.size() / 2);
}

TEST(Hostile, every_changed_byte_is_a_report_or_an_error) {
  const File whole = dense().finish();
  for (size_t place = 0; place < whole.size(); ++place) {
    for (const uint8_t value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      File changed = whole;
      changed[place] = static_cast<std::byte>(value);
      expect_survived(changed);
    }
  }
}

TEST(Hostile, a_cut_file_says_how_long_it_is) {
  File file = dense().finish();
  file.resize(40);
  const Error error = error_of(file);
  EXPECT_EQ(error.code, ErrorCode::truncated);
  EXPECT_THAT(error.note, HasSubstr("40"));
  EXPECT_TRUE(error.offset.has_value());
}

TEST(Hostile, nothing_at_all_is_no_model) {
  EXPECT_THROW(analyze(File{}, "empty"), Error);
  expect_error(File(1), ErrorCode::unrecognised, "named like a TensorFlow Lite model");
}

TEST(Hostile, an_identifier_and_nothing_behind_it_is_truncated) {
  File file(8);
  overwrite(file, 0, uint32_t{8});
  std::memcpy(file.data() + 4, "TFL3", 4);
  expect_error(file, ErrorCode::truncated, "a table lies behind the end of the file");
}

// --- indices out of range --------------------------------------------------------------------------------------------

TEST(Hostile, an_operand_that_is_no_tensor_is_corrupt) {
  for (const int32_t id : {-2, 1, 1000, INT32_MAX, INT32_MIN}) {
    TfliteBuilder b;
    const int32_t x = b.tensor({.name = "x", .shape = {1}});
    b.op({.code = builtin::relu, .inputs = {id}, .outputs = {x}});
    expect_error(b, ErrorCode::corrupt,
                 "an operand of an operator is tensor " + std::to_string(id) + ", the subgraph has 1");
  }
}

TEST(Hostile, a_result_that_is_no_tensor_is_corrupt) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1}});
  b.op({.code = builtin::relu, .inputs = {x}, .outputs = {7}});
  expect_error(b, ErrorCode::corrupt, "a result of an operator is tensor 7");
}

TEST(Hostile, an_input_or_output_of_a_subgraph_that_is_no_tensor_is_corrupt) {
  TfliteBuilder in;
  in.inputs({3});
  expect_error(in, ErrorCode::corrupt, "an input of a subgraph is tensor 3, the subgraph has 0");
  TfliteBuilder out;
  out.outputs({-9});
  expect_error(out, ErrorCode::corrupt, "an output of a subgraph is tensor -9");
}

TEST(Hostile, a_buffer_that_the_file_does_not_have_is_corrupt) {
  for (const uint32_t index : {1u, 77u, UINT32_MAX}) {
    TfliteBuilder b;
    b.tensor({.name = "w", .shape = {1}, .buffer = index});
    expect_error(b, ErrorCode::corrupt, "a tensor refers to buffer " + std::to_string(index) + ", the file has 1");
  }
}

TEST(Hostile, an_operator_code_that_the_file_does_not_have_is_corrupt) {
  TfliteBuilder b = dense();
  b.op({.extra = {{0, uint32_t{99}}}});
  expect_error(b, ErrorCode::corrupt, "operator 1 has code 99, the file has 2");
}

TEST(Hostile, a_signature_of_no_subgraph_is_corrupt) {
  TfliteBuilder b = dense();
  b.signature({.key = "other", .subgraph = 5});
  expect_error(b, ErrorCode::corrupt, "a signature runs subgraph 5, the file has 1");
}

TEST(Hostile, calls_of_subgraphs_that_the_file_does_not_have_are_corrupt) {
  const auto with = [](int32_t code, const UnionSpec& options) {
    TfliteBuilder b;
    b.op({.code = code, .options = options});
    return b;
  };
  for (const int32_t id : {1, -1, INT32_MAX}) {
    const std::string named = " calls subgraph " + std::to_string(static_cast<uint32_t>(id)) + ", the file has 1";
    expect_error(with(builtin::call, calls(options::call, id)), ErrorCode::corrupt, "CALL" + named);
    expect_error(with(builtin::call_once, calls(options::call_once, id)), ErrorCode::corrupt, "CALL_ONCE" + named);
    expect_error(with(builtin::while_, calls(options::while_, id, id)), ErrorCode::corrupt, "WHILE" + named);
    expect_error(with(builtin::if_, calls(options::if_, id, id)), ErrorCode::corrupt, "IF" + named);
  }
}

TEST(Hostile, a_buffer_behind_the_end_of_the_file_is_truncated) {
  for (const auto& [offset, size] : {std::pair<uint64_t, uint64_t>{2, UINT64_MAX}, {UINT64_MAX, 2}, {1 << 20, 4}}) {
    TfliteBuilder b;
    b.tensor({.name = "w", .shape = {1}, .buffer = b.buffer_at(offset, size)});
    expect_error(b, ErrorCode::truncated, "a buffer behind the FlatBuffer lies behind the end of the file");
  }
}

TEST(Hostile, an_activation_that_the_schema_does_not_have_is_corrupt) {
  expect_error(one_operator({.code = builtin::add, .options = slots(options::add, int8_t{99})}, {{1}, {1}, {1}}),
               ErrorCode::corrupt, "an unknown fused activation, 99");
}

TEST(Hostile, options_of_a_custom_operator_behind_the_end_of_the_file_are_truncated) {
  for (const auto& [offset, size] : {std::pair<uint64_t, uint64_t>{2, UINT64_MAX}, {UINT64_MAX, 1}, {1 << 20, 4}}) {
    TfliteBuilder b;
    b.op({.code = builtin::custom, .custom_code = "Mystery", .extra = {{9, offset}, {10, size}}});
    expect_error(b, ErrorCode::truncated, "options of a custom operator behind the FlatBuffer lies behind the end");
  }
}

TEST(Hostile, a_decomposition_and_a_branch_that_the_file_does_not_have_are_corrupt) {
  TfliteBuilder composite;
  composite.op(
      {.code = builtin::stablehlo_composite, .options_2 = {options_2::stablehlo_composite, {{{1, int32_t{7}}}}}});
  expect_error(composite, ErrorCode::corrupt, "STABLEHLO_COMPOSITE calls subgraph 7, the file has 1");
  TfliteBuilder loop;
  loop.op({.code = builtin::stablehlo_while,
           .options_2 = {options_2::stablehlo_while, {{{0, int32_t{-1}}, {1, int32_t{0}}}}}});
  expect_error(loop, ErrorCode::corrupt, "calls subgraph 4294967295, the file has 1");
}

TEST(Hostile, names_in_a_signature_for_no_tensor_and_scales_in_no_tensor_are_left_out) {
  TfliteBuilder b = dense();
  b.signature({.key = "other", .inputs = {{"x", UINT32_MAX}}, .outputs = {{"y", 1'000'000}}});
  const test::FlatTable blocks{{{0, int32_t{INT32_MAX}}, {1, int32_t{INT32_MIN}}}};
  b.tensor({.name = "q", .shape = {4}, .quantization = QuantizationSpec{.scale = {1}, .details = {2, blocks}}});
  EXPECT_TRUE(report_of(b).totals.complete);
}

TEST(Hostile, metadata_in_no_buffer_are_a_warning) {
  TfliteBuilder b = dense();
  b.metadata("TFLITE_METADATA", UINT32_MAX);
  const Report report = report_of(b);
  ASSERT_EQ(report.warnings.size(), 1u);
  EXPECT_EQ(report.warnings[0].message,
            "the model's metadata cannot be read: an entry refers to buffer 4294967295, the file has 3");
}

// --- lengths that lie ------------------------------------------------------------------------------------------------

/// Where this text stands in the file: behind its length.
size_t find_text(const File& file, std::string_view text) {
  const std::string_view all(reinterpret_cast<const char*>(file.data()), file.size());
  const size_t found = all.find(text);
  EXPECT_NE(found, std::string_view::npos);
  return found;
}

TEST(Hostile, a_string_that_passes_the_end_is_truncated) {
  for (const uint32_t length : {uint32_t{1} << 20, uint32_t{1} << 31, UINT32_MAX}) {
    File file = dense().finish();
    overwrite(file, find_text(file, "serving_default") - 4, length);
    const Error error = error_of(file);
    EXPECT_TRUE(error.code == ErrorCode::truncated || error.code == ErrorCode::limit) << error.message;
  }
}

TEST(Hostile, a_vector_of_all_the_elements_there_can_be_is_truncated_at_once) {
  TfliteBuilder b;
  b.tensor({.name = "x", .shape = {0x1234567, 0x89abcd}});
  File file = b.finish();
  const std::vector<int32_t> sizes{0x1234567, 0x89abcd};
  overwrite(file, find_text(file, {reinterpret_cast<const char*>(sizes.data()), 8}) - 4, UINT32_MAX);
  const Error error = error_of(file);
  EXPECT_TRUE(error.code == ErrorCode::truncated || error.code == ErrorCode::limit) << error.message;
}

/// A model of which every subgraph is the same table, `count` times.
File shared_subgraphs(uint32_t count) {
  TfliteBuilder b;
  for (int i = 0; i < 50; ++i) b.tensor({.name = "a tensor with a name of some length", .shape = {1, 2, 3}});
  const File one = b.finish();
  // Behind the file: the vector of subgraphs. The root's third field refers to it.
  uint32_t root = 0;
  int32_t back = 0;
  uint16_t distance = 0;
  std::memcpy(&root, one.data(), sizeof root);
  std::memcpy(&back, one.data() + root, sizeof back);
  std::memcpy(&distance, one.data() + root - back + 4 + 2 * 2, sizeof distance);
  const size_t field = root + distance;
  uint32_t reference = 0;
  std::memcpy(&reference, one.data() + field, sizeof reference);
  const size_t vector = field + reference;
  std::memcpy(&reference, one.data() + vector + 4, sizeof reference);
  const size_t subgraph = vector + 4 + reference;

  File file = one;
  file.resize(one.size() / 4 * 4 + 4);
  // References point forward only: the shared table is copied behind the vector together with the whole file.
  const size_t start = file.size();
  overwrite(file, field, static_cast<uint32_t>(start - field));
  file.resize(start + 4 + size_t{count} * 4);
  overwrite(file, start, count);
  const size_t copy = file.size();
  file.insert(file.end(), one.begin(), one.end());
  for (uint32_t i = 0; i < count; ++i) {
    const size_t place = start + 4 + size_t{i} * 4;
    overwrite(file, place, static_cast<uint32_t>(copy + subgraph - place));
  }
  return file;
}

TEST(Hostile, a_table_that_is_shared_a_few_times_is_read_as_often) {
  EXPECT_NO_THROW(analyze(shared_subgraphs(3), "shared.tflite"));
}

TEST(Hostile, a_table_that_is_shared_without_end_is_a_limit) {
  expect_error(shared_subgraphs(10'000), ErrorCode::limit, "describe more than the file holds");
}

// --- shapes ----------------------------------------------------------------------------------------------------------

TEST(Hostile, a_negative_size_is_corrupt) {
  for (const int32_t size : {-1, -2, INT32_MIN}) {
    TfliteBuilder b;
    b.tensor({.name = "x", .shape = {1, size}});
    expect_error(b, ErrorCode::corrupt, "a tensor has a negative size, " + std::to_string(size));
  }
}

TEST(Hostile, six_axes_of_the_largest_size_are_no_input) {
  const std::vector<int32_t> shape(6, INT32_MAX);
  for (const int32_t code : {int32_t{builtin::relu}, int32_t{builtin::reshape}, int32_t{builtin::shape}}) {
    expect_unknown(one_operator({.code = code}, {shape, shape}), "out of range");
  }
}

TEST(Hostile, a_constant_of_more_elements_than_can_be_counted_is_out_of_range) {
  TfliteBuilder b;
  const int32_t w = b.constant({.name = "w", .shape = std::vector<int32_t>(6, INT32_MAX)}, std::vector<float>(1));
  const int32_t y = b.tensor({.name = "y", .shape = {1}, .has_rank = false});
  b.op({.code = builtin::relu, .inputs = {w}, .outputs = {y}});
  expect_unknown(b, "is out of range");
}

TEST(Hostile, a_result_that_grows_beyond_64_bits_is_unknown) {
  const std::vector<int32_t> large{1 << 28, 1 << 27};
  TfliteBuilder b = one_operator({.code = builtin::batch_matmul, .options = slots(options::batch_matmul, false, true)},
                                 {large, large, {1, 1}});
  const Report report = report_of(b);  // 2^28 * 2^28 * 2^27 = 2^83 products
  EXPECT_FALSE(report.rows[0].unknown.empty());
  EXPECT_FALSE(report.totals.complete);
}

TEST(Hostile, totals_beyond_64_bits_are_a_limit) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1 << 20, 1 << 20}});
  const int32_t y = b.tensor({.name = "y", .shape = {1 << 20, 1 << 20}});
  // Each 2^60 multiply-adds, 2^61 operations: eight of them are 2^64.
  for (int i = 0; i < 16; ++i) {
    b.op({.code = builtin::batch_matmul, .inputs = {x, x}, .outputs = {y}});
  }
  b.inputs({x});
  expect_error(b, ErrorCode::limit, "64 bits");
}

TEST(Hostile, states_beyond_64_bits_are_unknown) {
  TfliteBuilder b;
  b.tensor({.name = "h", .shape = std::vector<int32_t>(6, INT32_MAX), .is_variable = true});
  EXPECT_EQ(analyze(b.finish(), "hostile.tflite").totals.state_bytes, std::nullopt);
}

TEST(Hostile, a_tensor_of_many_axes_is_a_limit) {
  TfliteBuilder b;
  b.tensor({.name = "x", .shape = std::vector<int32_t>(5000, 1)});
  expect_error(b, ErrorCode::limit, "5000 axes");
}

TEST(Hostile, a_constant_with_open_sizes_that_an_operator_overwrites_is_compared_with_care) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {2, 3}});
  const int32_t w =
      b.constant({.name = "w", .shape = {1, 4}, .shape_signature = std::vector<int32_t>{-1, 4}}, std::vector<float>(4));
  b.op({.code = builtin::relu, .inputs = {x}, .outputs = {w}});
  b.inputs({x});
  expect_survived(b.finish());
}

TEST(Hostile, a_shape_in_a_tensor_that_asks_for_everything_is_unknown) {
  for (const std::vector<int32_t>& target : {std::vector<int32_t>(6, INT32_MAX), {-1, -1}, {-5}, {0, -1}, {3}}) {
    TfliteBuilder b;
    const int32_t x = b.tensor({.name = "x", .shape = {2, 2}});
    const int32_t shape = b.constant(
        {.name = "shape", .shape = {static_cast<int32_t>(target.size())}, .type = TensorType::int32}, target);
    const int32_t y =
        b.tensor({.name = "y", .shape = {1}, .has_rank = false, .extra = {{0, flat_vector(std::vector<int32_t>{})}}});
    b.op({.code = builtin::reshape, .inputs = {x, shape}, .outputs = {y}});
    b.inputs({x});
    expect_survived(b.finish());
    EXPECT_FALSE(report_of(b).totals.complete) << ::testing::PrintToString(target);
  }
}

TEST(Hostile, a_fill_of_everything_makes_no_elements) {
  TfliteBuilder b;
  const int32_t shape =
      b.constant({.name = "shape", .shape = {6}, .type = TensorType::int32}, std::vector<int32_t>(6, INT32_MAX));
  const int32_t zero = b.constant({.name = "zero"}, std::vector<float>{0});
  const int32_t y = b.tensor({.name = "y", .has_rank = false});
  b.op({.code = builtin::fill, .inputs = {shape, zero}, .outputs = {y}});
  expect_unknown(b, "too large");
}

TEST(Hostile, a_range_without_a_step_or_without_an_end_is_unknown) {
  for (const auto& [limit, delta] : {std::pair<int32_t, int32_t>{10, 0}, {INT32_MAX, 1}, {-1, 1}, {10, INT32_MIN}}) {
    TfliteBuilder b;
    const auto scalar = [&](int32_t value) {
      return b.constant({.name = "c", .type = TensorType::int32}, std::vector<int32_t>{value});
    };
    const std::vector<int32_t> in{scalar(0), scalar(limit), scalar(delta)};
    b.op({.code = builtin::range, .inputs = in, .outputs = {b.tensor({.name = "y", .has_rank = false})}});
    expect_survived(b.finish());
  }
}

// --- windows ---------------------------------------------------------------------------------------------------------

TfliteBuilder convolution(int32_t stride, int32_t dilation, const std::vector<int32_t>& x,
                          const std::vector<int32_t>& w, int8_t padding = 0) {
  return one_operator({.code = builtin::conv_2d,
                       .options = slots(options::conv_2d, padding, stride, stride, int8_t{0}, dilation, dilation)},
                      {x, w, {1, 1, 1, 1}});
}

TEST(Hostile, zero_and_negative_strides_are_no_window) {
  for (const int32_t stride : {0, -1, INT32_MIN}) {
    expect_unknown(convolution(stride, 1, {1, 8, 8, 3}, {4, 3, 3, 3}), "stride or dilation " + std::to_string(stride));
  }
}

TEST(Hostile, huge_strides_and_dilations_are_no_window) {
  expect_unknown(convolution(INT32_MAX, 1, {1, 8, 8, 3}, {4, 3, 3, 3}), "which is no window");
  expect_unknown(convolution(1, INT32_MAX, {1, 8, 8, 3}, {4, 3, 3, 3}), "which is no window");
}

TEST(Hostile, a_kernel_that_is_larger_than_its_input_is_no_negative_result) {
  expect_unknown(convolution(1, 1 << 20, {1, 8, 8, 3}, {4, 3, 3, 3}, 1), "");
  expect_unknown(convolution(1, 1, {1, 2, 2, 3}, {4, INT32_MAX, INT32_MAX, 3}, 1), "");
}

TEST(Hostile, channels_that_do_not_divide_are_unknown) {
  expect_unknown(convolution(1, 1, {1, 8, 8, 5}, {4, 3, 3, 2}), "");
  expect_unknown(convolution(1, 1, {1, 8, 8, 6}, {4, 3, 3, 2}), "");
}

TEST(Hostile, weights_without_channels_are_unknown_and_no_division_by_zero) {
  expect_unknown(convolution(1, 1, {1, 8, 8, 3}, {4, 3, 3, 0}), "");
  expect_survived(convolution(1, 1, {1, 8, 8, 0}, {4, 3, 3, 0}).finish());
  expect_survived(one_operator({.code = builtin::fully_connected}, {{1, 4}, {2, 0}, {1, 2}}).finish());
  expect_survived(one_operator({.code = builtin::svdf, .options = slots(options::svdf, int32_t{0})},
                               {{1, 4}, {2, 4}, {2, 3}, {2}, {1, 6}, {1, 2}})
                      .finish());
}

// --- calls -----------------------------------------------------------------------------------------------------------

/// Graph `i` of `count` holds `times` calls of graph i + 1; the last one has a relu.
TfliteBuilder chain_of_calls(int32_t count, int times, int32_t last_calls = -1) {
  TfliteBuilder b;
  for (int32_t i = 0; i < count; ++i) {
    if (i > 0) b.subgraph("g" + std::to_string(i));
    const int32_t x = b.tensor({.name = "x", .shape = {1}});
    const int32_t y = b.tensor({.name = "y", .shape = {1}});
    const int32_t target = i + 1 < count ? i + 1 : last_calls;
    for (int n = 0; target >= 0 && n < times; ++n) {
      b.op({.code = builtin::call, .inputs = {x}, .outputs = {y}, .options = slots(options::call, uint32_t(target))});
    }
    if (target < 0) b.op({.code = builtin::relu, .inputs = {x}, .outputs = {y}});
    b.inputs({x});
    b.outputs({y});
  }
  return b;
}

TEST(Hostile, a_graph_that_calls_itself_is_corrupt) {
  expect_error(chain_of_calls(1, 1, 0), ErrorCode::corrupt, "graph 0 calls itself, directly or through others");
}

TEST(Hostile, graphs_that_call_each_other_in_a_circle_are_corrupt) {
  expect_error(chain_of_calls(2, 1, 0), ErrorCode::corrupt, "calls itself");
  expect_error(chain_of_calls(5, 2, 2), ErrorCode::corrupt, "graph 2 calls itself");
}

TEST(Hostile, a_circle_of_a_thousand_graphs_is_found_without_recursion) {
  expect_error(chain_of_calls(1000, 1, 0), ErrorCode::corrupt, "graph 0 calls itself");
}

TEST(Hostile, calls_that_nest_60_deep_are_followed_and_those_that_nest_100_deep_are_unknown) {
  const Report deep = report_of(chain_of_calls(60, 1));
  EXPECT_TRUE(deep.totals.complete);
  EXPECT_EQ(deep.rows.back().type, "RELU");
  const Report deeper = report_of(chain_of_calls(100, 1));
  EXPECT_FALSE(deeper.totals.complete);
  EXPECT_THAT(deeper.rows.back().unknown, HasSubstr("calls nest deeper than 64"));
}

TEST(Hostile, forty_graphs_that_call_the_next_one_twice_are_bounded) {
  expect_error(chain_of_calls(40, 2), ErrorCode::limit, "unfold");  // 2^40 operations
}

TEST(Hostile, calls_of_a_graph_without_operations_are_bounded_by_its_tensors) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1}});
  for (int i = 0; i < 3000; ++i)
    b.op({.code = builtin::call, .inputs = {x}, .outputs = {x}, .options = slots(options::call, 1u)});
  b.subgraph("tensors alone");
  for (int i = 0; i < 3000; ++i) b.tensor({.name = "t", .shape = {1}});
  expect_error(b, ErrorCode::limit, "unfold");  // 9 million values
}

TEST(Hostile, a_call_with_too_few_and_one_with_too_many_operands_say_so_or_count) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1}});
  const int32_t y = b.tensor({.name = "y", .has_rank = false});
  b.op({.code = builtin::call, .inputs = {}, .outputs = {y}, .options = slots(options::call, 1u)});
  b.op({.code = builtin::call, .inputs = {x, x, x}, .outputs = {y, y, y}, .options = slots(options::call, 1u)});
  b.inputs({x});
  b.subgraph("body");
  const int32_t a = b.tensor({.name = "a", .shape = {1}});
  const int32_t c = b.tensor({.name = "c", .has_rank = false});
  b.op({.code = builtin::relu, .inputs = {a}, .outputs = {c}});
  b.inputs({a});
  b.outputs({c});
  const Report report = report_of(b);
  ASSERT_GE(report.rows.size(), 2u);
  EXPECT_THAT(report.rows[1].unknown, HasSubstr("too few operands"));
}

// --- loops -----------------------------------------------------------------------------------------------------------

/// i = start; while (i < limit) i += step, with a relu on a tensor of 8 elements in the body.
TfliteBuilder counting_loop(int32_t start, int32_t limit, int32_t step) {
  TfliteBuilder b;
  const int32_t i = b.constant({.name = "start", .type = TensorType::int32}, std::vector<int32_t>{start});
  const int32_t x = b.tensor({.name = "x", .shape = {8}});
  const int32_t end = b.tensor({.name = "end", .type = TensorType::int32});
  const int32_t y = b.tensor({.name = "y", .shape = {8}});
  b.op({.code = builtin::while_, .inputs = {i, x}, .outputs = {end, y}, .options = calls(options::while_, 1, 2)});
  b.inputs({x});
  b.outputs({y});

  b.subgraph("condition");
  const int32_t ci = b.tensor({.name = "i", .type = TensorType::int32});
  const int32_t cx = b.tensor({.name = "x", .shape = {8}});
  const int32_t c_limit = b.constant({.name = "limit", .type = TensorType::int32}, std::vector<int32_t>{limit});
  const int32_t less = b.tensor({.name = "less", .type = TensorType::boolean});
  b.op({.code = builtin::less, .inputs = {ci, c_limit}, .outputs = {less}});
  b.inputs({ci, cx});
  b.outputs({less});

  b.subgraph("body");
  const int32_t bi = b.tensor({.name = "i", .type = TensorType::int32});
  const int32_t bx = b.tensor({.name = "x", .shape = {8}});
  const int32_t b_step = b.constant({.name = "step", .type = TensorType::int32}, std::vector<int32_t>{step});
  const int32_t next = b.tensor({.name = "next", .type = TensorType::int32});
  const int32_t by = b.tensor({.name = "y", .shape = {8}});
  b.op({.code = builtin::relu, .inputs = {bx}, .outputs = {by}});
  b.op({.code = builtin::add, .inputs = {bi, b_step}, .outputs = {next}});
  b.inputs({bi, bx});
  b.outputs({next, by});
  return b;
}

const Row& row_of(const Report& report, std::string_view type) {
  for (const Row& row : report.rows) {
    if (row.type == type) return row;
  }
  ADD_FAILURE() << "there is no " << type;
  return report.rows.front();
}

TEST(Hostile, a_loop_of_two_billion_trips_is_counted_and_not_run) {
  const Report report = report_of(counting_loop(0, INT32_MAX, 1));
  EXPECT_EQ(row_of(report, "RELU").repeat, uint64_t{INT32_MAX});
  EXPECT_EQ(row_of(report, "LESS").repeat, uint64_t{INT32_MAX} + 1);
  EXPECT_TRUE(report.totals.complete);
}

TEST(Hostile, a_loop_from_the_smallest_to_the_largest_number_is_counted) {
  EXPECT_EQ(row_of(report_of(counting_loop(INT32_MIN, INT32_MAX, 1)), "RELU").repeat, (uint64_t{1} << 32) - 1);
}

TEST(Hostile, a_loop_whose_condition_never_fails_has_an_unknown_number_of_trips) {
  for (const int32_t step : {0, -1, INT32_MIN}) {
    const Report report = report_of(counting_loop(0, 10, step));
    EXPECT_EQ(row_of(report, "RELU").repeat, std::nullopt) << step;
    EXPECT_FALSE(report.totals.complete);
  }
}

TEST(Hostile, a_loop_that_does_not_start_runs_no_time) {
  EXPECT_EQ(row_of(report_of(counting_loop(10, 10, 1)), "RELU").repeat, 0u);
}

/// A loop whose body is a loop, and so on.
TfliteBuilder nested_loops(uint32_t depth) {
  TfliteBuilder b;
  for (uint32_t i = 0; i <= depth; ++i) {
    if (i > 0) b.subgraph("g");
    const int32_t x = b.tensor({.name = "x", .shape = {1}, .type = TensorType::boolean});
    if (i < depth) {
      const auto next = static_cast<int32_t>(i + 1);
      b.op({.code = builtin::while_, .inputs = {x}, .outputs = {x}, .options = calls(options::while_, next, next)});
    }
    b.inputs({x});
    b.outputs({x});
  }
  return b;
}

TEST(Hostile, loops_in_the_bodies_and_conditions_of_loops_are_bounded) {
  expect_survived(nested_loops(3).finish());
  expect_error(nested_loops(60), ErrorCode::limit, "unfold");
}

TEST(Hostile, loops_whose_sizes_change_from_trip_to_trip_are_bounded) {
  // Each of 4,000 trips swaps two shapes, so that each is followed: 100 such loops are 400,000 calls.
  TfliteBuilder b;
  const auto counter = [&] { return b.tensor({.name = "i", .type = TensorType::int32}); };
  const auto free = [&] { return b.tensor({.name = "t", .has_rank = false}); };
  const int32_t start = b.constant({.name = "start", .type = TensorType::int32}, std::vector<int32_t>{0});
  const int32_t one = b.tensor({.name = "one", .shape = {1}});
  const int32_t two = b.tensor({.name = "two", .shape = {2}});
  b.inputs({one, two});
  for (int i = 0; i < 100; ++i) {
    b.op({.code = builtin::while_,
          .inputs = {start, one, two},
          .outputs = {counter(), free(), free()},
          .options = calls(options::while_, 1, 2)});
  }
  b.subgraph("condition");
  const std::vector<int32_t> in{counter(), free(), free()};
  const int32_t limit = b.constant({.name = "limit", .type = TensorType::int32}, std::vector<int32_t>{4000});
  const int32_t less = b.tensor({.name = "less", .type = TensorType::boolean});
  b.op({.code = builtin::less, .inputs = {in[0], limit}, .outputs = {less}});
  b.inputs(in);
  b.outputs({less});
  b.subgraph("body");
  const std::vector<int32_t> carried{counter(), free(), free()};
  const int32_t step = b.constant({.name = "step", .type = TensorType::int32}, std::vector<int32_t>{1});
  const int32_t next = counter();
  b.op({.code = builtin::add, .inputs = {carried[0], step}, .outputs = {next}});
  b.inputs(carried);
  b.outputs({next, carried[2], carried[1]});
  expect_error(b, ErrorCode::limit, "unfold");
}

TEST(Hostile, a_condition_without_a_result_is_named) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1}});
  b.op({.code = builtin::while_, .inputs = {x}, .outputs = {x}, .options = calls(options::while_, 1, 2)});
  b.inputs({x});
  b.subgraph("condition");
  b.subgraph("body");
  const int32_t y = b.tensor({.name = "y", .shape = {1}});
  b.op({.code = builtin::relu, .inputs = {y}, .outputs = {y}});
  b.inputs({y});
  b.outputs({y});
  EXPECT_FALSE(report_of(b).totals.complete);
}

// --- what is shared again and again ----------------------------------------------------------------------------------

TEST(Hostile, constants_that_are_doubled_fifty_times_have_one_source) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1}});
  int32_t c = b.constant({.name = "c", .shape = {1}}, std::vector<float>(1));
  b.inputs({x});
  for (int i = 0; i < 50; ++i) {
    const int32_t twice = b.tensor({.name = "twice", .shape = {1}});
    b.op({.code = builtin::add, .inputs = {c, c}, .outputs = {twice}});
    c = twice;
  }
  const int32_t y = b.tensor({.name = "y", .shape = {1}});
  b.op({.code = builtin::mul, .inputs = {x, c}, .outputs = {y}});
  b.outputs({y});
  EXPECT_EQ(report_of(b).totals.figures.params, 1u);
}

TEST(Hostile, many_small_tables_of_numbers_do_not_fill_the_memory) {
  TfliteBuilder b;
  const auto scalar = [&](int32_t value) {
    return b.constant({.name = "c", .type = TensorType::int32}, std::vector<int32_t>{value});
  };
  const std::vector<int32_t> bounds{scalar(0), scalar(65'536), scalar(1)};
  for (int i = 0; i < 300; ++i) {  // each carries 65,536 known elements of 16 bytes: 300 MiB together
    b.op({.code = builtin::range,
          .inputs = bounds,
          .outputs = {b.tensor({.name = "r", .shape = {65'536}, .type = TensorType::int32})}});
  }
  EXPECT_TRUE(report_of(b).totals.complete);
}

TEST(Hostile, results_that_all_live_to_the_end_are_not_placed_in_quadratic_time) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1}});
  std::vector<int32_t> results;
  for (int i = 0; i < 6000; ++i) {
    results.push_back(b.tensor({.name = "y", .shape = {1}}));
    b.op({.code = builtin::relu, .inputs = {x}, .outputs = {results.back()}});
  }
  b.inputs({x});
  b.outputs(results);
  const Report report = report_of(b);
  EXPECT_EQ(report.totals.peak_activation_bytes, 6001u * sizeof(float));
}

TEST(Hostile, a_long_name_that_every_operator_shares_is_a_limit) {
  TfliteBuilder b;
  const uint32_t code = b.operator_code({{{1, std::string(100'000, 'n')}, {3, int32_t{builtin::custom}}}});
  for (int i = 0; i < 2000; ++i) b.op({.extra = {{0, code}}});
  expect_error(b, ErrorCode::limit, "describe more than the file holds");
}

TEST(Hostile, a_producer_of_spaces_is_no_producer) {
  TfliteBuilder b = dense();
  b.model_field(3, std::string("   "));
  std::string text;
  write_terminal(report_of(b), {.width = 80, .details = true}, text);
  EXPECT_THAT(text, ::testing::Not(HasSubstr("Producer")));
}

// --- every operator on anything --------------------------------------------------------------------------------------

TEST(Hostile, every_operator_survives_operands_of_odd_ranks) {
  const std::vector<std::vector<int32_t>> shapes{{}, {0}, {3}, {2, 3}, {1, 4, 4, 2}, {1, 0, 4, 2}, {2, 3, 4, 5, 6}};
  for (uint32_t code = 0; code < tflite::builtin_count(); ++code) {
    if (code == builtin::call || code == builtin::call_once || code == builtin::if_ || code == builtin::while_ ||
        code == builtin::stablehlo_composite) {
      continue;  // without options they call graph 0, and that is a circle
    }
    SCOPED_TRACE(tflite::builtin_name(code));
    for (size_t operands = 0; operands <= 5; ++operands) {
      for (size_t turn = 0; turn < shapes.size(); ++turn) {
        std::vector<std::vector<int32_t>> chosen;
        for (size_t i = 0; i <= operands; ++i) chosen.push_back(shapes[(turn + i * i) % shapes.size()]);
        expect_survived(one_operator({.code = static_cast<int32_t>(code)}, chosen).finish());
      }
    }
  }
}

TEST(Hostile, every_operator_survives_lists_of_odd_numbers_as_operands) {
  const std::vector<int32_t> odd{-1, 0, 2, INT32_MAX, INT32_MIN};
  for (uint32_t code = 0; code < tflite::builtin_count(); ++code) {
    SCOPED_TRACE(tflite::builtin_name(code));
    for (const int32_t length : {0, 1, 2, 4, 5}) {
      TfliteBuilder b;
      const int32_t x = b.tensor({.name = "x", .shape = {1, 4, 4, 2}});
      const int32_t list = b.constant({.name = "list", .shape = {length}, .type = TensorType::int32},
                                      std::vector<int32_t>(odd.begin(), odd.begin() + length));
      const int32_t y = b.tensor({.name = "y", .has_rank = false});
      const auto any = static_cast<int32_t>(code);
      const UnionSpec graph = calls(options::while_, 1, 1);
      b.op({.code = any, .inputs = {x, list, list, list}, .outputs = {y, y}, .options = graph});
      b.op({.code = any, .inputs = {list, x, list}, .outputs = {y}, .options = graph});
      b.op({.code = any, .inputs = {list, list, x, list, x}, .outputs = {y}, .options = graph});
      b.inputs({x});
      b.subgraph("called");
      expect_survived(b.finish());
    }
  }
}

TEST(Hostile, every_operator_survives_operands_and_results_that_are_left_out) {
  for (uint32_t code = 0; code < tflite::builtin_count(); ++code) {
    SCOPED_TRACE(tflite::builtin_name(code));
    for (int left_out = 0; left_out < 16; ++left_out) {
      TfliteBuilder b;
      const auto any = static_cast<int32_t>(code);
      const int32_t x = b.tensor({.name = "x", .shape = {1, 4, 4, 2}});
      const int32_t y = b.tensor({.name = "y", .shape = {1, 4, 4, 2}});  // stated, so that its cost is asked for
      const auto unless = [&](int bit, int32_t tensor) { return (left_out >> bit & 1) != 0 ? -1 : tensor; };
      b.op({.code = any,
            .inputs = {unless(0, x), unless(1, x), unless(2, x)},
            .outputs = {unless(3, y)},
            .options = calls(options::while_, 1, 1)});
      b.inputs({x});
      b.subgraph("called");
      expect_survived(b.finish());
    }
  }
}

TEST(Hostile, options_of_another_operator_are_survived) {
  for (uint32_t code = 0; code < tflite::builtin_count(); ++code) {
    SCOPED_TRACE(tflite::builtin_name(code));
    for (const int32_t value : {-1, INT32_MAX, 3}) {
      TfliteBuilder b = one_operator({.code = static_cast<int32_t>(code),
                                      .options = slots(options::conv_2d, value, value, value, value, value, value)},
                                     {{1, 4, 4, 2}, {2, 3, 3, 2}, {1, 4, 4, 2}});
      expect_survived(b.finish());
    }
  }
}

// --- ONNX ------------------------------------------------------------------------------------------------------------

OnnxGraph small_onnx() {
  OnnxGraph graph;
  graph.input("x", {1, 4}).weight("w", {4, 2}).node(onnx_node("MatMul", {"x", "w"}, {"y"})).output("y", {1, 2});
  return graph;
}

void expect_onnx_error(const Proto& model, ErrorCode code, const std::string& part) {
  expect_error(test::bytes_of(model), code, part);
}

TEST(Hostile, every_beginning_of_an_onnx_file_is_an_error) {
  const File whole = test::bytes_of(small_onnx().model());
  for (size_t size = 1; size < whole.size(); ++size) {
    const Error error = error_of(File(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_TRUE(error.code == ErrorCode::truncated || error.code == ErrorCode::unrecognised) << error.message;
  }
}

TEST(Hostile, every_changed_byte_of_an_onnx_file_is_a_report_or_an_error) {
  const File whole = test::bytes_of(small_onnx().model());
  for (size_t place = 0; place < whole.size(); ++place) {
    for (const uint8_t value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      File changed = whole;
      changed[place] = static_cast<std::byte>(value);
      expect_survived(changed);
    }
  }
}

TEST(Hostile, an_onnx_operand_that_nothing_writes_is_corrupt) {
  const OnnxGraph graph = OnnxGraph().input("x", {1}).node(onnx_node("Relu", {"z"}, {"y"}));
  expect_onnx_error(graph.model(), ErrorCode::corrupt, "Relu reads 'z', which nothing writes");
}

TEST(Hostile, an_onnx_output_that_nothing_writes_is_corrupt) {
  expect_onnx_error(OnnxGraph().input("x", {1}).output("y", {1}).model(), ErrorCode::corrupt,
                    "nothing writes the graph's output 'y'");
}

TEST(Hostile, an_onnx_tensor_that_is_written_twice_is_corrupt) {
  const OnnxGraph graph = small_onnx().node(onnx_node("Relu", {"x"}, {"y"}));
  expect_onnx_error(graph.model(), ErrorCode::corrupt, "the tensor 'y' is defined twice");
}

TEST(Hostile, onnx_nodes_that_wait_for_each_other_are_corrupt) {
  OnnxGraph graph;
  graph.input("x", {1});
  for (int i = 0; i < 1000; ++i) {
    graph.node(onnx_node("Relu", {"t" + std::to_string((i + 1) % 1000)}, {"t" + std::to_string(i)}));
  }
  expect_onnx_error(graph.model(), ErrorCode::corrupt, "waits for its own result");
}

TEST(Hostile, an_onnx_node_without_a_type_or_a_result_is_corrupt) {
  expect_onnx_error(OnnxGraph().input("x", {1}).node(onnx_node("", {"x"}, {"y"})).model(), ErrorCode::corrupt,
                    "a node has no op_type");
  expect_onnx_error(OnnxGraph().input("x", {1}).node(onnx_node("Relu", {"x"}, {})).model(), ErrorCode::corrupt,
                    "Relu has no result");
}

TEST(Hostile, an_onnx_length_of_all_there_can_be_is_truncated) {
  for (const char* length : {"\xff\xff\xff\xff\x0f", "\xff\xff\xff\xff\xff\xff\xff\xff\x7f"}) {
    Proto model;
    model.integer(1, 8);
    model.bytes += std::string("\x3a") + length;  // field 7, the graph
    expect_onnx_error(model, ErrorCode::truncated, "bytes passes the end of its message, which has 0 left");
  }
}

TEST(Hostile, an_onnx_number_of_more_than_64_bits_is_corrupt) {
  Proto model;
  model.integer(1, 8).message(7, small_onnx().proto);
  model.bytes += "\x28" + std::string(11, '\xff');  // field 5, the version of the model
  expect_onnx_error(model, ErrorCode::corrupt, "a number does not fit in 64 bits");
}

TEST(Hostile, onnx_messages_inside_each_other_without_end_are_not_followed) {
  Proto nest = OnnxGraph().proto;
  for (int i = 0; i < 1000; ++i) {
    const Proto branch = Proto{}.text(1, "then_branch").integer(20, 5).message(6, nest);
    nest = OnnxGraph().node(onnx_node("If", {}, {"y"}, {branch})).proto;
  }
  expect_survived(test::bytes_of(OnnxGraph{nest}.model()));
}

TEST(Hostile, onnx_types_inside_each_other_without_end_are_a_limit) {
  Proto type;
  for (int i = 0; i < 1000; ++i) type = Proto{}.message(4, Proto{}.message(1, type));  // a sequence of
  const Proto input = Proto{}.text(1, "x").message(2, type);
  expect_survived(test::bytes_of(OnnxGraph{Proto{}.message(11, input)}.model()));
}

TEST(Hostile, an_onnx_name_of_more_than_a_mebibyte_is_a_limit) {
  const std::string name((size_t{1} << 20) + 1, 'n');
  expect_onnx_error(OnnxGraph().input(name, {1}).model(), ErrorCode::limit, "name");
}

TEST(Hostile, onnx_contents_of_another_size_than_their_shape_are_corrupt) {
  for (const std::vector<int64_t>& dims : {std::vector<int64_t>{3}, {INT64_MAX}, {-1}, {INT64_MAX, INT64_MAX}}) {
    OnnxGraph graph;
    graph.initializer(onnx_raw("w", kOnnxFloat, dims, std::string(8, '\0')));
    EXPECT_EQ(error_of(test::bytes_of(graph.model())).code, ErrorCode::corrupt);
  }
}

TEST(Hostile, an_onnx_tensor_of_many_axes_is_a_limit) {
  expect_onnx_error(OnnxGraph().input("x", std::vector<OnnxDim>(5000, OnnxDim(1))).model(), ErrorCode::limit, "axes");
}

TEST(Hostile, onnx_inputs_of_the_largest_size_are_unknown) {
  OnnxGraph graph;
  graph.input("x", {INT64_MAX, INT64_MAX}).node(onnx_node("Relu", {"x"}, {"y"})).output("y");
  const Report report = analyze(test::bytes_of(graph.model()), "hostile.onnx");
  EXPECT_FALSE(report.totals.complete);
  EXPECT_THAT(report.rows[0].unknown, HasSubstr("out of range"));
}

TEST(Hostile, external_data_outside_of_the_models_folder_is_measured_and_not_opened) {
  for (const std::string place : {"../../../../etc/passwd", "/dev/zero", "\\\\host\\share", "a/../../b", "c:w"}) {
    const Proto location = Proto{}.text(1, "location").text(2, place);
    const Proto length = Proto{}.text(1, "length").text(2, "8");
    const Proto tensor = Proto{}
                             .integer(1, 2)
                             .integer(2, kOnnxFloat)
                             .text(8, "w")
                             .message(13, location)
                             .message(13, length)
                             .integer(14, 1);
    OnnxGraph graph;
    graph.input("x", {2}).initializer(tensor).node(onnx_node("Add", {"x", "w"}, {"y"})).output("y", {2});
    const Report report = analyze(test::bytes_of(graph.model()), "hostile.onnx");
    EXPECT_EQ(report.totals.figures.weight_bytes, 8u) << place;
    ASSERT_EQ(report.warnings.size(), 1u) << place;
    EXPECT_THAT(report.warnings[0].message,
                HasSubstr("lie in '" + place + "', which is outside of the model's folder and is not looked at"));
  }
}

/// The warning of a model on disk whose weights are 8 bytes at 4 of the file "weights".
std::string warning_with_neighbour(const std::function<void(const std::string&)>& make) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "flopstat_external";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  make((folder / "weights").string());
  const Proto location = Proto{}.text(1, "location").text(2, "weights");
  const Proto offset = Proto{}.text(1, "offset").text(2, "4");
  const Proto tensor = Proto{}
                           .integer(1, 2)
                           .integer(2, kOnnxFloat)
                           .text(8, "w")
                           .message(13, location)
                           .message(13, offset)
                           .integer(14, 1);
  OnnxGraph graph;
  graph.input("x", {2}).initializer(tensor).node(onnx_node("Add", {"x", "w"}, {"y"})).output("y", {2});
  const std::string path = (folder / "model.onnx").string();
  std::ofstream(path, std::ios::binary) << graph.model().bytes;
  const Report report = analyze(path);
  EXPECT_EQ(report.totals.figures.weight_bytes, 8u);
  return report.warnings.empty() ? "" : report.warnings[0].message;
}

TEST(Hostile, external_data_that_cannot_be_read_is_a_warning_and_nothing_is_opened) {
  EXPECT_EQ(warning_with_neighbour([](const std::string& path) { std::ofstream(path) << std::string(12, 'w'); }), "");
  EXPECT_THAT(warning_with_neighbour([](const std::string& path) { std::ofstream(path) << std::string(11, 'w'); }),
              HasSubstr("lie in 'weights', which ends at byte 11, before them: they end at 12"));
  EXPECT_THAT(warning_with_neighbour([](const std::string&) {}), HasSubstr("which is not there"));
  EXPECT_THAT(warning_with_neighbour([](const std::string& path) { std::filesystem::create_directory(path); }),
              HasSubstr("which is no regular file"));
  // Opening it would wait for a writer that never comes.
  EXPECT_THAT(warning_with_neighbour([](const std::string& path) { EXPECT_EQ(mkfifo(path.c_str(), 0600), 0); }),
              HasSubstr("which is no regular file"));
}

TEST(Hostile, a_kibibyte_that_claims_two_gigabytes_is_truncated) {
  Proto graph = small_onnx().proto;
  graph.opening(5, uint64_t{2} << 30).bytes += std::string(1024, '\0');
  Proto model = Proto{}.integer(1, 8);
  model.message(7, graph);
  expect_onnx_error(model, ErrorCode::truncated, "2147483648 bytes passes the end of its message, which has 1024 left");
}

TEST(Hostile, onnx_graphs_ten_thousand_deep_in_each_other_are_a_limit) {
  Proto nest = OnnxGraph().proto;
  for (int i = 0; i < 10'000; ++i) {
    const Proto branch = Proto{}.text(1, "then_branch").integer(20, 5).message(6, nest);
    nest = OnnxGraph().node(onnx_node("If", {}, {"y"}, {branch})).proto;
  }
  expect_onnx_error(OnnxGraph{nest}.model(), ErrorCode::limit, "64");
}

/// Adds x to itself as often as the constant says.
Proto onnx_loop(int64_t trips) {
  OnnxGraph body;
  body.proto.message(11, onnx_value_info("i", kOnnxInt64, {})).message(11, onnx_value_info("go", 9, {}));
  body.proto.message(11, onnx_value_info("a", kOnnxFloat, {4}));
  body.node(onnx_node("Identity", {"go"}, {"again"})).node(onnx_node("Add", {"a", "a"}, {"b"}));
  body.proto.message(12, onnx_value_info("again", 9, {})).message(12, onnx_value_info("b", kOnnxFloat, {4}));
  const Proto attribute = Proto{}.text(1, "body").integer(20, 5).message(6, body.proto);
  OnnxGraph graph;
  graph.input("x", {4}).initializer(onnx_int64s("trips", {trips}));
  graph.node(onnx_node("Loop", {"trips", "", "x"}, {"y"}, {attribute})).output("y", {4});
  return graph.model();
}

TEST(Hostile, an_onnx_loop_of_more_trips_than_can_be_run_is_counted_and_not_run) {
  const Report report = analyze(test::bytes_of(onnx_loop(int64_t{1} << 58)), "hostile.onnx");
  EXPECT_EQ(report.totals.figures.flops, uint64_t{4} << 58);  // 4 elements are added in each trip
  const Error error = error_of(test::bytes_of(onnx_loop(int64_t{1} << 62)));
  EXPECT_EQ(error.code, ErrorCode::limit);
  EXPECT_THAT(error.message, HasSubstr("64 bits"));
}

TEST(Hostile, onnx_sizes_below_zero_and_beyond_63_bits_are_named) {
  OnnxGraph graph;
  graph.initializer(onnx_raw("w", kOnnxFloat, {-2, 4}, std::string(8, '\0')));
  expect_onnx_error(graph.model(), ErrorCode::corrupt, "tensor 'w' is stored and has the negative size -2");
  OnnxGraph large;
  large.initializer(onnx_raw("w", kOnnxFloat, {int64_t{1} << 62, 4}, std::string(8, '\0')));
  expect_onnx_error(large.model(), ErrorCode::corrupt, "tensor 'w' has more than 2^64 bytes");
}

TEST(Hostile, onnx_functions_that_call_each_other_in_a_circle_are_corrupt) {
  const auto function = [](const char* name, const char* called) {
    return Proto{}
        .text(1, name)
        .text(4, "x")
        .text(5, "y")
        .message(7, onnx_node(called, {"x"}, {"y"}, {}, {}, "own"))
        .text(10, "own");
  };
  OnnxGraph graph;
  graph.input("x", {2}).node(onnx_node("First", {"x"}, {"y"}, {}, {}, "own")).output("y", {2});
  Proto model = graph.model();
  model.message(25, function("First", "Second")).message(25, function("Second", "First"));
  expect_onnx_error(model, ErrorCode::corrupt, "calls itself");
}

// --- C source --------------------------------------------------------------------------------------------------------

File c_file(const std::string& text) { return bytes_of_text(text); }

TEST(Hostile, a_c_array_that_is_cut_is_truncated) {
  const std::string text = c_source(dense().finish(), "g_model");
  expect_error(c_file(text.substr(0, text.size() / 2)), ErrorCode::truncated,
               "the array 'g_model': the text ends before the '}', behind ");
}

TEST(Hostile, a_c_array_with_an_element_that_is_no_byte_is_corrupt) {
  for (const std::string element : {"256", "-129", "0x100000000000000000000", "08"}) {
    std::string text = c_source(dense().finish(), "g_model");
    text.replace(text.rfind("0x"), 4, element);
    const Error error = error_of(c_file(text));
    EXPECT_EQ(error.code, ErrorCode::corrupt) << element;
    EXPECT_THAT(error.message, HasSubstr("the array 'g_model': element "));
    EXPECT_EQ(error.offset, text.rfind(element)) << error.message;
  }
}

TEST(Hostile, an_error_inside_a_c_array_is_placed_in_the_text) {
  File file = dense().finish();
  overwrite(file, 0, uint32_t{0x00ffffff});
  const std::string text = c_source(file, "g_model");
  const Error error = error_of(c_file(text));
  EXPECT_EQ(error.code, ErrorCode::truncated);
  EXPECT_EQ(error.offset, text.find('}'));
  EXPECT_THAT(error.note, HasSubstr("that is byte 16777215 of the array 'g_model'"));
}

TEST(Hostile, c_source_without_a_model_is_named) {
  expect_error(c_file("char a[] = {1, 2};"), ErrorCode::unrecognised, "it is C source in which no array is a model");
  EXPECT_THAT(error_of(c_file("char a[] = {1, 2};")).note, HasSubstr("'a' with 2"));
}

TEST(Hostile, a_hundred_thousand_arrays_and_braces_and_quotes_are_read_in_one_pass) {
  std::string arrays, braces, comments, quotes;
  for (int i = 0; i < 100'000; ++i) {
    arrays += "{1,";
    braces += "{{";
    comments += "/*";
    quotes += "'\"\\";
  }
  for (const std::string& text : {arrays, braces, comments, quotes}) {
    EXPECT_EQ(error_of(c_file(text)).code, ErrorCode::unrecognised);
  }
}

// --- archives behind a model -----------------------------------------------------------------------------------------

TEST(Hostile, an_archive_behind_a_model_whose_directory_lies_is_a_warning) {
  const File model = dense().finish();
  const File archive = zip_archive({{"labels.txt", "cat"}});
  for (size_t place = 0; place < archive.size(); ++place) {
    for (const uint8_t value : {0x00, 0x01, 0x7f, 0xff}) {
      File changed = archive;
      changed[place] = static_cast<std::byte>(value);
      const Report report = analyze(joined(model, changed), "hostile.tflite");
      EXPECT_EQ(report.totals.figures.params, 10u);  // 2 x 4 weights and 2 biases, whatever lies behind them
      EXPECT_LE(report.attached_bytes, archive.size());
    }
  }
}

TEST(Hostile, names_in_an_archive_that_lead_out_of_a_folder_are_only_shown) {
  const File file = joined(dense().finish(), zip_archive({{"../../etc/passwd", "x"}, {"/dev/zero", ""}, {"a\\b", ""}}));
  const Report report = analyze(file, "hostile.tflite");
  ASSERT_EQ(report.attached_files.size(), 3u);
  EXPECT_EQ(report.attached_files[0].name, "../../etc/passwd");
}

TEST(Hostile, an_archive_that_claims_more_files_than_it_has_bytes_is_a_warning) {
  File archive = zip_archive({{"a", "b"}});
  overwrite(archive, archive.size() - 14, uint16_t{0xfffe});  // in this part of the archive
  overwrite(archive, archive.size() - 12, uint16_t{0xfffe});  // in all
  const Report report = analyze(joined(dense().finish(), archive), "hostile.tflite");
  ASSERT_EQ(report.warnings.size(), 1u);
  EXPECT_THAT(report.warnings[0].message,
              HasSubstr("the directory of the archive has no room for the files that are announced"));
}

// --- other formats ---------------------------------------------------------------------------------------------------

TEST(Hostile, another_format_is_named) {
  const std::string zip("PK\x03\x04", 4);
  const auto* begin = reinterpret_cast<const std::byte*>(zip.data());
  try {
    analyze(File(begin, begin + 4), "model.zip");
    FAIL() << "an archive was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::unrecognised);
    EXPECT_THAT(error.message, HasSubstr("a zip archive"));
  }
}

}  // namespace
}  // namespace flopstat
