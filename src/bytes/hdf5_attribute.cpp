#include "bytes/hdf5_attribute.h"

#include <algorithm>

#include "bytes/hdf5_btree.h"
#include "bytes/hdf5_heap.h"

namespace flopstat {
namespace {

constexpr const char* kAttribute = "an attribute of the HDF5 file";

Hdf5Attribute read_attribute(Hdf5Space& space, Hdf5Cursor body) {
  const uint8_t version = body.version(1, 3);
  const auto flags = body.take<uint8_t>();  // of version 1: reserved
  const auto name_size = body.take<uint16_t>(), type_size = body.take<uint16_t>(), space_size = body.take<uint16_t>();
  if (version == 3) body.skip(1);  // character set of the name
  const auto padded = [&](Hdf5Cursor field) {
    if (version == 1) body.skip((8 - field.left() % 8) % 8);
    return field;
  };
  Hdf5Cursor name = padded(body.part(name_size));
  Hdf5Cursor datatype = padded(body.part(type_size));
  Hdf5Cursor dataspace = padded(body.part(space_size));
  const auto shared = [&](unsigned bit, Hdf5Cursor field, Hdf5MessageType type) {
    const bool is_shared = version > 1 && (flags >> bit & 1) != 0;
    return is_shared ? hdf5_shared_body(space, field, type, kAttribute) : field;
  };
  datatype = shared(0, datatype, Hdf5MessageType::datatype);
  dataspace = shared(1, dataspace, Hdf5MessageType::dataspace);
  return {name.terminated_text(), datatype, dataspace, body};
}

/// Section IV.A.2.v. Both addresses are undefined where all attributes are messages.
void read_dense_attributes(Hdf5Space& space, Hdf5Cursor info, std::vector<Hdf5Attribute>& attributes) {
  constexpr uint64_t kIdSize = 8;
  info.version(0, 0);
  const auto flags = info.take<uint8_t>();
  if ((flags & 1) != 0) info.skip(2);  // highest order of creation
  const uint64_t heap_address = info.address(), names = info.address();
  if (!space.is_defined(heap_address) || !space.is_defined(names)) return;
  Hdf5FractalHeap heap(space, heap_address);
  for (const Hdf5Cursor& record : read_hdf5_records(space, names, Hdf5RecordType::attribute_name)) {
    space.charge(sizeof(Hdf5Attribute));
    Hdf5Cursor id = record;
    Hdf5Cursor behind = record;
    behind.skip(kIdSize);
    if ((behind.take<uint8_t>() & 1 << 1) != 0) behind.throw_unsupported("messages in a shared heap");
    attributes.push_back(read_attribute(space, heap.object(id, kAttribute)));
  }
}

}  // namespace

std::vector<Hdf5Attribute> read_hdf5_attributes(Hdf5Space& space, const std::vector<Hdf5Message>& messages) {
  std::vector<Hdf5Attribute> attributes;
  for (const Hdf5Message& message : messages) {
    if (message.type == Hdf5MessageType::attribute) {
      space.charge(sizeof(Hdf5Attribute));
      attributes.push_back(read_attribute(space, hdf5_body(space, message, kAttribute)));
    }
    if (message.type == Hdf5MessageType::attribute_info) {
      read_dense_attributes(space, hdf5_body(space, message, "the attributes of an object of the HDF5 file"),
                            attributes);
    }
  }
  std::sort(attributes.begin(), attributes.end(),
            [](const Hdf5Attribute& a, const Hdf5Attribute& b) { return a.name < b.name; });
  return attributes;
}

}  // namespace flopstat
