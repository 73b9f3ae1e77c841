#include "bytes/protobuf.h"

#include <string>

#include "bytes/cursor.h"

namespace flopstat {
namespace {

std::string_view describe(WireType type) {
  switch (type) {
    case WireType::varint: return "a varint";
    case WireType::fixed64: return "8 bytes";
    case WireType::delimited: return "a length and bytes";
    case WireType::fixed32: return "4 bytes";
  }
  return "?";
}

Error too_many(size_t limit, uint64_t offset) {
  return {ErrorCode::limit, "a list has more than " + std::to_string(limit) + " values", offset};
}

}  // namespace

uint64_t ProtoMessage::varint() {
  const uint64_t begin = at_;
  uint64_t value = 0;
  for (uint32_t shift = 0; shift < 64; shift += 7) {
    if (at_ == end_) throw Error(ErrorCode::truncated, "a number passes the end of its message", begin);
    const auto byte = std::to_integer<uint64_t>(file_[at_++]);
    if (shift == 63 && byte > 1) break;  // the tenth byte holds the last bit
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw Error(ErrorCode::corrupt, "a number does not fit in 64 bits", begin);
}

void ProtoMessage::skip(uint64_t size) {
  if (end_ - at_ < size) {
    throw Error(ErrorCode::truncated,
                "field " + std::to_string(field_) + " of " + std::to_string(size) +
                    " bytes passes the end of its message, which has " + std::to_string(end_ - at_) + " left",
                field_begin_, {}, "the file may have been cut short: fetch it again");
  }
  at_ += size;
}

bool ProtoMessage::next() {
  if (at_ == end_) return false;
  field_begin_ = at_;
  const uint64_t tag = varint();
  if (tag < 8 || tag > UINT32_MAX) {
    throw Error(ErrorCode::corrupt, "expected a protobuf field, found the tag " + std::to_string(tag), field_begin_);
  }
  field_ = static_cast<uint32_t>(tag >> 3);
  type_ = static_cast<WireType>(tag & 7);
  switch (type_) {
    case WireType::varint: value_ = varint(); return true;
    case WireType::fixed64:
      value_ = at_;
      skip(8);
      return true;
    case WireType::fixed32:
      value_ = at_;
      skip(4);
      return true;
    case WireType::delimited: {
      const uint64_t size = varint();
      value_ = at_;
      skip(size);
      return true;
    }
  }
  throw Error(ErrorCode::corrupt,
              "field " + std::to_string(field_) + " has the unknown wire type " + std::to_string(tag & 7),
              field_begin_);
}

void ProtoMessage::expect(WireType type) const {
  if (type_ == type) return;
  throw Error(ErrorCode::corrupt,
              "expected " + std::string(describe(type)) + " in field " + std::to_string(field_) + ", found " +
                  std::string(describe(type_)),
              field_begin_);
}

int64_t ProtoMessage::integer() const {
  expect(WireType::varint);
  return static_cast<int64_t>(value_);
}

float ProtoMessage::real32() const {
  expect(WireType::fixed32);
  return read_at<float>(file_, value_, "a float");
}

Bytes ProtoMessage::bytes() const {
  expect(WireType::delimited);
  return file_.subspan(value_, at_ - value_);
}

std::string_view ProtoMessage::text() const {
  const Bytes view = bytes();
  return {reinterpret_cast<const char*>(view.data()), view.size()};
}

ProtoMessage ProtoMessage::child() const {
  expect(WireType::delimited);
  if (depth_ == kMaxDepth) {
    throw Error(ErrorCode::limit, "messages are nested deeper than " + std::to_string(kMaxDepth), field_begin_);
  }
  return {file_, value_, at_, depth_ + 1};
}

void ProtoMessage::append_integers(std::vector<int64_t>& values, size_t limit) const {
  if (type_ == WireType::varint) {
    if (values.size() >= limit) throw too_many(limit, field_begin_);
    values.push_back(integer());
    return;
  }
  expect(WireType::delimited);
  ProtoMessage run(file_, value_, at_, depth_);
  while (run.at_ != run.end_) {
    if (values.size() >= limit) throw too_many(limit, field_begin_);
    values.push_back(static_cast<int64_t>(run.varint()));
  }
}

void ProtoMessage::append_reals32(std::vector<float>& values, size_t limit) const {
  if (type_ == WireType::fixed32) {
    if (values.size() >= limit) throw too_many(limit, field_begin_);
    values.push_back(real32());
    return;
  }
  const Bytes run = bytes();
  if (run.size() % sizeof(float) != 0)
    throw Error(ErrorCode::corrupt, "a list of floats ends inside one", field_begin_);
  if (run.size() / sizeof(float) > limit - values.size()) throw too_many(limit, field_begin_);
  for (size_t i = 0; i < run.size(); i += sizeof(float)) values.push_back(read_at<float>(run, i, "a float"));
}

}  // namespace flopstat
