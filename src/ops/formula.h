#pragma once

#include <vector>

#include "flopstat/known.h"
#include "model/attributes.h"
#include "model/user_rule.h"
#include "ops/operands.h"

namespace flopstat {

/// A whole number that a formula comes to, and how; `how` is null where nothing is traced, or for a negative one.
struct FormulaNumber {
  int64_t value = 0;
  const Expression* how = nullptr;
};

/// Computes the formulas of a rule for one node. References outlive it.
class FormulaEvaluation {
 public:
  /// `attributes` of the node; null where none are kept.
  FormulaEvaluation(const UserRule& rule, const Operands& operands, const Attributes* attributes);

  /// Unknown where a tensor, an attribute or an element is not there or not known, where a division does not come out
  /// even or divides by 0, and where a number leaves 64 bits. The reason begins with the place of the rule.
  Known<FormulaNumber> number(const Formula& formula) const;

  /// The same as a count; a negative one is Unknown.
  Known<Count> count(const Formula& formula) const;

  /// The tensor that a rule means, if the node has it and its shape is known.
  Known<const Operand*> tensor(const TensorRef& ref) const;

 private:
  Known<FormulaNumber> step(const FormulaStep& step, std::vector<Known<FormulaNumber>>& stack) const;
  Known<FormulaNumber> of_tensor(const FormulaStep& step, const Operand& operand, const FormulaNumber& argument) const;
  Known<FormulaNumber> attribute(const FormulaStep& step) const;
  FormulaNumber letter(const std::string& name, const std::string& meaning, int64_t value) const;

  const UserRule& rule_;
  const Operands& operands_;
  const Attributes* attributes_;
  std::vector<Known<FormulaNumber>> definitions_;
};

/// "x", "w1", "'name'": as formulas write it.
std::string to_string(const TensorRef& ref);

}  // namespace flopstat
