#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "bytes/file.h"
#include "count/convention.h"
#include "flopstat/analyze.h"
#include "graph/frames.h"
#include "model/model.h"

namespace flopstat {

/// A model file that is read once and counted at as many sizes as one likes. Errors in C source tell their line.
class OpenModel {
 public:
  /// Throws `Error` where the file cannot be read, or has no such signature as the options ask for.
  OpenModel(File file, Options options);

  const Model& model() const { return *model_; }

  /// Sizes that the options give.
  Bindings bindings() const;

  /// What the options ask for. Throws `Error`.
  Report analyze() const;

  /// The same with other sizes of these free dimensions, without the plan of memory and the float equivalent. Throws
  /// `Error`.
  Report count_at(const std::map<std::string, int64_t>& dims) const;

 private:
  std::shared_ptr<const Convention> convention_;
  Options options_;
  std::shared_ptr<const Model> model_;
  std::optional<Model> float_model_;  ///< without quantization, where that is asked for and there is any
};

}  // namespace flopstat
