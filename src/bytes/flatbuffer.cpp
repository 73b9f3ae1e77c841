#include "bytes/flatbuffer.h"

namespace flopstat {
namespace {

/// What reading a table is charged beside its vectors: about its bytes in a real file.
constexpr uint64_t kTableCharge = 24;

}  // namespace

void FlatBuffer::throw_over_budget() {
  throw Error(ErrorCode::limit, "the tables refer to each other so often that they describe more than the file holds",
              std::nullopt, "a FlatBuffer may share parts, but a model does not need to");
}

FlatTable FlatBuffer::root(std::string_view identifier) {
  if (!identifier.empty()) {
    const Bytes found = slice(bytes_, 4, identifier.size(), "the file identifier");
    if (std::memcmp(found.data(), identifier.data(), identifier.size()) != 0) {
      throw Error(ErrorCode::corrupt, "expected the identifier '" + std::string(identifier) + "'", 4);
    }
  }
  return {this, read_at<uint32_t>(bytes_, 0, "the offset of the root table")};
}

FlatTable FlatTables::operator[](uint32_t i) const {
  const uint64_t place = first_ + uint64_t{i} * 4;
  return {buffer_, place + read_at<uint32_t>(buffer_->bytes(), place, "the offset of a table")};
}

FlatTable::FlatTable(FlatBuffer* buffer, uint64_t position) : buffer_(buffer), position_(position) {
  buffer_->charge(kTableCharge);
  const Bytes bytes = buffer_->bytes();
  const auto back = read_at<int32_t>(bytes, position, "a table");
  // The distance is signed and may point either way; unsigned wrap-around lands outside the file and is caught there.
  vtable_ = position - static_cast<uint64_t>(static_cast<int64_t>(back));
  vtable_size_ = read_at<uint16_t>(bytes, vtable_, "the layout of a table");
  if (vtable_size_ < 4 || vtable_size_ % 2 != 0) {
    throw Error(ErrorCode::corrupt, "the layout of a table has " + std::to_string(vtable_size_) + " bytes", vtable_,
                "it needs at least 4, and an even number");
  }
  slice(bytes, vtable_, vtable_size_, "the layout of a table");
}

uint64_t FlatTable::target(uint64_t place) const {
  return place + read_at<uint32_t>(buffer_->bytes(), place, "an offset in a table");
}

std::optional<FlatTable> FlatTable::table(uint32_t slot) const {
  const uint64_t place = field(slot);
  if (place == 0) return std::nullopt;
  return FlatTable(buffer_, target(place));
}

Bytes FlatTable::elements(uint32_t slot, size_t element_size, bool charged) const {
  const uint64_t place = field(slot);
  if (place == 0) return {};
  const uint64_t start = target(place);
  const uint64_t size = uint64_t{read_at<uint32_t>(buffer_->bytes(), start, "a vector")} * element_size;
  if (charged) buffer_->charge(size);
  return slice(buffer_->bytes(), start + 4, size, "a vector");
}

std::string_view FlatTable::string(uint32_t slot) const {
  const Bytes bytes = elements(slot, 1, true);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

FlatTables FlatTable::tables(uint32_t slot) const {
  const uint64_t place = field(slot);
  if (place == 0) return {};
  const uint64_t start = target(place);
  const auto size = read_at<uint32_t>(buffer_->bytes(), start, "a vector of tables");
  slice(buffer_->bytes(), start + 4, uint64_t{size} * 4, "a vector of tables");
  return {buffer_, start + 4, size};
}

}  // namespace flopstat
