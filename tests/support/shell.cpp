#include "support/shell.h"

#include <gtest/gtest.h>
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
constexpr const char* kProgram = "false";
#endif

}  // namespace

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Shell::Shell() : folder_(::testing::TempDir() + "flopstat_shell_XXXXXX") { ::mkdtemp(folder_.data()); }

Shell::~Shell() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Outcome Shell::run(const std::string& command) const {
  const std::string line = "cd '" FLOPSTAT_SOURCE_DIR
                           "/examples' && unset NO_COLOR CLICOLOR_FORCE COLUMNS CI && export LC_ALL=C TERM=xterm F='" +
                           std::string(kProgram) + "' T='" + folder_ + "' && { " + command + "\n} >'" + folder_ +
                           "/.out' 2>'" + folder_ + "/.err' < /dev/null";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(".out"), read(".err")};
}

Outcome Shell::on_terminal(const std::string& command, size_t columns) const {
  write(".command", command);
  Outcome outcome = run("COLUMNS=" + std::to_string(columns) + " script -qec 'sh \"$T/.command\"' /dev/null");
  std::erase(outcome.out, '\r');
  return outcome;
}

void Shell::write(const std::string& name, std::string_view text) const {
  std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
}

std::string Shell::read(const std::string& name) const { return contents(folder_ + "/" + name); }

std::string against_schema(const std::string& schema) {
  const std::string script =
      "import sys, json\n"
      "try: import jsonschema\n"
      "except ImportError: sys.exit(77)\n"
      "schema = json.load(open(sys.argv[1]))\n"
      "jsonschema.Draft202012Validator.check_schema(schema)\n"
      "jsonschema.validate(json.load(sys.stdin), schema, jsonschema.Draft202012Validator)\n";
  return "'" FLOPSTAT_PYTHON "' -c '" + script + "' '" FLOPSTAT_SOURCE_DIR "/docs/" + schema + "'";
}

bool has_command(const std::string& name) {
  return std::system(("command -v " + name + " > /dev/null 2>&1").c_str()) == 0;
}

}  // namespace flopstat::test
