#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

/// The built program, run as a user runs it.
namespace flopstat::test {

/// How a command ended, and what it printed.
struct Outcome {
  int code = -1;  ///< exit code; -1 where a signal ended it
  std::string out;
  std::string err;
};

/// The bytes of a file; empty where there is none.
std::string contents(const std::string& path);

std::string text_of(const std::vector<std::byte>& bytes);

/// A test of the program, with a folder for its files that is gone afterwards. Skipped where the program is not built.
class ProgramTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// Runs a shell command in `folder`, ended after 20 seconds (code 124). In it $F is the program and $T the folder for
  /// files; the locale is C.
  Outcome shell_in(const std::string& folder, const std::string& command) const;

  /// Writes a file into the folder for files.
  void write(const std::string& name, const std::string& text) const;

  std::string folder_ = new_folder();

 private:
  static std::string new_folder();
};

}  // namespace flopstat::test
