#pragma once

#include <cstdint>
#include <vector>

#include "bytes/hdf5_cursor.h"
#include "flopstat/dtype.h"

namespace flopstat {

/// How many elements there are (section IV.A.2.b).
struct Hdf5Dataspace {
  std::vector<uint64_t> dims;  ///< empty for a scalar; one of 0 for the null space

  /// Throws `Error` (limit) where the product passes 64 bits.
  uint64_t elements(const Hdf5Cursor& where) const;
};
Hdf5Dataspace read_hdf5_dataspace(Hdf5Cursor body);

/// What an element is (section IV.A.2.d).
struct Hdf5Datatype {
  enum class Text : uint8_t {
    none,              ///< no text
    fixed,             ///< `size` bytes, ended by the first zero if there is one
    padded_by_spaces,  ///< `size` bytes, ended by spaces
    variable,          ///< a length and a place in a global heap
  };
  DType dtype = DType::unknown;
  Text text = Text::none;
  uint64_t size = 0;  ///< of an element in bytes
};
Hdf5Datatype read_hdf5_datatype(Hdf5Cursor body);

}  // namespace flopstat
