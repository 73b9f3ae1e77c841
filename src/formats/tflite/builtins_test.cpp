#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "formats/tflite/operators.h"
#include "formats/tflite/tflite.h"
#include "ops/ops.h"
#include "support/operands.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using test::OpSpec;
using test::TensorType;
using test::TfliteBuilder;
using test::UnionSpec;
namespace builtin = test::builtin;
namespace options = test::options;
namespace options_2 = test::options_2;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace builtin_2 {
enum : int32_t { shift_left_or_complex = 207, cbrt = 208, case_ = 209 };
}

using Longs = std::vector<int64_t>;

test::FlatVector longs(const Longs& values) { return test::flat_vector(values); }

/// A file with one operator on `operands` matrices, and a second subgraph whose only operator is an ADD.
std::vector<std::byte> file_with(OpSpec spec, int32_t operands, TensorType result = TensorType::float32) {
  TfliteBuilder b;
  for (int32_t i = 0; i < operands; ++i) {
    spec.inputs.push_back(b.tensor({.name = "x" + std::to_string(i), .shape = {2, 2}}));
  }
  spec.outputs = {b.tensor({.name = "y", .shape = {2, 2}, .type = result})};
  b.op(spec);
  b.inputs(spec.inputs);
  b.subgraph("body");
  const int32_t left = b.tensor({.name = "a", .shape = {}});
  const int32_t right = b.tensor({.name = "b", .shape = {}});
  const int32_t sum = b.tensor({.name = "c", .shape = {}});
  b.op({.code = builtin::add, .inputs = {left, right}, .outputs = {sum}});
  b.inputs({left, right});
  b.outputs({sum});
  return b.finish();
}

Model read(const OpSpec& spec, int32_t operands = 2, TensorType result = TensorType::float32) {
  return read_tflite(File::from_bytes(file_with(spec, operands, result), "test.tflite"));
}

template <class Operation>
Operation op_of(const OpSpec& spec, int32_t operands = 2, TensorType result = TensorType::float32) {
  return std::get<Operation>(read(spec, operands, result).graphs[0].nodes[0].op);
}

/// Options of an operator of which some slots are set.
UnionSpec slots(uint8_t tag, const std::vector<test::FlatField>& fields) { return {tag, {fields}}; }

// --- every code ------------------------------------------------------------------------------------------------------

/// Operators whose work is not defined by the file, and what is said of them.
const std::map<std::string_view, std::string_view> kOpaque{
    {"CONCAT_EMBEDDINGS", "no runtime ever had a kernel for it"},
    {"DELEGATE", "a delegate took over"},
    {"PLACEHOLDER_FOR_GREATER_OP_CODES", "it is no operator"},
    {"STABLEHLO_CUSTOM_CALL", "a function outside the file"},
};

/// Operators that move or look at their operands and calculate nothing, and those whose graphs do.
const std::set<std::string_view> kBytesOnly{
    "CONCATENATION",
    "DEPTH_TO_SPACE",
    "EMBEDDING_LOOKUP",
    "HASHTABLE_LOOKUP",
    "RESHAPE",
    "SPACE_TO_DEPTH",
    "SKIP_GRAM",
    "CALL",
    "PAD",
    "GATHER",
    "BATCH_TO_SPACE_ND",
    "SPACE_TO_BATCH_ND",
    "TRANSPOSE",
    "SQUEEZE",
    "STRIDED_SLICE",
    "SPLIT",
    "CAST",
    "PADV2",
    "SLICE",
    "SPARSE_TO_DENSE",
    "TILE",
    "EXPAND_DIMS",
    "SHAPE",
    "PACK",
    "LOGICAL_OR",
    "ONE_HOT",
    "LOGICAL_AND",
    "LOGICAL_NOT",
    "UNPACK",
    "REDUCE_ANY",
    "ZEROS_LIKE",
    "FILL",
    "RANGE",
    "RESIZE_NEAREST_NEIGHBOR",
    "MIRROR_PAD",
    "SPLIT_V",
    "REVERSE_V2",
    "GATHER_ND",
    "WHERE",
    "RANK",
    "REVERSE_SEQUENCE",
    "MATRIX_DIAG",
    "MATRIX_SET_DIAG",
    "IF",
    "WHILE",
    "DENSIFY",
    "CALL_ONCE",
    "BROADCAST_TO",
    "IMAG",
    "REAL",
    "HASHTABLE",
    "HASHTABLE_FIND",
    "HASHTABLE_IMPORT",
    "HASHTABLE_SIZE",
    "REDUCE_ALL",
    "VAR_HANDLE",
    "READ_VARIABLE",
    "ASSIGN_VARIABLE",
    "BROADCAST_ARGS",
    "RANDOM_STANDARD_NORMAL",
    "RANDOM_UNIFORM",
    "DYNAMIC_UPDATE_SLICE",
    "BITCAST",
    "BITWISE_XOR",
    "RIGHT_SHIFT",
    "STABLEHLO_RESHAPE",
    "STABLEHLO_CONCATENATE",
    "STABLEHLO_BROADCAST_IN_DIM",
    "STABLEHLO_SLICE",
    "STABLEHLO_AND",
    "STABLEHLO_OR",
    "STABLEHLO_CONVERT",
    "STABLEHLO_DYNAMIC_SLICE",
    "STABLEHLO_DYNAMIC_UPDATE_SLICE",
    "STABLEHLO_PAD",
    "STABLEHLO_IOTA",
    "STABLEHLO_WHILE",
    "STABLEHLO_GATHER",
    "STABLEHLO_TRANSPOSE",
    "DILATE",
    "STABLEHLO_RNG_BIT_GENERATOR",
    "STABLEHLO_COMPOSITE",
    "STABLEHLO_SHIFT_LEFT",
    "STABLEHLO_CASE",
};

/// An operator with the options without which it has no meaning.
OpSpec spec_of(int32_t code) {
  OpSpec spec{.code = code};
  switch (code) {
    case builtin::bucketize:
      spec.options = slots(options::bucketize, {{0, test::flat_vector(std::vector<float>{1, 2, 3})}});
      break;
    case builtin::reduce_window: spec.options_2 = slots(options_2::reduce_window, {{0, int32_t{1}}}); break;
    case builtin::stablehlo_reduce: spec.options_2 = slots(options_2::stablehlo_reduce, {{1, int32_t{1}}}); break;
    case builtin::stablehlo_reduce_window:
      spec.options_2 = slots(options_2::stablehlo_reduce_window, {{5, int32_t{1}}});
      break;
    case builtin::stablehlo_scatter: spec.options_2 = slots(options_2::stablehlo_scatter, {{6, int32_t{1}}}); break;
    case builtin_2::case_: spec.options_2 = slots(23, {{0, test::flat_vector(std::vector<int32_t>{0, 1})}}); break;
    case builtin::conv_2d: spec.options = slots(options::conv_2d, {{1, int32_t{1}}, {2, int32_t{1}}}); break;
    case builtin::depthwise_conv_2d:
    case builtin::transpose_conv:
      spec.options = slots(options::depthwise_conv_2d, {{1, int32_t{1}}, {2, int32_t{1}}});
      break;
    case builtin::conv_3d:
    case builtin::conv_3d_transpose:
      spec.options = slots(options::conv_3d, {{1, int32_t{1}}, {2, int32_t{1}}, {3, int32_t{1}}});
      break;
    case builtin::average_pool_2d:
    case builtin::max_pool_2d:
    case builtin::l2_pool_2d:
      spec.options = slots(options::pool_2d, {{1, int32_t{1}}, {2, int32_t{1}}, {3, int32_t{1}}, {4, int32_t{1}}});
      break;
    default: break;
  }
  return spec;
}

int32_t operands_of(int32_t code) { return code == builtin::stablehlo_scatter ? 3 : 2; }

/// Calculates nothing on matrices of 2 x 2, from which it makes one element.
bool moves_bytes(const Op& op) {
  test::Node node;
  for (int i = 0; i < 5; ++i) node.in({2, 2});
  node.out({1}).out({1});
  const Known<Cost> cost = std::visit([&](const auto& each) { return count(each, node.operands()); }, op);
  return known(cost) != nullptr && known(cost)->work.empty();
}

TEST(Builtins, each_is_counted_or_moves_bytes_or_says_why_it_is_not_known) {
  size_t opaque_rows = 0;
  size_t moving = 0;
  for (int32_t code = 0; code <= builtin_2::case_; ++code) {
    if (code == builtin::custom) continue;
    const std::string_view name = tflite::builtin_name(static_cast<uint32_t>(code));
    SCOPED_TRACE(name);
    const Model model = read(spec_of(code), operands_of(code));
    const Op& op = model.graphs[0].nodes[0].op;
    const auto* opaque = std::get_if<Opaque>(&op);
    const auto sentence = kOpaque.find(name);
    ASSERT_EQ(opaque != nullptr, sentence != kOpaque.end()) << (opaque == nullptr ? "" : opaque->why);
    if (opaque != nullptr) {
      EXPECT_THAT(opaque->why, HasSubstr(std::string(sentence->second)));
      ++opaque_rows;
      continue;
    }
    EXPECT_EQ(moves_bytes(op), kBytesOnly.contains(name));
    moving += kBytesOnly.contains(name) ? 1 : 0;
  }
  EXPECT_EQ(opaque_rows, kOpaque.size());
  EXPECT_EQ(moving, kBytesOnly.size());
}

TEST(Builtins, a_code_that_came_later_is_opaque) {
  EXPECT_THAT(op_of<Opaque>({.code = builtin_2::case_ + 1}).why, HasSubstr("newer than this version"));
}

// --- options and operands of native operators ------------------------------------------------------------------------

TEST(Builtins, a_bidirectional_lstm_is_time_major_unless_told_otherwise) {
  EXPECT_TRUE(op_of<BidirectionalLstm>({.code = builtin::bidirectional_sequence_lstm}).merge_outputs == false);
  const auto op = op_of<BidirectionalLstm>(
      {.code = builtin::bidirectional_sequence_lstm,
       .options = slots(options::bidirectional_sequence_lstm, {{1, 1.0F}, {3, true}, {4, false}, {5, true}})});
  EXPECT_FALSE(op.time_major);
  EXPECT_TRUE(op.merge_outputs);
  EXPECT_TRUE(op.cell_clip);
  EXPECT_FALSE(op.projection_clip);
  EXPECT_TRUE(op.asymmetric_inputs);
  EXPECT_TRUE(op_of<BidirectionalLstm>({.code = builtin::bidirectional_sequence_lstm,
                                        .options = slots(options::bidirectional_sequence_lstm, {{3, true}})})
                  .time_major);
}

TEST(Builtins, a_bidirectional_rnn_has_its_activation_behind_it) {
  const Model model =
      read({.code = builtin::bidirectional_sequence_rnn,
            .options = slots(options::bidirectional_sequence_rnn, {{0, true}, {1, int8_t{4}}, {2, true}, {3, true}})});
  const Node& node = model.graphs[0].nodes[0];
  EXPECT_EQ(node.activation, UnaryFn::tanh);
  const auto& op = std::get<BidirectionalRnn>(node.op);
  EXPECT_TRUE(op.time_major && op.merge_outputs && op.asymmetric_inputs);
}

TEST(Builtins, options_choose_among_kernels) {
  const auto lsh = [](int8_t type) {
    return op_of<LshProjection>(
        {.code = builtin::lsh_projection, .options = slots(options::lsh_projection, {{0, type}})});
  };
  EXPECT_TRUE(lsh(1).packed);  // sparse
  EXPECT_FALSE(lsh(2).packed);
  const OpSpec roots{.code = builtin::embedding_lookup_sparse,
                     .options = slots(options::embedding_lookup_sparse, {{0, int8_t{2}}})};
  EXPECT_EQ(op_of<EmbeddingBag>(roots, 5).combine, EmbeddingBag::Combine::root_mean_square);
  EXPECT_FALSE(op_of<NonMaxSuppression>({.code = builtin::non_max_suppression_v4}).soft);
  EXPECT_TRUE(op_of<NonMaxSuppression>({.code = builtin::non_max_suppression_v5}).soft);
  EXPECT_EQ(op_of<Bucketize>(spec_of(builtin::bucketize)).boundaries, 3);
  const auto window = [](int32_t fn) {
    return op_of<ReduceWindow>(
               {.code = builtin::reduce_window, .options_2 = slots(options_2::reduce_window, {{0, fn}})})
        .fn;
  };
  EXPECT_EQ(window(1), ReduceFn::sum);
  EXPECT_EQ(window(2), ReduceFn::prod);
  EXPECT_EQ(window(3), ReduceFn::min);
  EXPECT_EQ(window(4), ReduceFn::max);
  EXPECT_THAT(op_of<Opaque>({.code = builtin::reduce_window}).why, HasSubstr("no name"));
}

TEST(Builtins, a_one_hot_without_an_axis_has_it_in_front) {
  EXPECT_EQ(op_of<OneHot>({.code = builtin::one_hot, .options = slots(options::one_hot, {})}).axis, 0);
  EXPECT_EQ(op_of<OneHot>({.code = builtin::one_hot, .options = slots(options::one_hot, {{0, int32_t{-1}}})}).axis, -1);
}

TEST(Builtins, segments_are_reduced_by_the_operators_own_function) {
  const std::vector<std::pair<int32_t, ReduceFn>> functions{{builtin::segment_sum, ReduceFn::sum},
                                                            {builtin::unsorted_segment_sum, ReduceFn::sum},
                                                            {builtin::unsorted_segment_prod, ReduceFn::prod},
                                                            {builtin::unsorted_segment_max, ReduceFn::max},
                                                            {builtin::unsorted_segment_min, ReduceFn::min}};
  for (const auto& [code, fn] : functions) EXPECT_EQ(op_of<SegmentReduce>({.code = code}).fn, fn);
}

// --- StableHLO -------------------------------------------------------------------------------------------------------

TEST(Builtins, a_stablehlo_convolution_names_its_axes) {
  const UnionSpec attributes = slots(options_2::stablehlo_convolution, {{0, longs({2, 1})},
                                                                        {1, longs({1, 2, 3, 4})},
                                                                        {2, longs({1, 2})},
                                                                        {3, longs({3, 1})},
                                                                        {5, int64_t{0}},
                                                                        {6, int64_t{3}},
                                                                        {7, longs({1, 2})},
                                                                        {8, int64_t{2}},
                                                                        {9, int64_t{3}},
                                                                        {10, longs({0, 1})},
                                                                        {11, int64_t{0}},
                                                                        {12, int64_t{1}},
                                                                        {13, longs({2, 3})},
                                                                        {14, int64_t{4}},
                                                                        {15, int64_t{1}}});
  const auto conv = op_of<GeneralConv>({.code = builtin::stablehlo_convolution, .options_2 = attributes});
  EXPECT_EQ(conv.x.features, 3);
  EXPECT_EQ(conv.w.batch, 2);
  EXPECT_EQ(conv.w.features, 3);
  EXPECT_THAT(conv.y.spatial, ElementsAre(2, 3));
  ASSERT_EQ(conv.window.axes.size(), 2u);
  EXPECT_EQ(conv.window.axes[0].stride, 2);
  EXPECT_EQ(conv.window.axes[0].dilation, 3);
  EXPECT_EQ(conv.window.axes[1].pad_before, 3);
  EXPECT_EQ(conv.window.axes[1].pad_after, 4);
  EXPECT_THAT(conv.base_dilation, ElementsAre(1, 2));
  EXPECT_EQ(conv.groups, 4);
}

TEST(Builtins, a_stablehlo_product_is_an_equation) {
  const auto equation = [](const Longs& left_batch, const Longs& right_batch, const Longs& left, const Longs& right) {
    return op_of<Einsum>({.code = builtin::stablehlo_dot_general,
                          .options_2 = slots(
                              options_2::stablehlo_dot_general,
                              {{0, longs(left_batch)}, {1, longs(right_batch)}, {2, longs(left)}, {3, longs(right)}})})
        .equation;
  };
  EXPECT_EQ(equation({}, {}, {1}, {0}), "ab,bd->ad");
  EXPECT_EQ(equation({0}, {1}, {1}, {0}), "ab,ba->a");
  EXPECT_EQ(equation({0}, {0}, {}, {}), "ab,ad->abd");
}

TEST(Builtins, a_stablehlo_reduction_is_what_its_body_does) {
  const Model model = read(spec_of(builtin::stablehlo_reduce));
  EXPECT_EQ(std::get<Reduce>(model.graphs[0].nodes[0].op).fn, ReduceFn::sum);
  EXPECT_EQ(std::get<ReduceWindow>(read(spec_of(builtin::stablehlo_reduce_window)).graphs[0].nodes[0].op).fn,
            ReduceFn::sum);
  EXPECT_EQ(std::get<ScatterReduce>(read(spec_of(builtin::stablehlo_scatter), 3).graphs[0].nodes[0].op).fn,
            BinaryFn::add);
  EXPECT_THAT(op_of<Opaque>({.code = builtin::stablehlo_reduce,
                             .options_2 = slots(options_2::stablehlo_reduce, {{1, int32_t{9}}})})
                  .why,
              HasSubstr("its body"));
}

TEST(Builtins, a_stablehlo_result_has_the_sizes_that_the_file_states) {
  const Model model = read({.code = builtin::stablehlo_reshape}, 1);
  const Node& node = model.graphs[0].nodes[0];
  ASSERT_EQ(node.inputs.size(), 2u);
  EXPECT_EQ(integers(*model.graphs[0].tensors[node.inputs[1]].elements), (Longs{2, 2}));
  EXPECT_THAT(op_of<BroadcastInto>({.code = builtin::stablehlo_broadcast_in_dim,
                                    .options_2 = slots(options_2::stablehlo_broadcast_in_dim, {{0, longs({0, 1})}})},
                                   1)
                  .axes,
              ElementsAre(0, 1));
}

TEST(Builtins, a_stablehlo_pad_may_fill_between) {
  const auto pad = op_of<PadBetween>(
      {.code = builtin::stablehlo_pad,
       .options_2 = slots(options_2::stablehlo_pad, {{0, longs({1, -1})}, {1, longs({2, 0})}, {2, longs({0, 3})}})});
  EXPECT_THAT(pad.before, ElementsAre(1, -1));
  EXPECT_THAT(pad.after, ElementsAre(2, 0));
  EXPECT_THAT(pad.between, ElementsAre(0, 3));
}

TEST(Builtins, a_stablehlo_gather_takes_boxes) {
  const auto gather = op_of<GatherBoxes>(
      {.code = builtin::stablehlo_gather,
       .options_2 = slots(options_2::stablehlo_gather,
                          {{0, longs({1})}, {1, longs({0})}, {2, longs({0})}, {3, int64_t{1}}, {4, longs({1, 2})}})});
  EXPECT_THAT(gather.box_axes, ElementsAre(1));
  EXPECT_THAT(gather.dropped_axes, ElementsAre(0));
  EXPECT_EQ(gather.index_axis, 1);
  EXPECT_THAT(gather.sizes, ElementsAre(1, 2));
}

TEST(Builtins, stablehlo_comparisons_have_six_directions) {
  const std::vector<BinaryFn> functions{BinaryFn::equal,   BinaryFn::not_equal,  BinaryFn::greater_equal,
                                        BinaryFn::greater, BinaryFn::less_equal, BinaryFn::less};
  for (uint32_t i = 0; i < functions.size(); ++i) {
    const OpSpec spec{.code = builtin::stablehlo_compare, .options_2 = slots(options_2::stablehlo_compare, {{0, i}})};
    EXPECT_EQ(op_of<Binary>(spec).fn, functions[i]);
  }
}

TEST(Builtins, a_stablehlo_and_of_integers_is_bit_by_bit) {
  EXPECT_EQ(op_of<Binary>({.code = builtin::stablehlo_and}, 2, TensorType::boolean).fn, BinaryFn::logical_and);
  EXPECT_EQ(op_of<Binary>({.code = builtin::stablehlo_and}, 2, TensorType::int32).fn, BinaryFn::bitwise_and);
}

TEST(Builtins, numbers_that_versions_share_are_told_apart_by_the_result) {
  EXPECT_EQ(op_of<Binary>({.code = builtin_2::shift_left_or_complex}, 2, TensorType::int32).fn, BinaryFn::shift_left);
  const Model complex = read({.code = builtin_2::shift_left_or_complex}, 2, TensorType::complex64);
  EXPECT_EQ(complex.graphs[0].nodes[0].type, "COMPLEX");
  EXPECT_EQ(std::get<Cast>(complex.graphs[0].nodes[0].op).to, DType::c64);
}

TEST(Builtins, a_case_of_two_graphs_is_an_if) {
  const auto branch = op_of<If>(spec_of(builtin_2::case_));
  EXPECT_EQ(branch.then_graph, 1u);  // any number but 0
  EXPECT_EQ(branch.else_graph, 0u);
  EXPECT_THAT(op_of<Opaque>({.code = builtin_2::case_}).why, HasSubstr("does not say"));
}

// --- from the file to the figures ------------------------------------------------------------------------------------

TEST(Builtins, a_bidirectional_lstm_in_a_file_is_counted) {
  TfliteBuilder b;
  const int32_t steps = 5;
  const int32_t inputs = 3;
  const int32_t units = 4;
  OpSpec spec{.code = builtin::bidirectional_sequence_lstm,
              .inputs = {b.tensor({.name = "x", .shape = {1, steps, inputs}})},
              .options = slots(options::bidirectional_sequence_lstm, {{3, true}, {4, false}})};
  b.inputs(spec.inputs);
  const auto constant = [&](const std::vector<int32_t>& shape) {
    const size_t size = static_cast<size_t>(shape[0]) * static_cast<size_t>(shape.size() > 1 ? shape[1] : 1);
    spec.inputs.push_back(b.constant({.name = "w", .shape = shape}, std::vector<float>(size)));
  };
  for (int direction = 0; direction < 2; ++direction) {
    for (int i = 0; i < 4; ++i) constant({units, inputs});
    for (int i = 0; i < 4; ++i) constant({units, units});
    spec.inputs.insert(spec.inputs.end(), 3, -1);
    for (int i = 0; i < 4; ++i) constant({units});
    spec.inputs.insert(spec.inputs.end(), 2, -1);
  }
  for (int i = 0; i < 4; ++i) {
    spec.inputs.push_back(b.tensor({.name = "state", .shape = {1, units}, .is_variable = true}));
  }
  spec.inputs.insert(spec.inputs.end(), 9, -1);
  spec.outputs = {b.tensor({.name = "y", .shape = {1, steps, 2 * units}})};
  b.op(spec);
  b.outputs(spec.outputs);
  const Report report = analyze(b.finish(), "bidirectional.tflite");
  ASSERT_EQ(report.rows.size(), 1u);
  EXPECT_EQ(report.rows[0].unknown, "");
  EXPECT_EQ(report.totals.figures.macs, uint64_t{2 * steps * 4 * units * (inputs + units)});
  EXPECT_EQ(report.totals.figures.params, uint64_t{2 * (4 * units * (inputs + units) + 4 * units)});
  EXPECT_EQ(report.totals.state_bytes, uint64_t{4 * units * 4});
  EXPECT_TRUE(report.warnings.empty());
}

}  // namespace
}  // namespace flopstat
