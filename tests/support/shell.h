#pragma once

#include <string>
#include <string_view>

namespace flopstat::test {

/// What a command left behind.
struct Outcome {
  int code = -1;  ///< as a shell tells it: 130 for one that was interrupted
  std::string out;
  std::string err;
};

/// The bytes of a file; empty where there is none.
std::string contents(const std::string& path);

/// Runs commands as a user at a shell does, in the folder of the examples, in the C locale, with a terminal's usual
/// environment. In a command $F is the program and $T a folder for files, which goes when this object does.
class Shell {
 public:
  Shell();
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;
  ~Shell();

  Outcome run(const std::string& command) const;

  /// What a terminal of so many columns shows of it: both streams are the terminal.
  Outcome on_terminal(const std::string& command, size_t columns = 80) const;

  /// Whether script(1) is there and can open a terminal; a bare chroot has none.
  bool has_terminals() const { return run("script -qec true /dev/null").code == 0; }

  /// Writes a file into $T, and reads one.
  void write(const std::string& name, std::string_view text) const;
  std::string read(const std::string& name) const;

  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

/// The command that holds a JSON document on its standard input against a schema of docs/: it exits with 0 where that
/// fits and 77 where no validator is installed.
std::string against_schema(const std::string& schema);

/// Whether there is such a command on this machine.
bool has_command(const std::string& name);

}  // namespace flopstat::test
