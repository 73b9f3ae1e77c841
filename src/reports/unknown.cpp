#include "reports/unknown.h"

#include <fmt/format.h>

namespace flopstat {

std::string reason_of_unknown(const Report& report) {
  for (const Row& row : report.rows) {
    if (row.repeat == Figure{0}) continue;
    if (!row.unknown.empty()) return fmt::format("#{} {}: {}", row.index, row.type, row.unknown);
    if (!row.repeat) return fmt::format("#{} {} is in a loop whose number of rounds is not known", row.index, row.type);
  }
  return "the file does not tell";
}

}  // namespace flopstat
