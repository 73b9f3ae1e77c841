// Damaged models: each is counted and reported in a child process, which must end by itself, in little time and in
// memory in proportion to the file. Models are taken from the folders named, first as they are, then as seeded mutants:
// the same numbers make the same mutants everywhere. What fails is written to a folder, to be looked at.
//
//     flopstat_mutants 2000 build/dev/mutants examples fuzz/corpus/fuzz_tflite

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "reports/csv.h"
#include "reports/json.h"
#include "reports/markdown.h"
#include "reports/memory_map.h"
#include "reports/ops.h"
#include "reports/terminal.h"
#include "reports/tree.h"
#include "support/c_source.h"

namespace {

using namespace flopstat;
namespace fs = std::filesystem;

using File = std::vector<std::byte>;

/// A second is what a file may take; the limit leaves room for a slow machine, and stops what would never end.
constexpr rlim_t kCpuSeconds = 10;

constexpr uint64_t kMemoryPerByte = 16;
constexpr uint64_t kMemoryOfAnyFile = uint64_t{64} << 20;

/// Larger models are mostly weights, which nothing reads.
constexpr uint64_t kLargestSource = 1 << 20;

/// Every so many mutants are C source.
constexpr uint64_t kSourceTextEvery = 16;

File read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return test::bytes_of_text(text);
}

// ---- Mutants

/// One model damaged in one to four ways.
class Mutation {
 public:
  Mutation(uint64_t seed, const std::vector<fs::path>& sources) : random_(seed), sources_(sources) {}

  File make() {
    const bool as_text = random_() % kSourceTextEvery == 0;
    File file = source();
    if (as_text) file = test::bytes_of_text(test::c_source(file, "g_model"));
    const uint64_t ways = 1 + below(1 + below(4));  // mostly one: of more, a file seldom gives a report
    for (uint64_t i = 0; i < ways && !file.empty(); ++i) damage(file);
    return file;
  }

 private:
  /// The same on every platform, as distributions of the standard library are not.
  uint64_t below(uint64_t count) { return random_() % count; }

  File source() { return read(sources_[below(sources_.size())]); }

  /// Half of the places are near an end of the file, where its structure mostly is.
  size_t place_in(const File& file) {
    constexpr uint64_t near = 4096;
    switch (below(4)) {
      case 0: return below(std::min<uint64_t>(near, file.size()));
      case 1: return file.size() - 1 - below(std::min<uint64_t>(near, file.size()));
      default: return below(file.size());
    }
  }

  void damage(File& file) {
    switch (below(8)) {
      case 0: file.resize(place_in(file)); break;
      case 1: splice(file); break;
      case 2:
      case 3: flip_bytes(file); break;
      default: overwrite_field(file); break;
    }
  }

  void flip_bytes(File& file) {
    const uint64_t count = 1 + below(8);
    for (uint64_t i = 0; i < count; ++i) file[place_in(file)] ^= static_cast<std::byte>(1 + below(255));
  }

  /// A part of another model, in place of as much of this one or between its bytes.
  void splice(File& file) {
    const File other = source();
    if (other.empty()) return;
    const size_t begin = place_in(other);
    const size_t size = std::min<size_t>(1 + below(2048), other.size() - begin);
    const size_t place = place_in(file);
    const auto at = file.begin() + static_cast<std::ptrdiff_t>(place);
    if (below(2) == 0) {
      file.insert(at, other.begin() + static_cast<std::ptrdiff_t>(begin),
                  other.begin() + static_cast<std::ptrdiff_t>(begin + size));
    } else {
      std::memcpy(file.data() + place, other.data() + begin, std::min(size, file.size() - place));
    }
  }

  /// What a length, an offset, an index or a size of an axis should never be.
  void overwrite_field(File& file) {
    const auto size = static_cast<uint32_t>(file.size());
    const uint32_t values[] = {0,
                               1,
                               2,
                               0xffff,
                               0x10000,
                               INT32_MAX,
                               0x80000000,
                               UINT32_MAX,
                               size,
                               size - 1,
                               size / 2,
                               size * 4,
                               1 << 20,
                               static_cast<uint32_t>(-8),
                               uint32_t(random_())};
    const uint32_t value = values[below(std::size(values))];
    const size_t place = place_in(file) / 4 * 4;
    if (place + sizeof value <= file.size()) std::memcpy(file.data() + place, &value, sizeof value);
  }

  std::mt19937_64 random_;
  const std::vector<fs::path>& sources_;
};

// ---- Children

enum class End : int { report, refused, wrong };

/// How one child ended and what it took.
struct Outcome {
  End end = End::wrong;
  int signal = 0;
  double cpu_seconds = 0;
  uint64_t memory = 0;  ///< most that was resident at one time
};

template <class Work>
Outcome in_child(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit cpu{kCpuSeconds, kCpuSeconds}, no_core{0, 0};
    ::setrlimit(RLIMIT_CPU, &cpu);
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::_exit(static_cast<int>(work()));
  }
  int status = 0;
  rusage used{};
  if (child < 0 || ::wait4(child, &status, 0, &used) != child) {
    std::perror("error: no child process");
    std::exit(1);
  }
  Outcome outcome;
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  if (WIFEXITED(status)) outcome.end = static_cast<End>(std::min(WEXITSTATUS(status), static_cast<int>(End::wrong)));
  const auto seconds = [](const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; };
  outcome.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  outcome.memory = static_cast<uint64_t>(used.ru_maxrss) << 10;
  return outcome;
}

/// Counts a model and writes every report of it.
End report_on(const File& file) {
  try {
    const Report report = analyze(file, "mutant");
    for (const size_t width : {size_t{0}, size_t{80}}) {
      const TerminalStyle style{.width = width, .hints = true, .details = true};
      std::string text;
      write_terminal(report, style, text);
      write_ops(report, {}, style, text);
      write_tree(report, {}, style, text);
      write_memory(report, {}, style, text);
      write_ops_csv(report, {}, true, text);
      write_types_csv(report, true, text);
      write_markdown(report, ops_table(report, {}, style), style, text);
    }
    std::string json;
    write_json(report, json, "ops", [](std::string& part) { part.clear(); });
    return End::report;
  } catch (const Error& error) {
    return error.message.empty() ? End::wrong : End::refused;
  }
}

// ---- All of them

/// What was seen, of all files.
struct Summary {
  uint64_t reports = 0, refused = 0, failed = 0;
  double longest = 0;
  double most_memory = 0;  ///< part of what a file may take
};

class Trial {
 public:
  explicit Trial(fs::path failures) : failures_(std::move(failures)) {}

  /// `make` gives the file; it is called in the child too, so that the parent stays small.
  template <class Make>
  void run(const std::string& name, const Make& make) {
    const Outcome outcome = in_child([&] { return report_on(make()); });
    const uint64_t size = make().size();
    const uint64_t memory = outcome.memory - std::min(outcome.memory, empty_.memory);
    const uint64_t allowed = kMemoryPerByte * size + kMemoryOfAnyFile;
    summary_.longest = std::max(summary_.longest, outcome.cpu_seconds);
    summary_.most_memory = std::max(summary_.most_memory, double(memory) / double(allowed));
    summary_.reports += outcome.end == End::report ? 1 : 0;
    summary_.refused += outcome.end == End::refused ? 1 : 0;
    if (outcome.end != End::wrong && memory <= allowed) return;
    ++summary_.failed;
    fs::create_directories(failures_);
    const fs::path kept = failures_ / name;
    const File file = make();
    std::ofstream(kept, std::ios::binary)
        .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
    std::printf("failed: %s (%zu bytes): signal %d, %.2f s of CPU, %.1f MiB where %.1f are allowed\n", kept.c_str(),
                file.size(), outcome.signal, outcome.cpu_seconds, double(memory) / (1 << 20),
                double(allowed) / (1 << 20));
  }

  bool finish() const {
    std::printf("%lu reports, %lu refused, %lu failed; longest %.2f s of CPU; at most %.0f%% of the memory allowed\n",
                static_cast<unsigned long>(summary_.reports), static_cast<unsigned long>(summary_.refused),
                static_cast<unsigned long>(summary_.failed), summary_.longest, 100 * summary_.most_memory);
    const bool tried = summary_.reports > 0 && summary_.refused > 0;  // else the files were none
    return summary_.failed == 0 && tried;
  }

 private:
  fs::path failures_;
  Outcome empty_ = in_child([] { return End::report; });
  Summary summary_ = {};
};

/// The files of the folders, sorted, with at most `kLargestSource` bytes.
std::vector<fs::path> files_in(char** begin, char** end) {
  std::vector<fs::path> files;
  for (char** folder = begin; folder != end; ++folder) {
    if (!fs::is_directory(*folder)) {
      std::printf("%s is not there: its models are NOT tried\n", *folder);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(*folder)) {
      if (entry.is_regular_file() && entry.file_size() <= kLargestSource) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: flopstat_mutants COUNT FOLDER_FOR_FAILURES FOLDER...\n");
    return 2;
  }
  const uint64_t count = std::stoull(argv[1]);
  const std::vector<fs::path> files = files_in(argv + 3, argv + argc);
  if (files.empty()) {
    std::fprintf(stderr, "error: there are no models\n");
    return 1;
  }
  Trial trial(argv[2]);
  for (const fs::path& path : files) {
    trial.run(path.filename().string(), [&] { return read(path); });
  }
  for (uint64_t i = 0; i < count; ++i) {
    trial.run("mutant_" + std::to_string(i), [&] { return Mutation(i, files).make(); });
  }
  std::printf("%zu files and %lu mutants of them: ", files.size(), static_cast<unsigned long>(count));
  return trial.finish() ? 0 : 1;
}
