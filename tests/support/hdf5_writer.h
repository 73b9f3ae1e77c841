#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flopstat::test {

/// An attribute of text.
struct Hdf5Text {
  std::string name;
  std::vector<std::string> texts;
  bool is_list = false;     ///< an array, else one text
  uint32_t fixed_size = 0;  ///< bytes of each text where they all have this size; 0: in the global heap
};

/// A group, or what stands in one: exactly one of the fields at the end is set where it is no group.
struct Hdf5Item {
  std::string name = {};
  std::vector<Hdf5Text> attributes = {};
  std::vector<Hdf5Item> children = {};
  std::optional<std::vector<uint64_t>> dims = {};  ///< of a dataset of f32, whose elements are zeros
  std::string soft_link = {};                      ///< the path that it leads to
};

/// How an HDF5 file stores its objects.
enum class Hdf5Style : uint8_t {
  symbol_tables,  ///< superblock 0, headers of version 1, links in B-trees: what h5py writes by default
  messages,       ///< superblock 2, headers of version 2, links and attributes in the headers
  dense,          ///< the same with links and attributes in fractal heaps, as of objects that have many
};

/// An HDF5 file. Children of a group must come in the order of their names. Checksums are zeros, which libhdf5 would
/// refuse; what it writes itself is compared by tests/hdf5_cases_test.cpp.
std::vector<std::byte> hdf5_file(const Hdf5Item& root, Hdf5Style style = Hdf5Style::symbol_tables,
                                 uint64_t user_block = 0);

/// A short model as Keras writes it into an .h5 file: an attribute `model_config` on the root, two Dense layers with
/// their names and weights under `model_weights`.
Hdf5Item keras_like_file(const std::string& model_config);

}  // namespace flopstat::test
