#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/file.h"
#include "flopstat/report.h"

namespace flopstat {

/// Figures by their keys in the JSON.
using FiguresByKey = std::map<std::string, Figure, std::less<>>;

/// A row of a baseline.
struct BaselineRow {
  std::string name;
  std::string op;        ///< the canonical word
  FiguresByKey figures;  ///< of all its runs
};

/// What a model cost at another time.
struct BaselineModel {
  std::string path;
  std::string convention;
  std::map<std::string, int64_t> dims;
  bool complete = true;  ///< else figures are lower bounds
  FiguresByKey totals;   ///< "file_bytes" and "nodes" among them
  std::vector<BaselineRow> rows;
};

struct Baseline {
  std::string path;  ///< of the file
  std::vector<BaselineModel> models;
};

/// Reads what `flopstat MODEL... --json` wrote: one document or an array of them. A model in it that could not be read
/// is left out.
///
/// Throws `Error`: what reading JSON throws, and usage where it is no such document.
Baseline read_baseline(const File& file);

/// The model of that path; without one, the only one whose file has the same name. Null where there is none.
const BaselineModel* find(const Baseline& baseline, std::string_view path);

}  // namespace flopstat
