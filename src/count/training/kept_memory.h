#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "count/memory.h"
#include "flopstat/training.h"
#include "model/count.h"

namespace flopstat {

/// What is alive at each moment of a forward and a backward run: the rows in order, the loss, the rows in reverse.
///
/// An activation lives as in `plan_memory`, and on until the last row that reads it backwards; its gradient from the
/// first row, in reverse, that adds to it until the row that made the activation. Source: docs/counting.md, section 5.
class KeptMemory {
 public:
  /// Both outlive it.
  KeptMemory(const Activations& activations, uint32_t rows);

  /// A row reads a tensor on the way back. `runs`: how often the row runs; each run has a tensor of its own.
  void keep(const Frame& frame, TensorId id, uint32_t row, uint64_t runs);
  /// A row keeps something beside its operands and results.
  void keep_bytes(Count bytes, uint32_t row);

  /// A row reads or writes the gradient of a tensor on the way back.
  void touch_gradient(const Frame& frame, TensorId id, uint32_t row);
  /// The loss reads a tensor, and writes the gradient of one.
  void read_by_loss(const Frame& frame, TensorId id);
  void gradient_by_loss(const Frame& frame, TensorId id);

  struct Peak {
    Count bytes = 0;
    std::optional<uint32_t> row = std::nullopt;  ///< none: at the loss, or nothing is alive
    bool backwards = false;
  };
  /// Throws `Overflow`.
  Peak peak() const;

 private:
  /// Moments: rows 0 to n - 1 forward, n the loss, row r backwards 2n - r.
  struct Life {
    uint64_t bytes = 0;
    uint64_t first = 0;
    uint64_t last = 0;
  };

  uint64_t backwards(uint32_t row) const { return 2 * uint64_t{rows_} - row; }
  std::optional<uint32_t> activation(const Frame& frame, TensorId id) const;
  void touch(std::optional<uint32_t> activation, uint64_t moment);

  const Activations& activations_;
  uint32_t rows_;
  std::vector<Life> lives_;                     ///< of activations, then what else is kept
  std::vector<std::optional<Life>> gradients_;  ///< of activations
};

}  // namespace flopstat
