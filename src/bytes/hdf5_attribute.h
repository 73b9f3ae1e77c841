#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "bytes/hdf5_header.h"
#include "bytes/hdf5_type.h"

namespace flopstat {

/// One attribute. The type and the shape are read when its value is (section IV.A.2.m).
struct Hdf5Attribute {
  std::string_view name;
  Hdf5Cursor datatype;
  Hdf5Cursor dataspace;
  Hdf5Cursor data;  ///< to the end of the message: at least the value
};

/// The attributes of an object, in the order of their names: those that are messages, and those in a fractal heap
/// (section IV.A.2.v).
std::vector<Hdf5Attribute> read_hdf5_attributes(Hdf5Space& space, const std::vector<Hdf5Message>& messages);

}  // namespace flopstat
