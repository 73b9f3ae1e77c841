#include "bytes/hdf5_btree.h"

#include <bit>
#include <optional>
#include <set>
#include <utility>

namespace flopstat {
namespace {

constexpr const char* kTree = "a B-tree of the HDF5 file";

/// Goes down a tree of version 1. Levels must fall by one, so that no node can lead to itself, and each node is read
/// once, so that no two can share what is below them.
class GroupTreeReader {
 public:
  explicit GroupTreeReader(Hdf5Space& space) : space_(space) {}

  void read(uint64_t address, std::optional<uint8_t> expected_level) {
    Hdf5Cursor node(space_, address, kTree);
    if (!seen_.insert(address).second) node.throw_corrupt("one of its nodes is named twice");
    node.expect("TREE");
    if (node.take<uint8_t>() != 0) node.throw_corrupt("it is not that of a group");
    const auto level = node.take<uint8_t>();
    if (expected_level && level != *expected_level) node.throw_corrupt("its levels do not fall by one");
    const auto children = node.take<uint16_t>();
    node.address();  // neighbours on the same level
    node.address();
    space_.charge(64 + uint64_t{children} * 64);
    for (uint32_t i = 0; i < children; ++i) {
      node.length();  // key: a place in the heap of names
      const uint64_t child = node.address();
      if (level > 0) {
        read(child, static_cast<uint8_t>(level - 1));
      } else if (seen_.insert(child).second) {
        leaves.push_back(child);
      } else {
        node.throw_corrupt("one of its nodes is named twice");
      }
    }
  }

  std::vector<uint64_t> leaves;

 private:
  Hdf5Space& space_;
  std::set<uint64_t> seen_;
};

/// Bytes that hold any number up to the limit.
uint64_t size_of_limit(uint64_t limit) { return limit == 0 ? 1 : (std::bit_width(limit) - 1) / 8 + 1; }

class RecordReader {
 public:
  RecordReader(Hdf5Space& space, uint64_t address, Hdf5RecordType type) : space_(space), type_(type) {
    Hdf5Cursor header(space, address, kTree);
    header.expect("BTHD");
    header.version(0, 0);
    if (header.take<uint8_t>() != static_cast<uint8_t>(type)) header.throw_unsupported("records of this type");
    node_size_ = header.take<uint32_t>();
    record_size_ = header.take<uint16_t>();
    const auto depth = header.take<uint16_t>();
    header.skip(1 + 1);  // when nodes split and merge
    const uint64_t root = header.address();
    const auto root_records = header.take<uint16_t>();
    if (!space.is_defined(root)) return;
    if (record_size_ == 0) header.throw_corrupt("its records have no bytes");
    if (!measure_levels(depth)) header.throw_corrupt("its nodes have no room for what its depth needs");
    read(root, root_records, depth);
  }

  std::vector<Hdf5Cursor> records;

 private:
  static constexpr uint64_t kPrefix = 4 + 1 + 1 + 4;  // signature, version, type; checksum
  static constexpr uint32_t kDeepest = 16;

  /// How many bytes the counts of records have in the nodes of each level: as many as the fullest possible node and
  /// tree below need.
  bool measure_levels(uint16_t depth) {
    if (node_size_ <= kPrefix || depth > kDeepest) return false;
    const uint64_t in_leaf = (node_size_ - kPrefix) / record_size_;
    if (in_leaf == 0) return false;
    count_size_ = size_of_limit(in_leaf);
    uint64_t in_tree = in_leaf;  // at most, below a node of the level
    total_sizes_ = {0};
    for (uint16_t level = 1; level <= depth; ++level) {
      const uint64_t pointer = space_.offset_size + count_size_ + total_sizes_.back();
      if (node_size_ < kPrefix + pointer) return false;
      const uint64_t in_node = (node_size_ - kPrefix - pointer) / (record_size_ + pointer);
      if (in_node == 0 || in_tree > (UINT64_MAX - in_node) / (in_node + 1)) return false;
      in_tree = (in_node + 1) * in_tree + in_node;
      total_sizes_.push_back(size_of_limit(in_tree));
    }
    return true;
  }

  void read(uint64_t address, uint64_t count, uint16_t level) {
    Hdf5Cursor node(space_, address, kTree);
    if (!seen_.insert(address).second) node.throw_corrupt("one of its nodes is named twice");
    node.expect(level > 0 ? "BTIN" : "BTLF");
    node.version(0, 0);
    if (node.take<uint8_t>() != static_cast<uint8_t>(type_)) node.throw_corrupt("a node holds records of another type");
    space_.charge(64 + count * (record_size_ + sizeof(Hdf5Cursor)));
    for (uint64_t i = 0; i < count; ++i) records.push_back(node.part(record_size_));
    if (level == 0) return;
    for (uint64_t i = 0; i <= count; ++i) {
      const uint64_t child = node.address(), child_count = node.integer(count_size_);
      node.skip(total_sizes_[level - 1]);
      read(child, child_count, static_cast<uint16_t>(level - 1));
    }
  }

  Hdf5Space& space_;
  Hdf5RecordType type_;
  uint32_t node_size_ = 0;
  uint16_t record_size_ = 0;
  uint64_t count_size_ = 0;            ///< bytes of the number of records in a node
  std::vector<uint64_t> total_sizes_;  ///< bytes of the number of records below a node, by its level
  std::set<uint64_t> seen_;
};

}  // namespace

std::vector<uint64_t> read_hdf5_group_tree(Hdf5Space& space, uint64_t address) {
  GroupTreeReader reader(space);
  reader.read(address, std::nullopt);
  return std::move(reader.leaves);
}

std::vector<Hdf5Cursor> read_hdf5_records(Hdf5Space& space, uint64_t address, Hdf5RecordType type) {
  return std::move(RecordReader(space, address, type).records);
}

}  // namespace flopstat
