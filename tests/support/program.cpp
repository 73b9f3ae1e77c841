#include "support/program.h"

namespace flopstat::test {

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void ProgramTest::SetUp() {
#ifndef FLOPSTAT_PROGRAM
  GTEST_SKIP() << "the program is not built: it was NOT tested";
#endif
}

Outcome ProgramTest::run(const std::string& arguments) const {
  return shell.run("\"$F\" " + command_ + " " + arguments);
}

nlohmann::json ProgramTest::document(const std::string& arguments) const {
  return nlohmann::json::parse(run(arguments + " --json").out);
}

}  // namespace flopstat::test
