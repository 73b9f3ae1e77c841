#include "count/counter.h"

#include <gtest/gtest.h>

#include "flopstat/error.h"
#include "support/invariants.h"
#include "support/model_builder.h"

namespace flopstat::test {
namespace {

constexpr Quantization kScale{.scales = 1, .scale = 0.5F};

/// Units of one mark in a row or total.
uint64_t marked(const Figures& figures, Mark mark) {
  uint64_t sum = 0;
  for (const Work& work : figures.work) sum += work.mark == mark ? work.count : 0;
  return sum;
}

/// A graph of its own with one square product: n x n by n x n.
void add_product_graph(ModelBuilder& b, const std::string& name) {
  b.graph();
  const TensorId x = b.input("x", {});
  b.outputs({b.node(MatMul{}, {x, x}, name)});
}

TEST(Counter, a_row_is_one_node_and_totals_are_their_sum) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 784});
  const TensorId hidden = b.node(MatMul{}, {x, b.stored({784, 100}), b.stored({100})}, "dense");
  b.last_node().activation = UnaryFn::relu;
  b.outputs({b.node(MatMul{}, {hidden, b.stored({100, 10}), b.stored({10})}, "logits")});
  const Counted all = counted(b.finish());
  const Figures& dense = row_named(all.report, "dense").figures;
  EXPECT_EQ(dense.macs, 784 * 100);
  EXPECT_EQ(dense.flops, 2 * 784 * 100 + 100 + 100);  // bias, relu
  EXPECT_EQ(dense.read_bytes, 4 * (784 + 784 * 100 + 100));
  EXPECT_EQ(dense.written_bytes, 4 * 100);
  const Totals& totals = all.report.totals;
  EXPECT_EQ(totals.nodes, 2);
  EXPECT_EQ(totals.figures.macs, 784 * 100 + 100 * 10);
  EXPECT_EQ(totals.figures.flops, 2 * (784 * 100 + 100 * 10) + 200 + 10);
  EXPECT_EQ(totals.figures.int_ops, 0);
  EXPECT_TRUE(totals.complete);
  ASSERT_EQ(all.report.by_type.size(), 1);
  EXPECT_EQ(all.report.by_type[0].nodes, 2);
  EXPECT_EQ(all.report.by_type[0].figures.macs, totals.figures.macs);
}

TEST(Counter, types_are_sorted_by_their_cost) {
  ModelBuilder b;
  const TensorId x = b.input("x", {4, 4});
  const TensorId once = b.node(Unary{UnaryFn::relu}, {x});
  const TensorId y = b.node(MatMul{}, {once, b.stored({4, 4})});
  b.outputs({b.node(Transpose{}, {y, kAbsent}), b.node(Binary{}, {y, y, y})});
  const Counted all = counted(b.finish());
  std::vector<std::string_view> types;
  for (const TypeSummary& each : all.report.by_type) types.push_back(each.type);
  EXPECT_EQ(types, (std::vector<std::string_view>{"matmul", "binary", "unary", "transpose"}));
}

// --- marks -----------------------------------------------------------------------------------------------------------

TEST(Counter, arithmetic_on_whole_numbers_is_marked_and_no_operation) {
  ModelBuilder b;
  const TensorId ids = b.input("ids", {6}, DType::i32);
  b.outputs({b.node(Binary{BinaryFn::add}, {ids, ids}, "shift")});
  const Counted all = counted(b.finish());
  const Figures& shift = row_named(all.report, "shift").figures;
  EXPECT_EQ(shift.int_ops, 0);
  EXPECT_EQ(marked(shift, Mark::index), 6);
}

TEST(Counter, adding_plain_integers_up_in_places_is_bookkeeping_however_it_is_spelled) {
  ModelBuilder b;
  const TensorId numbers = b.input("numbers", {6}, DType::i32);
  const TensorId places = b.input("places", {6, 1}, DType::i32);
  const TensorId ids = b.input("ids", {6}, DType::i32);
  b.outputs({b.node(ScatterNd{}, {places, numbers, b.stored_values({1}, {9})}, "scatter"),
             b.node(SegmentReduce{ReduceFn::sum}, {numbers, ids, b.stored_values({}, {9})}, "segment"),
             b.node(ScatterReduce{BinaryFn::add}, {numbers, places, numbers}, "reduce")});
  const Counted all = counted(b.finish());
  for (const char* name : {"scatter", "segment", "reduce"}) {
    const Figures& figures = row_named(all.report, name).figures;
    EXPECT_EQ(figures.int_ops, 0) << name;
    EXPECT_EQ(marked(figures, Mark::index), 6) << name;
  }
}

TEST(Counter, arithmetic_on_quantized_integers_is_integer_work) {
  ModelBuilder b;
  const TensorId x = b.input("x", {6}, DType::i8);
  const TensorId y = b.node(Binary{BinaryFn::maximum}, {x, x}, "max");
  for (const TensorId id : {x, y}) b.tensor(id).quantization = kScale;
  b.outputs({y});
  const Counted all = counted(b.finish());
  EXPECT_EQ(row_named(all.report, "max").figures.int_ops, 6);
  EXPECT_EQ(marked(row_named(all.report, "max").figures, Mark::index), 0);
}

TEST(Counter, float_work_counts_though_it_only_feeds_an_index) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 6});
  const TensorId scores = b.node(Binary{BinaryFn::mul}, {x, b.stored({1, 6})}, "scores");
  b.outputs({b.node(ArgReduce{}, {scores, b.stored_values({}, {1})}, "best")});
  const Counted all = counted(b.finish());
  EXPECT_EQ(row_named(all.report, "scores").figures.flops, 6);
  EXPECT_EQ(row_named(all.report, "best").figures.flops, 6 - 1);
}

TEST(Counter, arithmetic_on_constants_is_done_at_load) {
  ModelBuilder b;
  const TensorId c = b.node(Binary{BinaryFn::mul}, {b.stored({6}), b.stored({6})}, "fold");
  b.outputs({b.node(Binary{BinaryFn::add}, {b.input("x", {6}), c}, "use")});
  const Counted all = counted(b.finish());
  const Figures& fold = row_named(all.report, "fold").figures;
  EXPECT_EQ(fold.flops, 0);
  EXPECT_EQ(fold.read_bytes, 0);
  EXPECT_EQ(fold.written_bytes, 0);
  EXPECT_EQ(marked(fold, Mark::constant), 6);
  EXPECT_EQ(row_named(all.report, "use").figures.params, 2 * 6);
}

TEST(Counter, a_contraction_over_constants_counts) {
  ModelBuilder b;
  const TensorId positions = b.node(MatMul{}, {b.stored({5, 4}), b.stored({4, 3})}, "positions");
  b.outputs({b.node(Binary{BinaryFn::add}, {b.input("x", {5, 3}), positions})});
  const Counted all = counted(b.finish());
  EXPECT_EQ(row_named(all.report, "positions").figures.macs, 5 * 4 * 3);
  EXPECT_EQ(row_named(all.report, "positions").figures.flops, 2 * 5 * 4 * 3);
  EXPECT_EQ(row_named(all.report, "positions").figures.read_bytes, 4 * (5 * 4 + 4 * 3));
  EXPECT_EQ(all.report.totals.figures.params, 5 * 4 + 4 * 3);
}

TEST(Counter, a_relu_fused_into_an_integer_layer_only_moves_its_clamps) {
  for (const UnaryFn fn : {UnaryFn::relu, UnaryFn::relu6, UnaryFn::relu_n1_to_1}) {
    ModelBuilder b;
    const TensorId x = b.input("x", {1, 8}, DType::i8);
    const TensorId w = b.stored({8, 4}, DType::i8);
    const TensorId y = b.computed();
    b.node_to(MatMul{}, {x, w}, {y}, "dense");
    b.last_node().activation = fn;
    b.tensor(y).dtype = DType::i8;
    for (const TensorId id : {x, w, y}) b.tensor(id).quantization = kScale;
    b.outputs({y});
    const Counted all = counted(b.finish());
    EXPECT_EQ(row_named(all.report, "dense").figures.int_ops, 2 * 8 * 4 + 5 * 4);
    EXPECT_EQ(row_named(all.report, "dense").figures.flops, 0);
  }
}

// --- calls -----------------------------------------------------------------------------------------------------------

TEST(Counter, of_branches_on_an_unknown_condition_the_dearer_one_stands) {
  for (const bool dear_first : {true, false}) {
    ModelBuilder b;
    const TensorId condition = b.input("c", {}, DType::boolean);
    b.outputs({b.node(If{1, 2}, {condition, b.input("x", {4, 4})})});
    if (dear_first) add_product_graph(b, "dear");
    b.graph();
    b.outputs({b.node(Unary{UnaryFn::relu}, {b.input("x", {})}, "cheap")});
    if (!dear_first) add_product_graph(b, "dear");
    const Counted all = counted(b.finish());
    EXPECT_EQ(row_named(all.report, "dear").repeat, 1);
    EXPECT_EQ(row_named(all.report, "cheap").repeat, 0);
    EXPECT_EQ(row_named(all.report, "cheap").figures.flops, 4 * 4);  // for one run
    EXPECT_EQ(all.report.totals.figures.macs, 4 * 4 * 4);
    EXPECT_EQ(all.report.totals.figures.flops, 2 * 4 * 4 * 4);
    EXPECT_EQ(all.report.totals.nodes, 3);
    EXPECT_TRUE(all.report.totals.complete);
  }
}

TEST(Counter, what_runs_once_is_no_part_of_a_run) {
  ModelBuilder b;
  b.node_to(CallOnce{1}, {}, {});
  b.outputs({b.node(Unary{UnaryFn::relu}, {b.input("x", {4})})});
  b.graph();
  b.outputs({b.node(MatMul{}, {b.stored({4, 4}), b.stored({4, 4})}, "initial")});
  const Counted all = counted(b.finish());
  EXPECT_EQ(row_named(all.report, "initial").repeat, 0);
  EXPECT_EQ(all.report.totals.figures.macs, 0);
  EXPECT_TRUE(all.report.totals.complete);
}

/// while (data-dependent) x = x * x, called through `outer` by a node of the main graph.
void add_endless_graphs(ModelBuilder& b, GraphId first) {
  b.graph();
  const TensorId x = b.input("x", {});
  const TensorId y = b.computed();
  b.node_to(While{first + 1, first + 2}, {x}, {y}, "loop");
  b.outputs({y});
  b.graph();
  const TensorId sum = b.node(Reduce{.keep_dims = false}, {b.input("x", {})}, "sum");
  b.outputs({b.node(Binary{BinaryFn::less}, {sum, b.stored({})})});
  add_product_graph(b, "product");
}

TEST(Counter, a_body_of_unknown_trips_counts_once_and_the_totals_are_not_complete) {
  ModelBuilder b;
  b.outputs({b.node(Call{1}, {b.input("x", {4, 4})})});
  add_endless_graphs(b, 1);
  const Counted all = counted(b.finish());
  EXPECT_EQ(row_named(all.report, "product").repeat, std::nullopt);
  EXPECT_EQ(row_named(all.report, "product").unknown, "");
  EXPECT_EQ(all.report.totals.figures.macs, 4 * 4 * 4);
  EXPECT_FALSE(all.report.totals.complete);
  EXPECT_EQ(all.report.totals.unknown_nodes, 0);
}

TEST(Counter, a_loop_of_unknown_trips_in_a_branch_not_taken_runs_0_times) {
  ModelBuilder b;
  const TensorId no = b.stored_values({}, {0}, DType::boolean);
  b.outputs({b.node(If{1, 4}, {no, b.input("x", {4, 4})})});
  add_endless_graphs(b, 1);
  b.graph();
  b.outputs({b.node(Unary{UnaryFn::relu}, {b.input("x", {})}, "taken")});
  const Counted all = counted(b.finish());
  EXPECT_EQ(row_named(all.report, "product").repeat, 0);
  EXPECT_EQ(all.report.totals.figures.macs, 0);
  EXPECT_EQ(all.report.totals.figures.flops, 4 * 4);
  EXPECT_TRUE(all.report.totals.complete);
}

// --- what is not known -----------------------------------------------------------------------------------------------

TEST(Counter, what_is_not_understood_is_a_row_with_a_reason) {
  ModelBuilder b;
  const TensorId x = b.input("x", {4, 4});
  const TensorId y = b.node(MatMul{}, {x, x}, "product");
  const TensorId z = b.node(Opaque{"unheard of"}, {y}, "opaque");
  b.outputs({b.node(Unary{UnaryFn::relu}, {z}, "behind")});
  const Counted all = counted(b.finish());
  EXPECT_EQ(row_named(all.report, "opaque").unknown, "unheard of");
  EXPECT_EQ(row_named(all.report, "opaque").figures.flops, std::nullopt);
  EXPECT_EQ(row_named(all.report, "behind").unknown, "unheard of");
  EXPECT_EQ(all.report.totals.unknown_nodes, 2);
  EXPECT_FALSE(all.report.totals.complete);
  EXPECT_EQ(all.report.totals.figures.macs, 4 * 4 * 4);
}

/// What stops the count as a limit.
std::string limit_of(Model model) {
  try {
    counted(std::move(model));
  } catch (const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::limit);
    return error.message;
  }
  ADD_FAILURE() << "it was counted";
  return {};
}

TEST(Counter, a_count_beyond_64_bits_is_unknown_and_a_sum_of_such_is_a_limit) {
  constexpr int64_t kBig = int64_t{1} << 21;  // its cube is 2^63
  ModelBuilder one;
  const TensorId a = one.input("x", {kBig, 2 * kBig});
  one.outputs({one.node(MatMul{.transpose_b = true}, {a, a}, "product")});
  const Counted alone = counted(one.finish());
  EXPECT_NE(row_named(alone.report, "product").unknown.find("64 bits"), std::string::npos);
  ModelBuilder two;
  const TensorId x = two.input("x", {kBig / 2, kBig});
  for (int i = 0; i < 5; ++i) two.node(MatMul{.transpose_b = true}, {x, x});  // 2^61 multiply-adds, 2^62 FLOPs each
  EXPECT_NE(limit_of(two.finish()).find("64 bits"), std::string::npos);
}

TEST(Counter, variables_are_state_of_the_graphs_that_are_called) {
  ModelBuilder b;
  const TensorId memory = b.state({1, 6});
  b.outputs({b.node(Binary{BinaryFn::add}, {b.input("x", {1, 6}), memory})});
  b.node_to(AssignVariable{}, {b.node(VarHandle{"cache"}, {}), b.input("y", {2, 3})}, {});
  b.graph();
  b.state({1000});  // of another signature
  const Counted all = counted(b.finish());
  EXPECT_EQ(all.report.totals.state_bytes, 4 * 6 + 4 * 2 * 3);
}

TEST(Counter, a_variable_that_nothing_assigns_leaves_the_state_unknown) {
  ModelBuilder b;
  b.state({1, 6});
  const TensorId y = b.computed();
  b.node_to(ReadVariable{}, {b.node(VarHandle{"cache"}, {})}, {y});
  b.outputs({y});
  EXPECT_EQ(counted(b.finish()).report.totals.state_bytes, std::nullopt);
}

TEST(Counter, a_variable_whose_elements_cannot_be_counted_leaves_the_state_unknown) {
  ModelBuilder b;
  b.state({int64_t{1} << 40, int64_t{1} << 40});
  b.outputs({b.node(Unary{UnaryFn::relu}, {b.input("x", {4})})});
  EXPECT_EQ(counted(b.finish()).report.totals.state_bytes, std::nullopt);
}

TEST(Counter, variables_beyond_64_bits_are_a_limit) {
  ModelBuilder b;
  for (int i = 0; i < 32; ++i) b.state({int64_t{1} << 40, int64_t{1} << 16}, DType::f64);  // 2^59 bytes each
  b.outputs({b.node(Unary{UnaryFn::relu}, {b.input("x", {4})})});
  EXPECT_NE(limit_of(b.finish()).find("64 bits"), std::string::npos);
}

TEST(Counter, a_call_that_nests_too_deep_is_unknown_and_never_free) {
  ModelBuilder b;
  for (GraphId i = 0; i < 100; ++i) {
    if (i > 0) b.graph();
    const TensorId y = b.node(Call{i + 1}, {b.input("x", {1})});
    b.tensor(y).dims = std::vector<Dim>{{1, {}}};  // the file states the result
    b.outputs({y});
  }
  b.graph();
  b.outputs({b.node(Unary{UnaryFn::relu}, {b.input("x", {1})})});
  const Counted all = counted(b.finish());
  EXPECT_FALSE(all.report.totals.complete);
  EXPECT_NE(all.report.rows.back().unknown.find("nest deeper than 64"), std::string::npos);
}

/// A graph with one node of each operation there is but calls, all with the same operands and results.
Model every_operation(const std::vector<Shape>& operands, size_t results) {
  ModelBuilder b;
  std::vector<TensorId> inputs;
  for (const Shape& shape : operands) inputs.push_back(b.input("x" + std::to_string(inputs.size()), shape));
  const auto add = [&](Op op) {
    if (!called_graphs(op).empty()) return;
    std::vector<TensorId> outputs;
    while (outputs.size() < results) {
      outputs.push_back(b.computed());
      b.tensor(outputs.back()).dims.emplace();  // the file states a scalar
    }
    b.node_to(std::move(op), inputs, outputs);
  };
  [&]<class... Operations>(std::type_identity<std::variant<Operations...>>) {
    (add(Operations{}), ...);
  }(std::type_identity<Op>{});
  return b.finish();
}

TEST(Counter, an_operation_without_the_operands_it_needs_has_a_row_like_any_other) {
  for (const std::vector<Shape>& operands : std::vector<std::vector<Shape>>{{}, {{}}, {{}, {}}, {{2}, {}, {}}}) {
    for (const size_t results : {0U, 1U, 3U}) {
      const Counted all = counted(every_operation(operands, results));
      EXPECT_GE(all.report.rows.size(), std::variant_size_v<Op> - 6);
      check_invariants(all.report);
    }
  }
}

TEST(Counter, an_operand_that_a_formula_needs_and_a_node_lacks_is_named_as_missing) {
  ModelBuilder b;
  const TensorId ids = b.input("ids", {6}, DType::i32);
  const TensorId scalar = b.stored({});
  b.node_to(EmbeddingBag{}, {ids, ids, ids, ids, scalar}, {b.computed("y")}, "bag");
  b.tensor(ids + 2).dims.emplace();
  const Counted all = counted(b.finish());
  EXPECT_FALSE(row_named(all.report, "bag").unknown.empty());
}

TEST(Counter, a_model_without_graphs_costs_nothing) {
  const Counted all = counted(Model{});
  EXPECT_EQ(all.report.totals.nodes, 0);
  EXPECT_EQ(all.report.totals.figures.macs, 0);
}

}  // namespace
}  // namespace flopstat::test
