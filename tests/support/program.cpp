#include "support/program.h"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace flopstat::test {
namespace {

#ifdef FLOPSTAT_PROGRAM
constexpr const char* kProgram = FLOPSTAT_PROGRAM;
#else
constexpr const char* kProgram = nullptr;
#endif

}  // namespace

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void ProgramTest::SetUp() {
  if (kProgram == nullptr) GTEST_SKIP() << "the program is not built: the command line was NOT tested";
}

void ProgramTest::TearDown() { std::filesystem::remove_all(folder_); }

Outcome ProgramTest::shell_in(const std::string& folder, const std::string& command) const {
  write(".command", command);
  const std::string line = "cd '" + folder + "' && unset NO_COLOR CLICOLOR_FORCE COLUMNS && LC_ALL=C TERM=xterm F='" +
                           std::string(kProgram) + "' T='" + folder_ + "' timeout 20 sh '" + folder_ + "/.command' >'" +
                           folder_ + "/.out' 2>'" + folder_ + "/.err'";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(folder_ + "/.out"), contents(folder_ + "/.err")};
}

void ProgramTest::write(const std::string& name, const std::string& text) const {
  std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
}

std::string ProgramTest::new_folder() {
  std::string path = ::testing::TempDir() + "flopstat_program_XXXXXX";
  return {::mkdtemp(path.data())};
}

}  // namespace flopstat::test
