#include "bytes/hdf5_header.h"

#include <algorithm>
#include <set>
#include <utility>

namespace flopstat {
namespace {

constexpr uint8_t kMessageShared = 1 << 1;
constexpr const char* kWhat = "an object header of the HDF5 file";

bool is_read(uint16_t type) {
  switch (static_cast<Hdf5MessageType>(type)) {
    case Hdf5MessageType::dataspace:
    case Hdf5MessageType::link_info:
    case Hdf5MessageType::datatype:
    case Hdf5MessageType::link:
    case Hdf5MessageType::layout:
    case Hdf5MessageType::attribute:
    case Hdf5MessageType::continuation:
    case Hdf5MessageType::symbol_table:
    case Hdf5MessageType::attribute_info: return true;
  }
  return false;
}

/// A run of messages: the first is in the header itself, others are its continuations.
struct Block {
  uint64_t begin = 0;
  uint64_t end = 0;
};

class HeaderReader {
 public:
  HeaderReader(Hdf5Space& space, uint64_t address) : space_(space) {
    Hdf5Cursor header(space, address, kWhat);
    const bool is_second = header.left() >= 4 && Hdf5Cursor(header).text(4) == "OHDR";
    blocks_.push_back(is_second ? second_version(header) : first_version(header));
    for (size_t i = 0; i < blocks_.size(); ++i) read_block(blocks_[i]);
  }

  std::vector<Hdf5Message> messages;

 private:
  /// Section IV.A.1.a. The number of messages also counts those of continuations; the blocks end by their sizes.
  static Block first_version(Hdf5Cursor& header) {
    header.version(1, 1);
    header.skip(1 + 2 + 4);
    const auto size = header.take<uint32_t>();
    header.skip(4);  // up to a multiple of 8
    const uint64_t begin = header.at();
    header.skip(size);
    return {begin, header.at()};
  }

  /// Section IV.A.1.b.
  Block second_version(Hdf5Cursor& header) {
    header.expect("OHDR");
    header.version(2, 2);
    second_ = true;
    const auto flags = header.take<uint8_t>();
    tracks_creation_ = (flags & 1 << 2) != 0;
    if ((flags & 1 << 5) != 0) header.skip(16);  // four times
    if ((flags & 1 << 4) != 0) header.skip(4);   // when attributes become dense
    const uint64_t size = header.integer(uint64_t{1} << (flags & 3));
    const uint64_t begin = header.at();
    header.skip(size);
    return {begin, header.at()};
  }

  void read_block(Block block) {
    const uint64_t prefix = !second_ ? 8 : tracks_creation_ ? 6 : 4;
    Hdf5Cursor at(space_, block.begin, block.end, kWhat);
    space_.charge(block.end - block.begin);
    while (at.left() >= prefix) {
      const uint16_t type = second_ ? at.take<uint8_t>() : at.take<uint16_t>();
      const auto size = at.take<uint16_t>();
      const auto flags = at.take<uint8_t>();
      at.skip(prefix - (second_ ? 4 : 5));
      const uint64_t begin = at.at();
      at.skip(size);
      if (!is_read(type)) continue;
      space_.charge(sizeof(Hdf5Message));
      const Hdf5Message message{static_cast<Hdf5MessageType>(type), (flags & kMessageShared) != 0, begin, at.at()};
      if (message.type == Hdf5MessageType::continuation) {
        add_continuation({space_, begin, at.at(), "a continuation of an object header"});
      } else {
        messages.push_back(message);
      }
    }
  }

  void add_continuation(Hdf5Cursor body) {
    const uint64_t address = body.address(), size = body.length();
    Hdf5Cursor block(space_, address, kWhat);
    if (!continuations_.insert(address).second) body.throw_corrupt("the header continues where it did already");
    if (second_) {
      if (size < 8) body.throw_corrupt("it is shorter than its signature and checksum");
      block.expect("OCHK");
    }
    const uint64_t begin = block.at();
    block.skip(second_ ? size - 8 : size);
    blocks_.push_back({begin, block.at()});
  }

  Hdf5Space& space_;
  bool second_ = false;
  bool tracks_creation_ = false;
  std::vector<Block> blocks_;
  std::set<uint64_t> continuations_;
};

}  // namespace

std::vector<Hdf5Message> read_hdf5_header(Hdf5Space& space, uint64_t address) {
  return std::move(HeaderReader(space, address).messages);
}

Hdf5Cursor hdf5_shared_body(Hdf5Space& space, Hdf5Cursor pointer, Hdf5MessageType type, const char* what) {
  const uint8_t version = pointer.version(1, 3);
  const auto place = pointer.take<uint8_t>();
  if (version == 3 && place == 1) pointer.throw_unsupported("messages in a shared heap");
  if (version == 1) pointer.skip(6);
  const std::vector<Hdf5Message> messages = read_hdf5_header(space, pointer.address());
  const auto found =
      std::find_if(messages.begin(), messages.end(), [&](const Hdf5Message& m) { return m.type == type; });
  if (found == messages.end()) pointer.throw_corrupt("the object that is to hold the message has none");
  if (found->shared) pointer.throw_corrupt("the object that is to hold the message only points to another");
  return {space, found->begin, found->end, what};
}

Hdf5Cursor hdf5_body(Hdf5Space& space, const Hdf5Message& message, const char* what) {
  const Hdf5Cursor body(space, message.begin, message.end, what);
  return message.shared ? hdf5_shared_body(space, body, message.type, what) : body;
}

}  // namespace flopstat
