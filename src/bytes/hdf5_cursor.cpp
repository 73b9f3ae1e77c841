#include "bytes/hdf5_cursor.h"

#include <algorithm>
#include <string>

namespace flopstat {

uint64_t Hdf5Cursor::integer(uint64_t size) {
  uint64_t value = 0;
  const Bytes stored = bytes(size);
  for (uint64_t i = 0; i < size; ++i) value |= std::to_integer<uint64_t>(stored[i]) << (8 * i);
  return value;
}

std::string_view Hdf5Cursor::text(uint64_t size) {
  const Bytes stored = bytes(size);
  return {reinterpret_cast<const char*>(stored.data()), stored.size()};
}

std::string_view Hdf5Cursor::terminated_text() {
  const Bytes rest = space_->bytes().subspan(at_, left());
  const auto size = static_cast<uint64_t>(std::find(rest.begin(), rest.end(), std::byte{0}) - rest.begin());
  const std::string_view result = text(size);
  skip(1);
  return result;
}

void Hdf5Cursor::expect(std::string_view signature) {
  if (text(signature.size()) == signature) return;
  at_ -= signature.size();
  throw_corrupt(("it does not begin with '" + std::string(signature) + "'").c_str());
}

uint8_t Hdf5Cursor::version(uint8_t first, uint8_t last) {
  const auto version = take<uint8_t>();
  if (version >= first && version <= last) return version;
  --at_;
  throw_unsupported(("version " + std::to_string(version)).c_str());
}

void Hdf5Cursor::throw_corrupt(const char* fault) const {
  throw Error(ErrorCode::corrupt, std::string(what_) + " is damaged", at_, fault);
}

void Hdf5Cursor::throw_unsupported(const char* feature) const {
  throw Error(ErrorCode::unsupported, std::string(what_) + " cannot be read", at_,
              std::string("flopstat does not know ") + feature);
}

}  // namespace flopstat
