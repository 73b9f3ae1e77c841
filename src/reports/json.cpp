#include "reports/json.h"

#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "flopstat/analyze.h"
#include "reports/columns.h"
#include "reports/json_writer.h"

namespace flopstat {
namespace {

// ---- Values

void write(JsonWriter& json, const Figure& figure) {
  if (figure) {
    json.value(*figure);
  } else {
    json.null();
  }
}

void write(JsonWriter& json, const Cell& cell) {
  if (const uint64_t* count = std::get_if<uint64_t>(&cell)) {
    json.value(*count);
  } else if (const double* ratio = std::get_if<double>(&cell)) {
    json.value(*ratio);
  } else {
    json.null();
  }
}

void text_or_null(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void dtype_and_shape(JsonWriter& json, const TensorInfo& tensor) {
  text_or_null(json, "dtype", tensor.dtype == DType::unknown ? std::string_view() : name_of(tensor.dtype));
  json.key("shape");
  if (!tensor.shape) {
    json.null();
    return;
  }
  json.list(JsonWriter::line, [&] {
    for (const int64_t size : *tensor.shape) json.value(size);
  });
}

void named_tensors(JsonWriter& json, std::string_view key, const std::vector<TensorInfo>& tensors) {
  json.key(key);
  json.list(JsonWriter::lines, [&] {
    for (const TensorInfo& tensor : tensors) {
      json.object(JsonWriter::line, [&] {
        json.member("name", tensor.name);
        dtype_and_shape(json, tensor);
      });
    }
  });
}

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

/// The columns that rows have, too.
template <class Summary>
void figures(JsonWriter& json, const Summary& summary) {
  for (const Column& c : columns()) {
    if (!c.figure) continue;
    json.key(c.key);
    write(json, cell(c, summary));
  }
}

// ---- Parts of the document

/// A path that tells nothing about the machine: as it was given, or only the name where it was absolute.
std::string_view public_path(std::string_view path) {
  return path.starts_with('/') ? path.substr(path.find_last_of('/') + 1) : path;
}

void dims(JsonWriter& json, const Report& report) {
  json.key("dims");
  json.object(JsonWriter::lines, [&] {
    for (const auto& [name, size] : report.dims) json.member(name, size);
  });
}

void model(JsonWriter& json, const Report& report) {
  json.key("model");
  json.object(JsonWriter::lines, [&] {
    json.member("path", public_path(report.path));
    json.member("format", report.format);
    text_or_null(json, "producer", report.producer);
    json.member("file_bytes", report.file_bytes);
    text_or_null(json, "signature", report.signature);
    json.key("other_signatures");
    json.list(JsonWriter::line, [&] {
      for (const std::string_view name : report.other_signatures) json.value(name);
    });
    named_tensors(json, "inputs", report.inputs);
    named_tensors(json, "outputs", report.outputs);
  });
}

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

void placement(JsonWriter& json, const Placement& placement) {
  json.object(JsonWriter::line, [&] {
    json.member("name", placement.name);
    json.member("offset", placement.offset);
    json.member("bytes", placement.bytes);
    json.member("first_op", uint64_t{placement.first_row});
    json.member("last_op", uint64_t{placement.last_row});
  });
}

void warning(JsonWriter& json, const ReportWarning& warning) {
  json.object(JsonWriter::line, [&] {
    json.member("code", warning.code);
    json.member("message", warning.message);
  });
}

/// A list with a line for each entry.
template <class Entry>
void entries(JsonWriter& json, std::string_view key, const std::vector<Entry>& all,
             void (*write_entry)(JsonWriter&, const Entry&)) {
  json.key(key);
  json.list(JsonWriter::lines, [&] {
    for (const Entry& entry : all) write_entry(json, entry);
  });
}

}  // namespace

void write_json(const Report& report, std::string& out) {
  JsonWriter json(out);
  json.object(JsonWriter::lines, [&] {
    json.member("schema", "flopstat/1");
    json.member("version", version());
    json.member("command", "count");
    json.member("kind", "counted");
    json.member("convention", report.convention);
    dims(json, report);
    model(json, report);
    totals(json, report.totals);
    entries(json, "ops", report.rows, op);
    entries(json, "by_type", report.by_type, type_summary);
    entries(json, "plan", report.plan, placement);
    entries(json, "warnings", report.warnings, warning);
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
