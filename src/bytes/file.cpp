#include "bytes/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "flopstat/error.h"

namespace flopstat {
namespace {

/// Files up to this size are read instead of mapped: one system call less, and no page faults later.
constexpr size_t kReadBelow = size_t{64} << 10;

Error unreadable(const std::string& message, std::string help = {}) {
  return {ErrorCode::unreadable, message, std::nullopt, {}, std::move(help)};
}

/// Closes the descriptor when it goes out of scope.
struct Descriptor {
  explicit Descriptor(int number) : number(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
  int number;
};

void refuse_irregular(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return;
  if (S_ISDIR(status.st_mode)) throw unreadable("it is a directory, not a model file", "name the files inside it");
  if (S_ISFIFO(status.st_mode)) {
    throw unreadable("it is a FIFO, not a regular file", "read it through standard input: flopstat - < FIFO");
  }
  throw unreadable("it is a device or socket, not a regular file");
}

/// Fills `buffer` from the descriptor; returns how many bytes there were.
size_t read_fully(int descriptor, std::span<std::byte> buffer) {
  size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t got = read(descriptor, buffer.data() + filled, buffer.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw unreadable(std::string("reading failed: ") + std::strerror(errno));
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  return filled;
}

}  // namespace

File File::open(const std::string& path) {
  // O_NONBLOCK: opening a FIFO that nobody writes to must not hang.
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.number < 0) {
    if (errno == ENOENT) throw unreadable("there is no such file");
    throw unreadable(std::string("it cannot be opened: ") + std::strerror(errno));
  }
  struct stat status{};
  if (fstat(descriptor.number, &status) != 0) throw unreadable(std::string("fstat: ") + std::strerror(errno));
  refuse_irregular(status);
  const auto size = static_cast<size_t>(status.st_size);
  if (size == 0) throw Error(ErrorCode::empty, "the file is empty");

  if (size < kReadBelow) {
    std::vector<std::byte> bytes(size);
    bytes.resize(read_fully(descriptor.number, bytes));
    File file = from_bytes(std::move(bytes), path);
    file.in_folder_ = true;
    return file;
  }
  void* address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.number, 0);
  if (address == MAP_FAILED) throw unreadable(std::string("it cannot be mapped: ") + std::strerror(errno));
  File file;
  file.path_ = path;
  file.in_folder_ = true;
  file.bytes_ = {static_cast<const std::byte*>(address), size};
  file.owner_ = std::shared_ptr<const void>(address, [size](void* mapped) { munmap(mapped, size); });
  return file;
}

File File::from_bytes(std::vector<std::byte> bytes, std::string path) {
  const auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  File file;
  file.path_ = std::move(path);
  file.bytes_ = *owner;
  file.owner_ = owner;
  return file;
}

std::optional<Neighbour> File::neighbour(const std::string& path) const {
  if (!in_folder_) return std::nullopt;
  const std::string folder = path_.substr(0, path_.rfind('/') + 1);
  struct stat status{};
  if (stat((folder + path).c_str(), &status) != 0) return Neighbour{};
  if (!S_ISREG(status.st_mode)) return Neighbour{.kind = Neighbour::Kind::other};
  return Neighbour{.kind = Neighbour::Kind::regular, .size = static_cast<uint64_t>(status.st_size)};
}

}  // namespace flopstat
