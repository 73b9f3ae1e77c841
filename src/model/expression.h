#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "model/count.h"
#include "model/value.h"

/// How a count came about: arithmetic on counts remembers its operands where one of them was given a name. So the
/// formula that is shown is the one that was computed, and there is no second one to keep in step.
namespace flopstat {

class Trace;

/// One number on the way to a count. Owned by a trace.
struct Expression {
  Arithmetic kind = Arithmetic::number;
  uint64_t value = 0;
  const Expression* left = nullptr;   ///< of a sum, difference, product or quotient
  const Expression* right = nullptr;  ///< its other operand
  std::string name = {};              ///< of a letter: "|y|"
  std::string meaning = {};           ///< of a letter: "elements of y"
  Shape factors = {};                 ///< of a letter that is a product of sizes
  Trace* trace = nullptr;
};

/// The expressions behind the counts of one node. Counts point into it, so it must outlive them.
class Trace {
 public:
  Trace() = default;
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// The count under a name. One that is taken by another value or meaning gets a number behind it.
  Count letter(std::string_view name, std::string_view meaning, Count value);

  /// The product of sizes under a name.
  Count letter(std::string_view name, std::string_view meaning, const Shape& factors);

 private:
  friend const Expression* combine(Arithmetic kind, const Count& a, const Count& b, uint64_t value);

  const Expression* letter(Expression letter);
  const Expression* keep(Expression expression);
  const Expression* number_or(const Count& count);

  std::deque<Expression> expressions_;
};

/// The expression in letters: "2·|x| + |y|·k". Products and quotients stand without a multiplication by 1.
std::string formula_of(const Expression& expression);

/// The same with the letters' values, groups of three digits set apart by commas: "2·1,024 + 10·784".
std::string numbers_of(const Expression& expression);

}  // namespace flopstat
