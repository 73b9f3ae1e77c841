#include "bytes/hdf5_heap.h"

#include <algorithm>
#include <bit>

#include "bytes/hdf5_btree.h"

namespace flopstat {
namespace {

constexpr const char* kLocal = "a heap of names of the HDF5 file";
constexpr const char* kGlobal = "a global heap of the HDF5 file";
constexpr const char* kFractal = "a fractal heap of the HDF5 file";

}  // namespace

Hdf5LocalHeap::Hdf5LocalHeap(Hdf5Space& space, uint64_t address) : space_(&space) {
  Hdf5Cursor header(space, address, kLocal);
  header.expect("HEAP");
  header.version(0, 0);
  header.skip(3);
  const uint64_t size = header.length();
  header.length();  // where its free space begins
  Hdf5Cursor data(space, header.address(), kLocal);
  begin_ = data.at();
  data.skip(size);
  end_ = data.at();
}

std::string_view Hdf5LocalHeap::text(uint64_t place) const {
  Hdf5Cursor data(*space_, begin_, end_, kLocal);
  data.skip(place);
  const std::string_view result = data.terminated_text();
  space_->charge(result.size());
  return result;
}

std::map<uint16_t, Bytes> read_hdf5_collection(Hdf5Space& space, uint64_t address) {
  constexpr uint64_t kMemoryOfObject = 96;
  Hdf5Cursor start(space, address, kGlobal);
  Hdf5Cursor header = start;
  header.expect("GCOL");
  header.version(1, 1);
  header.skip(3);
  const uint64_t size = header.length();
  const uint64_t header_size = header.at() - start.at();
  if (size < header_size) header.throw_corrupt("it is smaller than its own header");
  Hdf5Cursor objects = start.part(size);
  objects.skip(header_size);

  std::map<uint16_t, Bytes> found;
  const uint64_t prefix = 2 + 2 + 4 + uint64_t{space.length_size};
  while (objects.left() >= prefix) {
    space.charge(kMemoryOfObject);
    const auto index = objects.take<uint16_t>();
    if (index == 0) break;  // free space to the end
    objects.skip(2 + 4);    // how many refer to it
    const uint64_t length = objects.length();
    found.emplace(index, objects.bytes(length));
    objects.skip(std::min(objects.left(), (8 - length % 8) % 8));
  }
  return found;
}

Hdf5FractalHeap::Hdf5FractalHeap(Hdf5Space& space, uint64_t address) : space_(&space) {
  Hdf5Cursor header(space, address, kFractal);
  header.expect("FRHP");
  header.version(0, 0);
  id_size_ = header.take<uint16_t>();
  filter_size_ = header.take<uint16_t>();
  header.skip(1);  // flags
  const auto longest = header.take<uint32_t>();
  header.length();  // the next ID of a huge object
  huge_tree_ = header.address();
  header.length();  // free space
  header.address();
  for (int i = 0; i < 8; ++i) header.length();  // statistics of its objects
  const uint64_t width = header.take<uint16_t>(), start_size = header.length(), direct_size = header.length();
  heap_bits_ = header.take<uint16_t>();
  header.skip(2);
  root_ = header.address();
  root_rows_ = header.take<uint16_t>();

  const bool sizes_are_powers = std::has_single_bit(start_size) && std::has_single_bit(direct_size) &&
                                std::has_single_bit(width) && start_size <= direct_size;
  if (!sizes_are_powers || heap_bits_ == 0 || heap_bits_ > 64) header.throw_corrupt("its blocks have impossible sizes");
  if (id_size_ == 0 || longest == 0) header.throw_corrupt("its objects have no bytes");
  log_width_ = std::countr_zero(width);
  log_start_size_ = std::countr_zero(start_size);
  log_direct_size_ = std::countr_zero(direct_size);
  if (root_rows_ > 64 - log_start_size_ - log_width_) header.throw_corrupt("it has more rows than 64 bits can address");
  const auto bytes_of_block = static_cast<uint64_t>((log_direct_size_ + 7) / 8);
  length_size_ = std::min<uint64_t>(bytes_of_block, (std::bit_width(longest) - 1) / 8 + 1);
}

Hdf5Cursor Hdf5FractalHeap::object(Hdf5Cursor id, const char* what) {
  Hdf5Cursor bytes = id.part(id_size_);
  if (filter_size_ != 0) bytes.throw_unsupported("a heap with filters");
  const auto head = bytes.take<uint8_t>();
  if (head >> 6 != 0) bytes.throw_unsupported("this version of an ID");
  switch (head >> 4 & 3) {
    case 0: return managed(bytes, what);
    case 1: return huge(bytes, what);
    case 2: {  // tiny: the object lies in the ID itself
      const bool is_extended = id_size_ > 16 + 1;
      const uint64_t low = is_extended ? bytes.take<uint8_t>() : 0;
      const uint64_t size = (is_extended ? uint64_t{head & 0xfu} << 8 | low : head & 0xfu) + 1;
      const Hdf5Cursor object = bytes.part(size);
      return {*space_, object.at(), object.at() + size, what};
    }
    default: bytes.throw_corrupt("an ID is of no kind");
  }
}

/// Goes down the doubling table: rows of blocks, the first two rows of the smallest, each further one of blocks twice
/// as large; blocks too large to hold objects are tables themselves, of as many rows as make up their size.
Hdf5Cursor Hdf5FractalHeap::managed(Hdf5Cursor id, const char* what) {
  uint64_t offset = id.integer((uint64_t{heap_bits_} + 7) / 8);
  const uint64_t length = id.integer(length_size_);
  uint64_t block = root_;
  int log_size = log_start_size_;
  for (int rows = root_rows_; rows > 0;) {
    space_->charge(32);
    Hdf5Cursor table(*space_, block, kFractal);
    table.expect("FHIB");
    table.version(0, 0);
    table.address();  // of the heap
    table.skip((uint64_t{heap_bits_} + 7) / 8);
    int row = 0;
    for (; row < rows && offset >> log_row_size(row) >> log_width_ != 0; ++row) {
      offset -= uint64_t{1} << (log_row_size(row) + log_width_);
    }
    if (row == rows) id.throw_corrupt("an object lies behind the end of its heap");
    log_size = log_row_size(row);
    const uint64_t column = offset >> log_size;
    table.skip(((static_cast<uint64_t>(row) << log_width_) + column) * space_->offset_size);
    block = table.address();
    offset -= column << log_size;
    rows = log_size <= log_direct_size_ ? 0 : log_size - log_start_size_ - log_width_ + 1;
    if (log_size > log_direct_size_ && rows <= 0) id.throw_corrupt("a table of the heap is smaller than one row");
  }
  const uint64_t block_size = uint64_t{1} << log_size;
  if (offset >= block_size || length > block_size - offset) id.throw_corrupt("an object passes the end of its block");
  Hdf5Cursor holder(*space_, block, what);
  Hdf5Cursor(holder).expect("FHDB");
  holder.skip(offset);
  return holder.part(length);
}

/// Objects too large for blocks lie alone, and a tree knows where.
Hdf5Cursor Hdf5FractalHeap::huge(Hdf5Cursor id, const char* what) {
  const uint64_t address_and_length = uint64_t{space_->offset_size} + space_->length_size;
  if (id_size_ - 1u >= address_and_length) {
    Hdf5Cursor holder(*space_, id.address(), what);
    return holder.part(id.length());
  }
  if (!has_huge_records_) {
    huge_records_ = read_hdf5_records(*space_, huge_tree_, Hdf5RecordType::huge_object);
    has_huge_records_ = true;
  }
  const uint64_t wanted = id.integer(std::min<uint64_t>(id_size_ - 1u, 8));
  space_->charge(huge_records_.size() * 8);
  for (Hdf5Cursor record : huge_records_) {
    const uint64_t address = record.address(), length = record.length();
    if (record.length() != wanted) continue;
    Hdf5Cursor holder(*space_, address, what);
    return holder.part(length);
  }
  id.throw_corrupt("it has no huge object of an ID");
}

}  // namespace flopstat
