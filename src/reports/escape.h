#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flopstat {

/// One character of UTF-8 text.
struct CodePoint {
  char32_t value = 0;
  size_t bytes = 1;    ///< that it takes in the text; 1 for a byte that is no UTF-8
  bool valid = false;  ///< else `value` is the byte
};

/// The first character of `text`, which is not empty. Overlong forms, surrogates and values above U+10FFFF are invalid.
CodePoint first_code_point(std::string_view text);

/// Text from a file, safe to print on a terminal: control characters and bytes that are no UTF-8 become \xNN, other
/// characters that move, hide or reorder text (U+0080-U+009F, bidirectional controls, zero width, line separators)
/// become \u{NNNN}, and a backslash is doubled, so that what is shown is never ambiguous. With `ascii` every character
/// beyond ASCII is written as \u{NNNN}.
std::string escape(std::string_view text, bool ascii = false);

/// Columns that `text` takes on a terminal, where `text` is UTF-8 and holds no control character: 2 for wide East Asian
/// characters and emoji, 0 for combining marks, 1 for others.
size_t display_width(std::string_view text);

/// The longest beginning of `text` that takes at most `columns`, `mark` at its end where something was left out.
std::string shorten(std::string_view text, size_t columns, std::string_view mark);

/// The longest ending of text that takes at most `columns`, `mark` at its beginning where something was left out.
std::string shorten_front(std::string_view text, size_t columns, std::string_view mark);

/// Escaped text that means nothing in Markdown: no emphasis, code, link, HTML or end of a table's cell.
std::string markdown_text(std::string_view text);

/// Escaped text as contents of an element or attribute of XML 1.0, which has no U+FFFE and U+FFFF.
std::string xml_text(std::string_view text);

}  // namespace flopstat
