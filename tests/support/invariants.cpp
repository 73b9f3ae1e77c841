#include "support/invariants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>

#include "reports/json.h"

namespace flopstat::test {
namespace {

using Json = nlohmann::json;

/// A figure, its key in the JSON, whether it is counted once however often its row runs, and when it may be missing.
struct FigureRule {
  Figure Figures::* member;
  const char* key;
  bool once;
  bool known_without_cost;  ///< follows from the constants alone
  bool unknown_of_text;     ///< may be missing where an operand or a result has elements without a fixed size
};

constexpr FigureRule kFigures[] = {
    {&Figures::macs, "macs", false, false, false},
    {&Figures::valid_macs, "valid_macs", false, false, false},
    {&Figures::flops, "flops", false, false, false},
    {&Figures::int_ops, "int_ops", false, false, false},
    {&Figures::params, "params", true, true, false},
    {&Figures::weight_bytes, "weight_bytes", true, true, false},
    {&Figures::read_bytes, "read_bytes", false, false, true},
    {&Figures::written_bytes, "written_bytes", false, false, true},
};

bool is_known(const Row& row) { return row.unknown.empty(); }

/// Some operand or result has elements without a fixed size: text, or of a type that the file does not say.
bool has_unsized_elements(const Row& row) {
  const auto is_unsized = [](const TensorInfo& tensor) {
    return tensor.shape && bits_of(tensor.dtype) == 0 && tensor.dtype != DType::resource;
  };
  return std::ranges::any_of(row.inputs, is_unsized) || std::ranges::any_of(row.outputs, is_unsized);
}

/// A body that runs an unknown number of times is added once: the sum is a lower bound.
uint64_t times(const Row& row) { return row.repeat.value_or(1); }

// ---- Sums

using Kind = std::tuple<Part, Unit, DType, Certainty, Mark>;
using WorkByKind = std::map<Kind, uint64_t>;

void add(WorkByKind& sum, const std::vector<Work>& works, uint64_t repeat) {
  for (const Work& work : works) {
    const uint64_t count = work.count * repeat;
    if (count != 0) sum[{work.part, work.unit, work.dtype, work.certainty, work.mark}] += count;
  }
}

/// What the rows of one type, or all rows, add up to.
struct Sum {
  uint64_t nodes = 0;
  uint64_t unknown_nodes = 0;
  bool complete = true;
  Figure figures[std::size(kFigures)];
  WorkByKind work = {};

  Sum() { std::ranges::fill(figures, Figure{0}); }

  void add(const Row& row) {
    ++nodes;
    const bool runs = row.repeat != Figure{0};
    if (runs && !is_known(row)) ++unknown_nodes;
    if ((runs && !is_known(row)) || !row.repeat) complete = false;
    for (size_t i = 0; i < std::size(kFigures); ++i) {
      const uint64_t repeat = kFigures[i].once ? 1 : times(row);
      const Figure& figure = row.figures.*kFigures[i].member;
      const bool left_out = (!is_known(row) && !figure) || repeat == 0;
      if (left_out) continue;
      figures[i] = figures[i] && figure ? Figure{*figures[i] + *figure * repeat} : std::nullopt;
    }
    test::add(work, row.figures.work, times(row));
  }
};

void expect_sum(const Figures& figures, const Sum& sum) {
  for (size_t i = 0; i < std::size(kFigures); ++i) {
    EXPECT_EQ(figures.*kFigures[i].member, sum.figures[i]) << kFigures[i].key << " is not the sum of the rows";
  }
  WorkByKind work;
  add(work, figures.work, 1);
  EXPECT_EQ(work.size(), figures.work.size()) << "one kind of work has two entries";
  EXPECT_EQ(work, sum.work) << "the work is not the sum of the rows'";
}

void check_sums(const Report& report) {
  Sum all;
  std::map<std::string_view, Sum> types;
  for (const Row& row : report.rows) {
    all.add(row);
    types[row.type].add(row);
  }
  EXPECT_EQ(report.totals.nodes, report.rows.size());
  EXPECT_EQ(report.totals.unknown_nodes, all.unknown_nodes);
  EXPECT_EQ(report.totals.complete, all.complete);
  expect_sum(report.totals.figures, all);

  EXPECT_EQ(report.by_type.size(), types.size());
  for (const TypeSummary& type : report.by_type) {
    SCOPED_TRACE("all rows of type " + std::string(type.type));
    const Sum& sum = types[type.type];
    EXPECT_EQ(type.nodes, sum.nodes);
    EXPECT_EQ(type.unknown_nodes, sum.unknown_nodes);
    expect_sum(type.figures, sum);
  }
}

// ---- Rows

/// Operations of unmarked work, under the convention `flopstat`: 2 a multiply-add, 1 any other unit.
uint64_t operations(const Row& row, bool (*counts)(DType)) {
  uint64_t sum = 0;
  for (const Work& work : row.figures.work) {
    const uint64_t each = work.unit == Unit::mul_add ? 2 : 1;
    if (work.mark == Mark::none && counts(work.dtype)) sum += each * work.count;
  }
  return sum;
}

void check_known_row(const Report& report, const Row& row) {
  const Figures& figures = row.figures;
  for (const FigureRule& rule : kFigures) {
    const bool may_be_missing = rule.unknown_of_text && has_unsized_elements(row);
    ASSERT_TRUE(figures.*rule.member || may_be_missing) << rule.key << " is missing and no reason is given";
  }
  uint64_t mul_adds = 0;
  Certainty worst = Certainty::exact;
  for (const Work& work : figures.work) {
    EXPECT_NE(work.count, 0U) << "an entry without work";
    EXPECT_TRUE(is_float(work.dtype) || is_integer(work.dtype)) << "work in " << name_of(work.dtype);
    if (work.part == Part::core && work.unit == Unit::mul_add) mul_adds += work.count;
    if (work.mark == Mark::none) worst = std::max(worst, work.certainty);
  }
  EXPECT_EQ(*figures.macs, mul_adds);
  EXPECT_LE(*figures.valid_macs, *figures.macs);
  EXPECT_EQ(row.certainty, worst);
  if (report.convention == "flopstat") {
    EXPECT_EQ(*figures.flops, operations(row, is_float));
    EXPECT_EQ(*figures.int_ops, operations(row, is_integer));
  }
  if (!figures.read_bytes || !figures.written_bytes) {
    EXPECT_EQ(figures.intensity(), std::nullopt);
    return;
  }
  const uint64_t moved = *figures.read_bytes + *figures.written_bytes;
  ASSERT_EQ(figures.intensity().has_value(), moved != 0);
  if (moved != 0) {
    EXPECT_DOUBLE_EQ(*figures.intensity(),
                     static_cast<double>(*figures.flops + *figures.int_ops) / static_cast<double>(moved));
  }
}

void check_unknown_row(const Row& row) {
  for (const FigureRule& rule : kFigures) {
    EXPECT_TRUE(rule.known_without_cost || !(row.figures.*rule.member)) << rule.key << " of an unknown row";
  }
  EXPECT_TRUE(row.figures.work.empty());
  EXPECT_FALSE(row.figures.intensity());
}

void check_rows(const Report& report) {
  for (size_t i = 0; i < report.rows.size(); ++i) {
    const Row& row = report.rows[i];
    SCOPED_TRACE("row " + std::to_string(i) + ", " + std::string(row.type) + " '" + std::string(row.name) + "'");
    EXPECT_EQ(row.index, i);
    EXPECT_FALSE(row.type.empty());
    EXPECT_FALSE(row.op.empty());
    is_known(row) ? check_known_row(report, row) : check_unknown_row(row);
  }
}

// ---- Memory

void check_placements(const Report& report) {
  std::vector<Placement> plan = report.plan;
  std::sort(plan.begin(), plan.end(), [](const Placement& a, const Placement& b) { return a.offset < b.offset; });
  for (size_t i = 0; i < plan.size(); ++i) {
    const Placement& placement = plan[i];
    SCOPED_TRACE("activation '" + std::string(placement.name) + "'");
    const uint64_t end = placement.offset + placement.bytes;
    EXPECT_EQ(placement.offset % 16, 0U);
    EXPECT_LE(end, *report.totals.planned_activation_bytes);
    EXPECT_LE(placement.first_row, placement.last_row);
    EXPECT_LT(placement.last_row, std::max<size_t>(report.rows.size(), 1));
    for (size_t k = i + 1; k < plan.size() && plan[k].offset < end; ++k) {
      const bool both_live = placement.first_row <= plan[k].last_row && plan[k].first_row <= placement.last_row;
      EXPECT_FALSE(both_live && plan[k].bytes != 0) << "lies on '" << plan[k].name << "'";
    }
  }
}

/// The largest sum of what the plan has alive at one row.
uint64_t peak_of(const std::vector<Placement>& plan) {
  std::map<uint32_t, int64_t> change;
  for (const Placement& placement : plan) {
    change[placement.first_row] += static_cast<int64_t>(placement.bytes);
    change[placement.last_row + 1] -= static_cast<int64_t>(placement.bytes);
  }
  int64_t alive = 0;
  int64_t peak = 0;
  for (const auto& [row, difference] : change) peak = std::max(peak, alive += difference);
  return static_cast<uint64_t>(peak);
}

void check_memory(const Report& report) {
  const Totals& totals = report.totals;
  if (!totals.planned_activation_bytes) {
    EXPECT_TRUE(report.plan.empty());
    return;
  }
  ASSERT_TRUE(totals.peak_activation_bytes);
  EXPECT_LE(*totals.peak_activation_bytes, *totals.planned_activation_bytes);
  EXPECT_EQ(*totals.peak_activation_bytes, peak_of(report.plan));
  check_placements(report);
}

// ---- The JSON document

void expect_figure(const Json& object, const char* key, const Figure& figure) {
  ASSERT_TRUE(object.contains(key)) << key;
  EXPECT_EQ(object[key], figure ? Json(*figure) : Json()) << key;
}

/// Sums may be null where nothing of them is known, and only there.
void check_sums_in_json(const Json& object, const Figures& figures, bool complete) {
  for (const FigureRule& rule : kFigures) {
    const bool nothing_known = !complete && (figures.*rule.member) == Figure{0} && object[rule.key].is_null();
    if (!nothing_known) expect_figure(object, rule.key, figures.*rule.member);
  }
  EXPECT_TRUE(complete || object["intensity"].is_null()) << "the quotient of two lower bounds means nothing";
}

void check_json(const Report& report) {
  std::string text;
  write_json(report, text);
  const Json document = Json::parse(text);
  const Json& totals = document["totals"];
  EXPECT_EQ(totals["nodes"], report.totals.nodes);
  EXPECT_EQ(totals["unknown_nodes"], report.totals.unknown_nodes);
  EXPECT_EQ(totals["complete"], report.totals.complete);
  check_sums_in_json(totals, report.totals.figures, report.totals.complete);
  expect_figure(totals, "peak_activation_bytes", report.totals.peak_activation_bytes);
  expect_figure(totals, "planned_activation_bytes", report.totals.planned_activation_bytes);
  if (report.totals.nodes != 0 && report.totals.unknown_nodes == report.totals.nodes) {
    EXPECT_TRUE(totals["macs"].is_null()) << "nothing is known, and 0 is shown";
  }

  ASSERT_EQ(document["ops"].size(), report.rows.size());
  for (size_t i = 0; i < report.rows.size(); ++i) {
    const Row& row = report.rows[i];
    const Json& op = document["ops"][i];
    SCOPED_TRACE("ops[" + std::to_string(i) + "] in the JSON");
    for (const FigureRule& rule : kFigures) expect_figure(op, rule.key, row.figures.*rule.member);
    expect_figure(op, "repeat", row.repeat);
    EXPECT_EQ(op["unknown"].is_null(), is_known(row));
    EXPECT_EQ(op["work"].size(), row.figures.work.size());
  }

  ASSERT_EQ(document["by_type"].size(), report.by_type.size());
  for (size_t i = 0; i < report.by_type.size(); ++i) {
    const TypeSummary& type = report.by_type[i];
    SCOPED_TRACE("by_type[" + std::to_string(i) + "] in the JSON");
    check_sums_in_json(document["by_type"][i], type.figures, type.unknown_nodes == 0);
    EXPECT_TRUE(type.unknown_nodes < type.nodes || document["by_type"][i]["macs"].is_null());
  }
}

}  // namespace

void check_invariants(const Report& report) {
  SCOPED_TRACE("the report of " + report.path);
  check_rows(report);
  check_sums(report);
  check_memory(report);
  check_json(report);
}

}  // namespace flopstat::test
