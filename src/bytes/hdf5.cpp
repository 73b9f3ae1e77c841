#include "bytes/hdf5.h"

#include <algorithm>
#include <string>

#include "bytes/hdf5_attribute.h"
#include "bytes/hdf5_cursor.h"
#include "bytes/hdf5_header.h"
#include "bytes/hdf5_heap.h"
#include "bytes/hdf5_link.h"
#include "bytes/hdf5_type.h"

namespace flopstat {

/// An object as far as it has been read.
struct Hdf5Node {
  uint64_t offset = 0;
  std::vector<Hdf5Message> messages = {};
  std::optional<std::vector<Hdf5Link>> links = {};
  std::optional<std::vector<Hdf5Attribute>> attributes = {};

  const Hdf5Message* message(Hdf5MessageType type) const {
    const auto found =
        std::find_if(messages.begin(), messages.end(), [&](const Hdf5Message& m) { return m.type == type; });
    return found == messages.end() ? nullptr : &*found;
  }
};

namespace {

constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
constexpr uint32_t kMostSoftLinks = 16;  // as the HDF5 library follows

constexpr const char* kSuperblock = "the superblock of the HDF5 file";
constexpr const char* kLayout = "the layout of a dataset of the HDF5 file";

/// The superblock follows a block of the user's, whose size is nothing or 512 times a power of 2 (section II).
std::optional<uint64_t> find_superblock(Bytes bytes) {
  for (uint64_t at = 0; at < bytes.size() && bytes.size() - at >= kSignature.size(); at = at == 0 ? 512 : at * 2) {
    const auto* begin = reinterpret_cast<const char*>(bytes.data()) + at;
    if (std::string_view(begin, kSignature.size()) == kSignature) return at;
  }
  return std::nullopt;
}

uint8_t read_size(Hdf5Cursor& at) {
  const auto size = at.take<uint8_t>();
  if (size != 2 && size != 4 && size != 8) at.throw_unsupported("addresses and lengths of this many bytes");
  return size;
}

/// Reads the sizes of addresses and lengths and gives the address of the root group's header (sections II.A to II.D).
uint64_t read_superblock(Hdf5Space& space) {
  Hdf5Cursor block(space, 0, kSuperblock);
  block.expect(kSignature);
  const uint8_t version = block.version(0, 3);
  if (version < 2) block.skip(4);  // versions of other parts
  space.offset_size = read_size(block);
  space.length_size = read_size(block);
  if (version < 2) block.skip(1 + 2 + 2 + 4);
  if (version == 1) block.skip(2 + 2);
  if (version >= 2) block.skip(1);
  block.address();  // base: the superblock's own place holds, as a block may have been put before it later
  block.address();  // of free space, or of the superblock's extension
  const uint64_t end = block.address();
  if (space.is_defined(end) && end > space.bytes().size()) {
    throw Error(ErrorCode::truncated, "the HDF5 file is cut off", space.bytes().size(),
                "it has " + std::to_string(space.bytes().size()) + " bytes of " + std::to_string(end),
                "fetch the file again");
  }
  if (version < 2) {
    block.address();  // of a driver's information
    block.address();  // the name of the root group, which has none
  }
  return block.address();
}

/// The size of elements that stand in the layout itself, behind it.
template <class Size>
uint64_t compact_size(Hdf5Cursor& layout) {
  const auto size = layout.take<Size>();
  layout.skip(size);
  return size;
}

/// Bytes of a dataset in the file, from its layout (section IV.A.2.i); nothing where chunks would have to be counted.
/// Version 5, of HDF5 2.0, differs from 4 only in how chunks are described.
std::optional<uint64_t> read_stored_bytes(Hdf5Space& space, Hdf5Cursor layout, uint64_t needed) {
  enum LayoutClass : uint8_t { compact = 0, contiguous = 1, chunked = 2, virtual_parts = 3 };
  const uint8_t version = layout.version(1, 5);
  if (version < 3) {
    const auto rank = layout.take<uint8_t>();
    const auto kind = layout.take<uint8_t>();
    layout.skip(5);
    if (kind == chunked) return std::nullopt;
    if (kind == compact) {
      layout.skip(uint64_t{rank} * 4);
      return compact_size<uint32_t>(layout);
    }
    if (kind != contiguous) layout.throw_unsupported("this class of layout");
    const uint64_t address = layout.address();
    if (!space.is_defined(address)) return 0;  // nothing was written
    Hdf5Cursor(space, address, "a dataset of the HDF5 file").skip(needed);
    return needed;
  }
  switch (layout.take<uint8_t>()) {
    case compact: return compact_size<uint16_t>(layout);
    case contiguous: {
      const uint64_t address = layout.address(), size = layout.length();
      if (!space.is_defined(address)) return 0;
      if (size < needed) layout.throw_corrupt("it has fewer bytes than the shape and the type need");
      if (size > 0) Hdf5Cursor(space, address, "a dataset of the HDF5 file").skip(size);
      return size;
    }
    case chunked: return std::nullopt;
    case virtual_parts: return 0;  // its elements are those of other datasets
    default: layout.throw_unsupported("this class of layout");
  }
}

std::string_view trimmed(std::string_view text, Hdf5Datatype::Text kind) {
  text = text.substr(0, text.find('\0'));
  if (kind != Hdf5Datatype::Text::padded_by_spaces) return text;
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

Hdf5File::Hdf5File(Bytes bytes) {
  const std::optional<uint64_t> superblock = find_superblock(bytes);
  if (!superblock) {
    throw Error(ErrorCode::unrecognised, "the file does not carry the signature of HDF5", 0,
                "it is expected at byte 0, 512, 1024 or a larger power of 2");
  }
  space_ = Hdf5Space(bytes, *superblock);
  root_ = read_superblock(space_);
}

Hdf5File::~Hdf5File() = default;

bool Hdf5File::matches(Bytes bytes) { return find_superblock(bytes).has_value(); }

Hdf5Object Hdf5File::root() const { return object(root_); }

Hdf5Object Hdf5File::object(uint64_t address) const {
  space_.charge(32);
  std::unique_ptr<Hdf5Node>& node = nodes_[address];
  if (!node) {
    space_.charge(sizeof(Hdf5Node) + 64);
    const uint64_t offset = space_.place(address, "an object of the HDF5 file");
    node = std::make_unique<Hdf5Node>(Hdf5Node{offset, read_hdf5_header(space_, address)});
  }
  return {this, node.get()};
}

std::optional<Hdf5Object> Hdf5File::follow(Hdf5Object from, std::string_view path, uint32_t& soft_links) const {
  space_.charge(path.size());
  if (!path.empty() && path.front() == '/') from = root();
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (name.empty() || name == ".") continue;
    const std::vector<Hdf5Link>& links = from.links();
    space_.charge(32);
    const auto link = std::lower_bound(links.begin(), links.end(), name,
                                       [](const Hdf5Link& each, std::string_view key) { return each.name < key; });
    if (link == links.end() || link->name != name) return std::nullopt;
    if (link->kind == Hdf5Link::Kind::hard) {
      from = object(link->address);
      continue;
    }
    if (link->kind != Hdf5Link::Kind::soft || soft_links == kMostSoftLinks) return std::nullopt;
    const std::optional<Hdf5Object> target = follow(from, link->target, ++soft_links);
    if (!target) return std::nullopt;
    from = *target;
  }
  return from;
}

/// Text of variable length: its length, and a collection and an index in it (section IV.B).
std::string_view Hdf5File::heap_text(Hdf5Cursor element) const {
  const auto length = element.take<uint32_t>();
  const uint64_t address = element.address();
  if (length == 0) return {};
  const auto known = collections_.find(address);
  const std::map<uint16_t, Bytes>& objects =
      known != collections_.end() ? known->second
                                  : collections_.emplace(address, read_hdf5_collection(space_, address)).first->second;
  const auto index = element.take<uint32_t>();
  const auto found = objects.find(static_cast<uint16_t>(index));
  if (index > UINT16_MAX || found == objects.end()) element.throw_corrupt("its text is not in the heap that it names");
  if (found->second.size() < length) element.throw_corrupt("its text is longer than what the heap has");
  const std::string_view text(reinterpret_cast<const char*>(found->second.data()), length);
  return trimmed(text, Hdf5Datatype::Text::variable);
}

uint64_t Hdf5Object::offset() const { return node_->offset; }

bool Hdf5Object::is_group() const {
  return node_->message(Hdf5MessageType::symbol_table) != nullptr ||
         node_->message(Hdf5MessageType::link_info) != nullptr || node_->message(Hdf5MessageType::link) != nullptr;
}

const std::vector<Hdf5Link>& Hdf5Object::links() const {
  if (!node_->links) node_->links = read_hdf5_links(file_->space_, node_->messages);
  return *node_->links;
}

std::vector<Hdf5Object::Child> Hdf5Object::children() const {
  std::vector<Child> children;
  for (const Hdf5Link& link : links()) {
    uint32_t soft_links = 0;
    if (link.kind == Hdf5Link::Kind::hard) {
      children.push_back({link.name, file_->object(link.address)});
    } else if (const std::optional<Hdf5Object> target = file_->follow(*this, link.name, soft_links)) {
      children.push_back({link.name, *target});
    }
  }
  return children;
}

std::optional<Hdf5Object> Hdf5Object::child(std::string_view path) const {
  uint32_t soft_links = 0;
  return file_->follow(*this, path, soft_links);
}

const std::vector<Hdf5Attribute>& Hdf5Object::attributes() const {
  if (!node_->attributes) node_->attributes = read_hdf5_attributes(file_->space_, node_->messages);
  return *node_->attributes;
}

std::vector<std::string_view> Hdf5Object::attribute_names() const {
  std::vector<std::string_view> names;
  for (const Hdf5Attribute& attribute : attributes()) names.push_back(attribute.name);
  return names;
}

std::optional<std::string_view> Hdf5Object::text_attribute(std::string_view name) const {
  const std::optional<std::vector<std::string_view>> texts = text_list_attribute(name);
  if (!texts || texts->size() != 1) return std::nullopt;
  return texts->front();
}

std::optional<std::vector<std::string_view>> Hdf5Object::text_list_attribute(std::string_view name) const {
  const std::vector<Hdf5Attribute>& all = attributes();
  const auto attribute = std::lower_bound(
      all.begin(), all.end(), name, [](const Hdf5Attribute& each, std::string_view key) { return each.name < key; });
  if (attribute == all.end() || attribute->name != name) return std::nullopt;
  const uint64_t count = read_hdf5_dataspace(attribute->dataspace).elements(attribute->dataspace);
  if (count == 0) return std::vector<std::string_view>();
  const Hdf5Datatype type = read_hdf5_datatype(attribute->datatype);
  if (type.text == Hdf5Datatype::Text::none) return std::nullopt;

  Hdf5Cursor data = attribute->data;
  if (count > data.left() / type.size) data.throw_corrupt("its value needs more bytes than it has");
  file_->space_.charge(count * sizeof(std::string_view));
  std::vector<std::string_view> texts;
  for (uint64_t i = 0; i < count; ++i) {
    Hdf5Cursor element = data.part(type.size);
    texts.push_back(type.text == Hdf5Datatype::Text::variable ? file_->heap_text(element)
                                                              : trimmed(element.text(type.size), type.text));
  }
  return texts;
}

std::optional<Hdf5Dataset> Hdf5Object::dataset() const {
  const Hdf5Message* space = node_->message(Hdf5MessageType::dataspace);
  const Hdf5Message* type = node_->message(Hdf5MessageType::datatype);
  const Hdf5Message* layout = node_->message(Hdf5MessageType::layout);
  if (space == nullptr || type == nullptr || layout == nullptr) return std::nullopt;
  const Hdf5Cursor shape = hdf5_body(file_->space_, *space, "the shape of a dataset of the HDF5 file");
  Hdf5Dataspace dataspace = read_hdf5_dataspace(shape);
  const Hdf5Datatype datatype =
      read_hdf5_datatype(hdf5_body(file_->space_, *type, "the type of a dataset of the HDF5 file"));
  const uint64_t elements = dataspace.elements(shape);
  if (elements > UINT64_MAX / datatype.size) shape.throw_corrupt("it has more than 2^64 bytes");
  return Hdf5Dataset{.dims = std::move(dataspace.dims),
                     .dtype = datatype.dtype,
                     .element_bytes = datatype.size,
                     .stored_bytes = read_stored_bytes(file_->space_, hdf5_body(file_->space_, *layout, kLayout),
                                                       elements * datatype.size)};
}

}  // namespace flopstat
