#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bytes/file.h"

namespace flopstat {

struct JsonMember;

/// One value of a JSON text. Strings without escapes are views into the text, the others into the document.
struct JsonValue {
  using Array = std::span<const JsonValue>;
  using Object = std::span<const JsonMember>;  ///< in the text's order; of equal keys the last counts, as in Python

  /// null, true or false, a whole number of 64 bits, another number (NaN and Infinity too, as Python writes them), ...
  std::variant<std::monostate, bool, int64_t, double, std::string_view, Array, Object> data;
  uint64_t offset = 0;  ///< byte in the text

  bool is_null() const { return std::holds_alternative<std::monostate>(data); }
  const bool* boolean() const { return std::get_if<bool>(&data); }
  const int64_t* integer() const { return std::get_if<int64_t>(&data); }
  /// A whole number too.
  std::optional<double> real() const;
  const std::string_view* text() const { return std::get_if<std::string_view>(&data); }
  const Array* array() const { return std::get_if<Array>(&data); }
  const Object* object() const { return std::get_if<Object>(&data); }

  /// The member of that name of an object; null where there is none or the value is no object.
  const JsonValue* find(std::string_view key) const;
};

struct JsonMember {
  std::string_view key;
  JsonValue value;
};

/// A JSON text, read whole. Values are views into it and into the text, which must outlive it.
///
/// Source: RFC 8259, and Python's json for NaN, Infinity and -Infinity.
class JsonDocument {
 public:
  static constexpr uint32_t kMaxDepth = 256;
  static constexpr uint64_t kMaxValues = 10'000'000;

  /// Throws `Error` with the byte: corrupt where the text is no JSON, truncated where it ends early, limit where it is
  /// nested deeper than `kMaxDepth` or has more than `kMaxValues` values.
  explicit JsonDocument(Bytes text);
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  const JsonValue& root() const;

  /// Keys that an object has twice, by the byte of the second.
  std::span<const std::pair<std::string_view, uint64_t>> repeated_keys() const;

 private:
  friend class JsonParser;
  struct Storage;
  std::unique_ptr<Storage> storage_;
};

}  // namespace flopstat
