#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "flopstat/known.h"
#include "model/cost.h"
#include "model/op.h"
#include "ops/operands.h"

namespace flopstat {

/// Which gradients flow through one node.
class Flow {
 public:
  /// What is asked of an operand: nothing; the gradient of a parameter, or of what is computed from parameters alone;
  /// the gradient of an activation.
  enum class Asked : uint8_t { nothing, parameter, activation };

  Flow(std::span<const Asked> operands, std::span<const bool> results) : operands_(operands), results_(results) {}

  Asked asked(size_t operand) const { return operand < operands_.size() ? operands_[operand] : Asked::nothing; }
  bool wants(size_t operand) const { return asked(operand) != Asked::nothing; }

  /// Whether a gradient of that result arrives.
  bool arrives(size_t result) const { return result < results_.size() && results_[result]; }

  std::span<const Asked> operands() const { return operands_; }

 private:
  std::span<const Asked> operands_;
  std::span<const bool> results_;
};

/// What one run of one node costs backwards, and what the forward run has to keep for it.
struct Backward {
  Cost input = {};   ///< of gradients of activations
  Cost weight = {};  ///< of gradients of parameters
  std::vector<size_t> kept_operands = {};
  std::vector<size_t> kept_results = {};
  Count kept_bytes = 0;  ///< beside operands and results: masks, statistics, gates

  /// Where work for the gradient of an operand belongs.
  Cost& of(const Flow& flow, size_t operand) { return flow.asked(operand) == Flow::Asked::parameter ? weight : input; }
};

/// The gradients of a node's operands from those of its results. At least one result's gradient arrives and at least
/// one operand's is wanted. Unknown: there is no gradient rule for the operation. Throws `Overflow` and `Missing`.
///
/// Source: docs/counting.md, section 5.
Known<Backward> backward(const Op& op, const Operands& operands, const Flow& flow);

/// The gradient of the argument of a function of one element, for `elements` of them. Unknown: there is no rule.
Known<Cost> derivative(UnaryFn fn, DType dtype, Count elements);

/// What a function of one element keeps for its derivative.
enum class KeptOf : uint8_t { nothing, argument, result };
KeptOf kept_by(UnaryFn fn);

/// Whether no gradient passes an operation: its results do not depend smoothly on its operands.
bool stops_gradient(const Op& op);

/// Whether that operand is nothing that training moves, although it is stored as data: running statistics of a
/// normalisation, tables of angles.
bool is_never_trained(const Op& op, size_t operand);

}  // namespace flopstat
