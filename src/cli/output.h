#pragma once

#include <string>
#include <string_view>

#include "reports/error_text.h"

namespace flopstat::cli {

/// The reader of our output went away, which is no fault of ours.
struct ClosedPipe {};

/// An output that cannot be written: exit code 3.
struct OutputError {
  Message message;
};

/// A file or standard output, open for writing.
class Output {
 public:
  static Output standard();

  /// Creates the file, or empties it. Throws `OutputError`.
  static Output file(const std::string& path);

  Output(Output&& other) noexcept;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  Output& operator=(Output&&) = delete;
  ~Output();

  /// Writes all of it. Throws `ClosedPipe` or `OutputError`.
  void write(std::string_view text);

  /// Where it goes: "standard output", or the path.
  const std::string& name() const { return name_; }
  int descriptor() const { return descriptor_; }
  bool is_standard() const;

 private:
  Output(int descriptor, std::string name);

  int descriptor_;
  std::string name_;
};

/// Writes to standard error what can be written there.
void complain(std::string_view text);

}  // namespace flopstat::cli
