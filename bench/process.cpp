#include "process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>

namespace flopstat::bench {
namespace {

[[noreturn]] void give_up(const Command& command, const std::string& why) {
  std::cerr << "error: " << why << ":";
  for (const std::string& word : command) std::cerr << ' ' << word;
  std::cerr << '\n';
  std::exit(1);
}

/// The arguments as the system takes them.
std::vector<char*> pointers(const Command& command) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));  // NOLINT: not written to
  words.push_back(nullptr);
  return words;
}

double microseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
}

/// Both outputs go to /dev/null.
posix_spawn_file_actions_t silence() {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  return actions;
}

/// A line of /proc/PID/status, in bytes.
uint64_t status_of(pid_t process, const std::string& key) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  std::string word;
  while (status >> word) {
    uint64_t kibibytes = 0;
    if (word == key + ":" && status >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

struct Ended {
  Usage usage;
  bool well = false;  ///< with exit code 0
};

Ended end_of(const Command& command) {
  static const posix_spawn_file_actions_t silent = silence();
  const std::vector<char*> words = pointers(command);
  pid_t process = 0;
  int status = 0;
  rusage used{};
  const auto start = std::chrono::steady_clock::now();
  if (posix_spawn(&process, words[0], &silent, nullptr, words.data(), environ) != 0) give_up(command, "cannot start");
  if (wait4(process, &status, 0, &used) != process) give_up(command, "lost");
  const std::chrono::duration<double, std::micro> wall = std::chrono::steady_clock::now() - start;
  return {{wall.count(), microseconds(used.ru_utime) + microseconds(used.ru_stime)},
          WIFEXITED(status) && WEXITSTATUS(status) == 0};
}

}  // namespace

Usage run(const Command& command) {
  const Ended ended = end_of(command);
  if (!ended.well) give_up(command, "failed");
  return ended.usage;
}

bool succeeds(const Command& command) { return end_of(command).well; }

Memory memory_at_exit(const Command& command) {
  const std::vector<char*> words = pointers(command);
  const pid_t process = fork();
  if (process == 0) {
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    execv(words[0], words.data());
    _exit(127);
  }
  int status = 0;
  waitpid(process, &status, 0);  // stopped by its exec
  ptrace(PTRACE_SETOPTIONS, process, nullptr, PTRACE_O_TRACEEXIT);
  ptrace(PTRACE_CONT, process, nullptr, nullptr);
  waitpid(process, &status, 0);
  if (!WIFSTOPPED(status)) give_up(command, "cannot be watched");
  const Memory memory{status_of(process, "RssAnon"), status_of(process, "RssFile")};
  ptrace(PTRACE_CONT, process, nullptr, nullptr);
  waitpid(process, &status, 0);
  return memory;
}

}  // namespace flopstat::bench
