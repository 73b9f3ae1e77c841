#include "bytes/json.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <locale>
#include <sstream>
#include <system_error>

#include "flopstat/error.h"

namespace flopstat {

struct JsonDocument::Storage {
  JsonValue root = {};
  std::deque<std::vector<JsonValue>> arrays = {};
  std::deque<std::vector<JsonMember>> objects = {};
  std::deque<std::string> texts = {};  ///< strings with escapes, decoded
  std::vector<std::pair<std::string_view, uint64_t>> repeated_keys = {};
};

namespace {

/// The number in a text that has the form of one. Not strtod: that reads by the locale of the process.
double real_in(std::string_view text) {
  std::istringstream stream{std::string(text)};
  stream.imbue(std::locale::classic());
  double value = 0;
  if (stream >> value) return value;
  return value > 0 || value < 0 ? value : 0;  // out of range: the largest number there is
}

void append_utf8(std::string& text, uint32_t code) {
  const auto put = [&](uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

}  // namespace

/// Reads by recursive descent, at most `kMaxDepth` deep.
class JsonParser {
 public:
  JsonParser(std::string_view text, JsonDocument::Storage& storage) : text_(text), storage_(storage) {}

  JsonValue whole_text() {
    JsonValue value = read_value();
    skip_space();
    if (at_ < text_.size()) fail(at_, "expected the end of the text behind the value");
    return value;
  }

 private:
  [[noreturn]] void fail(uint64_t offset, const std::string& message) const {
    if (offset >= text_.size()) {
      throw Error(ErrorCode::truncated, "the JSON text ends early: " + message, text_.size());
    }
    throw Error(ErrorCode::corrupt, "it is no JSON: " + message, offset);
  }

  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  /// Takes that character, if it is the next one behind space.
  bool takes(char character) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != character) return false;
    ++at_;
    return true;
  }

  bool takes_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  JsonValue read_value() {
    skip_space();
    if (at_ >= text_.size()) fail(at_, "expected a value");
    if (++values_ > JsonDocument::kMaxValues) {
      throw Error(ErrorCode::limit,
                  "the JSON text has more than " + std::to_string(JsonDocument::kMaxValues) + " values", at_);
    }
    const uint64_t offset = at_;
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    switch (text_[at_]) {
      case '{': return {read_object(), offset};
      case '[': return {read_array(), offset};
      case '"': return {read_text(), offset};
      default: break;
    }
    if (takes_word("null")) return {std::monostate{}, offset};
    if (takes_word("true")) return {true, offset};
    if (takes_word("false")) return {false, offset};
    if (takes_word("NaN")) return {std::numeric_limits<double>::quiet_NaN(), offset};
    if (takes_word("Infinity")) return {kInfinity, offset};
    if (takes_word("-Infinity")) return {-kInfinity, offset};
    return read_number();
  }

  void enter(uint64_t offset) {
    if (++depth_ > JsonDocument::kMaxDepth) {
      throw Error(ErrorCode::limit,
                  "the JSON text nests deeper than " + std::to_string(JsonDocument::kMaxDepth) + " levels", offset);
    }
  }

  JsonValue::Array read_array() {
    enter(at_++);
    std::vector<JsonValue> items;
    if (!takes(']')) {
      do items.push_back(read_value());
      while (takes(','));
      if (!takes(']')) fail(at_, "expected ',' or ']' in an array");
    }
    --depth_;
    if (items.empty()) return {};
    return storage_.arrays.emplace_back(std::move(items));
  }

  JsonValue::Object read_object() {
    enter(at_++);
    std::vector<JsonMember> members;
    std::vector<uint64_t> places;
    if (!takes('}')) {
      do {
        skip_space();
        if (at_ >= text_.size() || text_[at_] != '"') fail(at_, "expected a key in double quotes");
        places.push_back(at_);
        const std::string_view key = read_text();
        if (!takes(':')) fail(at_, "expected ':' behind a key");
        members.push_back({key, read_value()});
      } while (takes(','));
      if (!takes('}')) fail(at_, "expected ',' or '}' in an object");
    }
    --depth_;
    note_repeated(members, places);
    if (members.empty()) return {};
    return storage_.objects.emplace_back(std::move(members));
  }

  void note_repeated(const std::vector<JsonMember>& members, const std::vector<uint64_t>& places) {
    std::vector<std::pair<std::string_view, uint64_t>> keys;
    for (size_t i = 0; i < members.size(); ++i) keys.emplace_back(members[i].key, places[i]);
    std::ranges::sort(keys);
    for (size_t i = 1; i < keys.size(); ++i) {
      if (keys[i].first == keys[i - 1].first) storage_.repeated_keys.push_back(keys[i]);
    }
  }

  /// At a double quote.
  std::string_view read_text() {
    const uint64_t begin = ++at_;
    while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
    if (at_ < text_.size() && text_[at_] == '"') return text_.substr(begin, at_++ - begin);
    std::string text(text_.substr(begin, at_ - begin));
    while (true) {
      if (at_ >= text_.size()) fail(at_, "a string is not closed");
      const char character = text_[at_];
      if (character == '"') break;
      if (character == '\\') {
        read_escape(text);
      } else if (is_plain(character)) {
        text += character;
        ++at_;
      } else {
        fail(at_, "a control character stands in a string");
      }
    }
    ++at_;
    return storage_.texts.emplace_back(std::move(text));
  }

  static bool is_plain(char character) {
    return character != '"' && character != '\\' && static_cast<unsigned char>(character) >= 0x20;
  }

  /// At a backslash.
  void read_escape(std::string& text) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const uint64_t begin = at_++;
    if (at_ >= text_.size()) fail(at_, "a string is not closed");
    const char letter = text_[at_++];
    if (letter == 'u') {
      append_utf8(text, read_code(begin));
    } else if (const size_t found = kLetters.find(letter); found != std::string_view::npos) {
      text += kMeanings[found];
    } else {
      fail(begin, "a backslash stands before a letter that is no escape");
    }
  }

  /// The code point behind "\u", which may be two surrogates; a lone one is the replacement character.
  uint32_t read_code(uint64_t begin) {
    constexpr uint32_t kReplacement = 0xFFFD;
    const uint32_t high = read_four_digits(begin);
    if (high < 0xD800 || high > 0xDFFF) return high;
    const uint64_t behind = at_;
    if (high >= 0xDC00 || !takes_word("\\u")) return kReplacement;
    const uint32_t low = read_four_digits(begin);
    if (low >= 0xDC00 && low <= 0xDFFF) return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    at_ = behind;
    return kReplacement;
  }

  uint32_t read_four_digits(uint64_t begin) {
    uint32_t code = 0;
    const std::string_view digits = text_.substr(std::min(at_, text_.size()), 4);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() < 4) fail(text_.size(), "a string is not closed");
    if (error != std::errc{} || end != digits.data() + digits.size())
      fail(begin, "four hexadecimal digits are missing");
    at_ += 4;
    return code;
  }

  size_t take_digits() {
    const uint64_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ - begin;
  }

  JsonValue read_number() {
    const uint64_t begin = at_;
    takes_word("-");
    const uint64_t digits = at_;
    if (take_digits() == 0) fail(at_ < text_.size() ? begin : at_, "expected a value");
    if (text_[digits] == '0' && at_ - digits > 1) fail(begin, "a number begins with 0");
    bool whole = true;
    if (takes_word(".")) {
      whole = false;
      if (take_digits() == 0) fail(at_, "a number has no digits behind its point");
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      whole = false;
      ++at_;
      if (!takes_word("-")) takes_word("+");
      if (take_digits() == 0) fail(at_, "a number has no digits in its exponent");
    }
    const std::string_view token = text_.substr(begin, at_ - begin);
    int64_t integer = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), integer);
    if (whole && error == std::errc{} && end == token.data() + token.size()) return {integer, begin};
    return {real_in(token), begin};
  }

  std::string_view text_;
  JsonDocument::Storage& storage_;
  size_t at_ = 0;
  uint32_t depth_ = 0;
  uint64_t values_ = 0;
};

std::optional<double> JsonValue::real() const {
  if (const int64_t* whole = integer()) return static_cast<double>(*whole);
  const auto* number = std::get_if<double>(&data);
  return number == nullptr ? std::nullopt : std::optional<double>(*number);
}

const JsonValue* JsonValue::find(std::string_view key) const {
  const Object* members = object();
  if (members == nullptr) return nullptr;
  const auto found =
      std::find_if(members->rbegin(), members->rend(), [&](const JsonMember& each) { return each.key == key; });
  return found == members->rend() ? nullptr : &found->value;
}

JsonDocument::JsonDocument(Bytes text) : storage_(std::make_unique<Storage>()) {
  JsonParser parser({reinterpret_cast<const char*>(text.data()), text.size()}, *storage_);
  storage_->root = parser.whole_text();
}

JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

const JsonValue& JsonDocument::root() const { return storage_->root; }

std::span<const std::pair<std::string_view, uint64_t>> JsonDocument::repeated_keys() const {
  return storage_->repeated_keys;
}

}  // namespace flopstat
