#include <gtest/gtest.h>

#include "flopstat/error.h"
#include "support/model_builder.h"

namespace flopstat::test {
namespace {

Error error_of(const Model& model, const Bindings& bindings) {
  try {
    infer(model, bindings);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was refused";
  return {ErrorCode::corrupt, ""};
}

std::vector<Dim> fixed(const Shape& sizes) {
  std::vector<Dim> dims;
  for (const int64_t size : sizes) dims.push_back({size, {}});
  return dims;
}

// --- shapes ----------------------------------------------------------------------------------------------------------

TEST(Infer, shapes_follow_from_the_inputs) {
  ModelBuilder b;
  const TensorId x = b.input("x", {-1, 784});
  const TensorId hidden = b.node(MatMul{}, {x, b.stored({784, 100})});
  const TensorId y = b.node(Unary{UnaryFn::relu}, {hidden});
  b.outputs({y});
  const Model model = b.finish();
  EXPECT_EQ(shape_in(infer(model, {}), y), (Shape{1, 100}));
  const Frames frames = infer(model, {.dims = {{"batch", 32}}});
  EXPECT_EQ(shape_in(frames, hidden), (Shape{32, 100}));
  EXPECT_EQ(shape_in(frames, y), (Shape{32, 100}));
  EXPECT_EQ(frames.dims.at("batch"), 32);
}

TEST(Infer, a_model_without_graphs_has_nothing_to_infer) {
  Model model;
  EXPECT_TRUE(infer(model, {}).root.values.empty());
}

TEST(Infer, the_shape_of_an_input_reaches_a_reshape_through_arithmetic) {
  ModelBuilder b;
  const TensorId x = b.input("x", {-1, 6, 4});
  const TensorId sizes = b.node(ShapeOf{.to = DType::i32}, {x});
  const TensorId rows = b.node(Binary{BinaryFn::mul}, {sizes, b.stored_values({3}, {1, 2, 1})});
  const TensorId target = b.node(Binary{BinaryFn::floor_div}, {rows, b.stored_values({3}, {1, 1, 2})});
  const TensorId y = b.node(Reshape{}, {x, target});
  const Model model = b.finish();
  EXPECT_EQ(shape_in(infer(model, {.dims = {{"batch", 5}}}), y), (Shape{5, 12, 2}));
}

TEST(Infer, stored_shapes_fill_what_cannot_be_inferred) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 4});
  const TensorId y = b.node(Opaque{"unheard of"}, {x});
  b.tensor(y).dims = fixed({1, 7});
  const TensorId z = b.node(Unary{UnaryFn::relu}, {y});
  const Model model = b.finish();
  EXPECT_EQ(shape_in(infer(model, {}), z), (Shape{1, 7}));
  EXPECT_NE(why_unknown_in(infer(model, {.trust_stored_shapes = false}), z).find("unheard of"), std::string::npos);
}

TEST(Infer, stored_shapes_mean_nothing_where_they_stand_for_free_sizes) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 4});
  const TensorId placeholder = b.node(Opaque{"unheard of"}, {x});
  b.tensor(placeholder).dims = fixed({1, 7});
  b.tensor(placeholder).placeholder = true;
  const TensorId free = b.node(Opaque{"unheard of"}, {x});
  b.tensor(free).dims = fixed({-1, 7});
  const Frames frames = infer(b.finish(), {});
  EXPECT_EQ(why_unknown_in(frames, placeholder), "unheard of");
  EXPECT_EQ(why_unknown_in(frames, free), "unheard of");
}

TEST(Infer, free_sizes_of_stored_shapes_are_those_that_their_symbol_is_bound_to) {
  ModelBuilder b;
  const TensorId x = b.input("x", {-1, 4});
  const TensorId y = b.node(Opaque{"unheard of"}, {x});
  b.tensor(y).dims = fixed({-1, 7});
  b.tensor(y).dims->front().symbol = "batch";
  const TensorId other = b.node(Opaque{"unheard of"}, {x});
  b.tensor(other).dims = fixed({-1, 7});
  b.tensor(other).dims->front().symbol = "length";
  const Frames frames = infer(b.finish(), {.dims = {{"batch", 5}}});
  EXPECT_EQ(shape_in(frames, y), (Shape{5, 7}));
  EXPECT_EQ(why_unknown_in(frames, other), "unheard of");
}

TEST(Infer, stored_shapes_mean_nothing_once_an_input_has_another_size) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 4});
  const TensorId y = b.node(Opaque{"unheard of"}, {x});
  b.tensor(y).dims = fixed({1, 7});
  EXPECT_EQ(why_unknown_in(infer(b.finish(), {.inputs = {{"x", {1, 5}}}}), y), "unheard of");
}

TEST(Infer, a_stored_shape_that_differs_is_a_warning_and_the_inferred_one_counts) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 4});
  const TensorId y = b.node(Unary{UnaryFn::relu}, {x}, "y");
  b.tensor(y).dims = fixed({1, 5});
  const Frames frames = infer(b.finish(), {});
  EXPECT_EQ(shape_in(frames, y), (Shape{1, 4}));
  ASSERT_EQ(frames.warnings.size(), 1);
  EXPECT_EQ(frames.warnings[0].code, "shape_differs");
  EXPECT_NE(frames.warnings[0].message.find("'y' is 1x5, its operation makes it 1x4"), std::string::npos);
}

TEST(Infer, a_stored_shape_that_differs_may_have_free_sizes) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 4});
  const TensorId y = b.node(Unary{UnaryFn::relu}, {x}, "y");
  b.tensor(y).dims = fixed({-1, 5});
  const Frames frames = infer(b.finish(), {});
  ASSERT_EQ(frames.warnings.size(), 1);
  EXPECT_NE(frames.warnings[0].message.find("'y' is ?x5"), std::string::npos) << frames.warnings[0].message;
}

TEST(Infer, many_stored_shapes_that_differ_are_summed_up) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 4});
  for (int i = 0; i < 10; ++i) b.tensor(b.node(Unary{UnaryFn::relu}, {x})).dims = fixed({9});
  const Frames frames = infer(b.finish(), {});
  ASSERT_EQ(frames.warnings.size(), 3 + 1);
  EXPECT_NE(frames.warnings.back().message.find("7 more"), std::string::npos);
}

TEST(Infer, sizes_out_of_range_are_unknown) {
  ModelBuilder b;
  const TensorId huge = b.input("huge", {int64_t{1} << 62, 4});
  const TensorId many = b.input("many", {int64_t{1} << 30, int64_t{1} << 30});
  const TensorId y = b.node(Unary{UnaryFn::relu}, {huge});
  const TensorId z = b.node(Unary{UnaryFn::relu}, {many});
  const Frames frames = infer(b.finish(), {});
  for (const TensorId id : {huge, many, y, z}) {
    EXPECT_NE(why_unknown_in(frames, id).find("out of range"), std::string::npos);
  }
}

// --- a batch that the file fixes -------------------------------------------------------------------------------------

TEST(Infer, a_fixed_batch_is_rebound_where_everything_fits) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 4, 4});
  const TensorId flat = b.node(Reshape{}, {x, b.stored_values({2}, {-1, 16})});
  b.tensor(flat).dims = fixed({1, 16});
  const TensorId y = b.node(MatMul{}, {flat, b.stored({16, 3})});
  b.outputs({y});
  EXPECT_EQ(shape_in(infer(b.finish(), {.dims = {{"batch", 8}}}), y), (Shape{8, 3}));
}

TEST(Infer, a_fixed_batch_that_a_constant_holds_is_refused_by_the_node_s_name) {
  for (const std::vector<int64_t>& target : {std::vector<int64_t>{1, 16}, {1, -1}}) {
    ModelBuilder b;
    const TensorId x = b.input("x", {1, 4, 4});
    b.outputs({b.node(Reshape{.zero_is_zero = true}, {x, b.stored_values({2}, target)}, "flatten")});
    const Error error = error_of(b.finish(), {.dims = {{"batch", 8}}});
    EXPECT_EQ(error.code, ErrorCode::usage);
    EXPECT_NE(error.message.find("fixes its batch"), std::string::npos);
    EXPECT_NE(error.note.find("node 'flatten' (reshape)"), std::string::npos) << error.note;
  }
}

TEST(Infer, a_fixed_batch_that_a_variable_holds_is_refused) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 4});
  const TensorId memory = b.state({1, 4});
  b.outputs({b.node(Binary{BinaryFn::add}, {x, memory}, "remember")});
  const Error error = error_of(b.finish(), {.dims = {{"batch", 8}}});
  EXPECT_NE(error.note.find("node 'remember' (binary)"), std::string::npos) << error.note;
}

TEST(Infer, what_fails_with_a_batch_of_one_too_is_no_reason_to_refuse_another) {
  ModelBuilder b;
  const TensorId x = b.input("x", {1, 4});
  b.node(Opaque{"unheard of"}, {x});
  const TensorId y = b.node(Unary{UnaryFn::relu}, {x});
  EXPECT_EQ(shape_in(infer(b.finish(), {.dims = {{"batch", 8}}}), y), (Shape{8, 4}));
}

// --- calls -----------------------------------------------------------------------------------------------------------

/// A main graph that calls graph 1, which doubles its operand, with each of the shapes.
Model calls_of(const std::vector<Shape>& shapes) {
  ModelBuilder b;
  std::vector<TensorId> results;
  for (const Shape& shape : shapes)
    results.push_back(b.node(Call{1}, {b.input("x" + std::to_string(shape[0]), shape)}));
  b.outputs(results);
  b.graph();
  const TensorId x = b.input("x", {});
  b.outputs({b.node(Binary{BinaryFn::add}, {x, x})});
  return b.finish();
}

TEST(Infer, a_graph_called_twice_has_two_sets_of_shapes) {
  const Model model = calls_of({{2, 3}, {5, 7}});
  const Frames frames = infer(model, {});
  EXPECT_EQ(shape_in(frames, model.graphs[0].outputs[0]), (Shape{2, 3}));
  EXPECT_EQ(shape_in(frames, model.graphs[0].outputs[1]), (Shape{5, 7}));
  EXPECT_EQ(frames.root.children.size(), 2);
}

TEST(Infer, small_constants_keep_their_contents_in_a_called_graph) {
  ModelBuilder b;
  const TensorId x = b.input("x", {6, 4});
  const TensorId y = b.node(Call{1}, {x, b.stored_values({2}, {3, 8})});
  b.graph();
  const TensorId inner = b.input("x", {});
  const TensorId target = b.input("target", {});
  b.outputs({b.node(Reshape{}, {inner, target})});
  EXPECT_EQ(shape_in(infer(b.finish(), {}), y), (Shape{3, 8}));
}

TEST(Infer, operands_that_the_caller_leaves_out_are_unknown) {
  ModelBuilder b;
  const TensorId none = b.node(Call{1}, {});
  const TensorId left_out = b.node(Call{1}, {kAbsent});
  b.graph();
  b.outputs({b.node(Unary{UnaryFn::relu}, {b.input("x", {})})});
  const Frames frames = infer(b.finish(), {});
  EXPECT_NE(why_unknown_in(frames, none).find("too few operands"), std::string::npos);
  EXPECT_NE(why_unknown_in(frames, left_out).find("leaves this operand out"), std::string::npos);
}

TEST(Infer, graphs_that_call_themselves_end_at_a_depth) {
  ModelBuilder b;
  const TensorId y = b.node(Call{0}, {b.input("x", {1, 2})});
  b.outputs({y});
  EXPECT_NE(why_unknown_in(infer(b.finish(), {}), y).find("nest deeper than 64"), std::string::npos);
}

/// Graph i calls graph i + 1 twice, 40 times over: 2^40 calls.
Model doubling_calls(size_t tensors) {
  ModelBuilder b;
  for (GraphId i = 0; i < 40; ++i) {
    if (i > 0) b.graph();
    const TensorId x = b.input("x", {1});
    const TensorId first = b.node(Call{i + 1}, {x});
    b.outputs({b.node(Call{i + 1}, {first})});
    while (b.here().tensors.size() < tensors) b.computed();
  }
  b.graph();
  b.outputs({b.input("x", {1})});
  return b.finish();
}

TEST(Infer, calls_that_unfold_without_end_are_refused) { EXPECT_THROW(infer(doubling_calls(0), {}), Error); }

TEST(Infer, tensors_are_paid_from_the_budget_too) {
  // A frame holds a value per tensor: 10,000 of them in each of a million calls would not fit any memory.
  EXPECT_THROW(infer(doubling_calls(10'000), {}), Error);
}

// --- If --------------------------------------------------------------------------------------------------------------

/// condition, x [2, 3] -> by graph 1 the same, by graph 2 of another shape where `reshapes`.
struct Branches {
  ModelBuilder b;
  TensorId x;
  TensorId y = 0;

  explicit Branches(bool reshapes) : x(b.input("x", {2, 3})) {
    b.graph();
    b.outputs({b.node(Unary{UnaryFn::relu}, {b.input("x", {})}, "then")});
    b.graph();
    const TensorId inner = b.input("x", {});
    const TensorId result = reshapes ? b.node(Reshape{}, {inner, b.stored_values({1}, {6})}, "else")
                                     : b.node(Unary{UnaryFn::tanh}, {inner}, "else");
    b.outputs({result});
    b.go_on_with(0);
  }
  Frames infer_on(TensorId condition) {
    y = b.node(If{1, 2}, {condition, x});
    b.outputs({y});
    return infer(b.model(), {});
  }
};

std::vector<uint64_t> repeats(const Child& child) {
  std::vector<uint64_t> result;
  for (const Called& called : child.calls) result.push_back(*known(called.repeat));
  return result;
}

TEST(Infer, a_condition_that_is_known_takes_its_branch) {
  Branches taken(true);
  const Frames yes = taken.infer_on(taken.b.stored_values({}, {1}, DType::boolean));
  EXPECT_EQ(shape_in(yes, taken.y), (Shape{2, 3}));
  EXPECT_EQ(repeats(yes.root.children.at(0)), (std::vector<uint64_t>{1, 0}));
  EXPECT_FALSE(yes.root.children.at(0).choose);
  Branches other(true);
  const Frames no = other.infer_on(other.b.stored_values({}, {0}, DType::boolean));
  EXPECT_EQ(shape_in(no, other.y), (Shape{6}));
  EXPECT_EQ(repeats(no.root.children.at(0)), (std::vector<uint64_t>{0, 1}));
}

TEST(Infer, a_condition_that_is_not_known_follows_both_branches) {
  Branches same(false);
  const Frames frames = same.infer_on(same.b.input("c", {}, DType::boolean));
  EXPECT_EQ(shape_in(frames, same.y), (Shape{2, 3}));
  EXPECT_TRUE(frames.root.children.at(0).choose);
  EXPECT_EQ(repeats(frames.root.children.at(0)), (std::vector<uint64_t>{1, 1}));
}

TEST(Infer, branches_of_different_shapes_leave_the_result_unknown) {
  Branches different(true);
  const Frames frames = different.infer_on(different.b.input("c", {}, DType::boolean));
  EXPECT_NE(why_unknown_in(frames, different.y).find("branches give different shapes"), std::string::npos);
}

// --- variables -------------------------------------------------------------------------------------------------------

TEST(Infer, a_variable_carries_its_value_from_assignment_to_read) {
  ModelBuilder b;
  const TensorId x = b.input("x", {2, 3});
  const TensorId handle = b.node(VarHandle{"memory"}, {});
  b.node_to(AssignVariable{}, {handle, x}, {});
  const TensorId again = b.node(VarHandle{"memory"}, {});
  const TensorId y = b.node(ReadVariable{}, {again});
  const Frames frames = infer(b.finish(), {});
  EXPECT_EQ(shape_in(frames, y), (Shape{2, 3}));
  EXPECT_EQ(known(frames.variables.at("memory"))->shape, (Shape{2, 3}));
}

TEST(Infer, a_graph_that_runs_once_assigns_for_all_runs) {
  ModelBuilder b;
  b.node_to(CallOnce{1}, {}, {});
  const TensorId y = b.node(ReadVariable{}, {b.node(VarHandle{"memory"}, {})});
  b.graph();
  b.node_to(AssignVariable{}, {b.node(VarHandle{"memory"}, {}), b.stored({4, 5})}, {});
  const Frames frames = infer(b.finish(), {});
  EXPECT_EQ(shape_in(frames, y), (Shape{4, 5}));
  EXPECT_EQ(repeats(frames.root.children.at(0)), (std::vector<uint64_t>{0}));
  EXPECT_FALSE(known(frames.root.values[y])->constant);  // a run may change it
}

TEST(Infer, a_variable_that_nothing_assigns_is_unknown) {
  ModelBuilder b;
  const TensorId y = b.node(ReadVariable{}, {b.node(VarHandle{"memory"}, {})});
  const TensorId nowhere = b.node(ReadVariable{}, {b.input("handle", {}, DType::resource)});
  const Frames frames = infer(b.finish(), {});
  EXPECT_NE(why_unknown_in(frames, y).find("read before anything is assigned"), std::string::npos);
  EXPECT_NE(why_unknown_in(frames, nowhere).find("variable that is read is not known"), std::string::npos);
}

// --- constants -------------------------------------------------------------------------------------------------------

TEST(Infer, what_is_computed_from_constants_alone_is_constant) {
  ModelBuilder b;
  const TensorId x = b.input("x", {2});
  const TensorId c = b.node(Binary{BinaryFn::mul}, {b.stored({2}), b.stored({2})});
  const TensorId y = b.node(Binary{BinaryFn::mul}, {c, x});
  const TensorId noise = b.node(Random{}, {b.stored_values({1}, {2})});
  const Frames frames = infer(b.finish(), {});
  EXPECT_TRUE(known(frames.root.values[c])->constant);
  EXPECT_FALSE(known(frames.root.values[y])->constant);
  EXPECT_FALSE(known(frames.root.values[noise])->constant);
}

}  // namespace
}  // namespace flopstat::test
