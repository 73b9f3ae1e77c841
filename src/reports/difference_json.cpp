#include "reports/difference_json.h"

#include <algorithm>

#include "flopstat/analyze.h"
#include "reports/alignment.h"
#include "reports/compared_figures.h"
#include "reports/json_parts.h"
#include "reports/waterfall_text.h"

namespace flopstat {
namespace {

using namespace json_parts;

/// The sides, b - a and, for totals, its percents of a.
void compared(JsonWriter& json, const ComparedFigure& figure, bool with_percent) {
  json.key(figure.key);
  json.object(JsonWriter::line, [&] {
    json.key("a");
    write(json, figure.a);
    json.key("b");
    write(json, figure.b);
    json.key("difference");
    if (const std::optional<int64_t> difference = figure.difference()) {
      json.value(*difference);
    } else {
      json.null();
    }
    if (!with_percent) return;
    json.key("percent");
    if (const std::optional<double> percent = percent_of(figure)) {
      json.value(*percent);
    } else {
      json.null();
    }
  });
}

void side(JsonWriter& json, std::string_view key, const Report& report) {
  json.key(key);
  json.object(JsonWriter::lines, [&] {
    dims_and_model(json, report);
    json.member("unknown_nodes", report.totals.unknown_nodes);
    json.member("complete", report.totals.complete);
    warnings(json, report);
  });
}

void op(JsonWriter& json, const ComparedOp& op) {
  json.object(JsonWriter::line, [&] {
    json.member("op", op.op);
    for (const ComparedFigure& figure : op.figures) compared(json, figure, false);
  });
}

void node(JsonWriter& json, const ComparedNode& node, const Report& a, const Report& b) {
  const Row& row = node.b ? b.rows[*node.b] : a.rows[*node.a];
  json.object(JsonWriter::line, [&] {
    json.member("status", name_of(node.status));
    json.key("a");
    write(json, node.a ? Figure(*node.a) : Figure());
    json.key("b");
    write(json, node.b ? Figure(*node.b) : Figure());
    json.member("op", operation_of(row));
    json.member("name", row.name);
    json.key("changed");
    json.list(JsonWriter::line, [&] {
      for (const std::string_view change : node.changed) json.value(change);
    });
    for (const ComparedFigure& figure : node.figures) compared(json, figure, false);
  });
}

void node_counts(JsonWriter& json, const Difference& difference) {
  json.key("node_counts");
  json.object(JsonWriter::lines, [&] {
    for (const NodeStatus status : {NodeStatus::same, NodeStatus::changed, NodeStatus::added, NodeStatus::removed}) {
      const auto count = std::ranges::count(difference.nodes, status, &ComparedNode::status);
      json.member(name_of(status), static_cast<uint64_t>(count));
    }
  });
}

void gate(JsonWriter& json, const GateResult& result) {
  json.object(JsonWriter::line, [&] {
    json.member("gate", result.gate);
    json.member("failed", result.refusal.has_value());
    text_or_null(json, "reason", result.refusal.value_or(""));
  });
}

}  // namespace

void write_difference_json(const Report& a, const Report& b, const Difference& difference,
                           std::span<const GateResult> gates, const Waterfall* waterfall, std::string& out) {
  JsonWriter json(out);
  json.object(JsonWriter::lines, [&] {
    begin(json, a, "diff");
    side(json, "a", a);
    side(json, "b", b);
    json.key("totals");
    json.object(JsonWriter::lines, [&] {
      for (const ComparedFigure& figure : difference.totals) compared(json, figure, true);
    });
    entries(json, "by_op", difference.by_op, op);
    node_counts(json, difference);
    json.key("nodes");
    json.list(JsonWriter::lines, [&] {
      for (const ComparedNode& each : difference.nodes) node(json, each, a, b);
    });
    json.key("gates");
    json.list(JsonWriter::lines, [&] {
      for (const GateResult& result : gates) gate(json, result);
    });
    if (waterfall != nullptr) write_waterfall_json(*waterfall, json);
  });
}

}  // namespace flopstat
