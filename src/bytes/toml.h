#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bytes/file.h"

namespace flopstat {

/// Largest TOML file that is read, in bytes.
inline constexpr size_t kMaxToml = size_t{1} << 20;

/// A place in a text, from 1.
struct TextPlace {
  uint32_t line = 1;
  uint32_t column = 1;
};

struct TomlMember;

/// One value of a TOML file.
struct TomlValue {
  using Array = std::vector<TomlValue>;
  using Table = std::vector<TomlMember>;  ///< sorted by key, as bytes

  /// A date or time, true or false, a whole number, another number, ...
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Table> data;
  TextPlace place = {};

  const bool* boolean() const { return std::get_if<bool>(&data); }
  const int64_t* integer() const { return std::get_if<int64_t>(&data); }
  const std::string* text() const { return std::get_if<std::string>(&data); }
  const Array* array() const { return std::get_if<Array>(&data); }
  const Table* table() const { return std::get_if<Table>(&data); }
};

struct TomlMember {
  std::string key = {};
  TextPlace place = {};  ///< of the key
  TomlValue value = {};
};

/// The value of that key; null where there is none.
const TomlValue* find(const TomlValue::Table& table, std::string_view key);

/// What a file of one kind is called in errors.
struct TomlKind {
  std::string_view name;  ///< "rules file"
  std::string_view help;  ///< what to do about one that says nothing of the kind
};

/// Reads a file as TOML 1.0 in ASCII, of at most `kMaxToml` bytes. Throws `Error` (usage), whose message begins with
/// "path:line:column".
TomlValue::Table read_toml(const File& file, const TomlKind& kind);

}  // namespace flopstat
