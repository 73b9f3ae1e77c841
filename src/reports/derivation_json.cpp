#include "reports/derivation_json.h"

#include "flopstat/analyze.h"
#include "reports/json_parts.h"

namespace flopstat {
namespace {

using namespace json_parts;

void members(JsonWriter& json, const Derived& derived) {
  json.member("formula", derived.formula);
  json.member("numbers", derived.numbers);
  json.member("value", derived.value);
}

void derived(JsonWriter& json, std::string_view key, const Derived& figure) {
  json.key(key);
  json.object(JsonWriter::line, [&] { members(json, figure); });
}

void sizes(JsonWriter& json, std::string_view key, const std::vector<int64_t>& all) {
  json.key(key);
  json.list(JsonWriter::line, [&] {
    for (const int64_t size : all) json.value(size);
  });
}

void letter(JsonWriter& json, const Letter& letter) {
  json.object(JsonWriter::line, [&] {
    json.member("name", letter.name);
    json.member("meaning", letter.meaning);
    sizes(json, "factors", letter.factors);
    json.member("value", letter.value);
  });
}

void source(JsonWriter& json, const ParameterSource& source) {
  json.object(JsonWriter::line, [&] {
    json.member("name", source.name);
    text_or_null(json, "dtype", name_of(source.dtype));
    sizes(json, "shape", source.shape);
    json.member("params", source.elements);
    json.member("weight_bytes", source.weight_bytes);
    json.member("quantization_bytes", source.quantization_bytes);
    json.key("counted_in");
    write(json, source.counted_in ? Figure(*source.counted_in) : Figure());
  });
}

void work(JsonWriter& json, const Row& row) {
  json.key("work");
  json.list(JsonWriter::lines, [&] {
    for (size_t i = 0; i < row.figures.work.size(); ++i) {
      const Work& each = row.figures.work[i];
      json.object(JsonWriter::line, [&] {
        json.member("part", name_of(each.part));
        json.member("unit", name_of(each.unit));
        json.member("dtype", name_of(each.dtype));
        json.member("certainty", name_of(each.certainty));
        json.member("mark", name_of(each.mark));
        members(json, row.derivation->work[i]);
      });
    }
  });
}

void derivation(JsonWriter& json, const Row& row) {
  const Derivation& all = *row.derivation;
  json.object(JsonWriter::lines, [&] {
    entries(json, "letters", all.letters, letter);
    work(json, row);
    derived(json, "macs", all.macs);
    derived(json, "valid_macs", all.valid_macs);
    derived(json, "flops", all.flops);
    derived(json, "int_ops", all.int_ops);
    derived(json, "read_bytes", all.read_bytes);
    derived(json, "written_bytes", all.written_bytes);
    entries(json, "params", all.parameters, source);
  });
}

void operands(JsonWriter& json, std::string_view key, std::span<const TensorInfo> tensors) {
  json.key(key);
  json.list(JsonWriter::line, [&] {
    for (const TensorInfo& tensor : tensors) {
      const bool absent = tensor.dtype == DType::unknown && !tensor.shape;
      if (absent) {
        json.null();
        continue;
      }
      json.object(JsonWriter::line, [&] {
        json.member("name", tensor.name);
        dtype_and_shape(json, tensor);
      });
    }
  });
}

void op(JsonWriter& json, const Row& row) {
  json.object(JsonWriter::lines, [&] {
    json.member("index", uint64_t{row.index});
    json.member("name", row.name);
    json.member("type", row.type);
    json.member("op", row.op);
    json.member("scope", row.scope);
    json.key("repeat");
    write(json, row.repeat);
    operands(json, "inputs", row.inputs);
    operands(json, "outputs", row.outputs);
    figures(json, row);
    text_or_null(json, "unknown", row.unknown);
    if (!row.rule.empty()) json.member("rule", row.rule);
    json.key("derivation");
    if (row.derivation && row.unknown.empty()) {
      derivation(json, row);
    } else {
      json.null();
    }
  });
}

void term(JsonWriter& json, const Term* const& term) {
  json.object(JsonWriter::line, [&] {
    json.member("name", term->name);
    json.member("meaning", term->meaning);
  });
}

void example(JsonWriter& json, const ExplainedExample& example) {
  json.object(JsonWriter::lines, [&] {
    text_or_null(json, "title", example.title);
    json.key("op");
    op(json, example.report.rows[0]);
  });
}

void rule(JsonWriter& json, const ExplainedRule& rule) {
  json.object(JsonWriter::lines, [&] {
    json.member("name", rule.name);
    json.member("what", rule.what);
    json.member("source", rule.source);
    entries(json, "examples", rule.examples, example);
  });
}

}  // namespace

void write_explain_json(const std::vector<const Term*>& terms, const std::vector<ExplainedRule>& rules,
                        std::string& out) {
  JsonWriter json(out);
  json.object(JsonWriter::lines, [&] {
    json.member("schema", "flopstat/1");
    json.member("version", version());
    json.member("command", "explain");
    entries(json, "terms", terms, term);
    entries(json, "rules", rules, rule);
  });
}

void write_explain_json(const Report& report, const std::vector<uint32_t>& rows, std::string& out) {
  JsonWriter json(out);
  json.object(JsonWriter::lines, [&] {
    head(json, report, "explain");
    json.key("totals");
    json.object(JsonWriter::lines, [&] {
      json.member("nodes", report.totals.nodes);
      json.member("complete", report.totals.complete);
      figures(json, report.totals);
    });
    json.key("ops");
    json.list(JsonWriter::lines, [&] {
      for (const uint32_t row : rows) op(json, report.rows[row]);
    });
    warnings(json, report);
  });
}

}  // namespace flopstat
