#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flopstat::bench {

/// A program and its arguments.
using Command = std::vector<std::string>;

/// What one process cost, from posix_spawn until it is reaped.
struct Usage {
  double wall = 0;  ///< microseconds
  double cpu = 0;   ///< microseconds, user and system
};

/// Runs a command with its output thrown away. Ends this program with a message where it cannot start or fails.
Usage run(const Command& command);

/// Whether a command ends with exit code 0.
bool succeeds(const Command& command);

/// Memory that a process holds when it ends, in bytes.
struct Memory {
  uint64_t anonymous = 0;  ///< heap, stack, changed data
  uint64_t mapped = 0;     ///< of files
};

/// Runs a command until it is about to end, and looks at it there.
Memory memory_at_exit(const Command& command);

}  // namespace flopstat::bench
