#include "reports/error_text.h"

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/units.h"

namespace flopstat {
namespace {

/// A line of the message: its label in colour, then the text, in which the library may have put names from the file.
std::string line(std::string_view label, Emphasis emphasis, std::string_view text, const TerminalStyle& style) {
  if (text.empty()) return {};
  return fmt::format("{} {}\n", paint(label, emphasis, style), escape(text, !style.utf8));
}

/// What helps where the library has no advice of its own.
std::string_view usual_help(ErrorCode code) {
  switch (code) {
    case ErrorCode::unrecognised: return "'flopstat formats' lists the formats that can be read";
    case ErrorCode::truncated: return "check the download: compare the file's size or hash with the original's";
    case ErrorCode::usage: return "'flopstat help count' lists the options";
    case ErrorCode::unreadable:
    case ErrorCode::empty:
    case ErrorCode::corrupt:
    case ErrorCode::unsupported:
    case ErrorCode::limit: return {};
  }
  return {};
}

}  // namespace

std::string error_text(const Message& message, const TerminalStyle& style) {
  return line("error:", Emphasis::error, message.what, style) + line("  -->", Emphasis::dim, message.where, style) +
         line("  note:", Emphasis::bold, message.why, style) + help_line(message.next, style);
}

std::string error_text(const Error& error, std::string_view path, const TerminalStyle& style) {
  std::string where(path == "-" ? "standard input" : path);
  if (error.offset) where += fmt::format(": byte {}", thousands(*error.offset));
  std::string next = error.help.empty() ? std::string(usual_help(error.code)) : error.help;
  return error_text({error.message, std::move(where), error.note, std::move(next)}, style);
}

std::string warning_text(std::string_view what, const TerminalStyle& style) {
  return line("warning:", Emphasis::warn, what, style);
}

std::string help_line(std::string_view next, const TerminalStyle& style) {
  return line("  help:", Emphasis::bold, next, style);
}

}  // namespace flopstat
