#pragma once

#include <optional>
#include <span>
#include <vector>

#include "model/expression.h"
#include "model/model.h"
#include "model/value.h"

namespace flopstat {

/// What an operation sees of one tensor: what the file says of it and what inference knows of it. What is known of it
/// may be asked of an absent one too: that throws `Missing`.
struct Operand {
  const Tensor* tensor = nullptr;
  const Value* value = nullptr;      ///< null where the operand is absent, or (results, while inferring) not known yet
  const Expression* name = nullptr;  ///< of its number of elements, "|x|"; null where nothing is traced

  explicit operator bool() const { return value != nullptr; }

  const Shape& shape() const { return present().shape; }
  DType dtype() const { return present().dtype; }
  size_t rank() const { return present().shape.size(); }

  /// Number of elements. Throws `Overflow`.
  Count size() const { return {product(shape()).value(), name}; }

  /// Bytes of its elements. Throws `Overflow`.
  Count bytes() const { return byte_size(dtype(), size()); }

  /// Integers that stand for real numbers.
  bool quantized() const { return is_integer(dtype()) && tensor->quantization.scales > 0; }

 private:
  const Value& present() const {
    if (value == nullptr) throw Missing("an operand that the operation needs is left out");
    return *value;
  }
};

/// The operands of one node in the order that its operation documents, and its results.
class Operands {
 public:
  Operands(std::span<const Operand> in, std::span<const Operand> out, Trace* trace = nullptr)
      : in_(in), out_(out), trace_(trace) {}

  /// The i-th operand; an absent one where the node has fewer.
  const Operand& in(size_t i) const { return i < in_.size() ? in_[i] : kNone; }
  const Operand& out(size_t i) const { return i < out_.size() ? out_[i] : kNone; }

  std::span<const Operand> all_in() const { return in_; }
  std::span<const Operand> all_out() const { return out_; }

  /// The count under the name that formulas give it: letter("k", "length of a sum", 784). Free where nothing is traced.
  Count letter(std::string_view name, std::string_view meaning, Count value) const {
    return trace_ == nullptr ? value : trace_->letter(name, meaning, value);
  }

  /// The product of sizes under a name: letter("K", "taps of the kernel", {3, 3}). Throws `Overflow`.
  Count letter(std::string_view name, std::string_view meaning, const Shape& factors) const {
    return trace_ == nullptr ? product(factors) : trace_->letter(name, meaning, factors);
  }

  /// Where names are remembered; null where nothing is traced.
  Trace* trace() const { return trace_; }

 private:
  static const Operand kNone;
  std::span<const Operand> in_;
  std::span<const Operand> out_;
  Trace* trace_ = nullptr;
};

/// Number of elements of a shape, if there are at most `kMaxElements`: their values are carried along then.
std::optional<size_t> carried_size(const Shape& shape);

/// Element values, carried or stored, one per element, if the operand has at most `kMaxElements` and any is known.
std::shared_ptr<const Elements> elements_of(const Operand& operand);

/// Element values as whole numbers, if all are known.
std::optional<std::vector<int64_t>> integers_of(const Operand& operand);

/// The only element as a whole number, if it is known.
std::optional<int64_t> integer_of(const Operand& operand);

/// `axis` counted from the front of `rank` axes, if it lies in [-rank, rank).
std::optional<size_t> wrap_axis(int64_t axis, size_t rank);

/// NumPy's broadcasting of two shapes, if they fit.
std::optional<Shape> broadcast(const Shape& a, const Shape& b);

/// "1x28x28x1", "[]" for a scalar.
std::string to_string(const Shape& shape);

}  // namespace flopstat
