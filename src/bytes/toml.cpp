#include "bytes/toml.h"

#include <algorithm>
#include <string>

namespace flopstat {
namespace {

/// Thrown where the TOML library finds its own state impossible.
struct ImpossibleState {};

[[noreturn]] void refuse_state() { throw ImpossibleState{}; }

}  // namespace
}  // namespace flopstat

// Everything that nests in such a file is small; the library's own limit leaves too little of a thread's stack. Its
// assertions fail for some damaged texts, and without them it would take what they say for granted: they throw in every
// build.
#define TOML_HEADER_ONLY 1
#define TOML_MAX_NESTED_VALUES 16
#define TOML_ASSERT(expression) ((expression) ? void() : flopstat::refuse_state())
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include "flopstat/error.h"

namespace flopstat {
namespace {

/// Dots in one line: each can be a table in a table, which the TOML library takes apart by calls in calls.
constexpr size_t kMaxDots = 64;

TextPlace place_of(const toml::source_position& at) { return {at.line, at.column}; }

class TomlReader {
 public:
  TomlReader(const File& file, const TomlKind& kind)
      : path_(file.path()),
        text_(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()),
        kind_(kind) {}

  TomlValue::Table read() const {
    check_size();
    check_letters();
    const toml::table root = parsed();
    return table(root);
  }

 private:
  [[noreturn]] void fail(TextPlace at, const std::string& what, std::string help = {}) const {
    throw Error(ErrorCode::usage, path_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + what,
                std::nullopt, {}, help.empty() ? std::string(kind_.help) : std::move(help));
  }

  void check_size() const {
    if (text_.size() > kMaxToml) {
      fail({}, "the " + std::string(kind_.name) + " has " + std::to_string(text_.size()) + " bytes, more than the " +
                   std::to_string(kMaxToml) + " that are read");
    }
    TextPlace at;
    size_t dots = 0;
    for (const char c : text_) {
      if (c == '\n') {
        ++at.line;
        dots = 0;
      } else if (c == '.' && ++dots > kMaxDots) {
        fail(at, "the line has more than " + std::to_string(kMaxDots) + " dots");
      }
    }
  }

  /// Where the TOML library 3.3 looks for blanks it takes some letters for impossible, which no assertion of it tells.
  void check_letters() const {
    TextPlace at;
    for (const char c : text_) {
      if (static_cast<unsigned char>(c) >= 0x80) {
        fail(at, "a " + std::string(kind_.name) + " is ASCII",
             "write other letters as TOML escapes in a string in double quotes: a backslash and u00e9");
      }
      ++at.column;
      if (c == '\n') at = {at.line + 1, 1};
    }
  }

  toml::table parsed() const {
    try {
      return toml::parse(text_);
    } catch (const toml::parse_error& error) {
      fail(place_of(error.source().begin), "this is no TOML: " + std::string(error.description()),
           "https://toml.io/en/v1.0.0 describes the format");
    } catch (const ImpossibleState&) {
      fail({}, "this is no TOML, and the place at which it is none cannot be told",
           "https://toml.io/en/v1.0.0 describes the format");
    }
  }

  static TomlValue::Table table(const toml::table& from) {
    TomlValue::Table members;
    members.reserve(from.size());
    for (const auto& [key, node] : from) {
      members.push_back({std::string(key.str()), place_of(key.source().begin), value(node)});
    }
    return members;
  }

  static TomlValue value(const toml::node& node) {
    TomlValue value;
    value.place = place_of(node.source().begin);
    if (const auto* truth = node.as_boolean()) value.data = truth->get();
    if (const auto* whole = node.as_integer()) value.data = whole->get();
    if (const auto* real = node.as_floating_point()) value.data = real->get();
    if (const auto* text = node.as_string()) value.data = text->get();
    if (const toml::table* members = node.as_table()) value.data = table(*members);
    if (const toml::array* entries = node.as_array()) {
      TomlValue::Array array;
      array.reserve(entries->size());
      for (const toml::node& entry : *entries) array.push_back(TomlReader::value(entry));
      value.data = std::move(array);
    }
    return value;
  }

  std::string path_;
  std::string_view text_;
  TomlKind kind_;
};

}  // namespace

const TomlValue* find(const TomlValue::Table& table, std::string_view key) {
  const auto found = std::ranges::find(table, key, &TomlMember::key);
  return found == table.end() ? nullptr : &found->value;
}

TomlValue::Table read_toml(const File& file, const TomlKind& kind) { return TomlReader(file, kind).read(); }

}  // namespace flopstat
