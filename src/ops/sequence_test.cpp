#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

/// An operand that is a sequence of tensors of these shapes.
struct Sequence {
  explicit Sequence(const std::vector<Shape>& shapes) {
    std::vector<Value> items;
    for (const Shape& shape : shapes) items.push_back({.dtype = DType::f32, .shape = shape});
    value.items = std::make_shared<const std::vector<Value>>(std::move(items));
  }
  Operand operand() const { return {&tensor, &value}; }
  Tensor tensor = {};
  Value value = {.dtype = DType::variant};
};

std::vector<Shape> items(const Inferred& inferred) {
  std::vector<Shape> shapes;
  for (const Value& item : *expect_known(inferred).at(0).items) shapes.push_back(item.shape);
  return shapes;
}

TEST(Sequence, holds_what_it_is_made_of) {
  Node node;
  node.in({2, 3}).in({4});
  EXPECT_EQ(items(infer(MakeSequence{}, node.operands())), (std::vector<Shape>{{2, 3}, {4}}));
}

TEST(Sequence, gives_the_tensor_at_a_place) {
  const Sequence sequence({{2, 3}, {4}});
  Node place;
  place.in_scalar(-1);
  const std::vector<Operand> in{sequence.operand(), place.operands().in(0)};
  EXPECT_EQ(first_shape(expect_known(infer(SequenceAt{}, Operands(in, {})))), Shape{4});
}

TEST(Sequence, of_equal_tensors_gives_one_wherever_it_is) {
  Node place;
  place.in({}, DType::i64);
  const Sequence equal({{4}, {4}});
  const Sequence mixed({{4}, {5}});
  const std::vector<Operand> in{equal.operand(), place.operands().in(0)};
  EXPECT_EQ(first_shape(expect_known(infer(SequenceAt{}, Operands(in, {})))), Shape{4});
  const std::vector<Operand> other{mixed.operand(), place.operands().in(0)};
  EXPECT_FALSE(expect_unknown(infer(SequenceAt{}, Operands(other, {}))).empty());
}

TEST(Sequence, grows_and_shrinks_at_a_place) {
  const Sequence sequence({{1}, {2}});
  Node node;
  node.in({9}).in_scalar(0);
  const std::vector<Operand> insert{sequence.operand(), node.operands().in(0), node.operands().in(1)};
  EXPECT_EQ(items(infer(SequenceInsert{}, Operands(insert, {}))), (std::vector<Shape>{{9}, {1}, {2}}));
  const std::vector<Operand> erase{sequence.operand(), node.operands().in(1)};
  EXPECT_EQ(items(infer(SequenceErase{}, Operands(erase, {}))), (std::vector<Shape>{{2}}));
  const std::vector<Operand> last{sequence.operand()};
  EXPECT_EQ(items(infer(SequenceErase{}, Operands(last, {}))), (std::vector<Shape>{{1}}));
  EXPECT_EQ(first_integers(expect_known(infer(SequenceLength{}, Operands(last, {})))), std::vector<int64_t>{2});
}

TEST(Sequence, of_parts_has_a_smaller_last_one) {
  Node node;
  node.in({5, 2}).in_scalar(2);
  EXPECT_EQ(items(infer(SplitToSequence{}, node.operands())), (std::vector<Shape>{{2, 2}, {2, 2}, {1, 2}}));
  Node single;
  single.in({2, 3});
  EXPECT_EQ(items(infer(SplitToSequence{.keep_axis = false}, single.operands())), (std::vector<Shape>{{3}, {3}}));
}

TEST(Sequence, becomes_one_tensor_side_by_side_or_stacked) {
  const Sequence sequence({{2, 3}, {2, 4}});
  const std::vector<Operand> in{sequence.operand()};
  EXPECT_EQ(first_shape(expect_known(infer(ConcatSequence{.axis = 1}, Operands(in, {})))), (Shape{2, 7}));
  const Sequence equal({{2, 3}, {2, 3}});
  const std::vector<Operand> same{equal.operand()};
  EXPECT_EQ(first_shape(expect_known(infer(ConcatSequence{.axis = -1, .stacked = true}, Operands(same, {})))),
            (Shape{2, 3, 2}));
}

}  // namespace
}  // namespace flopstat::test
