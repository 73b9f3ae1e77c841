#include "bytes/hdf5_space.h"

#include <algorithm>
#include <optional>
#include <string>

#include "flopstat/error.h"

namespace flopstat {

uint64_t Hdf5Space::place(uint64_t address, const char* what) const {
  if (address >= bytes_.size() - base_) {
    throw Error(ErrorCode::truncated, std::string(what) + " lies behind the end of the file",
                base_ + std::min(address, UINT64_MAX - base_),
                "the file has " + std::to_string(bytes_.size()) + " bytes");
  }
  return base_ + address;
}

void Hdf5Space::charge(uint64_t cost) {
  if (cost > budget_) {
    throw Error(ErrorCode::limit, "the structures of the HDF5 file share too many bytes", std::nullopt,
                "what was read of them is many times the file");
  }
  budget_ -= cost;
}

}  // namespace flopstat
