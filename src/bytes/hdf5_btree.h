#pragma once

#include <cstdint>
#include <vector>

#include "bytes/hdf5_cursor.h"

namespace flopstat {

/// Addresses of the symbol table nodes that a group's B-tree of version 1 leads to, in order (section III.A.1).
std::vector<uint64_t> read_hdf5_group_tree(Hdf5Space& space, uint64_t address);

/// What the records of a B-tree of version 2 hold (section III.A.2), those that are read.
enum class Hdf5RecordType : uint8_t { huge_object = 1, link_name = 5, attribute_name = 8 };

/// The records of a B-tree of version 2, in no order that matters. Throws `Error` (unsupported) for one of another
/// type.
std::vector<Hdf5Cursor> read_hdf5_records(Hdf5Space& space, uint64_t address, Hdf5RecordType type);

}  // namespace flopstat
