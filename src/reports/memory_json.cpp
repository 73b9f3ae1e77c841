#include "reports/json.h"
#include "reports/json_parts.h"
#include "reports/json_writer.h"
#include "reports/peak.h"

namespace flopstat {

using namespace json_parts;

void write_memory_json(const Report& report, std::string& out) {
  const Totals& all = report.totals;
  JsonWriter json(out);
  json.object(JsonWriter::lines, [&] {
    head(json, report, "memory");
    json.key("totals");
    json.object(JsonWriter::lines, [&] {
      json.member("nodes", all.nodes);
      for (const char* key : {"state_bytes", "peak_activation_bytes", "planned_activation_bytes"}) {
        json.key(key);
        write(json, cell(column(key), all));
      }
      json.key("peak_op");
      write(json, all.peak_row ? Figure(*all.peak_row) : Figure());
    });
    entries(json, "plan", report.plan, placement);
    entries(json, "at_peak", alive_at_peak(report), placement);
    warnings(json, report);
  });
}

}  // namespace flopstat
