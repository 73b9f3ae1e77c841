#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace flopstat {

/// How amounts of memory are written: 1024 bytes are "1.000 KiB", "1.024 kB" or "1024 B".
enum class ByteUnits : uint8_t { iec, si, raw };

/// How text for people looks: decided once, by the program, for each stream.
struct TerminalStyle {
  size_t width = 0;     ///< columns that a line may take; 0: any number, and nothing is shortened
  bool colour = false;  ///< escape sequences for colours
  bool utf8 = false;    ///< characters beyond ASCII
  bool exact = false;   ///< every digit, plain bytes
  ByteUnits units = ByteUnits::iec;
  bool hints = false;    ///< what to type next
  bool details = false;  ///< what the file says of the model, work by unit and type, memory that is seldom asked for
};

/// The four ways in which text differs from plain text.
enum class Emphasis : uint8_t { plain, dim, bold, warn, error };

/// `text` in colour, or as it is where `style` has no colour.
std::string paint(std::string_view text, Emphasis emphasis, const TerminalStyle& style);

/// What stands for the part that was left out of a shortened text.
std::string_view ellipsis(const TerminalStyle& style);

}  // namespace flopstat
