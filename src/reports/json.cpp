#include "reports/json.h"

#include <nlohmann/json.hpp>

#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "flopstat/analyze.h"
#include "reports/columns.h"

namespace flopstat {
namespace {

using Json = nlohmann::ordered_json;

// ---- Layout

/// One line of ASCII; bytes that are no UTF-8 become U+FFFD.
std::string compact(const Json& value) { return value.dump(-1, ' ', true, Json::error_handler_t::replace); }

/// Objects with a line for each member, lists of objects with a line for each entry, all else on one line.
void write_indented(const Json& value, size_t indent, std::string& out) {
  const bool list = value.is_array() && !value.empty() && value[0].is_object();
  if (!list && (!value.is_object() || value.empty())) {
    out += compact(value);
    return;
  }
  const std::string inner = '\n' + std::string(indent + 2, ' ');
  out += list ? '[' : '{';
  std::string_view separator;
  for (const auto& [key, member] : value.items()) {
    out.append(separator).append(inner);
    if (list) {
      out += compact(member);
    } else {
      out.append(compact(key)).append(": ");
      write_indented(member, indent + 2, out);
    }
    separator = ",";
  }
  out.append("\n").append(indent, ' ') += list ? ']' : '}';
}

// ---- Values

Json to_json(const Figure& figure) { return figure ? Json(*figure) : Json(); }

Json to_json(const Cell& cell) {
  if (const uint64_t* count = std::get_if<uint64_t>(&cell)) return *count;
  if (const double* ratio = std::get_if<double>(&cell)) return *ratio;
  return nullptr;
}

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

Json to_json(DType dtype) { return dtype == DType::unknown ? Json() : Json(name_of(dtype)); }

Json shape_to_json(const TensorInfo& tensor) { return tensor.shape ? Json(*tensor.shape) : Json(); }

Json named_tensors(const std::vector<TensorInfo>& tensors) {
  Json list = Json::array();
  for (const TensorInfo& tensor : tensors) {
    list.push_back({{"name", tensor.name}, {"dtype", to_json(tensor.dtype)}, {"shape", shape_to_json(tensor)}});
  }
  return list;
}

Json operands(std::span<const TensorInfo> tensors) {
  Json list = Json::array();
  for (const TensorInfo& tensor : tensors) {
    const bool absent = tensor.dtype == DType::unknown && !tensor.shape && tensor.name.empty();
    list.push_back(absent ? Json() : Json{{"dtype", to_json(tensor.dtype)}, {"shape", shape_to_json(tensor)}});
  }
  return list;
}

/// Work of a row: what is usual (part core, exact, counted) is not written.
Json work_of_row(const std::vector<Work>& works) {
  Json list = Json::array();
  for (const Work& work : works) {
    Json entry = {{"unit", name_of(work.unit)}, {"dtype", to_json(work.dtype)}, {"count", work.count}};
    if (work.part != Part::core) entry["part"] = name_of(work.part);
    if (work.certainty != Certainty::exact) entry["certainty"] = name_of(work.certainty);
    if (work.mark != Mark::none) entry["mark"] = name_of(work.mark);
    list.push_back(std::move(entry));
  }
  return list;
}

/// Work of many rows: parts and certainties are summed up; what is marked stays apart, as it is in no other figure.
Json work_of_rows(const std::vector<Work>& works) {
  std::map<std::tuple<Mark, Unit, DType>, uint64_t> counts;
  for (const Work& work : works) counts[{work.mark, work.unit, work.dtype}] += work.count;
  Json list = Json::array();
  for (const auto& [kind, count] : counts) {
    const auto& [mark, unit, dtype] = kind;
    Json entry = {{"unit", name_of(unit)}, {"dtype", to_json(dtype)}, {"count", count}};
    if (mark != Mark::none) entry["mark"] = name_of(mark);
    list.push_back(std::move(entry));
  }
  return list;
}

/// The columns that rows have, too.
template <class Summary>
void add_figures(const Summary& summary, Json& object) {
  for (const Column& c : columns()) {
    if (c.figure) object[c.key] = to_json(cell(c, summary));
  }
}

// ---- Parts of the document

/// A path that tells nothing about the machine: as it was given, or only the name where it was absolute.
std::string_view public_path(std::string_view path) {
  return path.starts_with('/') ? path.substr(path.find_last_of('/') + 1) : path;
}

Json model(const Report& report) {
  return {{"path", public_path(report.path)},
          {"format", report.format},
          {"producer", text_or_null(report.producer)},
          {"file_bytes", report.file_bytes},
          {"signature", text_or_null(report.signature)},
          {"other_signatures", report.other_signatures},
          {"inputs", named_tensors(report.inputs)},
          {"outputs", named_tensors(report.outputs)}};
}

Json totals(const Totals& totals) {
  Json object = {{"nodes", totals.nodes}, {"unknown_nodes", totals.unknown_nodes}, {"complete", totals.complete}};
  for (const Column& c : columns()) object[c.key] = to_json(cell(c, totals));
  object["peak_op"] = totals.peak_row ? Json(*totals.peak_row) : Json();
  object["work"] = work_of_rows(totals.figures.work);
  return object;
}

Json op(const Row& row) {
  Json object = {{"index", row.index},
                 {"graph", row.graph},
                 {"node", row.node},
                 {"offset", row.offset},
                 {"name", row.name},
                 {"type", row.type},
                 {"op", row.op},
                 {"scope", row.scope},
                 {"repeat", to_json(row.repeat)},
                 {"inputs", operands(row.inputs)},
                 {"outputs", operands(row.outputs)}};
  add_figures(row, object);
  object["certainty"] = name_of(row.certainty);
  object["work"] = work_of_row(row.figures.work);
  object["unknown"] = text_or_null(row.unknown);
  return object;
}

Json by_type(const std::vector<TypeSummary>& types) {
  Json list = Json::array();
  for (const TypeSummary& type : types) {
    Json object = {{"type", type.type}, {"nodes", type.nodes}, {"unknown_nodes", type.unknown_nodes}};
    add_figures(type, object);
    object["work"] = work_of_rows(type.figures.work);
    list.push_back(std::move(object));
  }
  return list;
}

Json plan(const std::vector<Placement>& placements) {
  Json list = Json::array();
  for (const Placement& placement : placements) {
    list.push_back({{"name", placement.name},
                    {"offset", placement.offset},
                    {"bytes", placement.bytes},
                    {"first_op", placement.first_row},
                    {"last_op", placement.last_row}});
  }
  return list;
}

Json warnings(const std::vector<ReportWarning>& warnings) {
  Json list = Json::array();
  for (const ReportWarning& warning : warnings) list.push_back({{"code", warning.code}, {"message", warning.message}});
  return list;
}

void write_member(std::string_view key, const Json& value, std::string& out) {
  out.append("  \"").append(key).append("\": ");
  write_indented(value, 2, out);
}

/// The rows, one after the other: a model may have a hundred thousand of them.
void write_ops(const std::vector<Row>& rows, std::string& out) {
  out += "  \"ops\": [";
  std::string_view separator = "\n    ";
  for (const Row& row : rows) {
    out.append(separator).append(compact(op(row)));
    separator = ",\n    ";
  }
  out += rows.empty() ? "]" : "\n  ]";
}

}  // namespace

void write_json(const Report& report, std::string& out) {
  out += "{\n";
  const std::pair<std::string_view, Json> head[] = {{"schema", "flopstat/1"},
                                                    {"version", version()},
                                                    {"command", "count"},
                                                    {"kind", "counted"},
                                                    {"convention", report.convention},
                                                    {"dims", Json(report.dims)},
                                                    {"model", model(report)},
                                                    {"totals", totals(report.totals)}};
  for (const auto& [key, value] : head) {
    write_member(key, value, out);
    out += ",\n";
  }
  write_ops(report.rows, out);
  const std::pair<std::string_view, Json> tail[] = {
      {"by_type", by_type(report.by_type)}, {"plan", plan(report.plan)}, {"warnings", warnings(report.warnings)}};
  for (const auto& [key, value] : tail) {
    out += ",\n";
    write_member(key, value, out);
  }
  out += "\n}";
}

void write_json(const Error& error, std::string_view path, std::string& out) {
  const Json details = {{"code", name_of(error.code)}, {"message", error.message}, {"offset", to_json(error.offset)}};
  write_indented({{"path", public_path(path)}, {"error", details}}, 0, out);
}

}  // namespace flopstat
