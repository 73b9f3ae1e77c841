#include "reports/check_json.h"

#include "flopstat/analyze.h"
#include "reports/check_text.h"
#include "reports/figure_text.h"
#include "reports/json_parts.h"

namespace flopstat {
namespace {

using namespace json_parts;

/// Sentences in documents are the same wherever they are written.
constexpr TerminalStyle kPlain{.utf8 = true};

void culprit(JsonWriter& json, const Culprit& culprit) {
  json.object(JsonWriter::line, [&] {
    json.key("op");
    write(json, culprit.row ? Figure(*culprit.row) : Figure());
    text_or_null(json, "type", culprit.type);
    json.member("name", culprit.name);
    json.member("amount", culprit.amount);
    json.key("before");
    write(json, culprit.before);
  });
}

void rule(JsonWriter& json, const CheckedRule& rule) {
  json.object(JsonWriter::lines, [&] {
    json.member("rule", rule_id(rule));
    text_or_null(json, "figure", rule.figure == nullptr ? std::string_view() : rule.figure->key);
    json.member("verdict", name_of(rule.verdict));
    text_or_null(json, "limit", rule.text);
    json.key("at_most");
    const bool has_limit = rule.figure != nullptr && (!rule.against_baseline || rule.baseline);
    write(json, has_limit ? Figure(rule.most) : Figure());
    json.key("value");
    write(json, rule.value);
    json.member("lower_bound", rule.lower_bound);
    json.key("baseline");
    write(json, rule.baseline);
    text_or_null(json, "reason", rule.verdict == Verdict::passed ? std::string() : sentence(rule, kPlain));
    entries(json, "culprits", rule.culprits, culprit);
  });
}

void model(JsonWriter& json, const CheckedModel& model) {
  json.object(JsonWriter::lines, [&] {
    text_or_null(json, "name", model.name);
    json.member("path", public_path(model.path));
    if (model.error) {
      json.key("error");
      json.object(JsonWriter::lines, [&] {
        json.member("code", name_of(model.error->code));
        json.member("message", model.error->message);
        json.key("offset");
        write(json, model.error->offset);
      });
      return;
    }
    json.member("convention", model.convention);
    json.key("dims");
    json.object(JsonWriter::line, [&] {
      for (const auto& [name, size] : model.dims) json.member(name, size);
    });
    entries(json, "rules", model.rules, rule);
  });
}

}  // namespace

void write_check_json(const std::vector<CheckedModel>& models, std::string_view baseline, std::string& out) {
  const CheckCounts counts = counts_of(models);
  JsonWriter json(out);
  json.object(JsonWriter::lines, [&] {
    json.member("schema", "flopstat/1");
    json.member("version", version());
    json.member("command", "check");
    json.member("kind", "counted");
    text_or_null(json, "baseline", public_path(baseline));
    json.key("counts");
    json.object(JsonWriter::line, [&] {
      json.member("passed", counts.passed);
      json.member("failed", counts.failed);
      json.member("unknown", counts.unknown);
      json.member("new", counts.new_models);
      json.member("unreadable", counts.unreadable);
    });
    entries(json, "models", models, model);
  });
}

}  // namespace flopstat
