#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/shell.h"

/// The built program, run as a user runs it.
namespace flopstat::test {

std::string text_of(const std::vector<std::byte>& bytes);

/// A test of the program. Skipped where that is not built: what has a SetUp() of its own ends there if `IsSkipped()`.
class ProgramTest : public ::testing::Test {
 protected:
  /// `command` stands before all arguments: "diff".
  explicit ProgramTest(std::string command = {}) : command_(std::move(command)) {}

  void SetUp() override;

  /// Runs the program in the folder of the examples.
  Outcome run(const std::string& arguments) const;

  /// What it prints with --json.
  nlohmann::json document(const std::string& arguments) const;

  Shell shell;

 private:
  std::string command_;
};

}  // namespace flopstat::test
