#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/file.h"

/// Arrays of bytes in C source: how firmware holds a model, as `xxd -i` and build scripts write it.
///
///     alignas(16) const unsigned char g_model[] = {0x1c, 0x00, /* ... */ 0x33};
namespace flopstat {

/// One array. `bytes` are its elements up to `defect`, or all of them.
struct CArray {
  std::string_view name;  ///< a view into the text; empty where there is none
  uint64_t offset = 0;    ///< byte of its '{' in the text
  std::vector<std::byte> bytes;
  std::string defect;          ///< what ends the list too early, or empty: "element 7 is 300, which is no byte"
  uint64_t defect_offset = 0;  ///< byte of the defect in the text
};

/// Whether bytes can be C source: the first of them are all text. Says nothing of arrays.
bool looks_like_text(Bytes bytes);

/// The arrays of a text in their order, each decoded when it is asked for: one pass over the text in all.
///
/// A list in braces is one if it begins with an integer constant. Elements are integer constants from -128 to 255,
/// decimal, octal, hexadecimal or binary, with any suffix. Comments, strings and preprocessor lines are skipped.
class CArrays {
 public:
  explicit CArrays(Bytes text) : text_(reinterpret_cast<const char*>(text.data()), text.size()) {}

  /// The next one; nothing behind the last.
  std::optional<CArray> next();

  /// The byte of the text at which element `index` of the array whose '{' is at `offset` stands; where the list stops
  /// being one, if it has fewer.
  static uint64_t place_of_element(Bytes text, uint64_t offset, uint64_t index);

 private:
  bool skip_blank();
  void skip_quoted();
  void skip_to(std::string_view end);
  void skip_directive();
  std::string_view word();
  bool read_element(CArray& array);
  std::optional<CArray> read_list();

  std::string_view text_;
  size_t at_ = 0;
  size_t brackets_ = 0;              ///< open '['
  std::string_view last_word_ = {};  ///< outside of brackets
  std::string_view name_ = {};       ///< the word before the last '['
};

}  // namespace flopstat
