#include "formats/onnx/external.h"

#include <charconv>
#include <limits>
#include <string>

#include "formats/names.h"
#include "formats/onnx/schema.h"
#include "formats/onnx/tensor.h"

namespace flopstat::onnx {
namespace {

std::optional<uint64_t> decimal(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void read_entry(ProtoMessage entry, ExternalData& data) {
  std::string_view key;
  std::string_view value;
  while (entry.next()) {
    switch (entry.field()) {
      case StringStringEntryProto::key: key = name_in(entry); break;
      case StringStringEntryProto::value: value = name_in(entry); break;
      default: break;
    }
  }
  if (key == "location") data.location = value;
  if (key == "offset") data.offset = decimal(value).value_or(0);
  if (key == "length") data.length = decimal(value);
}

/// A path that no part of leads up or away.
bool stays_inside(std::string_view path) {
  if (path.empty() || path.find('\\') != std::string_view::npos || path.find(':') != std::string_view::npos) {
    return false;
  }
  while (true) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

std::optional<ExternalData> external_data(ProtoMessage tensor) {
  ExternalData data;
  bool external = false;
  while (tensor.next()) {
    switch (tensor.field()) {
      case TensorProto::external_data: read_entry(tensor.child(), data); break;
      case TensorProto::data_location: external = tensor.integer() == TensorProto::kExternal; break;
      default: break;
    }
  }
  return external ? std::optional(data) : std::nullopt;
}

void ExternalFiles::add(const ExternalData& data, std::string_view tensor, uint64_t bytes) {
  uint64_t end = 0;
  if (__builtin_add_overflow(data.offset, data.length.value_or(bytes), &end)) {
    end = std::numeric_limits<uint64_t>::max();
  }
  Last& last = files_[data.location];
  if (last.tensor.empty() || end > last.end) last = {end, tensor};
}

std::vector<Warning> ExternalFiles::warnings(const File& model) const {
  std::vector<Warning> result;
  for (const auto& [location, last] : files_) {
    const std::string where = "the weights of " + quoted(last.tensor) + " lie in " + quoted(location);
    if (!stays_inside(location)) {
      result.push_back({"external_data", where + ", which is outside of the model's folder and is not looked at"});
      continue;
    }
    const std::optional<Neighbour> found = model.neighbour(std::string(location));
    if (!found) continue;
    if (found->kind == Neighbour::Kind::none) {
      result.push_back({"external_data", where + ", which is not there: the model cannot run"});
    } else if (found->kind == Neighbour::Kind::other) {
      result.push_back({"external_data", where + ", which is no regular file"});
    } else if (found->size < last.end) {
      result.push_back({"external_data", where + ", which ends at byte " + std::to_string(found->size) +
                                             ", before them: they end at " + std::to_string(last.end)});
    }
  }
  return result;
}

}  // namespace flopstat::onnx
