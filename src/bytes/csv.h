#pragma once

#include <string>
#include <vector>

#include "bytes/file.h"

namespace flopstat {

/// The fields of every line of a CSV text that is not empty.
///
/// Source: RFC 4180, with LF as well as CR LF. Between fields stands "," or, where the first line has more of these,
/// ";" or a tab, as spreadsheets write them in other countries. A byte order mark is no part of the text.
///
/// Throws `Error` (truncated) where a quote is never closed.
std::vector<std::vector<std::string>> read_csv(Bytes text);

}  // namespace flopstat
