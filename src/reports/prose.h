#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/style.h"

namespace flopstat {

/// A stretch of text that stays on one line.
struct Piece {
  std::string text;
  Emphasis emphasis = Emphasis::plain;
};

/// Appends the pieces, `gap` spaces between them. One that does not fit starts a new line, `indent` spaces in; one that
/// fits no line is shortened. `column` is where the first one starts.
void write_pieces(const std::vector<Piece>& pieces, size_t column, size_t gap, size_t indent,
                  const TerminalStyle& style, std::string& out);

/// The words of a sentence as pieces.
std::vector<Piece> words(std::string_view sentence, Emphasis emphasis = Emphasis::plain);

}  // namespace flopstat
