#include "support/hdf5_writer.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "support/little_endian.h"

namespace flopstat::test {
namespace {

constexpr uint64_t kUndefined = UINT64_MAX;

std::string padded(std::string bytes) {
  bytes.resize((bytes.size() + 7) / 8 * 8);
  return bytes;
}

std::string dataspace(const std::vector<uint64_t>& dims) {
  std::string body = little_endian(uint8_t{1}, static_cast<uint8_t>(dims.size()), uint8_t{0}, uint8_t{0}, uint32_t{0});
  for (const uint64_t size : dims) body += little_endian(size);
  return body;
}

std::string real32_type() {
  return little_endian(uint8_t{0x11}, uint8_t{0x20}, uint8_t{31}, uint8_t{0}, uint32_t{4}, uint16_t{0}, uint16_t{32},
                       uint8_t{23}, uint8_t{8}, uint8_t{0}, uint8_t{23}, uint32_t{127});
}

std::string text_type(uint32_t fixed_size) {
  const auto fixed = [](uint32_t size) { return little_endian(uint8_t{0x13}, uint16_t{0}, uint8_t{0}, size); };
  if (fixed_size > 0) return fixed(fixed_size);
  return little_endian(uint8_t{0x19}, uint16_t{1}, uint8_t{0}, uint32_t{16}) + fixed(1);
}

struct Message {
  uint16_t type = 0;
  std::string body;
};

class Writer {
 public:
  Writer(const Hdf5Item& root, Hdf5Style style) : style_(style) {
    bytes_.assign(style == Hdf5Style::symbol_tables ? 96 : 48, '\0');
    collect_texts(root);
    write_collection();
    const uint64_t header = write(root);
    const std::string start = superblock(header);
    bytes_.replace(0, start.size(), start);
  }

  const std::string& bytes() const { return bytes_; }

 private:
  uint64_t append(const std::string& bytes) {
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    const uint64_t address = bytes_.size();
    bytes_ += bytes;
    return address;
  }

  std::string superblock(uint64_t root) const {
    const std::string signature = "\x89HDF\r\n\x1a\n";
    if (style_ != Hdf5Style::symbol_tables) {
      return signature + little_endian(uint8_t{2}, uint8_t{8}, uint8_t{8}, uint8_t{0}, uint64_t{0}, kUndefined,
                                       uint64_t{bytes_.size()}, root, uint32_t{0});
    }
    return signature + little_endian(uint32_t{0}, uint8_t{0}, uint8_t{8}, uint8_t{8}, uint8_t{0}, uint16_t{4},
                                     uint16_t{16}, uint32_t{0}, uint64_t{0}, kUndefined, uint64_t{bytes_.size()},
                                     kUndefined, uint64_t{0}, root, uint64_t{0}, uint64_t{0}, uint64_t{0});
  }

  // ---- Text of variable length: one collection for the whole file

  void collect_texts(const Hdf5Item& item) {
    for (const Hdf5Text& attribute : item.attributes) {
      if (attribute.fixed_size > 0) continue;
      texts_.insert(texts_.end(), attribute.texts.begin(), attribute.texts.end());
    }
    for (const Hdf5Item& child : item.children) collect_texts(child);
  }

  void write_collection() {
    std::string objects;
    for (size_t i = 0; i < texts_.size(); ++i) {
      objects += little_endian(static_cast<uint16_t>(i + 1), uint16_t{1}, uint32_t{0}, uint64_t{texts_[i].size()});
      objects += padded(texts_[i]);
    }
    objects += little_endian(uint64_t{0}, uint64_t{16});  // the free space
    collection_ = append("GCOL" + little_endian(uint32_t{1}, uint64_t{16 + objects.size()}) + objects);
  }

  std::string attribute_message(const Hdf5Text& attribute) {
    const bool is_old = style_ == Hdf5Style::symbol_tables;
    const auto field = [&](const std::string& bytes) { return is_old ? padded(bytes) : bytes; };
    const std::string name = attribute.name + '\0';
    const std::string type = text_type(attribute.fixed_size);
    const std::string space =
        dataspace(attribute.is_list ? std::vector<uint64_t>{attribute.texts.size()} : std::vector<uint64_t>{});
    std::string body =
        little_endian(static_cast<uint8_t>(is_old ? 1 : 3), uint8_t{0}, static_cast<uint16_t>(name.size()),
                      static_cast<uint16_t>(type.size()), static_cast<uint16_t>(space.size()));
    if (!is_old) body += '\1';
    body += field(name) + field(type) + field(space);
    for (const std::string& text : attribute.texts) {
      if (attribute.fixed_size > 0) {
        body += text + std::string(attribute.fixed_size - text.size(), '\0');
      } else {
        body += little_endian(static_cast<uint32_t>(text.size()), collection_, ++next_text_);
      }
    }
    return body;
  }

  // ---- Objects

  /// Writes an object and all below it; gives the address of its header. Texts are numbered parents first.
  uint64_t write(const Hdf5Item& item) {
    std::vector<Message> messages;
    std::vector<std::string> attributes;
    for (const Hdf5Text& attribute : item.attributes) attributes.push_back(attribute_message(attribute));
    if (style_ == Hdf5Style::dense && !attributes.empty()) {
      messages.push_back({0x15, little_endian(uint8_t{0}, uint8_t{0}) + dense(attributes, 8)});
    } else {
      for (const std::string& attribute : attributes) messages.push_back({0x0c, attribute});
    }
    if (item.dims) {
      add_dataset(*item.dims, messages);
    } else {
      add_links(item.children, messages);
    }
    return write_header(messages);
  }

  void add_dataset(const std::vector<uint64_t>& dims, std::vector<Message>& messages) {
    uint64_t size = 4;
    for (const uint64_t each : dims) size *= each;
    const uint64_t data = append(std::string(size, '\0'));
    messages.push_back({0x01, dataspace(dims)});
    messages.push_back({0x03, real32_type()});
    messages.push_back({0x08, little_endian(uint8_t{3}, uint8_t{1}, data, size)});
  }

  void add_links(const std::vector<Hdf5Item>& children, std::vector<Message>& messages) {
    std::vector<uint64_t> addresses;
    for (const Hdf5Item& child : children) addresses.push_back(child.soft_link.empty() ? write(child) : kUndefined);
    if (style_ == Hdf5Style::symbol_tables) {
      messages.push_back({0x11, symbol_table(children, addresses)});
      return;
    }
    std::vector<std::string> links;
    for (size_t i = 0; i < children.size(); ++i) links.push_back(link_message(children[i], addresses[i]));
    std::string places = little_endian(kUndefined, kUndefined);
    if (style_ == Hdf5Style::dense && !links.empty()) {
      places = dense(links, 5);
      links.clear();
    }
    messages.push_back({0x02, little_endian(uint8_t{0}, uint8_t{0}) + places});
    for (const std::string& link : links) messages.push_back({0x06, link});
  }

  static std::string link_message(const Hdf5Item& child, uint64_t address) {
    const bool is_soft = !child.soft_link.empty();
    const std::string head = little_endian(uint8_t{1}, static_cast<uint8_t>(is_soft ? 8 : 0)) + (is_soft ? "\1" : "") +
                             static_cast<char>(child.name.size()) + child.name;
    if (!is_soft) return head + little_endian(address);
    return head + little_endian(static_cast<uint16_t>(child.soft_link.size())) + child.soft_link;
  }

  std::string symbol_table(const std::vector<Hdf5Item>& children, const std::vector<uint64_t>& addresses) {
    std::string names(8, '\0');
    const auto place_of = [&](const std::string& name) {
      const uint64_t place = names.size();
      names += padded(name + '\0');
      return place;
    };
    constexpr size_t kInNode = 8;
    std::vector<uint64_t> nodes;
    for (size_t first = 0; first < children.size(); first += kInNode) {
      const size_t end = std::min(first + kInNode, children.size());
      std::string node = "SNOD" + little_endian(uint8_t{1}, uint8_t{0}, static_cast<uint16_t>(end - first));
      for (size_t i = first; i < end; ++i) {
        const bool is_soft = !children[i].soft_link.empty();
        node += little_endian(place_of(children[i].name), addresses[i], uint32_t{is_soft ? 2u : 0u}, uint32_t{0});
        node += little_endian(is_soft ? place_of(children[i].soft_link) : uint64_t{0}, uint64_t{0});
      }
      nodes.push_back(append(node));
    }
    std::string tree = "TREE" + little_endian(uint8_t{0}, uint8_t{0}, static_cast<uint16_t>(nodes.size()), kUndefined,
                                              kUndefined, uint64_t{0});
    for (const uint64_t node : nodes) tree += little_endian(node, uint64_t{0});
    const uint64_t tree_address = append(tree);
    const uint64_t data = append(names);
    const uint64_t heap = append("HEAP" + little_endian(uint32_t{0}, uint64_t{names.size()}, uint64_t{1}, data));
    return little_endian(tree_address, heap);
  }

  /// The messages in the one block of a fractal heap, and the leaf of a B-tree that finds them; their two addresses.
  std::string dense(const std::vector<std::string>& messages, uint8_t record_type) {
    const bool is_link = record_type == 5;
    const uint16_t heap_bits = is_link ? 32 : 40;
    const std::string offset_in_heap(heap_bits / 8, '\0');
    std::string block = "FHDB" + little_endian(uint8_t{0}, uint64_t{0}) + offset_in_heap;
    std::string leaf = "BTLF" + little_endian(uint8_t{0}, record_type);
    for (const std::string& message : messages) {
      const std::string offset = little_endian(uint64_t{block.size()}).substr(0, heap_bits / 8);
      const std::string id = '\0' + offset + little_endian(static_cast<uint16_t>(message.size()));
      leaf += is_link ? little_endian(uint32_t{0}) + id : id + little_endian(uint8_t{0}, uint32_t{0}, uint32_t{0});
      block += message;
    }
    const uint64_t block_size = std::bit_ceil(std::max<uint64_t>(block.size(), 512));
    block.resize(block_size);
    const uint64_t block_address = append(block);
    std::string heap =
        "FRHP" + little_endian(uint8_t{0}, static_cast<uint16_t>(is_link ? 7 : 8), uint16_t{0}, uint8_t{0},
                               uint32_t{4096}, uint64_t{0}, kUndefined, uint64_t{0}, kUndefined);
    heap += std::string(8 * 8, '\0');
    heap += little_endian(uint16_t{4}, block_size, uint64_t{65536}, heap_bits, uint16_t{1}, block_address, uint16_t{0},
                          uint32_t{0});
    const uint64_t heap_address = append(heap);
    const uint64_t leaf_address = append(leaf + little_endian(uint32_t{0}));
    const auto count = static_cast<uint16_t>(messages.size());
    const uint64_t tree =
        append("BTHD" + little_endian(uint8_t{0}, record_type, uint32_t{4096}, static_cast<uint16_t>(is_link ? 11 : 17),
                                      uint16_t{0}, uint8_t{100}, uint8_t{40}, leaf_address, count, uint64_t{count},
                                      uint32_t{0}));
    return little_endian(heap_address, tree);
  }

  uint64_t write_header(const std::vector<Message>& messages) {
    std::string block;
    if (style_ == Hdf5Style::symbol_tables) {
      for (const Message& message : messages) {
        const std::string body = padded(message.body);
        block += little_endian(message.type, static_cast<uint16_t>(body.size()), uint32_t{0}) + body;
      }
      return append(little_endian(uint8_t{1}, uint8_t{0}, static_cast<uint16_t>(messages.size()), uint32_t{1},
                                  static_cast<uint32_t>(block.size()), uint32_t{0}) +
                    block);
    }
    for (const Message& message : messages) {
      block +=
          little_endian(static_cast<uint8_t>(message.type), static_cast<uint16_t>(message.body.size()), uint8_t{0}) +
          message.body;
    }
    return append("OHDR" + little_endian(uint8_t{2}, uint8_t{2}, static_cast<uint32_t>(block.size())) + block +
                  little_endian(uint32_t{0}));
  }

  Hdf5Style style_;
  std::string bytes_;
  std::vector<std::string> texts_;
  uint64_t collection_ = 0;
  uint32_t next_text_ = 0;
};

}  // namespace

std::vector<std::byte> hdf5_file(const Hdf5Item& root, Hdf5Style style, uint64_t user_block) {
  const std::string file = std::string(user_block, ' ') + Writer(root, style).bytes();
  const auto* begin = reinterpret_cast<const std::byte*>(file.data());
  return {begin, begin + file.size()};
}

Hdf5Item keras_like_file(const std::string& model_config) {
  Hdf5Item weights{.name = "model_weights", .attributes = {{"backend", {"tensorflow"}}, {"layer_names", {}, true}}};
  for (const std::string layer : {"dense", "dense_1"}) {
    weights.attributes[1].texts.push_back(layer);
    const Hdf5Text names{"weight_names", {layer + "/kernel:0", layer + "/bias:0"}, true, 20};
    const Hdf5Item inner{.name = layer,
                         .children = {{.name = "bias:0", .dims = {{5}}}, {.name = "kernel:0", .dims = {{4, 5}}}}};
    weights.children.push_back({.name = layer, .attributes = {names}, .children = {inner}});
  }
  return {.attributes = {{"keras_version", {"3.0.0"}}, {"model_config", {model_config}}}, .children = {weights}};
}

}  // namespace flopstat::test
