#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "count/parameters.h"
#include "flopstat/report.h"
#include "graph/frames.h"
#include "graph/uses.h"

namespace flopstat {

/// A parameter, or what a file stores like one: its elements count once, however many rows reach them.
struct StoredParameter {
  Count elements = 0;
  Count bytes = 0;
  DType dtype = DType::unknown;
  uint32_t row = 0;        ///< the first that reaches it
  bool trainable = true;   ///< training moves it
  bool frozen = false;     ///< ... if the user did not freeze a layer that reaches it
  uint64_t gradients = 0;  ///< contributions to its gradient in a step, once the gradients are known

  bool trained() const { return trainable && !frozen; }
};

/// Rows of the report by the frame and the node that they are.
using RowsOfFrames = std::unordered_map<const Frame*, std::vector<uint32_t>>;

/// The rows of every call, in the order in which `count` makes them.
RowsOfFrames rows_of(const Model& model, const Frame& root);

/// Which parameters a step trains. Where the file says which are trainable, those; else all floating-point ones, but
/// for running statistics and tables of angles.
class TrainedParameters {
 public:
  /// `frozen`: paths of layers. Throws `Error` (usage) for one that no row lies in.
  TrainedParameters(const Model& model, const Frame& root, const Uses& uses, const Report& report,
                    const std::vector<std::string>& frozen);

  /// The parameter that a tensor is; null where it is none.
  const StoredParameter* find(const Tensor& tensor) const;
  StoredParameter* find(const Tensor& tensor);

  const std::vector<StoredParameter>& all() const { return all_; }

  /// Whether the user froze the layer of a row.
  bool is_frozen(uint32_t row) const { return frozen_rows_[row]; }

 private:
  friend class ParameterWalk;

  std::vector<StoredParameter> all_;
  std::unordered_map<uint32_t, size_t> by_storage_;
  std::unordered_map<const Tensor*, size_t> made_;  ///< by a fill
  std::vector<bool> frozen_rows_;
};

}  // namespace flopstat
