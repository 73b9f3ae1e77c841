#include "model/expression.h"

#include <algorithm>
#include <utility>

namespace flopstat {
namespace {

bool is_one(const Count& count) { return count.how() == nullptr && count == 1; }
bool is_zero(const Count& count) { return count.how() == nullptr && count == 0; }

/// What is left of arithmetic with 0 and 1, and of x - (x - v): null where nothing is simpler.
const Expression* simpler(Arithmetic kind, const Count& a, const Count& b) {
  switch (kind) {
    case Arithmetic::sum:
      if (is_zero(a)) return b.how();
      return is_zero(b) ? a.how() : nullptr;
    case Arithmetic::difference: {
      if (is_zero(b)) return a.how();
      const Expression* less = b.how();
      const bool undoes = less != nullptr && less->kind == Arithmetic::difference && less->left == a.how();
      return undoes ? less->right : nullptr;
    }
    case Arithmetic::product:
      if (is_one(a)) return b.how();
      return is_one(b) ? a.how() : nullptr;
    case Arithmetic::quotient: return is_one(b) ? a.how() : nullptr;
    case Arithmetic::letter:
    case Arithmetic::number: return nullptr;
  }
  return nullptr;
}

std::string digits(uint64_t value) {
  std::string text = std::to_string(value);
  for (size_t place = text.size(); place > 3; place -= 3) text.insert(place - 3, ",");
  return text;
}

std::string number_of(const Expression& letter) { return digits(letter.value); }
std::string name_of_letter(const Expression& letter) { return letter.name; }

using LetterText = std::string (*)(const Expression&);

std::string text_of(const Expression& expression, LetterText letter);

/// A factor of a product, a divisor, or what is taken away: whatever binds less stands in parentheses.
std::string operand_text(const Expression& expression, bool whole_quotient, LetterText letter) {
  const bool sum = expression.kind == Arithmetic::sum || expression.kind == Arithmetic::difference;
  const bool cut = whole_quotient && expression.kind == Arithmetic::quotient;
  const std::string text = text_of(expression, letter);
  return sum || cut ? "(" + text + ")" : text;
}

bool divides(const Expression& expression) {
  if (expression.kind == Arithmetic::quotient) return true;
  return expression.kind == Arithmetic::product && (divides(*expression.left) || divides(*expression.right));
}

std::string product_text(const Expression& expression, LetterText letter) {
  const Expression* left = expression.left;
  const Expression* right = expression.right;
  if (right->kind == Arithmetic::number && left->kind != Arithmetic::number && !divides(*left)) std::swap(left, right);
  const bool reordered = left != expression.left;
  return operand_text(*left, reordered, letter) + "·" + operand_text(*right, divides(*right), letter);
}

std::string text_of(const Expression& expression, LetterText letter) {
  switch (expression.kind) {
    case Arithmetic::letter: return letter(expression);
    case Arithmetic::number: return digits(expression.value);
    case Arithmetic::sum: return text_of(*expression.left, letter) + " + " + text_of(*expression.right, letter);
    case Arithmetic::difference:
      return text_of(*expression.left, letter) + " - " + operand_text(*expression.right, false, letter);
    case Arithmetic::product: return product_text(expression, letter);
    case Arithmetic::quotient: {
      const bool chain =
          expression.right->kind == Arithmetic::product || expression.right->kind == Arithmetic::quotient;
      const std::string divisor = operand_text(*expression.right, false, letter);
      return operand_text(*expression.left, false, letter) + "/" + (chain ? "(" + divisor + ")" : divisor);
    }
  }
  return {};
}

}  // namespace

const Expression* combine(Arithmetic kind, const Count& a, const Count& b, uint64_t value) {
  if (const Expression* less = simpler(kind, a, b)) return less;
  Trace& trace = *(a.how() != nullptr ? a : b).how()->trace;
  return trace.keep({.kind = kind, .value = value, .left = trace.number_or(a), .right = trace.number_or(b)});
}

const Expression* Trace::keep(Expression expression) {
  expression.trace = this;
  return &expressions_.emplace_back(std::move(expression));
}

const Expression* Trace::number_or(const Count& count) {
  return count.how() != nullptr ? count.how() : keep({.kind = Arithmetic::number, .value = count.value()});
}

const Expression* Trace::letter(Expression letter) {
  const std::string plain = letter.name;
  for (int number = 2;; ++number) {
    const auto found = std::ranges::find_if(expressions_, [&letter](const Expression& each) {
      return each.kind == Arithmetic::letter && each.name == letter.name;
    });
    if (found == expressions_.end()) return keep(std::move(letter));
    if (found->value == letter.value && found->meaning == letter.meaning) return &*found;
    letter.name = plain + std::to_string(number);
  }
}

Count Trace::letter(std::string_view name, std::string_view meaning, Count value) {
  return {value.value(), letter({.kind = Arithmetic::letter,
                                 .value = value.value(),
                                 .name = std::string(name),
                                 .meaning = std::string(meaning)})};
}

Count Trace::letter(std::string_view name, std::string_view meaning, const Shape& factors) {
  const Count value = product(factors);
  return {value.value(), letter({.kind = Arithmetic::letter,
                                 .value = value.value(),
                                 .name = std::string(name),
                                 .meaning = std::string(meaning),
                                 .factors = factors})};
}

std::string formula_of(const Expression& expression) { return text_of(expression, name_of_letter); }
std::string numbers_of(const Expression& expression) { return text_of(expression, number_of); }

}  // namespace flopstat
