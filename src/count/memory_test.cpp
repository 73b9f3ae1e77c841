#include "count/memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "support/model_builder.h"

namespace flopstat::test {
namespace {

constexpr uint64_t kTensor = 64;  // bytes of 16 f32
const Shape kSixteen{16};

Op relu() { return Unary{UnaryFn::relu}; }

/// No two activations that are alive at the same row share a byte, all are aligned, and the plan is not below the peak.
void check_plan(const Report& report) {
  ASSERT_TRUE(report.totals.planned_activation_bytes);
  uint64_t top = 0;
  for (size_t i = 0; i < report.plan.size(); ++i) {
    const Placement& a = report.plan[i];
    EXPECT_EQ(a.offset % 16, 0);
    top = std::max(top, a.offset + a.bytes);
    for (size_t j = 0; j < i; ++j) {
      const Placement& b = report.plan[j];
      const bool together = a.first_row <= b.last_row && b.first_row <= a.last_row;
      const bool overlap = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
      EXPECT_FALSE(together && overlap) << a.name << " and " << b.name;
    }
  }
  EXPECT_EQ(top, report.totals.planned_activation_bytes);
  EXPECT_GE(*report.totals.planned_activation_bytes, *report.totals.peak_activation_bytes);
}

TEST(Memory, a_chain_holds_an_input_and_an_output_at_a_time) {
  ModelBuilder b;
  TensorId x = b.input("x", kSixteen);
  for (int i = 0; i < 5; ++i) x = b.node(relu(), {x});
  b.outputs({x});
  const Counted all = counted(b.finish());
  EXPECT_EQ(all.report.totals.peak_activation_bytes, 2 * kTensor);
  EXPECT_EQ(all.report.totals.planned_activation_bytes, 2 * kTensor);
  EXPECT_EQ(all.report.plan.size(), 6);
  check_plan(all.report);
}

TEST(Memory, a_diamond_holds_both_of_its_sides) {
  ModelBuilder b;
  const TensorId x = b.input("x", kSixteen);
  const TensorId top = b.node(relu(), {x});      // row 0: x, top
  const TensorId left = b.node(relu(), {top});   // row 1: top, left
  const TensorId right = b.node(relu(), {top});  // row 2: top, left, right
  b.outputs({b.node(Binary{}, {left, right})});  // row 3: left, right, sum
  const Counted all = counted(b.finish());
  EXPECT_EQ(all.report.totals.peak_activation_bytes, 3 * kTensor);
  EXPECT_EQ(all.report.totals.peak_row, 2);
  EXPECT_EQ(all.report.totals.planned_activation_bytes, 3 * kTensor);
  check_plan(all.report);
}

TEST(Memory, a_residual_keeps_its_input_until_the_sum) {
  ModelBuilder b;
  const TensorId x = b.input("x", kSixteen);
  const TensorId first = b.node(relu(), {x});
  const TensorId second = b.node(relu(), {first});  // x, first, second
  b.outputs({b.node(Binary{}, {second, x})});       // x, second, sum
  EXPECT_EQ(counted(b.finish()).report.totals.peak_activation_bytes, 3 * kTensor);
}

TEST(Memory, views_are_their_base) {
  ModelBuilder b;
  const TensorId x = b.input("x", kSixteen);
  const TensorId seen = b.node(Reshape{}, {x, b.stored_values({2}, {4, 4})});
  const TensorId again = b.node(Squeeze{}, {b.node(Unsqueeze{}, {seen, b.stored_values({1}, {0})})});
  b.outputs({b.node(relu(), {again})});
  const Counted all = counted(b.finish());
  EXPECT_EQ(all.report.totals.peak_activation_bytes, 2 * kTensor);
  EXPECT_EQ(all.report.plan.size(), 2);
  EXPECT_EQ(all.report.plan[0].last_row, 3);  // x is read through the view
}

TEST(Memory, graph_outputs_are_kept_to_the_end) {
  ModelBuilder b;
  const TensorId x = b.input("x", kSixteen);
  const TensorId first = b.node(relu(), {x});
  const TensorId second = b.node(relu(), {first});
  const TensorId third = b.node(relu(), {second});  // first, second, third
  b.outputs({first, third});
  EXPECT_EQ(counted(b.finish()).report.totals.peak_activation_bytes, 3 * kTensor);
}

TEST(Memory, an_output_that_nothing_reads_lives_at_its_row) {
  ModelBuilder b;
  const TensorId x = b.input("x", kSixteen);
  const TensorId unused = b.node(relu(), {x}, "unused");
  b.outputs({b.node(relu(), {x})});
  const Counted all = counted(b.finish());
  EXPECT_EQ(all.report.totals.peak_activation_bytes, 2 * kTensor);
  EXPECT_EQ(all.report.plan[unused].last_row, 0);
}

TEST(Memory, constants_and_variables_are_no_activations) {
  ModelBuilder b;
  const TensorId x = b.input("x", kSixteen);
  const TensorId folded = b.node(Binary{}, {b.stored(kSixteen), b.stored(kSixteen)});
  const TensorId memory = b.node(Reshape{}, {b.state({4, 4}), b.stored_values({1}, {16})});
  const TensorId y = b.node(Binary{}, {x, folded});
  b.outputs({b.node(Binary{}, {y, memory})});
  EXPECT_EQ(counted(b.finish()).report.totals.peak_activation_bytes, 2 * kTensor);
}

TEST(Memory, sizes_that_are_not_known_leave_no_figure) {
  ModelBuilder b;
  const TensorId x = b.input("x", kSixteen);
  b.outputs({b.node(Opaque{"unheard of"}, {x})});
  const Counted all = counted(b.finish());
  EXPECT_EQ(all.report.totals.peak_activation_bytes, std::nullopt);
  EXPECT_EQ(all.report.totals.planned_activation_bytes, std::nullopt);
  EXPECT_TRUE(all.report.plan.empty());
  ModelBuilder text;
  text.outputs({text.node(relu(), {text.input("x", {4}, DType::string)})});
  EXPECT_EQ(counted(text.finish()).report.totals.peak_activation_bytes, std::nullopt);
}

TEST(Memory, a_called_graph_adds_its_own_peak_to_what_the_caller_holds) {
  ModelBuilder b;
  const TensorId x = b.input("x", kSixteen);
  const TensorId kept = b.node(relu(), {x});
  const TensorId called = b.node(Call{1}, {x});
  b.outputs({b.node(Binary{}, {kept, called})});
  b.graph();
  const TensorId inner = b.input("x", {});
  const TensorId first = b.node(relu(), {inner});
  b.outputs({b.node(relu(), {first})});
  const Counted all = counted(b.finish());
  // The caller holds x, kept and the call's result; the callee one of its own.
  EXPECT_EQ(all.report.totals.peak_activation_bytes, 4 * kTensor);
  check_plan(all.report);
}

TEST(Memory, a_loop_holds_what_it_carries_twice) {
  ModelBuilder b;
  const TensorId i = b.stored_values({}, {0}, DType::i64);
  const TensorId x = b.input("x", {4, 4});
  const TensorId w = b.stored({4, 4});
  const std::vector<TensorId> results{b.computed(), b.computed(), b.computed()};
  b.node_to(While{1, 2}, {i, x, w}, results);
  b.outputs({results[1]});
  b.graph();
  const TensorId checked = b.input("i", {}, DType::i64);
  b.outputs({b.node(Binary{BinaryFn::less}, {checked, b.stored_values({}, {10}, DType::i64)})});
  b.graph();
  const TensorId counter = b.input("i", {}, DType::i64);
  const TensorId in = b.input("x", {});
  const TensorId weight = b.input("w", {});
  const TensorId next = b.node(Binary{BinaryFn::add}, {counter, b.stored_values({}, {1}, DType::i64)});
  const TensorId product = b.node(MatMul{}, {in, weight});
  b.outputs({next, b.node(relu(), {product}), weight});
  const Counted all = counted(b.finish());
  // x before and after a trip, the counter after it (its start is a constant), and the product inside.
  EXPECT_EQ(all.report.totals.peak_activation_bytes, 2 * kTensor + 8 + kTensor);
  check_plan(all.report);
}

TEST(Memory, an_if_holds_its_larger_branch) {
  for (const bool large_first : {true, false}) {
    ModelBuilder b;
    const TensorId condition = b.input("c", {}, DType::boolean);
    const TensorId x = b.input("x", kSixteen);
    b.outputs({b.node(If{1, 2}, {condition, x})});
    for (const bool large : {large_first, !large_first}) {
      b.graph();
      const TensorId inner = b.input("x", {});
      if (!large) {
        b.outputs({b.node(relu(), {inner})});
        continue;
      }
      const TensorId first = b.node(relu(), {inner});
      const TensorId second = b.node(relu(), {first});
      b.outputs({b.node(Binary{}, {first, second})});
    }
    const Counted all = counted(b.finish());
    // The condition, x and the result; two tensors inside the larger branch, none in the other.
    EXPECT_EQ(all.report.totals.peak_activation_bytes, 1 + 2 * kTensor + 2 * kTensor);
    check_plan(all.report);
  }
}

TEST(Memory, a_branch_that_is_not_taken_holds_nothing) {
  ModelBuilder b;
  const TensorId x = b.input("x", kSixteen);
  b.outputs({b.node(If{1, 2}, {b.stored_values({}, {1}, DType::boolean), x})});
  b.graph();
  b.outputs({b.node(relu(), {b.input("x", {})})});
  b.graph();
  const TensorId inner = b.input("x", {});
  b.outputs({b.node(Binary{}, {b.node(relu(), {inner}), b.node(relu(), {inner})})});
  EXPECT_EQ(counted(b.finish()).report.totals.peak_activation_bytes, 2 * kTensor);
}

TEST(Memory, of_a_model_without_graphs_is_none) { EXPECT_EQ(counted(Model{}).report.totals.peak_activation_bytes, 0); }

TEST(Memory, drawn_graphs_peak_as_their_rows_say_and_their_plans_never_overlap) {
  std::mt19937 random(20240302);
  const auto draw = [&random](size_t low, size_t high) { return low + random() % (high - low + 1); };
  for (int graph = 0; graph < 200; ++graph) {
    struct Life {
      uint64_t bytes;
      size_t first, last;
    };
    ModelBuilder b;
    std::vector<TensorId> tensors{b.input("x", {1, 7})};
    std::vector<int64_t> widths{7};
    std::vector<Life> lives{{7 * 4, 0, 0}};
    const size_t nodes = draw(1, 30);
    std::vector<TensorId> outputs;
    for (size_t row = 0; row < nodes; ++row) {
      const size_t from = tensors.size() - 1 - draw(0, std::min<size_t>(tensors.size() - 1, 6));
      const auto width = static_cast<int64_t>(draw(1, 50));
      tensors.push_back(b.node(MatMul{}, {tensors[from], b.stored({widths[from], width})}));
      widths.push_back(width);
      lives.push_back({static_cast<uint64_t>(width) * 4, row, row});
      lives[from].last = std::max(lives[from].last, row);
      if (draw(0, 9) == 0) {
        outputs.push_back(tensors.back());
        lives.back().last = nodes - 1;
      }
    }
    b.outputs(outputs);
    uint64_t peak = 0;
    for (size_t row = 0; row < nodes; ++row) {
      uint64_t alive = 0;
      for (const Life& life : lives) alive += life.first <= row && row <= life.last ? life.bytes : 0;
      peak = std::max(peak, alive);
    }
    const Counted all = counted(b.finish());
    ASSERT_EQ(all.report.totals.peak_activation_bytes, peak);
    check_plan(all.report);
  }
}

}  // namespace
}  // namespace flopstat::test
