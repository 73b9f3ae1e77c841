#include "graph/bind.h"

#include <gtest/gtest.h>

#include "flopstat/error.h"
#include "support/model_builder.h"

namespace flopstat::test {
namespace {

Shape bound_shape(const BoundInputs& inputs, size_t i = 0) {
  if (const Value* value = known(inputs.values.at(i))) return value->shape;
  ADD_FAILURE() << reason(inputs.values[i]).why;
  return {};
}

Error error_of(const Model& model, const Bindings& bindings) {
  try {
    bind(model, bindings);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was refused";
  return {ErrorCode::corrupt, ""};
}

Model with_input(const Shape& sizes) {
  ModelBuilder b;
  b.input("x", sizes);
  return b.finish();
}

TEST(Bind, a_free_first_axis_is_a_batch_of_one) {
  const BoundInputs inputs = bind(with_input({-1, 28}), {});
  EXPECT_EQ(bound_shape(inputs), (Shape{1, 28}));
  EXPECT_EQ(inputs.dims, (std::map<std::string, int64_t>{{"batch", 1}}));
  EXPECT_FALSE(inputs.rebound);
}

TEST(Bind, a_free_batch_is_bound_by_its_name) {
  const BoundInputs inputs = bind(with_input({-1, 28}), {.dims = {{"batch", 8}}});
  EXPECT_EQ(bound_shape(inputs), (Shape{8, 28}));
  EXPECT_EQ(inputs.dims.at("batch"), 8);
  EXPECT_FALSE(inputs.rebound);
}

TEST(Bind, another_free_axis_is_unknown_and_names_the_flags_that_bind_it) {
  const BoundInputs inputs = bind(with_input({-1, -1, -1, 3}), {.dims = {{"x.1", 64}}});
  ASSERT_EQ(known(inputs.values[0]), nullptr);
  const std::string& why = reason(inputs.values[0]).why;
  EXPECT_NE(why.find("--dim x.2=N"), std::string::npos) << why;
  EXPECT_EQ(why.find("--dim x.1=N"), std::string::npos) << why;
  EXPECT_EQ(bound_shape(bind(with_input({-1, -1, -1, 3}), {.dims = {{"x.1", 64}, {"x.2", 32}}})),
            (Shape{1, 64, 32, 3}));
}

TEST(Bind, the_name_that_the_file_gives_a_dimension_counts) {
  ModelBuilder b;
  const TensorId ids = b.input("ids", {-1, -1});
  const TensorId mask = b.input("mask", {-1, -1});
  for (const TensorId id : {ids, mask}) {
    (*b.tensor(id).dims)[0].symbol = "N";
    (*b.tensor(id).dims)[1].symbol = "sequence";
  }
  const Model model = b.finish();
  const BoundInputs inputs = bind(model, {.dims = {{"sequence", 128}}});
  EXPECT_EQ(bound_shape(inputs, 0), (Shape{1, 128}));
  EXPECT_EQ(bound_shape(inputs, 1), (Shape{1, 128}));
  EXPECT_EQ(inputs.dims, (std::map<std::string, int64_t>{{"N", 1}, {"sequence", 128}}));
}

TEST(Bind, batch_does_not_stand_for_a_first_axis_of_another_name) {
  ModelBuilder b;
  (*b.tensor(b.input("x", {-1, 4})).dims)[0].symbol = "N";
  const Model model = b.finish();
  const Error error = error_of(model, {.dims = {{"batch", 4}}});
  EXPECT_NE(error.message.find("no free dimension 'batch'"), std::string::npos);
  EXPECT_NE(error.note.find("it has: N"), std::string::npos);
}

TEST(Bind, a_dimension_that_is_not_there_is_refused_with_those_that_are) {
  const Error error = error_of(with_input({-1, -1}), {.dims = {{"x.1", 5}, {"seq", 5}}});
  EXPECT_EQ(error.code, ErrorCode::usage);
  EXPECT_NE(error.message.find("'seq'"), std::string::npos);
  EXPECT_NE(error.note.find("batch, x.1"), std::string::npos) << error.note;
  EXPECT_NE(error_of(with_input({2, 3}), {.dims = {{"seq", 5}}}).note.find("fixed"), std::string::npos);
}

TEST(Bind, names_that_are_not_there_are_listed_where_the_caller_wants_no_error) {
  const BoundInputs inputs =
      bind(with_input({-1, -1}),
           {.dims = {{"x.1", 5}, {"seq", 5}}, .inputs = {{"y", {1, 2}}}, .skip_unmatched_names = true});
  EXPECT_EQ(bound_shape(inputs), (Shape{1, 5}));
  ASSERT_EQ(inputs.unmatched.size(), 2u);
  EXPECT_EQ(inputs.unmatched[0].message, "the model has no free dimension 'seq'");
  EXPECT_EQ(inputs.unmatched[1].message, "the model has no input 'y'");
  EXPECT_EQ(inputs.unmatched[1].note, "it has: x");
}

TEST(Bind, a_whole_shape_goes_to_the_input_of_that_name) {
  const BoundInputs inputs = bind(with_input({-1, -1, 3}), {.inputs = {{"x", {2, 7, 3}}}});
  EXPECT_EQ(bound_shape(inputs), (Shape{2, 7, 3}));
  EXPECT_EQ(inputs.dims, (std::map<std::string, int64_t>{{"batch", 2}, {"x.1", 7}}));
  EXPECT_FALSE(inputs.rebound);
}

TEST(Bind, a_whole_shape_may_change_what_the_file_fixes) {
  const BoundInputs inputs = bind(with_input({1, 224, 224, 3}), {.inputs = {{"x", {1, 320, 320, 3}}}});
  EXPECT_EQ(bound_shape(inputs), (Shape{1, 320, 320, 3}));
  EXPECT_TRUE(inputs.rebound);
}

TEST(Bind, an_input_may_be_meant_by_the_name_in_its_signature) {
  ModelBuilder b;
  const TensorId x = b.input("serving_default_x:0", {-1, 4});
  b.model().signatures.push_back({"serving_default", 0, {{"x", x}}, {}});
  const Model model = b.finish();
  EXPECT_EQ(bound_shape(bind(model, {.inputs = {{"x", {5, 4}}}})), (Shape{5, 4}));
  EXPECT_EQ(bound_shape(bind(model, {.inputs = {{"serving_default_x:0", {5, 4}}}})), (Shape{5, 4}));
}

TEST(Bind, a_shape_that_does_not_fit_is_refused) {
  const Error rank = error_of(with_input({-1, 28}), {.inputs = {{"x", {1, 28, 28}}}});
  EXPECT_EQ(rank.code, ErrorCode::usage);
  EXPECT_NE(rank.message.find("has 3 axes, the model's input has 2"), std::string::npos) << rank.message;
  const Error name = error_of(with_input({-1, 28}), {.inputs = {{"y", {1, 28}}}});
  EXPECT_NE(name.message.find("no input 'y'"), std::string::npos);
  EXPECT_NE(name.note.find("it has: x"), std::string::npos);
}

TEST(Bind, an_input_without_a_shape_names_the_flag_that_gives_it_one) {
  ModelBuilder b;
  b.tensor(b.input("x", {})).dims.reset();
  const Model model = b.finish();
  EXPECT_NE(reason(bind(model, {}).values[0]).why.find("--input x="), std::string::npos);
  EXPECT_EQ(bound_shape(bind(model, {.inputs = {{"x", {2, 3}}}})), (Shape{2, 3}));
}

TEST(Bind, batch_replaces_the_leading_one_that_the_file_fixes) {
  ModelBuilder b;
  b.input("image", {1, 8, 8, 3});
  b.input("scale", {});
  b.input("anchors", {10, 4});
  const BoundInputs inputs = bind(b.finish(), {.dims = {{"batch", 16}}});
  EXPECT_EQ(bound_shape(inputs, 0), (Shape{16, 8, 8, 3}));
  EXPECT_EQ(bound_shape(inputs, 1), (Shape{}));
  EXPECT_EQ(bound_shape(inputs, 2), (Shape{10, 4}));
  EXPECT_TRUE(inputs.rebound);
  EXPECT_EQ(inputs.dims.at("batch"), 16);
}

TEST(Bind, a_batch_that_is_no_leading_one_is_not_replaced) {
  EXPECT_NE(error_of(with_input({2, 3}), {.dims = {{"batch", 4}}}).message.find("no free dimension 'batch'"),
            std::string::npos);
}

TEST(Bind, an_image_size_is_height_and_width_before_or_behind_the_channels) {
  const Bindings bindings{.image_size = {224, 320}};
  EXPECT_EQ(bound_shape(bind(with_input({-1, -1, -1, 3}), bindings)), (Shape{1, 224, 320, 3}));
  EXPECT_EQ(bound_shape(bind(with_input({-1, 3, -1, -1}), bindings)), (Shape{1, 3, 224, 320}));
  EXPECT_EQ(bound_shape(bind(with_input({2, 1, -1, -1}), bindings)), (Shape{2, 1, 224, 320}));
}

TEST(Bind, an_image_of_many_channels_is_known_by_its_two_free_sizes) {
  const Bindings bindings{.image_size = {224, 320}};
  EXPECT_EQ(bound_shape(bind(with_input({-1, -1, -1, 12}), bindings)), (Shape{1, 224, 320, 12}));
  EXPECT_EQ(bound_shape(bind(with_input({-1, 12, -1, -1}), bindings)), (Shape{1, 12, 224, 320}));
}

TEST(Bind, an_image_size_names_the_free_dimensions_that_it_binds) {
  const BoundInputs inputs = bind(with_input({-1, -1, -1, 3}), {.image_size = {64, 32}});
  EXPECT_EQ(inputs.dims, (std::map<std::string, int64_t>{{"batch", 1}, {"x.1", 64}, {"x.2", 32}}));
  EXPECT_FALSE(inputs.rebound);
}

TEST(Bind, an_image_size_changes_what_the_file_fixes) {
  const BoundInputs inputs = bind(with_input({1, 3, 640, 640}), {.image_size = {640, 320}});
  EXPECT_EQ(bound_shape(inputs), (Shape{1, 3, 640, 320}));
  EXPECT_TRUE(inputs.rebound);
  EXPECT_FALSE(bind(with_input({1, 3, 640, 640}), {.image_size = {640, 640}}).rebound);
}

TEST(Bind, what_names_a_dimension_or_an_input_goes_before_the_image_size) {
  EXPECT_EQ(bound_shape(bind(with_input({-1, -1, -1, 3}), {.dims = {{"x.1", 48}}, .image_size = {64, 32}})),
            (Shape{1, 48, 32, 3}));
  EXPECT_EQ(bound_shape(bind(with_input({-1, -1, -1, 3}), {.inputs = {{"x", {1, 8, 9, 3}}}, .image_size = {64, 32}})),
            (Shape{1, 8, 9, 3}));
}

TEST(Bind, an_image_size_is_refused_where_no_input_is_an_image) {
  for (const Shape& shape : {Shape{-1, 28}, Shape{1, 3, 64, 3}, Shape{-1, -1, -1, -1}, Shape{1, 8, 8, 16}}) {
    const Error error = error_of(with_input(shape), {.image_size = {64, 64}});
    EXPECT_EQ(error.code, ErrorCode::usage);
    EXPECT_NE(error.note.find("the model's inputs are: x"), std::string::npos) << error.note;
  }
}

TEST(Bind, a_free_size_of_an_image_names_the_image_size_too) {
  EXPECT_NE(reason(bind(with_input({-1, -1, -1, 3}), {}).values[0]).why.find(", or --imgsz N"), std::string::npos);
  EXPECT_EQ(reason(bind(with_input({-1, -1, 3}), {}).values[0]).why.find("--imgsz"), std::string::npos);
}

TEST(Bind, dimensions_that_the_image_size_binds_are_free_no_more) {
  const std::vector<FreeDim> free = free_dims(with_input({-1, -1, -1, 3}), {.image_size = {64, 64}});
  ASSERT_EQ(free.size(), 1u);
  EXPECT_EQ(free[0].name, "batch");
}

TEST(Bind, an_axis_named_batch_is_one_wherever_it_stands) {
  Model model = with_input({12, -1, 16});
  (*model.graphs[0].tensors[0].dims)[1].symbol = "batch";
  EXPECT_EQ(bound_shape(bind(model, {})), (Shape{12, 1, 16}));
}

TEST(Bind, a_batch_under_another_name_is_one_in_every_input_whatever_their_order) {
  for (const bool state_first : {true, false}) {
    ModelBuilder b;
    const Shape state{2, -1, 24};
    const Shape x{-1, 16};
    b.input("first", state_first ? state : x);
    b.input("second", state_first ? x : state);
    Model model = b.finish();
    (*model.graphs[0].tensors[state_first ? 0 : 1].dims)[1].symbol = "N";
    (*model.graphs[0].tensors[state_first ? 1 : 0].dims)[0].symbol = "N";
    const BoundInputs bound = bind(model, {});
    EXPECT_EQ(bound_shape(bound, state_first ? 0 : 1), (Shape{2, 1, 24}));
    EXPECT_EQ(bound_shape(bound, state_first ? 1 : 0), (Shape{1, 16}));
  }
}

}  // namespace
}  // namespace flopstat::test
