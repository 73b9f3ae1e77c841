#include "flopstat/analyze.h"

namespace flopstat {

const char* version() { return FLOPSTAT_VERSION; }

}  // namespace flopstat
