#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>

namespace flopstat {

/// What is wrong with a file, for programs. Stable words: they appear in the JSON.
enum class ErrorCode : uint8_t {
  unreadable,    ///< no such file, no permission, a directory, a device
  empty,         ///< no bytes
  unrecognised,  ///< none of the formats
  truncated,     ///< ends before its own structure does
  corrupt,       ///< contradicts itself
  unsupported,   ///< a version or feature that is recognised and not read
  limit,         ///< larger or deeper than flopstat is willing to follow
  usage,         ///< the request does not fit the model: an unknown dimension, a shape of the wrong rank
};

/// The word of an error code: "truncated", "corrupt", ...
const char* name_of(ErrorCode code);

/// A file that cannot be read, or a request that does not fit it. `what()` is the first sentence, without the place.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message, std::optional<uint64_t> offset = std::nullopt, std::string note = {},
        std::string help = {})
      : code(code), message(std::move(message)), offset(offset), note(std::move(note)), help(std::move(help)) {}

  const char* what() const noexcept override { return message.c_str(); }

  ErrorCode code;
  std::string message;             ///< what is wrong: "expected ..., found ..."
  std::optional<uint64_t> offset;  ///< byte in the file
  std::string note;                ///< why, or empty
  std::string help;                ///< what to do next, or empty
};

}  // namespace flopstat
