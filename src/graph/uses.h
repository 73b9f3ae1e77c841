#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "graph/frames.h"

namespace flopstat {

/// The roles in which something is needed, one bit for each.
class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(Role role) : bits_(static_cast<uint8_t>(1U << static_cast<unsigned>(role))) {}  // NOLINT

  constexpr bool has(Role role) const { return (bits_ & Roles(role).bits_) != 0; }
  constexpr bool only(Role role) const { return bits_ == Roles(role).bits_; }
  constexpr bool any() const { return bits_ != 0; }
  constexpr Roles& operator|=(Roles other) {
    bits_ |= other.bits_;
    return *this;
  }

 private:
  uint8_t bits_ = 0;
};

/// What the tensors of one frame are for, and those of the frames that it calls.
struct Uses {
  std::vector<Roles> roles = {};                         ///< per tensor of the graph
  std::map<NodeIndex, std::vector<Uses>> children = {};  ///< per call of a node that calls
};

/// Tells, from the results back to the constants, what each tensor is needed for. Whole numbers that are computed only
/// to be shapes or indices are shapes or indices themselves; the start of what a loop changes is state, and so is a
/// constant that is only moved there.
Uses analyze(const Model& model, const Frame& root);

/// The operand's role by its operation, for operations without graphs of their own.
Role role_of(const Op& op, size_t operand);

}  // namespace flopstat
