#include "formats/rules/formula_parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "model/suggest.h"

namespace flopstat::rules {
namespace {

using Kind = FormulaStep::Kind;

constexpr std::array<std::string_view, 8> kFunctions{"numel", "dim", "rank", "value", "attr", "min", "max", "ceil_div"};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_plain(char c) { return is_space(c) || (c > ' ' && c <= '~'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool continues_name(char c) { return starts_name(c) || is_digit(c); }

/// A position of at most six digits.
std::optional<uint32_t> position(std::string_view digits) {
  if (digits.empty() || digits.size() > 6 || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

class Parser {
 public:
  Parser(std::string_view text, std::span<const std::string> definitions) : text_(text), definitions_(definitions) {}

  Formula parse() {
    if (text_.size() > kMaxFormula) {
      fail(0,
           "the formula has " + std::to_string(text_.size()) + " characters, more than " + std::to_string(kMaxFormula),
           "give names to parts of it under 'where'");
    }
    if (const auto odd = std::ranges::find_if_not(text_, is_plain); odd != text_.end()) {
      fail(static_cast<size_t>(odd - text_.begin()), "a formula is plain ASCII text");
    }
    sum();
    skip_space();
    if (at_ < text_.size()) fail(at_, "expected an operator or the end of the formula, found " + found());
    std::string line(text_);
    std::ranges::replace_if(line, is_space, ' ');
    return {std::move(line), std::move(steps_)};
  }

 private:
  [[noreturn]] static void fail(size_t at, std::string what, std::string help = {}) {
    throw FormulaFault{at, std::move(what), std::move(help)};
  }

  std::string found() const {
    return at_ < text_.size() ? "'" + std::string(text_.substr(at_, 1)) + "'" : std::string("the end");
  }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  /// Goes past the word if it comes next.
  bool take(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  void expect(std::string_view word, std::string_view where) {
    if (!take(word)) fail(at_, "expected '" + std::string(word) + "' " + std::string(where) + ", found " + found());
  }

  void emit(Kind kind) { steps_.push_back({.kind = kind}); }

  void sum() {
    product();
    while (true) {
      if (take("+")) {
        product();
        emit(Kind::add);
      } else if (take("-")) {
        product();
        emit(Kind::subtract);
      } else {
        return;
      }
    }
  }

  void product() {
    factor();
    while (true) {
      if (take("*")) {
        factor();
        emit(Kind::multiply);
      } else if (take("//")) {
        factor();
        emit(Kind::floor_divide);
      } else if (take("/")) {
        factor();
        emit(Kind::divide);
      } else {
        return;
      }
    }
  }

  void factor() {
    skip_space();
    if (++depth_ > kMaxNesting) {
      fail(at_, "parentheses, signs and functions nest deeper than " + std::to_string(kMaxNesting),
           "give names to parts of it under 'where'");
    }
    if (take("-")) {
      factor();
      emit(Kind::negate);
    } else if (take("(")) {
      sum();
      expect(")", "behind what is in parentheses");
    } else if (at_ < text_.size() && is_digit(text_[at_])) {
      steps_.push_back({.kind = Kind::number, .number = number()});
    } else if (at_ < text_.size() && starts_name(text_[at_])) {
      name();
    } else {
      fail(at_, "expected a number, a name or '(', found " + found());
    }
    --depth_;
  }

  /// A whole number; "_" may stand between its digits.
  int64_t number() {
    const size_t begin = at_;
    std::string digits;
    for (; at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '_'); ++at_) {
      if (text_[at_] != '_') digits += text_[at_];
    }
    if (at_ < text_.size() && (text_[at_] == '.' || continues_name(text_[at_]))) {
      fail(begin, "numbers are whole, without a point, an exponent or a unit",
           "half of n is n / 2, a million is 1_000_000");
    }
    int64_t value = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc()) {
      fail(begin, "the number does not fit in 63 bits");
    }
    return value;
  }

  std::string_view word() {
    const size_t begin = at_;
    while (at_ < text_.size() && continues_name(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  void name() {
    const size_t begin = at_;
    const std::string_view name = word();
    if (std::ranges::find(kFunctions, name) != kFunctions.end()) return function(name);
    const auto definition = std::ranges::find(definitions_, name);
    if (definition != definitions_.end()) {
      steps_.push_back({.kind = Kind::definition, .number = definition - definitions_.begin()});
      return;
    }
    if (tensor_named(name)) {
      fail(begin, "'" + std::string(name) + "' is a tensor, and a formula computes with numbers",
           "numel(" + std::string(name) + ") or dim(" + std::string(name) + ", 0)");
    }
    std::vector<std::string_view> known(kFunctions.begin(), kFunctions.end());
    known.insert(known.end(), definitions_.begin(), definitions_.end());
    const std::string_view meant = closest(name, known);
    fail(begin, "'" + std::string(name.substr(0, 80)) + "' is no function, and 'where' does not define it",
         meant.empty() ? "functions are numel, dim, rank, value, attr, min, max and ceil_div"
                       : "did you mean '" + std::string(meant) + "'?");
  }

  void function(std::string_view name) {
    expect("(", "behind the function " + std::string(name));
    if (name == "numel") {
      steps_.push_back({.kind = Kind::numel, .tensor = tensor()});
    } else if (name == "rank") {
      steps_.push_back({.kind = Kind::rank, .tensor = tensor()});
    } else if (name == "dim") {
      TensorRef ref = tensor();
      expect(",", "and an axis behind the tensor");
      sum();
      steps_.push_back({.kind = Kind::dim, .tensor = std::move(ref)});
    } else if (name == "value") {
      TensorRef ref = tensor();
      if (take(",")) {
        sum();
      } else {
        emit(Kind::number);
      }
      steps_.push_back({.kind = Kind::value, .tensor = std::move(ref)});
    } else if (name == "attr") {
      attribute();
    } else if (name == "ceil_div") {
      sum();
      expect(",", "and a divisor");
      sum();
      emit(Kind::ceil_divide);
    } else {
      sum();
      while (take(",")) {
        sum();
        emit(name == "min" ? Kind::min : Kind::max);
      }
    }
    expect(")", "at the end of " + std::string(name));
  }

  /// "kernel" or "kernel[1]", and what holds where there is none.
  void attribute() {
    skip_space();
    const size_t begin = at_;
    std::optional<std::string> name = quoted();
    if (!name || name->empty()) fail(begin, "attr takes the attribute's name in quotes, found " + found());
    FormulaStep step{.kind = Kind::attribute};
    if (const size_t bracket = name->rfind('['); bracket != std::string::npos && name->ends_with(']')) {
      const auto index = position(std::string_view(*name).substr(bracket + 1, name->size() - bracket - 2));
      if (!index) fail(begin, "what stands in [] behind an attribute's name is a position, counted from 0");
      step.number = *index;
      name->resize(bracket);
    }
    step.name = *std::move(name);
    if (take(",")) {
      sum();
      step.kind = Kind::attribute_or;
    }
    steps_.push_back(std::move(step));
  }

  TensorRef tensor() {
    skip_space();
    const size_t begin = at_;
    if (std::optional<std::string> name = quoted()) return {.kind = TensorRef::Kind::named, .name = *std::move(name)};
    const std::string_view name = word();
    if (const std::optional<TensorRef> ref = tensor_named(name)) return *ref;
    at_ = begin;
    fail(begin,
         name.empty() ? "expected a tensor, found " + found()
                      : "'" + std::string(name.substr(0, 80)) + "' names no tensor",
         "operands are x or x0, x1, ..., stored ones w or w0, w1, ..., results y or y0, y1, ...; others by their "
         "name in quotes");
  }

  /// A text in either kind of quotes.
  std::optional<std::string> quoted() {
    skip_space();
    if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return std::nullopt;
    const size_t begin = at_;
    const size_t end = text_.find(text_[begin], begin + 1);
    if (end == std::string_view::npos) fail(begin, "the quote is not closed");
    at_ = end + 1;
    return std::string(text_.substr(begin + 1, end - begin - 1));
  }

  std::string_view text_;
  std::span<const std::string> definitions_;
  std::vector<FormulaStep> steps_;
  size_t at_ = 0;
  size_t depth_ = 0;
};

}  // namespace

std::optional<TensorRef> tensor_named(std::string_view word) {
  if (word.empty()) return std::nullopt;
  TensorRef ref;
  switch (word[0]) {
    case 'x': ref.kind = TensorRef::Kind::operand; break;
    case 'y': ref.kind = TensorRef::Kind::result; break;
    case 'w': ref.kind = TensorRef::Kind::stored; break;
    default: return std::nullopt;
  }
  if (word.size() == 1) return ref;
  const std::optional<uint32_t> index = position(word.substr(1));
  if (!index) return std::nullopt;
  ref.index = *index;
  return ref;
}

bool is_definable(std::string_view name) {
  return !name.empty() && starts_name(name[0]) && std::ranges::all_of(name, continues_name) && !tensor_named(name) &&
         std::ranges::find(kFunctions, name) == kFunctions.end();
}

std::variant<Formula, FormulaFault> parse_formula(std::string_view text, std::span<const std::string> definitions) {
  try {
    return Parser(text, definitions).parse();
  } catch (FormulaFault& fault) {
    return std::move(fault);
  }
}

}  // namespace flopstat::rules
