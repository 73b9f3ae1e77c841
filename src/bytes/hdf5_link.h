#pragma once

#include <vector>

#include "bytes/hdf5.h"
#include "bytes/hdf5_header.h"

namespace flopstat {

/// The links of an object, sorted by name; none where it is no group. However the group stores them: in a symbol table
/// (sections III.B and IV.A.2.r), as messages (IV.A.2.g) or in a fractal heap (IV.A.2.c).
std::vector<Hdf5Link> read_hdf5_links(Hdf5Space& space, const std::vector<Hdf5Message>& messages);

}  // namespace flopstat
