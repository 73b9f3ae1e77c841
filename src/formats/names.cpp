#include "formats/names.h"

#include "flopstat/error.h"

namespace flopstat {

std::string_view name_in(const ProtoMessage& message) {
  const std::string_view name = message.text();
  if (name.size() > kMaxName) {
    throw Error(ErrorCode::limit,
                "a name has " + std::to_string(name.size()) + " bytes, the limit is " + std::to_string(kMaxName),
                message.field_offset());
  }
  return name;
}

std::string quoted(std::string_view name) { return "'" + std::string(name.substr(0, 80)) + "'"; }

}  // namespace flopstat
