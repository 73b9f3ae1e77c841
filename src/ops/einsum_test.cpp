#include <gtest/gtest.h>

#include "support/operands.h"

namespace flopstat::test {
namespace {

Node tensors(const std::vector<Shape>& shapes) {
  Node node;
  for (const Shape& shape : shapes) node.in(shape);
  node.out({});
  return node;
}

Einsum equation(const char* text) { return {.equation = text}; }

TEST(Einsum, of_two_matrices_is_a_matrix_product) {
  const Node node = tensors({{2, 3, 4}, {2, 4, 5}});
  EXPECT_EQ(shape_of(equation("bij,bjk->bik"), node), (Shape{2, 3, 5}));
  const Cost cost = cost_of(equation("bij,bjk->bik"), node);
  EXPECT_EQ(macs(cost), 2 * 3 * 4 * 5);
  EXPECT_EQ(cost.work.size(), 1);
}

TEST(Einsum, an_equation_may_have_spaces) {
  EXPECT_EQ(shape_of(equation(" i j , j k -> k i "), tensors({{3, 4}, {4, 5}})), (Shape{5, 3}));
}

TEST(Einsum, indices_of_one_operand_alone_are_summed_out_first) {
  // Each of the 3 * 4 entries of the left is a sum of 7: 6 additions. Then 3 sums of 4 products for each of 5.
  const Cost cost = cost_of(equation("ijx,jk->ik"), tensors({{3, 4, 7}, {4, 5}}));
  EXPECT_EQ(units(cost, Unit::add), 3 * 4 * (7 - 1));
  EXPECT_EQ(macs(cost), 3 * 4 * 5);
  const Cost right = cost_of(equation("ij,jkx->ik"), tensors({{3, 4}, {4, 5, 7}}));
  EXPECT_EQ(units(right, Unit::add), 4 * 5 * (7 - 1));
  EXPECT_EQ(macs(right), 3 * 4 * 5);
}

TEST(Einsum, without_a_contraction_it_is_a_product_per_element) {
  const Cost outer = cost_of(equation("i,j->ij"), tensors({{3}, {4}}));
  EXPECT_EQ(macs(outer), 0);
  EXPECT_EQ(units(outer, Unit::mul), 3 * 4);
  EXPECT_EQ(units(cost_of(equation("ij,ij->ij"), tensors({{3, 4}, {3, 4}})), Unit::mul), 3 * 4);
}

TEST(Einsum, of_one_operand_sums_or_moves) {
  EXPECT_EQ(shape_of(equation("ij->ji"), tensors({{3, 4}})), (Shape{4, 3}));
  EXPECT_TRUE(cost_of(equation("ij->ji"), tensors({{3, 4}})).work.empty());
  EXPECT_EQ(units(cost_of(equation("ij->i"), tensors({{3, 4}})), Unit::add), 3 * (4 - 1));
  EXPECT_EQ(units(cost_of(equation("ij->"), tensors({{3, 4}})), Unit::add), 3 * 4 - 1);
}

TEST(Einsum, a_repeated_index_is_the_diagonal) {
  EXPECT_EQ(shape_of(equation("ii->i"), tensors({{4, 4}})), (Shape{4}));
  EXPECT_TRUE(cost_of(equation("ii->i"), tensors({{4, 4}})).work.empty());
  EXPECT_EQ(units(cost_of(equation("ii->"), tensors({{4, 4}})), Unit::add), 4 - 1);
}

TEST(Einsum, without_an_arrow_the_result_has_what_occurs_once_in_alphabetical_order) {
  EXPECT_EQ(shape_of(equation("kj,ji"), tensors({{5, 4}, {4, 3}})), (Shape{3, 5}));
  EXPECT_EQ(shape_of(equation("ii"), tensors({{4, 4}})), (Shape{}));
  EXPECT_EQ(shape_of(equation("...kj,...ji"), tensors({{2, 5, 4}, {2, 4, 3}})), (Shape{2, 3, 5}));
}

TEST(Einsum, an_ellipsis_stands_for_the_leading_axes_and_broadcasts) {
  const Node node = tensors({{7, 2, 3, 4}, {2, 4, 5}});
  EXPECT_EQ(shape_of(equation("...ij,...jk->...ik"), node), (Shape{7, 2, 3, 5}));
  EXPECT_EQ(macs(cost_of(equation("...ij,...jk->...ik"), node)), 7 * 2 * 3 * 4 * 5);
  EXPECT_EQ(shape_of(equation("...ij,jk->...ik"), tensors({{7, 1, 3, 4}, {4, 5}})), (Shape{7, 1, 3, 5}));
  EXPECT_EQ(shape_of(equation("...ij,...jk->...ik"), tensors({{1, 3, 4}, {6, 4, 5}})), (Shape{6, 3, 5}));
}

TEST(Einsum, three_operands_are_taken_from_left_to_right) {
  // (2x3 by 3x4) then (2x4 by 4x5).
  const Cost cost = cost_of(equation("ij,jk,kl->il"), tensors({{2, 3}, {3, 4}, {4, 5}}));
  EXPECT_EQ(macs(cost), 2 * 3 * 4 + 2 * 4 * 5);
  // j is needed by the third: the first step contracts nothing.
  const Cost late = cost_of(equation("ij,jk,jl->ikl"), tensors({{2, 3}, {3, 4}, {3, 5}}));
  EXPECT_EQ(units(late, Unit::mul), 2 * 3 * 4);
  EXPECT_EQ(macs(late), 2 * 3 * 4 * 5);
}

TEST(Einsum, equations_that_do_not_fit_are_named) {
  for (const char* text : {"ij->ij", "i,jk->ik", "ij,jk->iz", "ij,ik->jk", "ij,jk,kl->il", ""}) {
    const std::string why = why_unknown(equation(text), tensors({{3, 4}, {4, 5}}));
    EXPECT_NE(why.find("'" + std::string(text) + "' does not fit"), std::string::npos) << why;
  }
  EXPECT_NE(why_unknown(equation("->"), Node{}).find("does not fit"), std::string::npos);
}

TEST(Einsum, an_operand_that_is_left_out_does_not_fit) {
  Node node;
  node.in({3, 4}).absent().out({});
  EXPECT_NE(why_unknown(equation("ij,jk->ik"), node).find("does not fit"), std::string::npos);
}

TEST(Einsum, beyond_64_bits_overflows) {
  const int64_t big = int64_t{1} << 30;
  EXPECT_THROW(cost_of(equation("ij,jk->ik"), tensors({{big, big}, {big, big}})), Overflow);
}

TEST(Einsum, its_other_operands_are_weights_if_they_are_stored) {
  EXPECT_EQ(role(Einsum{}, 0), Role::data);
  EXPECT_EQ(role(Einsum{}, 1), Role::weight);
}

TEST(Einsum, of_complex_numbers_has_four_real_products_each) {
  Node node;
  node.in({3, 4}, DType::c64).in({4, 5}, DType::c64).out({3, 5}, DType::c64);
  EXPECT_EQ(units(cost_of(equation("ij,jk->ik"), node), Unit::mul_add, DType::f32), 4 * 3 * 4 * 5);
  Node apart;
  apart.in({3}, DType::c64).in({5}, DType::c64).out({3, 5}, DType::c64);
  const Cost products = cost_of(equation("i,j->ij"), apart);
  EXPECT_EQ(units(products, Unit::mul, DType::f32), 4 * 3 * 5);
  EXPECT_EQ(units(products, Unit::add, DType::f32), 2 * 3 * 5);
  Node sum;
  sum.in({3, 4}, DType::c128).out({3}, DType::c128);
  EXPECT_EQ(units(cost_of(equation("ij->i"), sum), Unit::add, DType::f64), 2 * 3 * (4 - 1));
}

}  // namespace
}  // namespace flopstat::test
