#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "bytes/file.h"
#include "bytes/hdf5_space.h"
#include "flopstat/dtype.h"

/// The structure of HDF5 files: groups, names, attributes, and the shapes and types of datasets. The elements of
/// datasets are never read, no filter is run and no other file is opened.
///
/// Source: The HDF Group, HDF5 File Format Specification, version 3.0; sections are cited where they are followed.
namespace flopstat {

class Hdf5Cursor;
class Hdf5File;
struct Hdf5Attribute;
struct Hdf5Node;

/// One name in a group and what it leads to.
struct Hdf5Link {
  enum class Kind : uint8_t {
    hard,      ///< an object of this file
    soft,      ///< a path in this file, which may lead nowhere
    external,  ///< a path in another file: never followed
    other,     ///< a kind that an application has made up: never followed
  };
  std::string_view name;  ///< a view into the file
  Kind kind = Kind::other;
  uint64_t address = 0;     ///< of a hard link's object
  std::string_view target;  ///< a soft link's path; of an external one the file's name, a zero and the path
};

/// What a dataset is, without its elements.
struct Hdf5Dataset {
  std::vector<uint64_t> dims;    ///< empty for a scalar; their product may pass 64 bits where it is chunked
  DType dtype = DType::unknown;  ///< unknown for types without a counterpart: compound, time, reference, ...
  uint64_t element_bytes = 0;
  std::optional<uint64_t> stored_bytes;  ///< in this file; not known of chunks, which may be compressed
};

/// A group, a dataset or a named type: a light handle, valid as long as its file.
class Hdf5Object {
 public:
  struct Child;

  /// Where its header begins, in the bytes: two names of one object have one place. A group may hold itself: whoever
  /// walks all of a file marks the places where it has been.
  uint64_t offset() const;

  bool is_group() const;

  /// The links of a group in the order of their names, those that lead nowhere included; none of what is no group.
  const std::vector<Hdf5Link>& links() const;

  /// Names and objects of a group in the order of their names, soft links followed; what lies in other files or nowhere
  /// is left out.
  std::vector<Child> children() const;

  /// What a link or a path ("layers/dense/vars/0") leads to; nothing where a name is missing or leads out of the file.
  std::optional<Hdf5Object> child(std::string_view path) const;

  std::vector<std::string_view> attribute_names() const;

  /// The text of an attribute of one string, as a view into the file; nothing where there is none of the name or it is
  /// something else. Bytes are as stored: UTF-8 in all that Keras writes, which is not checked.
  std::optional<std::string_view> text_attribute(std::string_view name) const;

  /// The texts of an attribute of strings in any shape; an array without elements of any type is an empty list.
  std::optional<std::vector<std::string_view>> text_list_attribute(std::string_view name) const;

  /// What a dataset is; nothing for what is none. Throws `Error` (truncated) where its elements lie outside of the
  /// file.
  std::optional<Hdf5Dataset> dataset() const;

 private:
  friend class Hdf5File;
  Hdf5Object(const Hdf5File* file, Hdf5Node* node) : file_(file), node_(node) {}

  const std::vector<Hdf5Attribute>& attributes() const;

  const Hdf5File* file_;
  Hdf5Node* node_;  ///< links and attributes are read when they are first asked for
};

struct Hdf5Object::Child {
  std::string_view name;
  Hdf5Object object;
};

/// An HDF5 file in memory; the bytes must outlive it, and it must outlive its objects.
///
///   Hdf5File file(bytes);
///   const Hdf5Object weights = file.root().child("model_weights").value();
///   for (const std::string_view layer : weights.text_list_attribute("layer_names").value()) ...
///
/// Objects are read when they are asked for. Every function throws `Error`: truncated where a structure passes the end
/// of the file, corrupt where it contradicts itself, unsupported for versions and features that are recognised and not
/// read, limit where structures are read over and over; always with the byte in the file.
class Hdf5File {
 public:
  /// Reads the superblock, which lies at byte 0, 512, 1024, 2048, ... Throws `Error` (unrecognised) where there is
  /// none.
  explicit Hdf5File(Bytes bytes);
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  /// Whether a superblock begins at one of its places.
  static bool matches(Bytes bytes);

  Hdf5Object root() const;

 private:
  friend class Hdf5Object;

  Hdf5Object object(uint64_t address) const;
  std::optional<Hdf5Object> follow(Hdf5Object from, std::string_view path, uint32_t& soft_links) const;
  std::string_view heap_text(Hdf5Cursor element) const;

  mutable Hdf5Space space_;
  uint64_t root_ = 0;
  mutable std::map<uint64_t, std::unique_ptr<Hdf5Node>> nodes_;  ///< what has been read, by address
  /// Global heap collections that have been read: their objects by index.
  mutable std::map<uint64_t, std::map<uint16_t, Bytes>> collections_;
};

}  // namespace flopstat
