// Counting reads the model and nothing else: seen from outside, by every call of the system that the program makes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "support/program.h"

namespace flopstat {
namespace {

namespace fs = std::filesystem;

using ::testing::IsEmpty;

const fs::path kExamples = FLOPSTAT_SOURCE_DIR "/examples";

/// Calls about files that change nothing and hand out no file.
const std::set<std::string> kLooks = {"access", "faccessat",  "faccessat2", "readlink",   "readlinkat",
                                      "stat",   "lstat",      "fstat",      "newfstatat", "statx",
                                      "getcwd", "exit_group", "exit",       "statfs",     "fstatfs"};

const std::set<std::string> kOpens = {"open", "openat", "openat2"};

/// A call as strace writes it: `openat(AT_FDCWD, "model.onnx", O_RDONLY|O_CLOEXEC) = 3`.
struct SystemCall {
  std::string name;
  std::string path;  ///< the first text among its arguments
  std::string line;
};

std::vector<SystemCall> calls_in(const std::string& trace) {
  const std::regex call(R"re(^(?:\d+ +)?([a-z0-9_]+)\((?:[^"\n]*"((?:[^"\\\n]|\\.)*)")?.*$)re");
  std::vector<SystemCall> calls;
  std::istringstream lines(trace);
  std::smatch parts;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, parts, call)) calls.push_back({parts[1], parts[2], line});
  }
  return calls;
}

/// What the program does only to start: its libraries, and what the C library looks up.
std::set<std::string> opened(const std::vector<SystemCall>& calls) {
  std::set<std::string> paths;
  for (const SystemCall& call : calls) {
    if (kOpens.contains(call.name)) paths.insert(call.path);
  }
  return paths;
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  const fs::path whole = fs::weakly_canonical(path);
  const fs::path root = fs::weakly_canonical(folder);
  return std::mismatch(root.begin(), root.end(), whole.begin(), whole.end()).first == root.end();
}

/// Lines of the trace that counting a model in that folder has no use for.
std::vector<std::string> forbidden(const std::vector<SystemCall>& calls, const std::set<std::string>& at_start,
                                   const fs::path& folder) {
  std::vector<std::string> lines;
  bool started = false;
  for (const SystemCall& call : calls) {
    if (call.name == "execve" && !started) {
      started = true;
      continue;
    }
    if (kLooks.contains(call.name)) continue;
    const bool reads = kOpens.contains(call.name) && call.line.find("O_RDONLY") != std::string::npos &&
                       call.line.find("O_CREAT") == std::string::npos && call.line.find("O_TRUNC") == std::string::npos;
    if (reads && (at_start.contains(call.path) || lies_in(call.path, folder))) continue;
    lines.push_back(call.line);
  }
  return lines;
}

std::vector<std::string> extensions() {
  std::vector<std::string> words;
  const std::regex word(R"(\.[A-Za-z0-9_]+)");
  for (const FormatInfo& format : formats()) {
    const std::string text(format.extensions);
    for (auto each = std::sregex_iterator(text.begin(), text.end(), word); each != std::sregex_iterator(); ++each) {
      words.push_back(each->str());
    }
  }
  return words;
}

/// One example of each extension, and every folder that is a model.
std::vector<fs::path> examples() {
  const std::vector<std::string> known = extensions();
  std::map<std::string, fs::path> by_extension;
  std::vector<fs::path> models;
  for (const fs::directory_entry& entry : fs::directory_iterator(kExamples)) {
    const std::string extension = entry.path().extension().string();
    if (entry.is_directory()) {
      if (fs::exists(entry.path() / "saved_model.pb")) models.push_back(entry.path());
    } else if (std::ranges::find(known, extension) != known.end()) {
      fs::path& first = by_extension[extension];
      if (first.empty() || entry.path() < first) first = entry.path();
    }
  }
  for (const auto& [extension, path] : by_extension) models.push_back(path);
  return models;
}

class SystemCalls : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    if (IsSkipped()) return;
    if (shell.run("strace -f -o \"$T/can\" true").code != 0) {
      GTEST_SKIP() << "NOT TESTED: strace is not there, or may not trace here";
    }
  }

  /// The calls about files, processes and the network that a command makes. `$F` is the program.
  std::vector<SystemCall> traced(const std::string& arguments, int code = 0) const {
    const test::Outcome outcome = shell.run(
        "cd \"$T\" && strace -f -qq -s 4096 -e trace=%file,%process,%network,open,openat,creat -o trace \"$F\" " +
        arguments);
    EXPECT_EQ(outcome.code, code) << arguments << "\n" << outcome.err;
    return calls_in(shell.read("trace"));
  }
};

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

TEST_F(SystemCalls, of_counting_run_no_program_open_no_socket_and_write_no_file) {
  const std::set<std::string> at_start = opened(traced("--version"));
  const std::vector<fs::path> models = examples();
  ASSERT_FALSE(models.empty());
  for (const fs::path& model : models) {
    const std::vector<SystemCall> calls = traced(quoted(model) + " --json");
    EXPECT_THAT(forbidden(calls, at_start, model.parent_path()), IsEmpty()) << model;
    EXPECT_TRUE(std::ranges::any_of(
        calls, [&](const SystemCall& call) { return kOpens.contains(call.name) && lies_in(call.path, model); }))
        << "the trace does not show that " << model << " was read";
  }
}

TEST_F(SystemCalls, of_counting_by_rules_read_the_rules_besides) {
  const std::set<std::string> at_start = opened(traced("--version"));
  const std::vector<SystemCall> calls =
      traced(quoted(kExamples / "custom_op.onnx") + " --rules " + quoted(kExamples / "custom_op.toml"));
  EXPECT_THAT(forbidden(calls, at_start, kExamples), IsEmpty());
  EXPECT_TRUE(opened(calls).contains((kExamples / "custom_op.toml").string()));
}

TEST_F(SystemCalls, that_write_or_run_are_told_from_those_that_read) {
  const fs::path folder = "/models";
  const auto verdict = [&](const std::string& line) {
    return forbidden(calls_in("7 execve(\"/bin/flopstat\", [\"flopstat\"], 0x7 /* 9 vars */) = 0\n7 " + line), {},
                     folder);
  };
  EXPECT_THAT(verdict(R"(openat(AT_FDCWD, "/models/a.onnx", O_RDONLY|O_CLOEXEC) = 3)"), IsEmpty());
  for (const char* line : {R"(openat(AT_FDCWD, "/models/a.onnx", O_WRONLY|O_CREAT, 0644) = 3)",
                           R"(openat(AT_FDCWD, "/models/../etc/passwd", O_RDONLY) = 3)",
                           R"(openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3)", R"(execve("/bin/sh", ["sh"], 0x7) = 0)",
                           R"(socket(AF_INET, SOCK_STREAM, 0) = 3)", R"(clone(child_stack=NULL, flags=SIGCHLD) = 8)",
                           R"(unlink("/models/a.onnx") = 0)", R"(rename("/models/a.onnx", "/models/b.onnx") = 0)"}) {
    EXPECT_EQ(verdict(line).size(), 1u) << line;
  }
}

}  // namespace
}  // namespace flopstat
