#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "formats/tflite/operators.h"
#include "formats/tflite/tflite.h"
#include "ops/ops.h"
#include "support/corpus.h"
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
    case builtin_2::case_: spec.options_2 = slots(23, {{0, test::flat_vector(std::vector<int32_t>{1, 1})}}); break;
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
  node.out({1, 1}).out({1, 1});
  const Known<Cost> cost = std::visit([&](const auto& each) { return count(each, node.operands()); }, op);
  return known(cost) != nullptr && known(cost)->work.empty();
}

/// What the list says of each operator: "counted", "bytes only" (it moves or looks at its operands, or its graphs are
/// rows of their own) or "opaque", with the reason.
std::vector<test::Record> operators() { return test::read_list("lists/builtin_operators.csv"); }

bool is_registered(const std::string& suite, const std::string& test) {
  const ::testing::UnitTest& all = *::testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const ::testing::TestSuite& each = *all.GetTestSuite(i);
    if (each.name() != suite) continue;
    for (int j = 0; j < each.total_test_count(); ++j) {
      if (each.GetTestInfo(j)->name() == test) return true;
    }
  }
  return false;
}

TEST(Builtins, of_the_list_are_those_of_the_schema_at_their_numbers) {
  std::ifstream file(FLOPSTAT_SOURCE_DIR "/scripts/tflite.fbs");
  const std::string schema{std::istreambuf_iterator<char>(file), {}};
  const size_t begin = schema.find("enum BuiltinOperator");
  ASSERT_NE(begin, std::string::npos);
  const std::string members = schema.substr(begin, schema.find('}', begin) - begin);
  // Every member that is not StableHLO's is native: 164 of them, placeholders included.
  const std::regex member("([A-Z0-9_]+) = ([0-9]+)");
  const std::vector<test::Record> listed = operators();
  size_t native = 0;
  size_t number = 0;
  for (std::sregex_iterator i(members.begin(), members.end(), member), end; i != end; ++i, ++number) {
    ASSERT_LT(number, listed.size());
    EXPECT_EQ((*i)[2].str(), std::to_string(number));
    EXPECT_EQ(listed[number].at("operator"), (*i)[1].str());
    if (!(*i)[1].str().starts_with("STABLEHLO_")) ++native;
  }
  EXPECT_EQ(native, 164U);
  // The schema here ends where numbers depend on the version of the writer.
  EXPECT_EQ(number, tflite::builtin_count());
  EXPECT_EQ(listed.size(), static_cast<size_t>(builtin_2::case_) + 1);
  for (uint32_t code = 0; code < listed.size(); ++code) {
    EXPECT_EQ(tflite::builtin_name(code), listed[code].at("operator"));
  }
}

TEST(Builtins, each_is_counted_and_derived_or_moves_bytes_or_says_why_it_is_not_known) {
  std::map<std::string, size_t> sums;
  int32_t code = 0;
  for (const test::Record& record : operators()) {
    const std::string& name = record.at("operator");
    const std::string& work = record.at("work");
    SCOPED_TRACE(name);
    std::cout << name << ": " << work << (record.at("reason").empty() ? "" : ": ") << record.at("reason") << "\n";
    ++sums[work];
    const Model model = read(spec_of(code), operands_of(code));
    const Op& op = model.graphs[0].nodes[0].op;
    const auto* opaque = std::get_if<Opaque>(&op);
    EXPECT_EQ(opaque != nullptr, work == "opaque");
    EXPECT_EQ(opaque == nullptr ? "" : opaque->why, record.at("reason"));
    if (opaque == nullptr) {
      EXPECT_EQ(moves_bytes(op), work == "bytes only");
    }
    EXPECT_EQ(is_registered("Tflite/BuiltinWork", "equals_its_derivation/" + name), work == "counted");
    ++code;
  }
  EXPECT_EQ(sums["counted"] + sums["bytes only"] + sums["opaque"], static_cast<size_t>(code));
  for (const auto& [work, number] : sums) std::cout << work << ": " << number << "\n";
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

TEST(Builtins, a_case_names_its_graphs) {
  EXPECT_THAT(op_of<Case>(spec_of(builtin_2::case_)).graphs, ElementsAre(1, 1));
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

/// Chooses among graphs that multiply x [2, 4] with matrices of 3, 5 and 7 columns: 24, 40 and 56 multiply-adds. The
/// results have one size.
std::vector<std::byte> case_file(std::optional<int32_t> number) {
  TfliteBuilder b;
  const test::TensorSpec index{.name = "number", .shape = {}, .type = TensorType::int32};
  const int32_t which = number ? b.constant(index, std::vector<int32_t>{*number}) : b.tensor(index);
  const int32_t x = b.tensor({.name = "x", .shape = {2, 4}});
  const int32_t y = b.tensor({.name = "y", .shape = {2}});
  b.op({.code = builtin_2::case_,
        .inputs = {which, x},
        .outputs = {y},
        .options_2 = slots(23, {{0, test::flat_vector(std::vector<int32_t>{1, 2, 3})}})});
  b.inputs(number ? std::vector<int32_t>{x} : std::vector<int32_t>{which, x});
  b.outputs({y});
  for (const int32_t columns : {3, 5, 7}) {
    b.subgraph("branch");
    const int32_t a = b.tensor({.name = "a", .shape = {2, 4}});
    const int32_t w = b.constant({.name = "w", .shape = {columns, 4}}, std::vector<float>(4U * columns));
    const int32_t product = b.tensor({.name = "product", .shape = {2, columns}});
    const int32_t axis = b.constant({.name = "axis", .shape = {1}, .type = TensorType::int32}, std::vector<int32_t>{1});
    const int32_t sum = b.tensor({.name = "sum", .shape = {2}});
    b.op({.code = builtin::fully_connected, .inputs = {a, w, -1}, .outputs = {product}});
    b.op({.code = builtin::sum, .inputs = {product, axis}, .outputs = {sum}});
    b.inputs({a});
    b.outputs({sum});
  }
  return b.finish();
}

TEST(Builtins, a_case_of_many_graphs_runs_the_one_of_its_number_or_else_the_last) {
  const auto macs = [](std::optional<int32_t> number) {
    const Report report = analyze(case_file(number), "case.tflite");
    EXPECT_TRUE(report.totals.complete);
    return report.totals.figures.macs;
  };
  EXPECT_EQ(macs(0), 2U * 4 * 3);
  EXPECT_EQ(macs(1), 2U * 4 * 5);
  EXPECT_EQ(macs(2), 2U * 4 * 7);
  EXPECT_EQ(macs(3), 2U * 4 * 7);
  EXPECT_EQ(macs(-1), 2U * 4 * 7);
  EXPECT_EQ(macs({}), 2U * 4 * 7) << "the dearest, where the input decides";
}

/// x [1, 4] by sparse weights [3, 4]: 2 blocks of 1 x 2 are stored, of 6.
std::vector<std::byte> sparse_file(bool through_densify) {
  TfliteBuilder b;
  const test::FlatTable segments{{{0, test::flat_vector(std::vector<uint8_t>{0, 1, 2, 2})}}};
  const test::FlatTable indices{{{0, test::flat_vector(std::vector<uint16_t>{0, 1})}}};
  const test::FlatTable rows{{{0, int8_t{0}}, {1, int32_t{3}}}};
  const test::FlatTable blocks{{{0, int8_t{1}}, {2, uint8_t{3}}, {3, segments}, {4, uint8_t{2}}, {5, indices}}};
  const test::FlatTable inside{{{0, int8_t{0}}, {1, int32_t{2}}}};
  const test::FlatTable sparsity{{{0, test::flat_vector(std::vector<int32_t>{0, 1, 2})},
                                  {1, test::flat_vector(std::vector<int32_t>{1})},
                                  {2, std::vector<test::FlatTable>{rows, blocks, inside}}}};
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
  int32_t w = b.tensor({.name = "w",
                        .shape = {3, 4},
                        .buffer = b.buffer(std::vector<std::byte>(2U * 2 * sizeof(float))),
                        .extra = {{6, sparsity}}});
  if (through_densify) {
    const int32_t dense = b.tensor({.name = "dense", .shape = {3, 4}});
    b.op({.code = builtin::densify, .inputs = {w}, .outputs = {dense}});
    w = dense;
  }
  const int32_t y = b.tensor({.name = "y", .shape = {1, 3}});
  b.op({.code = builtin::fully_connected, .inputs = {x, w, -1}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  return b.finish();
}

TEST(Builtins, blocks_that_sparse_weights_leave_out_are_no_valid_macs_and_no_bytes) {
  // 4 segments of a byte, 2 indices of two.
  const uint64_t stored = 2 * 2 * sizeof(float) + 4 * sizeof(uint8_t) + 2 * sizeof(uint16_t);
  for (const bool through_densify : {false, true}) {
    SCOPED_TRACE(through_densify);
    const Report report = analyze(sparse_file(through_densify), "sparse.tflite");
    const Totals& totals = report.totals;
    EXPECT_TRUE(totals.complete);
    EXPECT_EQ(totals.figures.macs, 3U * 4);
    EXPECT_EQ(totals.figures.valid_macs, 2U * 2);
    EXPECT_EQ(totals.figures.params, 3U * 4);
    EXPECT_EQ(totals.figures.weight_bytes, stored);
    // A DENSIFY of a constant is done when the model is loaded: what the product reads is dense.
    const uint64_t weights = through_densify ? 3 * 4 * sizeof(float) : stored;
    EXPECT_EQ(totals.figures.read_bytes, 4 * sizeof(float) + weights);
  }
}

TEST(Builtins, scales_along_several_axes_lie_in_a_tensor_of_their_own) {
  constexpr uint8_t kMultiAxis = 3;
  TfliteBuilder b;
  const int32_t scales = b.constant({.name = "scales", .shape = {4, 2}}, std::vector<float>(8));
  const int32_t zero_points =
      b.constant({.name = "zero points", .shape = {4, 2}, .type = TensorType::int8}, std::vector<int8_t>(8));
  const test::FlatVector axes = test::flat_vector(std::vector<int32_t>{0, 1});
  b.tensor({.name = "w",
            .shape = {4, 32},
            .type = TensorType::int4,
            .quantization = test::QuantizationSpec{
                .details = {kMultiAxis, {{{0, scales}, {1, zero_points}, {2, int32_t{16}}, {3, axes}}}}}});
  const Model model = read_tflite(File::from_bytes(b.finish(), "multi_axis.tflite"));
  const Quantization& quantization = model.graphs[0].tensors[2].quantization;
  EXPECT_GT(quantization.scales, 1U);
  EXPECT_EQ(quantization.stored_bytes, 8 * sizeof(float) + 8 * sizeof(int8_t));
}

TEST(Builtins, text_has_no_size_while_the_model_runs) {
  TfliteBuilder b;
  const int32_t words = b.tensor({.name = "words", .shape = {3}, .type = TensorType::string});
  const int32_t known =
      b.constant({.name = "known", .shape = {1}, .type = TensorType::string}, std::vector<uint8_t>(20));
  const int32_t all = b.tensor({.name = "all", .shape = {4}, .type = TensorType::string});
  const int32_t shape = b.tensor({.name = "shape", .shape = {1}, .type = TensorType::int32});
  b.op({.code = builtin::concatenation, .inputs = {words, known}, .outputs = {all}});
  b.op({.code = builtin::shape, .inputs = {all}, .outputs = {shape}});
  b.inputs({words});
  b.outputs({all, shape});
  const Report report = analyze(b.finish(), "words.tflite");
  EXPECT_TRUE(report.totals.complete);
  EXPECT_EQ(report.rows[0].figures.read_bytes, std::nullopt);
  EXPECT_EQ(report.rows[0].figures.written_bytes, std::nullopt);
  EXPECT_EQ(report.rows[1].figures.read_bytes, 0U) << "a shape is read off, not the text";
  EXPECT_EQ(report.totals.figures.read_bytes, std::nullopt);
  EXPECT_EQ(report.totals.figures.flops, 0U);
}

TEST(Builtins, a_state_of_a_free_size_is_unknown_and_never_0_bytes) {
  TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 3}});
  const int32_t state =
      b.tensor({.name = "state", .shape = {1, 4}, .shape_signature = std::vector<int32_t>{-1, 4}, .is_variable = true});
  const int32_t w = b.constant({.name = "w", .shape = {4, 3}}, std::vector<float>(12));
  const int32_t r = b.constant({.name = "r", .shape = {4, 4}}, std::vector<float>(16));
  const int32_t bias = b.constant({.name = "b", .shape = {4}}, std::vector<float>(4));
  const int32_t y = b.tensor({.name = "y", .shape = {1, 4}});
  b.op({.code = builtin::rnn, .inputs = {x, w, r, bias, state}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  const Report report = analyze(b.finish(), "rnn.tflite");
  EXPECT_EQ(report.totals.state_bytes, std::nullopt);
  EXPECT_THAT(report.rows[0].unknown, HasSubstr("'state' has a size that the file leaves free"));
  EXPECT_FALSE(report.totals.complete);
}

}  // namespace
}  // namespace flopstat
