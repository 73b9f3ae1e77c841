#include "bytes/cursor.h"

#include <string>

#include "flopstat/error.h"

namespace flopstat {

void throw_truncated(Bytes bytes, uint64_t offset, const char* what) {
  throw Error(ErrorCode::truncated, std::string(what) + " lies behind the end of the file", offset,
              "the file has " + std::to_string(bytes.size()) + " bytes");
}

void throw_truncated(Bytes bytes, uint64_t offset, uint64_t size, const char* what) {
  throw Error(ErrorCode::truncated, std::string(what) + " lies behind the end of the file", offset,
              "it needs " + std::to_string(size) + " bytes, the file has " + std::to_string(bytes.size()));
}

}  // namespace flopstat
