#include "flopstat/difference.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "reports/alignment.h"
#include "reports/columns.h"
#include "reports/sum.h"

namespace flopstat {
namespace {

// ---- Figures

/// The value of a cell, if it has one.
Figure value_of(const Cell& cell) {
  const uint64_t* value = std::get_if<uint64_t>(&cell);
  return value == nullptr ? std::nullopt : Figure(*value);
}

/// The figures that rows have, of two sums of rows.
void append_figures(const Sum& a, const Sum& b, std::vector<ComparedFigure>& figures) {
  for (const Column& c : columns()) {
    if (!c.figure || c.quantity == Quantity::ratio) continue;
    figures.push_back({c.key, value_of(cell(c, a)), value_of(cell(c, b)), a.complete, b.complete});
  }
}

std::vector<ComparedFigure> compared_totals(const Report& a, const Report& b) {
  std::vector<ComparedFigure> figures;
  for (const Column& c : columns()) {
    const Cell left = cell(c, a.totals), right = cell(c, b.totals);
    const Cell missing = NoNumber::not_applicable;
    if (c.quantity == Quantity::ratio || left == missing || right == missing) continue;
    figures.push_back({c.key, value_of(left), value_of(right), a.totals.complete, b.totals.complete});
  }
  figures.push_back({.key = "file_bytes", .a = a.file_bytes, .b = b.file_bytes});
  figures.push_back({.key = "nodes", .a = a.totals.nodes, .b = b.totals.nodes});
  return figures;
}

// ---- Operations

/// Size of a difference; the largest there is where it is not known.
uint64_t size_of(const ComparedFigure& figure) {
  if (figure.is_same()) return 0;
  const std::optional<int64_t> difference = figure.difference();
  if (!difference) return UINT64_MAX;
  return *figure.a > *figure.b ? *figure.a - *figure.b : *figure.b - *figure.a;
}

const ComparedFigure& figure_of(const ComparedOp& op, std::string_view key) {
  return *std::ranges::find(op.figures, key, &ComparedFigure::key);
}

bool differs_more(const ComparedOp& a, const ComparedOp& b) {
  for (const std::string_view key : {"macs", "flops", "int_ops", "nodes"}) {
    const uint64_t left = size_of(figure_of(a, key)), right = size_of(figure_of(b, key));
    if (left != right) return left > right;
  }
  return a.op < b.op;
}

std::vector<ComparedOp> compared_ops(const Report& a, const Report& b) {
  std::map<std::string_view, std::pair<Sum, Sum>> sums;
  for (const Row& row : a.rows) add(sums[operation_of(row)].first, row);
  for (const Row& row : b.rows) add(sums[operation_of(row)].second, row);
  std::vector<ComparedOp> ops;
  ops.reserve(sums.size());
  for (const auto& [op, sum] : sums) {
    ComparedOp& compared = ops.emplace_back(ComparedOp{op});
    compared.figures.push_back({.key = "nodes", .a = sum.first.nodes, .b = sum.second.nodes});
    append_figures(sum.first, sum.second, compared.figures);
  }
  std::ranges::sort(ops, differs_more);
  return ops;
}

// ---- Nodes

/// Work by kind, whatever its part.
std::map<std::array<uint8_t, 3>, uint64_t> kinds_of_work(const Row& row) {
  std::map<std::array<uint8_t, 3>, uint64_t> kinds;
  for (const Work& work : row.figures.work) {
    kinds[{static_cast<uint8_t>(work.unit), static_cast<uint8_t>(work.dtype), static_cast<uint8_t>(work.mark)}] +=
        work.count;
  }
  return kinds;
}

std::vector<std::string_view> what_changed(const Row& a, const Row& b, const std::vector<ComparedFigure>& figures,
                                           bool across_formats) {
  std::vector<std::string_view> changed;
  if (!across_formats && a.type != b.type) changed.emplace_back("type");
  if (!same_shapes(a, b, across_formats)) changed.emplace_back("shape");
  if (!std::ranges::equal(a.outputs, b.outputs, {}, &TensorInfo::dtype, &TensorInfo::dtype)) {
    changed.emplace_back("dtype");
  }
  if (a.repeat != b.repeat) changed.emplace_back("repeat");
  const size_t before_figures = changed.size();
  for (const ComparedFigure& figure : figures) {
    if (!figure.is_same()) changed.push_back(figure.key);
  }
  if (changed.size() == before_figures && kinds_of_work(a) != kinds_of_work(b)) changed.emplace_back("work");
  return changed;
}

ComparedNode compared_node(const Report& a, const Report& b, const AlignedRows& rows) {
  ComparedNode node{.a = rows.a, .b = rows.b};
  Sum left, right;
  if (rows.a) add(left, a.rows[*rows.a]);
  if (rows.b) add(right, b.rows[*rows.b]);
  append_figures(left, right, node.figures);
  if (!rows.a || !rows.b) {
    node.status = rows.a ? NodeStatus::removed : NodeStatus::added;
    return node;
  }
  node.changed = what_changed(a.rows[*rows.a], b.rows[*rows.b], node.figures, a.format != b.format);
  if (!node.changed.empty()) node.status = NodeStatus::changed;
  return node;
}

std::vector<ComparedNode> compared_nodes(const Report& a, const Report& b, AlignBy first) {
  std::vector<ComparedNode> nodes;
  for (const AlignedRows& rows : align(a, b, first)) nodes.push_back(compared_node(a, b, rows));
  return nodes;
}

size_t differing(const std::vector<ComparedNode>& nodes) {
  return static_cast<size_t>(
      std::ranges::count_if(nodes, [](const ComparedNode& node) { return node.status != NodeStatus::same; }));
}

std::vector<ComparedNode> compared_nodes(const Report& a, const Report& b) {
  std::vector<ComparedNode> by_name = compared_nodes(a, b, AlignBy::name);
  if (differing(by_name) == 0) return by_name;
  std::vector<ComparedNode> by_cost = compared_nodes(a, b, AlignBy::cost);
  return differing(by_cost) < differing(by_name) ? by_cost : by_name;
}

}  // namespace

std::optional<int64_t> ComparedFigure::difference() const {
  if (!a || !b || !a_complete || !b_complete) return std::nullopt;
  const uint64_t amount = *a > *b ? *a - *b : *b - *a;
  if (amount > INT64_MAX) return std::nullopt;
  const auto difference = static_cast<int64_t>(amount);
  return *a > *b ? -difference : difference;
}

std::string_view name_of(NodeStatus status) {
  switch (status) {
    case NodeStatus::same: return "same";
    case NodeStatus::changed: return "changed";
    case NodeStatus::added: return "added";
    case NodeStatus::removed: return "removed";
  }
  return {};
}

Difference diff(const Report& a, const Report& b) {
  if (a.convention != b.convention) {
    throw Error(ErrorCode::usage, "the models are counted under two conventions", std::nullopt,
                std::string(a.convention) + " and " + std::string(b.convention), "count both under one");
  }
  return {compared_totals(a, b), compared_ops(a, b), compared_nodes(a, b)};
}

}  // namespace flopstat
