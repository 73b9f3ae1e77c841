#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace flopstat {

/// Takes the beginning of a long text away while the rest is being written: it empties the string that it is given.
using Drain = std::function<void(std::string&)>;

/// Appends JSON to a text while it is being told, so that a document of 100,000 entries needs no tree of itself. ASCII
/// only: other characters are escaped, bytes that are no UTF-8 become U+FFFD.
///
///   JsonWriter json(out);
///   json.object(JsonWriter::lines, [&] {
///     json.member("nodes", uint64_t{4});
///     json.key("shape");
///     json.list(JsonWriter::line, [&] { json.value(uint64_t{1}); });
///   });
class JsonWriter {
 public:
  /// Whether the entries of an object or list stand on one line or on a line each.
  enum Layout : uint8_t { line, lines };

  /// With `drain` the text never grows far beyond a mebibyte.
  explicit JsonWriter(std::string& out, Drain drain = {}) : out_(out), drain_(std::move(drain)) {}

  template <class Entries>
  void object(Layout layout, Entries entries) {
    nest('{', '}', layout, entries);
  }
  template <class Entries>
  void list(Layout layout, Entries entries) {
    nest('[', ']', layout, entries);
  }

  /// The key of the member that is written next.
  void key(std::string_view key);

  void value(uint64_t number);
  void value(int64_t number);
  void value(double number);
  void value(bool truth);
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void null();

  template <class Value>
  void member(std::string_view name, const Value& contents) {
    key(name);
    value(contents);
  }

 private:
  /// Where the entries of an object or list stand.
  struct Level {
    Layout layout = line;
    size_t indent = 0;
    bool empty = true;
  };

  template <class Entries>
  void nest(char open, char close, Layout layout, Entries entries) {
    separate();
    out_ += open;
    const Level outer = level_;
    level_ = {layout, outer.indent + 2, true};
    entries();
    if (layout == lines && !level_.empty) out_.append("\n").append(outer.indent, ' ');
    level_ = outer;
    out_ += close;
  }

  void separate();

  std::string& out_;
  Drain drain_;
  Level level_ = {};
  bool behind_key_ = true;  ///< what comes next needs no separator: it is the document or a member's value
};

}  // namespace flopstat
