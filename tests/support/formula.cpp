#include "support/formula.h"

#include <gtest/gtest.h>

#include <cctype>

namespace flopstat::test {
namespace {

constexpr std::string_view kTimes = "·";

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// A reader of one formula, as a person redoes it with a calculator.
class Calculator {
 public:
  explicit Calculator(std::string_view text) : text_(text) {}

  uint64_t whole() {
    const uint64_t value = sum();
    if (!rest().empty()) fail();
    return value;
  }

 private:
  uint64_t sum() {
    uint64_t value = product();
    while (true) {
      if (take(" + ")) {
        value += product();
      } else if (take(" - ")) {
        const uint64_t less = product();
        if (less > value) fail();
        value -= less;
      } else {
        return value;
      }
    }
  }

  uint64_t product() {
    uint64_t value = factor();
    while (true) {
      if (take(kTimes)) {
        value *= factor();
      } else if (take("/")) {
        const uint64_t divisor = factor();
        if (divisor == 0) return fail();
        value /= divisor;
      } else {
        return value;
      }
    }
  }

  uint64_t factor() {
    if (take("(")) {
      const uint64_t value = sum();
      if (!take(")")) fail();
      return value;
    }
    if (rest().empty() || !is_digit(rest()[0])) return fail();
    uint64_t value = 0;
    while (!rest().empty() && (is_digit(rest()[0]) || rest()[0] == ',')) {
      if (rest()[0] != ',') value = value * 10 + static_cast<uint64_t>(rest()[0] - '0');
      ++place_;
    }
    return value;
  }

  std::string_view rest() const { return text_.substr(place_); }

  bool take(std::string_view word) {
    if (!rest().starts_with(word)) return false;
    place_ += word.size();
    return true;
  }

  uint64_t fail() {
    ADD_FAILURE() << "'" << text_ << "' is no formula at character " << place_;
    place_ = text_.size();
    return 0;
  }

  std::string_view text_;
  size_t place_ = 0;
};

}  // namespace

uint64_t value_of_formula(std::string_view text) { return Calculator(text).whole(); }

std::vector<uint64_t> numbers_in_formula(std::string_view text) {
  std::vector<uint64_t> numbers;
  for (size_t i = 0; i < text.size();) {
    const bool part_of_name = i > 0 && (std::isalnum(static_cast<unsigned char>(text[i - 1])) != 0);
    if (!is_digit(text[i]) || part_of_name) {
      ++i;
      continue;
    }
    uint64_t value = 0;
    for (; i < text.size() && (is_digit(text[i]) || text[i] == ','); ++i) {
      if (text[i] != ',') value = value * 10 + static_cast<uint64_t>(text[i] - '0');
    }
    numbers.push_back(value);
  }
  return numbers;
}

}  // namespace flopstat::test
