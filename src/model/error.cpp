#include "flopstat/error.h"

namespace flopstat {

const char* name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::unreadable: return "unreadable";
    case ErrorCode::empty: return "empty";
    case ErrorCode::unrecognised: return "unrecognised";
    case ErrorCode::truncated: return "truncated";
    case ErrorCode::corrupt: return "corrupt";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::limit: return "limit";
    case ErrorCode::usage: return "usage";
  }
  return "?";
}

}  // namespace flopstat
