#include "reports/json_parts.h"

#include "flopstat/analyze.h"
#include "reports/figure_text.h"

namespace flopstat::json_parts {
namespace {

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

void dims(JsonWriter& json, const Report& report) {
  json.key("dims");
  json.object(JsonWriter::lines, [&] {
    for (const auto& [name, size] : report.dims) json.member(name, size);
  });
}

void attached_files(JsonWriter& json, const Report& report) {
  json.key("attached_files");
  json.list(JsonWriter::line, [&] {
    for (const AttachedFile& file : report.attached_files) {
      json.object(JsonWriter::line, [&] {
        json.member("name", file.name);
        json.member("bytes", file.bytes);
      });
    }
  });
}

void model(JsonWriter& json, const Report& report) {
  json.key("model");
  json.object(JsonWriter::lines, [&] {
    json.member("path", public_path(report.path));
    json.member("format", report.format);
    text_or_null(json, "producer", report.producer);
    text_or_null(json, "name", report.about.name);
    text_or_null(json, "description", report.about.description);
    text_or_null(json, "min_runtime", report.about.min_runtime);
    text_or_null(json, "c_array", report.c_array);
    json.member("file_bytes", report.file_bytes);
    json.member("attached_bytes", report.attached_bytes);
    attached_files(json, report);
    text_or_null(json, "signature", report.signature);
    json.key("other_signatures");
    json.list(JsonWriter::line, [&] {
      for (const std::string_view name : report.other_signatures) json.value(name);
    });
    named_tensors(json, "inputs", report.inputs);
    named_tensors(json, "outputs", report.outputs);
  });
}

void warning(JsonWriter& json, const ReportWarning& warning) {
  json.object(JsonWriter::line, [&] {
    json.member("code", warning.code);
    json.member("message", warning.message);
  });
}

}  // namespace

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

void begin(JsonWriter& json, const Report& report, std::string_view command) {
  json.member("schema", "flopstat/1");
  json.member("version", version());
  json.member("command", command);
  json.member("kind", "counted");
  json.member("convention", report.convention);
}

void dims_and_model(JsonWriter& json, const Report& report) {
  dims(json, report);
  model(json, report);
}

void head(JsonWriter& json, const Report& report, std::string_view command) {
  begin(json, report, command);
  dims_and_model(json, report);
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

void warnings(JsonWriter& json, const Report& report) { entries(json, "warnings", report.warnings, warning); }

}  // namespace flopstat::json_parts
