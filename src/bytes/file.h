#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace flopstat {

using Bytes = std::span<const std::byte>;

/// What lies beside a file.
struct Neighbour {
  enum class Kind : uint8_t { none, regular, other };
  Kind kind = Kind::none;
  uint64_t size = 0;  ///< bytes of a regular file
};

/// The read-only bytes of a model file. Everything read from it is a view; the bytes stay where they are when a `File`
/// is moved. A file that shrinks while it is open ends the process (SIGBUS), as for every program that maps files.
class File {
 public:
  File() = default;

  /// Maps a regular file. Throws `Error` (unreadable, empty) for anything else: a directory, a FIFO, a device.
  static File open(const std::string& path);

  /// Takes bytes already in memory, for instance what a pipe delivered.
  static File from_bytes(std::vector<std::byte> bytes, std::string path);

  Bytes bytes() const& { return bytes_; }
  Bytes bytes() const&& = delete;

  /// What lies at that path relative to this file's folder. It is looked at and not opened. Nothing for bytes from
  /// memory, which lie in no folder.
  std::optional<Neighbour> neighbour(const std::string& path) const;

  /// As it was given, for messages.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool in_folder_ = false;
  Bytes bytes_;
  std::shared_ptr<const void> owner_;
};

}  // namespace flopstat
