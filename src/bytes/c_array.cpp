#include "bytes/c_array.h"

#include <algorithm>
#include <array>
#include <utility>

namespace flopstat {
namespace {

/// Bytes at the beginning of a file that must be text before all of it is searched for arrays.
constexpr size_t kLookedAt = 256;

/// Longest integer constant: 0b and 64 digits, and a suffix.
constexpr size_t kLongestNumber = 72;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Value of each character as a digit, 99 for others.
constexpr std::array<uint8_t, 256> kDigits = [] {
  std::array<uint8_t, 256> digits{};
  digits.fill(99);
  for (uint8_t i = 0; i < 10; ++i) digits['0' + i] = i;
  for (uint8_t i = 10; i < 16; ++i) digits['a' + i - 10] = digits['A' + i - 10] = i;
  return digits;
}();

uint8_t digit_of(char c) { return kDigits[static_cast<unsigned char>(c)]; }

/// The value of an integer constant of C, if it is one and below 2^32.
std::optional<int64_t> integer_constant(std::string_view word) {
  const auto is_suffix = [](char c) { return c == 'u' || c == 'U' || c == 'l' || c == 'L'; };
  while (word.size() > 1 && is_suffix(word.back())) word.remove_suffix(1);
  uint8_t base = 10;
  if (word.size() > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X')) {
    base = 16;
  } else if (word.size() > 2 && word[0] == '0' && (word[1] == 'b' || word[1] == 'B')) {
    base = 2;
  } else if (word.size() > 1 && word[0] == '0') {
    base = 8;
  }
  if (base == 16 || base == 2) word.remove_prefix(2);
  if (word.empty() || word.size() > kLongestNumber) return std::nullopt;
  int64_t value = 0;
  for (const char c : word) {
    const uint8_t digit = digit_of(c);
    if (digit >= base) return std::nullopt;
    value = value * base + digit;
    if (value > UINT32_MAX) return std::nullopt;
  }
  return value;
}

}  // namespace

bool looks_like_text(Bytes bytes) {
  const Bytes begin = bytes.first(std::min(bytes.size(), kLookedAt));
  return std::ranges::all_of(begin, [](std::byte each) {
    const auto c = static_cast<unsigned char>(each);
    return c >= 0x20 ? c != 0x7f : is_space(static_cast<char>(c));
  });
}

void CArrays::skip_to(std::string_view end) {
  const size_t found = text_.find(end, at_);
  at_ = found == std::string_view::npos ? text_.size() : found + end.size();
}

/// A string or character constant: to its closing quote, or to the end of the line where there is none.
void CArrays::skip_quoted() {
  const char quote = text_[at_++];
  while (at_ < text_.size() && text_[at_] != '\n') {
    const char c = text_[at_++];
    if (c == quote) return;
    if (c == '\\' && at_ < text_.size()) ++at_;
  }
}

/// To the end of a preprocessor line, which a backslash at the end of a line prolongs.
void CArrays::skip_directive() {
  while (at_ < text_.size()) {
    const size_t begin = at_;
    skip_to("\n");
    std::string_view line = text_.substr(begin, at_ - begin);
    while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
    if (!line.ends_with('\\')) return;
  }
}

/// Skips what means nothing in C; false at the end of the text.
bool CArrays::skip_blank() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    const std::string_view two = text_.substr(at_, 2);
    if (is_space(c)) {
      ++at_;
    } else if (two == "//") {
      skip_to("\n");
    } else if (two == "/*") {
      at_ += 2;
      skip_to("*/");
    } else if (c == '#') {
      skip_directive();
    } else {
      return true;
    }
  }
  return false;
}

std::string_view CArrays::word() {
  const size_t begin = at_;
  while (at_ < text_.size() && is_word(text_[at_])) ++at_;
  return text_.substr(begin, at_ - begin);
}

/// Reads one constant into the array. False, and the text as it was, where there is no integer constant; a constant
/// that is no byte is the array's defect.
bool CArrays::read_element(CArray& array) {
  const size_t begin = at_;
  const bool negative = text_[at_] == '-';
  if (negative) ++at_;
  const std::string_view text = word();
  if (text.empty() || !is_digit(text[0])) {
    at_ = begin;
    return false;
  }
  if (at_ == text_.size()) return true;  // the text ends inside of it, or right behind: it is cut
  const std::optional<int64_t> magnitude = integer_constant(text);
  const int64_t value = magnitude ? (negative ? -*magnitude : *magnitude) : INT64_MAX;
  if (value < -128 || value > 255) {
    array.defect = "element " + std::to_string(array.bytes.size()) + " is " +
                   std::string(text_.substr(begin, std::min(at_ - begin, kLongestNumber))) + ", which is no byte";
    array.defect_offset = begin;
    return true;
  }
  array.bytes.push_back(static_cast<std::byte>(value));
  return true;
}

/// The list whose '{' was just read; nothing where it does not begin with an integer constant. Where it goes on with
/// something else, the text stays there.
std::optional<CArray> CArrays::read_list() {
  CArray array{.name = name_.empty() ? last_word_ : name_, .offset = at_ - 1, .bytes = {}, .defect = {}};
  while (skip_blank()) {
    if (text_[at_] == '}' && !array.bytes.empty()) {
      ++at_;
      return array;
    }
    const bool read = read_element(array);
    if (!read && array.bytes.empty()) return std::nullopt;
    if (!read) {
      array.defect =
          "behind element " + std::to_string(array.bytes.size() - 1) + " stands something else than a number";
      array.defect_offset = at_;
    }
    if (!array.defect.empty()) return array;
    if (skip_blank() && text_[at_] == ',') ++at_;
  }
  array.defect = "the text ends before the '}', behind " + std::to_string(array.bytes.size()) + " elements";
  array.defect_offset = text_.size();
  return array.bytes.empty() ? std::nullopt : std::optional(std::move(array));
}

std::optional<CArray> CArrays::next() {
  while (skip_blank()) {
    const char c = text_[at_];
    if (is_word(c)) {
      const std::string_view found = word();
      if (brackets_ == 0) last_word_ = found;
      continue;
    }
    if (c == '"' || c == '\'') {
      skip_quoted();
      continue;
    }
    ++at_;
    if (c == '[' && brackets_++ == 0) name_ = last_word_;
    if (c == ']' && brackets_ > 0) --brackets_;
    if (c == ';' || c == '}') {
      brackets_ = 0;
      name_ = last_word_ = {};
    }
    if (c != '{') continue;
    if (std::optional<CArray> array = read_list()) return array;
  }
  return std::nullopt;
}

uint64_t CArrays::place_of_element(Bytes text, uint64_t offset, uint64_t index) {
  CArrays list(text);
  list.at_ = offset + 1;
  for (uint64_t i = 0; list.skip_blank(); ++i) {
    const size_t begin = list.at_;
    if (list.text_[begin] == '-') ++list.at_;
    if (i == index || list.word().empty()) return begin;
    if (list.skip_blank() && list.text_[list.at_] == ',') ++list.at_;
  }
  return list.at_;
}

}  // namespace flopstat
