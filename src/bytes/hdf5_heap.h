#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "bytes/hdf5_cursor.h"

namespace flopstat {

/// The names of a group's symbol table (section III.D, local heap).
class Hdf5LocalHeap {
 public:
  Hdf5LocalHeap(Hdf5Space& space, uint64_t address);

  /// The text at a place of the heap, up to its zero.
  std::string_view text(uint64_t place) const;

 private:
  Hdf5Space* space_;
  uint64_t begin_ = 0;  ///< of its data: byte in the file
  uint64_t end_ = 0;
};

/// The objects of a global heap collection by their index (section III.E).
std::map<uint16_t, Bytes> read_hdf5_collection(Hdf5Space& space, uint64_t address);

/// Where links and attributes of objects that have many lie (section III.G, fractal heap).
class Hdf5FractalHeap {
 public:
  Hdf5FractalHeap(Hdf5Space& space, uint64_t address);

  /// The object of that heap ID, of which as many bytes are taken as the heap's IDs have. Throws `Error` (unsupported)
  /// where the heap is filtered.
  Hdf5Cursor object(Hdf5Cursor id, const char* what);

 private:
  Hdf5Cursor managed(Hdf5Cursor id, const char* what);
  Hdf5Cursor huge(Hdf5Cursor id, const char* what);
  /// Bytes of each block in a row of the doubling table, as a power of 2.
  int log_row_size(int row) const { return row == 0 ? log_start_size_ : log_start_size_ + row - 1; }

  Hdf5Space* space_;
  uint16_t id_size_ = 0;
  uint16_t filter_size_ = 0;
  uint64_t huge_tree_ = 0;
  // Powers of 2.
  int log_width_ = 0;         ///< blocks in a row
  int log_start_size_ = 0;    ///< of the blocks in the first two rows
  int log_direct_size_ = 0;   ///< of the largest block that holds objects itself
  uint16_t heap_bits_ = 0;    ///< of a place in the heap
  uint64_t length_size_ = 0;  ///< bytes of the length of an object in an ID
  uint64_t root_ = 0;
  int root_rows_ = 0;                     ///< 0: the root block holds objects itself
  std::vector<Hdf5Cursor> huge_records_;  ///< read when the first is asked for
  bool has_huge_records_ = false;
};

}  // namespace flopstat
