#include "reports/check_sarif.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "flopstat/analyze.h"
#include "reports/check_text.h"
#include "reports/escape.h"
#include "reports/figure_text.h"
#include "reports/json_writer.h"

namespace flopstat {
namespace {

constexpr TerminalStyle kPlain{.utf8 = true};
constexpr std::string_view kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// A path as a URI reference: what RFC 3986 does not leave as it is in percent encoding.
std::string uri_of(std::string_view path) {
  std::string uri;
  for (const char c : public_path(path)) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool stays = letter || std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += stays ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

void text(JsonWriter& json, std::string_view key, std::string_view words) {
  json.key(key);
  json.object(JsonWriter::line, [&] { json.member("text", words); });
}

/// A place in the model's file: as a whole, or from a byte on.
void physical_location(JsonWriter& json, const CheckedModel& model, Figure byte) {
  json.key("physicalLocation");
  json.object(JsonWriter::line, [&] {
    json.key("artifactLocation");
    json.object(JsonWriter::line, [&] { json.member("uri", uri_of(model.path)); });
    json.key("region");
    json.object(JsonWriter::line, [&] {
      if (byte) {
        json.member("byteOffset", *byte);
      } else {
        json.member("startLine", uint64_t{1});  // what shows results beside lines needs one, and the file has none
      }
    });
  });
}

void locations(JsonWriter& json, const CheckedModel& model) {
  json.key("locations");
  json.list(JsonWriter::line,
            [&] { json.object(JsonWriter::line, [&] { physical_location(json, model, std::nullopt); }); });
}

void related_location(JsonWriter& json, const CheckedModel& model, const CheckedRule& rule, const Culprit& culprit,
                      uint64_t id) {
  json.object(JsonWriter::line, [&] {
    json.member("id", id);
    physical_location(json, model, culprit.row ? Figure(culprit.offset) : Figure());
    CheckedRule alone = rule;
    alone.culprits = {culprit};
    text(json, "message", culprits_text(alone, kPlain));
    json.key("logicalLocations");
    json.list(JsonWriter::line, [&] {
      json.object(JsonWriter::line, [&] { json.member("fullyQualifiedName", culprit_name(culprit, kPlain)); });
    });
  });
}

void result(JsonWriter& json, const CheckedModel& model, const CheckedRule& rule) {
  json.object(JsonWriter::lines, [&] {
    const std::string id = rule_id(rule);
    json.member("ruleId", id);
    json.member("level", rule.verdict == Verdict::new_model ? "warning" : "error");
    std::string words = sentence(rule, kPlain);
    for (const std::string& more : {culprits_text(rule, kPlain), advice(rule)}) {
      if (!more.empty()) words += "; " + more;
    }
    text(json, "message", words);
    locations(json, model);
    json.key("relatedLocations");
    json.list(JsonWriter::lines, [&] {
      uint64_t number = 0;
      for (const Culprit& each : rule.culprits) related_location(json, model, rule, each, ++number);
    });
    json.key("partialFingerprints");
    json.object(JsonWriter::line, [&] { json.member("modelAndRule/v1", uri_of(model.path) + ":" + id); });
  });
}

void rules(JsonWriter& json, const std::vector<CheckedModel>& models) {
  std::set<std::string> told;
  json.key("rules");
  json.list(JsonWriter::lines, [&] {
    for (const CheckedModel& model : models) {
      for (const CheckedRule& rule : model.rules) {
        const std::string id = rule_id(rule);
        if (rule.verdict == Verdict::passed || !told.insert(id).second) continue;
        const std::string_view meaning = rule.figure == nullptr ? "the model" : rule.figure->meaning;
        json.object(JsonWriter::line, [&] {
          json.member("id", id);
          text(json, "shortDescription",
               rule.figure == nullptr  ? std::string("A model is in the baseline")
               : rule.against_baseline ? fmt::format("Not more {} than in the baseline", meaning)
                                       : fmt::format("Not more {} than the limit", meaning));
        });
      }
    }
  });
}

void tool(JsonWriter& json, const std::vector<CheckedModel>& models) {
  json.key("tool");
  json.object(JsonWriter::lines, [&] {
    json.key("driver");
    json.object(JsonWriter::lines, [&] {
      json.member("name", "flopstat");
      json.member("semanticVersion", version());
      rules(json, models);
    });
  });
}

void invocation(JsonWriter& json, const std::vector<CheckedModel>& models) {
  json.key("invocations");
  json.list(JsonWriter::lines, [&] {
    json.object(JsonWriter::lines, [&] {
      json.member("executionSuccessful", counts_of(models).unreadable == 0);
      json.key("toolExecutionNotifications");
      json.list(JsonWriter::lines, [&] {
        for (const CheckedModel& model : models) {
          if (!model.error) continue;
          json.object(JsonWriter::line, [&] {
            json.member("level", "error");
            text(json, "message", escape(model.error->message));
            locations(json, model);
          });
        }
      });
    });
  });
}

}  // namespace

void write_check_sarif(const std::vector<CheckedModel>& models, std::string& out) {
  JsonWriter json(out);
  json.object(JsonWriter::lines, [&] {
    json.member("$schema", kSchema);
    json.member("version", "2.1.0");
    json.key("runs");
    json.list(JsonWriter::lines, [&] {
      json.object(JsonWriter::lines, [&] {
        tool(json, models);
        invocation(json, models);
        json.key("results");
        json.list(JsonWriter::lines, [&] {
          for (const CheckedModel& model : models) {
            for (const CheckedRule& rule : model.rules) {
              if (rule.verdict != Verdict::passed) result(json, model, rule);
            }
          }
        });
      });
    });
  });
}

}  // namespace flopstat
