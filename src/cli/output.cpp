#include "cli/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace flopstat::cli {
namespace {

/// 0, or the error that stopped the writing.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

std::string advice(const std::string& name, int error) {
  const size_t slash = name.find_last_of('/');
  if (error == ENOENT && slash != std::string::npos) return "make its folder first: mkdir -p " + name.substr(0, slash);
  return error == ENOSPC ? "make room there, or write elsewhere: -o FILE" : "write elsewhere: -o FILE";
}

OutputError output_error(const std::string& name, int error) {
  return {{"cannot write to " + name + ": " + std::strerror(error), {}, {}, advice(name, error)}};
}

}  // namespace

Output::Output(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}

Output Output::standard() { return {STDOUT_FILENO, "standard output"}; }

Output Output::file(const std::string& path) {
  constexpr mode_t everybody = 0666;  // less what the user's mask takes away
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, everybody);
  if (descriptor < 0) throw output_error(path, errno);
  return {descriptor, path};
}

Output::Output(Output&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), name_(std::move(other.name_)) {}

Output::~Output() {
  if (descriptor_ >= 0 && !is_standard()) ::close(descriptor_);
}

void Output::write(std::string_view text) {
  const int error = write_all(descriptor_, text);
  if (error == EPIPE) throw ClosedPipe{};
  if (error != 0) throw output_error(name_, error);
}

bool Output::is_standard() const { return descriptor_ == STDOUT_FILENO; }

void complain(std::string_view text) { write_all(STDERR_FILENO, text); }

}  // namespace flopstat::cli
