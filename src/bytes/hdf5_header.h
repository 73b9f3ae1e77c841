#pragma once

#include <cstdint>
#include <vector>

#include "bytes/hdf5_cursor.h"

namespace flopstat {

/// What a message of an object header is about (section IV.A.2), those that are read.
enum class Hdf5MessageType : uint16_t {
  dataspace = 0x01,
  link_info = 0x02,
  datatype = 0x03,
  link = 0x06,
  layout = 0x08,
  attribute = 0x0c,
  continuation = 0x10,
  symbol_table = 0x11,
  attribute_info = 0x15,
};

struct Hdf5Message {
  Hdf5MessageType type = {};
  bool shared = false;  ///< the body says where the message lies
  uint64_t begin = 0;   ///< of the body: byte in the file
  uint64_t end = 0;
};

/// The messages of an object header in both its versions, continuations included (sections IV.A.1.a and IV.A.1.b).
/// Those of types that are not read are left out.
std::vector<Hdf5Message> read_hdf5_header(Hdf5Space& space, uint64_t address);

/// The body of a message, wherever it is shared from (section IV.A.2, "shared message").
Hdf5Cursor hdf5_body(Hdf5Space& space, const Hdf5Message& message, const char* what);

/// The body of the message of that type that a shared message at the cursor points to.
Hdf5Cursor hdf5_shared_body(Hdf5Space& space, Hdf5Cursor pointer, Hdf5MessageType type, const char* what);

}  // namespace flopstat
