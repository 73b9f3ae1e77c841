#include "reports/difference_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/alignment.h"
#include "reports/compared_figures.h"
#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/notes.h"
#include "reports/table.h"
#include "reports/units.h"

namespace flopstat {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kEnoughText = 24;  // of a name or type before figures are left out

/// A figure of the tables of operations and nodes, and how early it is left out where the table is too wide.
struct TableColumn {
  std::string_view key;
  int priority;
};

constexpr TableColumn kTableColumns[] = {
    {"macs", Table::kAlways}, {"flops", 8},      {"int_ops", 7},       {"params", 6},
    {"weight_bytes", 5},      {"read_bytes", 2}, {"written_bytes", 1},
};
constexpr int kPercentPriority = 9;
constexpr int kNamePriority = 4;
constexpr int kShapePriority = 3;

const ComparedFigure& figure_of(const std::vector<ComparedFigure>& figures, std::string_view key) {
  return *std::ranges::find(figures, key, &ComparedFigure::key);
}

bool is_nothing(const ComparedFigure& figure) { return figure.is_same() && figure.a == 0u && figure.a_complete; }

/// Columns of figures that are not nothing in both models.
std::vector<TableColumn> columns_for(const Difference& difference) {
  std::vector<TableColumn> columns;
  for (const TableColumn& c : kTableColumns) {
    if (c.key == "macs" || !is_nothing(figure_of(difference.totals, c.key))) columns.push_back(c);
  }
  return columns;
}

// ---- Totals

bool is_shown(const ComparedFigure& figure, const std::vector<ComparedFigure>& totals) {
  if (figure.key == "macs" || figure.key == "nodes") return true;
  if (figure.key != "valid_macs") return !is_nothing(figure);
  const ComparedFigure& macs = figure_of(totals, "macs");
  return figure.a != macs.a || figure.b != macs.b;
}

Table totals_table(const Difference& difference, const TerminalStyle& style) {
  Table table;
  table.columns = {{.title = "Total", .align = Table::Align::left},
                   {.title = "A"},
                   {.title = "B"},
                   {.title = "Difference"},
                   {.title = "%", .priority = kPercentPriority}};
  for (const ComparedFigure& figure : difference.totals) {
    if (!is_shown(figure, difference.totals)) continue;
    Table::Row& row = table.rows.emplace_back();
    row.cells = {std::string(find_compared_kind(figure.key)->title), side_text(figure, false, style),
                 side_text(figure, true, style), difference_text(figure, style), percent_text(figure)};
    if (figure.key == "macs") row.emphasis = Emphasis::bold;
    if (!figure.difference()) row.emphasis = Emphasis::warn;
  }
  return table;
}

// ---- Operations

void append_headings(const std::vector<TableColumn>& columns, Table& table) {
  for (const TableColumn& c : columns) {
    table.columns.push_back({.title = std::string(find_compared_kind(c.key)->title), .priority = c.priority});
    if (c.key == "macs") table.columns.push_back({.title = "%", .priority = kPercentPriority});
  }
}

void append_differences(const std::vector<TableColumn>& columns, const std::vector<ComparedFigure>& figures,
                        const TerminalStyle& style, Table::Row& row) {
  for (const TableColumn& c : columns) {
    const ComparedFigure& figure = figure_of(figures, c.key);
    row.cells.push_back(difference_text(figure, style));
    if (c.key == "macs") row.cells.push_back(percent_text(figure));
    if (!figure.difference()) row.emphasis = Emphasis::warn;
  }
}

/// "x9 -> x10", "x9", "new x1" or "gone x1".
std::string count_text(const ComparedFigure& nodes) {
  const uint64_t a = nodes.a.value_or(0), b = nodes.b.value_or(0);
  if (a == b) return fmt::format("x{}", thousands(a));
  if (a == 0) return fmt::format("new x{}", thousands(b));
  if (b == 0) return fmt::format("gone x{}", thousands(a));
  return fmt::format("x{} -> x{}", thousands(a), thousands(b));
}

bool is_same(const ComparedOp& op) { return std::ranges::all_of(op.figures, &ComparedFigure::is_same); }

/// The operations that differ, or all of them, and the total.
Table ops_table(const Difference& difference, bool all, const TerminalStyle& style) {
  const std::vector<TableColumn> columns = columns_for(difference);
  Table table;
  append_headings(columns, table);
  table.columns.push_back({.title = "Op", .align = Table::Align::left});
  table.columns.push_back({.align = Table::Align::left});
  for (const ComparedOp& op : difference.by_op) {
    if (!all && is_same(op)) continue;
    Table::Row& row = table.rows.emplace_back();
    append_differences(columns, op.figures, style, row);
    row.cells.push_back(escape(op.op, !style.utf8));
    row.cells.push_back(count_text(op.figures[0]));
  }
  Table::Row& total = table.rows.emplace_back();
  append_differences(columns, difference.totals, style, total);
  total.cells.emplace_back("TOTAL");
  total.cells.push_back(count_text(figure_of(difference.totals, "nodes")));
  if (total.emphasis == Emphasis::plain) total.emphasis = Emphasis::bold;
  return table;
}

// ---- Nodes

/// Both texts, or one where they are equal.
std::string change_text(const std::string& a, const std::string& b) {
  return a == b ? a : fmt::format("{} -> {}", a, b);
}

/// Shapes of the results; with their types where these differ.
std::string results_text(const Row& row, bool with_dtype) {
  std::string text;
  for (const TensorInfo& output : row.outputs) {
    text.append(text.empty() ? "" : ", ").append(shape_text(output));
    if (with_dtype) text.append(" ").append(name_of(output.dtype));
  }
  return text;
}

bool has(const ComparedNode& node, std::string_view change) {
  return std::ranges::find(node.changed, change) != node.changed.end();
}

/// What a row says of both nodes, or of the one that there is: type, results and name.
std::array<std::string, 3> facts_of(const ComparedNode& node, const Report& a, const Report& b) {
  const Row* left = node.a ? &a.rows[*node.a] : nullptr;
  const Row* right = node.b ? &b.rows[*node.b] : nullptr;
  const auto of_one = [](const Row& row) {
    return std::array{std::string(row.type), results_text(row, false), std::string(row.name)};
  };
  if (right == nullptr) return of_one(*left);
  if (left == nullptr) return of_one(*right);
  const bool dtype = has(node, "dtype");
  const std::string results = has(node, "shape") || dtype
                                  ? change_text(results_text(*left, dtype), results_text(*right, dtype))
                                  : results_text(*right, false);
  return {change_text(std::string(left->type), std::string(right->type)), results, std::string(right->name)};
}

std::string position_text(const std::optional<uint32_t>& index) { return index ? fmt::format("{}", *index) : ""; }

Table nodes_table(const Report& a, const Report& b, const Difference& difference,
                  const std::vector<const ComparedNode*>& nodes, const TerminalStyle& style) {
  const std::vector<TableColumn> columns = columns_for(difference);
  Table table;
  table.columns = {{.title = "Node", .align = Table::Align::left},
                   {.title = "#A"},
                   {.title = "#B"},
                   {.title = "Op type", .align = Table::Align::left, .enough = kEnoughText},
                   {.title = "Output", .align = Table::Align::left, .priority = kShapePriority, .enough = kEnoughText}};
  append_headings(columns, table);
  table.columns.push_back({.title = "Name",
                           .align = Table::Align::left,
                           .priority = kNamePriority,
                           .enough = kEnoughText,
                           .keep = Table::Keep::end});
  for (const ComparedNode* node : nodes) {
    Table::Row& row = table.rows.emplace_back();
    const auto [type, results, name] = facts_of(*node, a, b);
    row.cells = {std::string(name_of(node->status)), position_text(node->a), position_text(node->b),
                 escape(type, !style.utf8), results};
    if (node->status == NodeStatus::same) row.emphasis = Emphasis::dim;
    append_differences(columns, node->figures, style, row);
    row.cells.push_back(escape(name, !style.utf8));
  }
  return table;
}

/// "Nodes: 1 same, 12 changed, 45 added, 0 removed".
std::string counts_text(const Difference& difference) {
  std::string text;
  for (const NodeStatus status : {NodeStatus::same, NodeStatus::changed, NodeStatus::added, NodeStatus::removed}) {
    const auto count = std::ranges::count(difference.nodes, status, &ComparedNode::status);
    text += fmt::format("{}{} {}", text.empty() ? "Nodes: " : ", ", thousands(static_cast<uint64_t>(count)),
                        name_of(status));
  }
  return text;
}

/// A node and how much it differs: the larger `size`, the more.
struct Ranked {
  std::array<uint64_t, std::size(kTableColumns)> size = {};
  const ComparedNode* node = nullptr;
};

Ranked ranked(const ComparedNode* node) {
  Ranked result{.node = node};
  for (size_t i = 0; i < result.size.size(); ++i) {
    const ComparedFigure& figure = figure_of(node->figures, kTableColumns[i].key);
    const std::optional<int64_t> difference = figure.difference();
    const uint64_t size = difference ? static_cast<uint64_t>(std::abs(*difference)) : UINT64_MAX;
    result.size[i] = figure.is_same() ? 0 : size;
  }
  return result;
}

/// The `most` nodes that differ most, in the order in which they stand; of equal ones the first.
std::vector<const ComparedNode*> largest(const std::vector<const ComparedNode*>& nodes, size_t most) {
  std::vector<Ranked> all;
  all.reserve(nodes.size());
  for (const ComparedNode* node : nodes) all.push_back(ranked(node));
  std::ranges::sort(all, [](const Ranked& a, const Ranked& b) {
    return a.size != b.size ? a.size > b.size : a.node < b.node;  // they lie in one vector
  });
  std::vector<const ComparedNode*> result;
  for (size_t i = 0; i < most; ++i) result.push_back(all[i].node);
  std::ranges::sort(result);
  return result;
}

/// The nodes that are shown, in their order, and how many more there are.
struct Shown {
  std::vector<const ComparedNode*> nodes = {};
  size_t left_out = 0;
};

/// The nodes that differ, at most so many: those that differ most.
Shown shown_nodes(const Difference& difference, std::optional<size_t> limit, bool all) {
  Shown shown;
  for (const ComparedNode& node : difference.nodes) {
    if (all || node.status != NodeStatus::same) shown.nodes.push_back(&node);
  }
  const size_t most = limit.value_or(all ? shown.nodes.size() : kDifferingNodesShown);
  if (shown.nodes.size() <= most) return shown;
  shown.left_out = shown.nodes.size() - most;
  shown.nodes = largest(shown.nodes, most);
  return shown;
}

std::string left_out_text(const Shown& shown) {
  return fmt::format("... and {} that {} less (-n {} shows all)", thousands(shown.left_out),
                     shown.left_out == 1 ? "differs" : "differ", shown.nodes.size() + shown.left_out);
}

size_t same_ops(const Difference& difference) {
  return static_cast<size_t>(std::ranges::count_if(difference.by_op, is_same));
}

}  // namespace

std::array<std::string, 2> names_of_sides(const Report& a, const Report& b, const TerminalStyle& style) {
  std::array<std::string, 2> names = {shown_file_name(a.path, style), shown_file_name(b.path, style)};
  if (names[0] != names[1] || a.path == b.path) return names;
  const std::vector<std::string> apart = names_apart({a.path, b.path}, style);
  return {apart[0], apart[1]};
}

void write_sides(const Report& a, const Report& b, const TerminalStyle& style, std::string& out) {
  const auto [name_of_a, name_of_b] = names_of_sides(a, b, style);
  write_file_line(a, style, out, "A   " + name_of_a);
  write_file_line(b, style, out, "B   " + name_of_b);
}

void write_difference(const Report& a, const Report& b, const Difference& difference, std::optional<size_t> limit,
                      const TerminalStyle& style, std::string& out) {
  write_sides(a, b, style, out);
  out += '\n';
  write_note(fmt::format("B against A (convention {})", a.convention), Emphasis::dim, style, out);
  totals_table(difference, style).write(style, kIndent, out);
  const bool all = style.details;
  const size_t same = same_ops(difference);
  if (all || same < difference.by_op.size()) {
    out += '\n';
    ops_table(difference, all, style).write(style, kIndent, out);
  }
  const Shown shown = shown_nodes(difference, limit, all);
  out += '\n';
  write_note(counts_text(difference), Emphasis::plain, style, out);
  if (!shown.nodes.empty()) nodes_table(a, b, difference, shown.nodes, style).write(style, kIndent, out);
  if (shown.left_out > 0) write_note(left_out_text(shown), Emphasis::plain, style, out);

  std::string notes;
  write_unknown(a, style, notes, " of A");
  write_unknown(b, style, notes, " of B");
  write_assumed(a, style, notes, " of A");
  write_assumed(b, style, notes, " of B");
  if (!notes.empty()) out.append("\n").append(notes);
}

void write_difference_markdown(const Report& a, const Report& b, const Difference& difference,
                               std::optional<size_t> limit, const TerminalStyle& style, std::string& out) {
  const auto [name_of_a, name_of_b] = names_of_sides(a, b, style);
  out += fmt::format("A: **{}**, B: **{}** (convention {})\n\n", markdown_text(name_of_a), markdown_text(name_of_b),
                     a.convention);
  totals_table(difference, style).write_markdown(out);
  if (same_ops(difference) < difference.by_op.size()) {
    out += '\n';
    ops_table(difference, false, style).write_markdown(out);
  }
  const Shown shown = shown_nodes(difference, limit, false);
  out += fmt::format("\n{}\n", counts_text(difference));
  if (shown.nodes.empty()) return;
  out += '\n';
  nodes_table(a, b, difference, shown.nodes, style).write_markdown(out);
  if (shown.left_out > 0) out += fmt::format("\n{}\n", left_out_text(shown));
}

}  // namespace flopstat
