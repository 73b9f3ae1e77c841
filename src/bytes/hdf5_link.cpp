#include "bytes/hdf5_link.h"

#include <algorithm>

#include "bytes/hdf5_btree.h"
#include "bytes/hdf5_heap.h"

namespace flopstat {
namespace {

constexpr const char* kTable = "a symbol table of the HDF5 file";
constexpr const char* kLink = "a link of the HDF5 file";

void read_symbol_table(Hdf5Space& space, Hdf5Cursor message, std::vector<Hdf5Link>& links) {
  const uint64_t tree = message.address(), heap = message.address();
  const Hdf5LocalHeap names(space, heap);
  for (const uint64_t address : read_hdf5_group_tree(space, tree)) {
    Hdf5Cursor node(space, address, kTable);
    node.expect("SNOD");
    node.version(1, 1);
    node.skip(1);
    const auto count = node.take<uint16_t>();
    for (uint32_t i = 0; i < count; ++i) {
      space.charge(64 + sizeof(Hdf5Link));
      Hdf5Link link;
      link.name = names.text(node.address());
      link.kind = Hdf5Link::Kind::hard;
      link.address = node.address();
      const bool is_soft = node.take<uint32_t>() == 2;
      node.skip(4);
      Hdf5Cursor scratch = node.part(16);
      if (is_soft) {
        link.kind = Hdf5Link::Kind::soft;
        link.target = names.text(scratch.take<uint32_t>());
      }
      links.push_back(link);
    }
  }
}

/// Section IV.A.2.g.
Hdf5Link read_link(Hdf5Cursor body) {
  body.version(1, 1);
  const auto flags = body.take<uint8_t>();
  const uint8_t type = (flags & 1 << 3) != 0 ? body.take<uint8_t>() : 0;
  if ((flags & 1 << 2) != 0) body.skip(8);  // order of creation
  if ((flags & 1 << 4) != 0) body.skip(1);  // character set of the name
  Hdf5Link link;
  link.name = body.text(body.integer(uint64_t{1} << (flags & 3)));
  switch (type) {
    case 0:
      link.kind = Hdf5Link::Kind::hard;
      link.address = body.address();
      break;
    case 1:
      link.kind = Hdf5Link::Kind::soft;
      link.target = body.text(body.take<uint16_t>());
      break;
    case 64: {
      link.kind = Hdf5Link::Kind::external;
      const auto size = body.take<uint16_t>();
      if (size == 0) break;
      body.skip(1);  // version and flags
      link.target = body.text(size - 1u);
      while (!link.target.empty() && link.target.back() == '\0') link.target.remove_suffix(1);
      break;
    }
    default: break;
  }
  return link;
}

/// Section IV.A.2.c. Both addresses are undefined where the links are messages.
void read_dense_links(Hdf5Space& space, Hdf5Cursor info, std::vector<Hdf5Link>& links) {
  info.version(0, 0);
  const auto flags = info.take<uint8_t>();
  if ((flags & 1) != 0) info.skip(8);  // highest order of creation
  const uint64_t heap_address = info.address(), names = info.address();
  if (!space.is_defined(heap_address) || !space.is_defined(names)) return;
  Hdf5FractalHeap heap(space, heap_address);
  for (Hdf5Cursor record : read_hdf5_records(space, names, Hdf5RecordType::link_name)) {
    space.charge(sizeof(Hdf5Link));
    record.skip(4);  // hash of the name
    links.push_back(read_link(heap.object(record, kLink)));
  }
}

}  // namespace

std::vector<Hdf5Link> read_hdf5_links(Hdf5Space& space, const std::vector<Hdf5Message>& messages) {
  std::vector<Hdf5Link> links;
  for (const Hdf5Message& message : messages) {
    switch (message.type) {
      case Hdf5MessageType::symbol_table: read_symbol_table(space, hdf5_body(space, message, kTable), links); break;
      case Hdf5MessageType::link:
        space.charge(sizeof(Hdf5Link));
        links.push_back(read_link(hdf5_body(space, message, kLink)));
        break;
      case Hdf5MessageType::link_info:
        read_dense_links(space, hdf5_body(space, message, "the links of a group of the HDF5 file"), links);
        break;
      default: break;
    }
  }
  const auto by_name = [](const Hdf5Link& a, const Hdf5Link& b) { return a.name < b.name; };
  std::sort(links.begin(), links.end(), by_name);
  const auto same_name = [](const Hdf5Link& a, const Hdf5Link& b) { return a.name == b.name; };
  const auto twice = std::adjacent_find(links.begin(), links.end(), same_name);
  if (twice != links.end()) {
    throw Error(ErrorCode::corrupt, "a group of the HDF5 file has two links of one name", messages.front().begin);
  }
  return links;
}

}  // namespace flopstat
