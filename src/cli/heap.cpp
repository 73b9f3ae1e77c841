#include "cli/heap.h"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace flopstat::cli {
namespace {

/// Smaller files cannot describe so many nodes that the preparation pays: it takes 20 microseconds.
constexpr off_t kLargeFile = 8 << 20;

constexpr uintptr_t kLargePage = 2 << 20;

/// Address space, not memory: none of it is taken before it is used.
constexpr int kReserve = 512 << 20;

bool is_large(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && status.st_size >= kLargeFile;
}

}  // namespace

void prepare_heap(const std::vector<std::string>& models) {
#ifdef __GLIBC__
  if (std::none_of(models.begin(), models.end(), is_large)) return;
  mallopt(M_TRIM_THRESHOLD, 2 * (kReserve - 1));
  mallopt(M_MMAP_THRESHOLD, 16 << 20);
  mallopt(M_TOP_PAD, kReserve);
  void* grown = std::malloc(kLargePage);  // more than there is: the heap grows by it and the reserve
  mallopt(M_TOP_PAD, kLargePage);
  if (grown == nullptr) return;
  // The beginning stays on small pages: it is all that many models need.
  const auto begin = (reinterpret_cast<uintptr_t>(grown) + 2 * kLargePage - 1) / kLargePage * kLargePage;
  madvise(reinterpret_cast<void*>(begin),  // NOLINT(performance-no-int-to-ptr): an address, rounded up
          kReserve - kLargePage, MADV_HUGEPAGE);
  std::free(grown);
#endif
}

}  // namespace flopstat::cli
