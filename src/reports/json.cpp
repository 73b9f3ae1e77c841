#include "reports/json.h"

#include <map>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "reports/columns.h"
#include "reports/conventions.h"
#include "reports/figure_text.h"
#include "reports/json_parts.h"
#include "reports/json_writer.h"
#include "reports/training.h"

namespace flopstat {
namespace {

using namespace json_parts;

// ---- Values

void operands(JsonWriter& json, std::string_view key, std::span<const TensorInfo> tensors) {
  json.key(key);
  json.list(JsonWriter::line, [&] {
    for (const TensorInfo& tensor : tensors) {
      const bool absent = tensor.dtype == DType::unknown && !tensor.shape && tensor.name.empty();
      if (absent) {
        json.null();
      } else {
        json.object(JsonWriter::line, [&] { dtype_and_shape(json, tensor); });
      }
    }
  });
}

void unit_dtype_count(JsonWriter& json, Unit unit, DType dtype, uint64_t count) {
  json.member("unit", name_of(unit));
  text_or_null(json, "dtype", dtype == DType::unknown ? std::string_view() : name_of(dtype));
  json.member("count", count);
}

/// Work of a row: what is usual (part core, exact, counted) is not written.
void work_of_row(JsonWriter& json, const std::vector<Work>& works) {
  json.key("work");
  json.list(JsonWriter::line, [&] {
    for (const Work& work : works) {
      json.object(JsonWriter::line, [&] {
        unit_dtype_count(json, work.unit, work.dtype, work.count);
        if (work.part != Part::core) json.member("part", name_of(work.part));
        if (work.certainty != Certainty::exact) json.member("certainty", name_of(work.certainty));
        if (work.mark != Mark::none) json.member("mark", name_of(work.mark));
      });
    }
  });
}

/// Work of many rows: parts and certainties are summed up; what is marked stays apart, as it is in no other figure.
void work_of_rows(JsonWriter& json, JsonWriter::Layout layout, const std::vector<Work>& works) {
  std::map<std::tuple<Mark, Unit, DType>, uint64_t> counts;
  for (const Work& work : works) counts[{work.mark, work.unit, work.dtype}] += work.count;
  json.key("work");
  json.list(layout, [&] {
    for (const auto& [kind, count] : counts) {
      const auto& [mark, unit, dtype] = kind;
      json.object(JsonWriter::line, [&, mark = mark, unit = unit, dtype = dtype, count = count] {
        unit_dtype_count(json, unit, dtype, count);
        if (mark != Mark::none) json.member("mark", name_of(mark));
      });
    }
  });
}

// ---- Parts of the document

void totals(JsonWriter& json, const Totals& totals) {
  json.key("totals");
  json.object(JsonWriter::lines, [&] {
    json.member("nodes", totals.nodes);
    json.member("unknown_nodes", totals.unknown_nodes);
    json.member("complete", totals.complete);
    for (const Column& c : columns()) {
      json.key(c.key);
      write(json, cell(c, totals));
    }
    json.key("peak_op");
    write(json, totals.peak_row ? Figure(*totals.peak_row) : Figure());
    work_of_rows(json, JsonWriter::lines, totals.figures.work);
  });
}

void op(JsonWriter& json, const Row& row) {
  json.object(JsonWriter::line, [&] {
    json.member("index", uint64_t{row.index});
    json.member("graph", uint64_t{row.graph});
    json.member("node", uint64_t{row.node});
    json.member("offset", row.offset);
    json.member("name", row.name);
    json.member("type", row.type);
    json.member("op", row.op);
    json.member("scope", row.scope);
    json.key("repeat");
    write(json, row.repeat);
    operands(json, "inputs", row.inputs);
    operands(json, "outputs", row.outputs);
    figures(json, row);
    json.member("certainty", name_of(row.certainty));
    work_of_row(json, row.figures.work);
    text_or_null(json, "unknown", row.unknown);
    if (!row.rule.empty()) json.member("rule", row.rule);
    if (!row.inexact.empty()) json.member("inexact", row.inexact);
  });
}

void type_summary(JsonWriter& json, const TypeSummary& type) {
  json.object(JsonWriter::line, [&] {
    json.member("type", type.type);
    json.member("nodes", type.nodes);
    json.member("unknown_nodes", type.unknown_nodes);
    figures(json, type);
    work_of_rows(json, JsonWriter::line, type.figures.work);
  });
}

}  // namespace

void write_json(const Report& report, std::string& out, std::string_view command, Drain drain) {
  JsonWriter json(out, std::move(drain));
  json.object(JsonWriter::lines, [&] {
    head(json, report, command);
    totals(json, report.totals);
    if (report.by_convention) write_conventions(json, report);
    write_training_json(report, json);
    entries(json, "ops", report.rows, op);
    entries(json, "by_type", report.by_type, type_summary);
    entries(json, "plan", report.plan, placement);
    warnings(json, report);
  });
}

void write_json(const Error& error, std::string_view path, std::string& out) {
  JsonWriter json(out);
  json.object(JsonWriter::lines, [&] {
    json.member("path", public_path(path));
    json.key("error");
    json.object(JsonWriter::lines, [&] {
      json.member("code", name_of(error.code));
      json.member("message", error.message);
      json.key("offset");
      write(json, error.offset);
    });
  });
}

}  // namespace flopstat
