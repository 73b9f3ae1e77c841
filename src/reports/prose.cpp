#include "reports/prose.h"

#include <algorithm>

#include "reports/escape.h"

namespace flopstat {

void write_pieces(const std::vector<Piece>& pieces, size_t column, size_t gap, size_t indent,
                  const TerminalStyle& style, std::string& out) {
  bool first = true;
  for (const Piece& piece : pieces) {
    const size_t width = display_width(piece.text);
    const size_t start = first ? column : column + gap;
    const bool fits = style.width == 0 || start + width <= style.width;
    if (first || fits) {
      out.append(start - column, ' ');
      column = start;
    } else {
      out.append("\n").append(indent, ' ');
      column = indent;
    }
    const size_t room = style.width == 0 ? width : style.width - std::min(style.width, column);
    out += paint(shorten(piece.text, room, ellipsis(style)), piece.emphasis, style);
    column += std::min(width, room);
    first = false;
  }
  out += '\n';
}

std::vector<Piece> words(std::string_view sentence, Emphasis emphasis) {
  std::vector<Piece> words;
  while (!sentence.empty()) {
    const size_t end = std::min(sentence.find(' '), sentence.size());
    if (end > 0) words.push_back({std::string(sentence.substr(0, end)), emphasis});
    sentence.remove_prefix(std::min(end + 1, sentence.size()));
  }
  return words;
}

}  // namespace flopstat
