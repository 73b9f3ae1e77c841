// HDF5 files of every feature, and real models: what is read against what libhdf5 sees.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bytes/hdf5.h"
#include "bytes/zip.h"
#include "flopstat/error.h"

namespace flopstat {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Where scripts/make_hdf5_cases has put them.
fs::path folder() {
  const char* given = std::getenv("FLOPSTAT_HDF5_CASES");
  return given != nullptr ? given : FLOPSTAT_SOURCE_DIR "/build/hdf5_cases";
}

std::vector<fs::path> descriptions() {
  std::vector<fs::path> paths;
  if (!fs::exists(folder())) return paths;
  for (const auto& entry : fs::directory_iterator(folder())) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

json links_of(const Hdf5Object& object) {
  json links = json::object();
  for (const Hdf5Link& link : object.links()) {
    const char* kind = "other";
    switch (link.kind) {
      case Hdf5Link::Kind::hard: kind = "hard"; break;
      case Hdf5Link::Kind::soft: kind = "soft"; break;
      case Hdf5Link::Kind::external: kind = "external"; break;
      case Hdf5Link::Kind::other: break;
    }
    links[std::string(link.name)] = {kind, std::string(link.target)};
  }
  return links;
}

json attributes_of(const Hdf5Object& object) {
  json attributes = json::object();
  for (const std::string_view name : object.attribute_names()) {
    json& texts = attributes[std::string(name)];
    const std::optional<std::vector<std::string_view>> found = object.text_list_attribute(name);
    if (!found) continue;
    texts = json::array();
    for (const std::string_view text : *found) texts.push_back(std::string(text));
  }
  return attributes;
}

/// An object in the words of the descriptions.
json description_of(const Hdf5Object& object) {
  json fields{{"attributes", attributes_of(object)}};
  if (object.is_group()) fields["links"] = links_of(object);
  if (const std::optional<Hdf5Dataset> dataset = object.dataset()) {
    fields["dims"] = dataset->dims;
    fields["dtype"] = std::string(name_of(dataset->dtype));
    fields["element_bytes"] = dataset->element_bytes;
    fields["stored_bytes"] = dataset->stored_bytes ? json(*dataset->stored_bytes) : json();
  }
  return fields;
}

/// The HDF5 part of a file: all of it, or the weights of a .keras archive.
ZipContents hdf5_part(const File& file) {
  if (Hdf5File::matches(file.bytes())) return {file.bytes(), nullptr};
  const ZipArchive archive(file.bytes());
  return archive.contents(*archive.find("model.weights.h5"), 0);
}

TEST(Hdf5Cases, every_object_is_read_as_libhdf5_sees_it) {
  const std::vector<fs::path> paths = descriptions();
  if (paths.empty()) GTEST_SKIP() << "scripts/make_hdf5_cases was not run: HDF5 was NOT compared with libhdf5";
  size_t objects = 0, real_files = 0;
  for (const fs::path& path : paths) {
    SCOPED_TRACE(path.filename());
    std::ifstream stream(path);
    const json description = json::parse(stream);
    const File file = File::open(folder() / description["file"].get<std::string>());
    const ZipContents part = hdf5_part(file);
    try {
      const Hdf5File hdf5(part.bytes);
      for (const auto& [name, expected] : description["objects"].items()) {
        const std::optional<Hdf5Object> object = hdf5.root().child(name);
        ASSERT_TRUE(object) << name;
        EXPECT_EQ(description_of(*object).dump(), expected.dump()) << name;
        ++objects;
      }
    } catch (const Error& error) {
      ADD_FAILURE() << error.message << " (" << error.note << ") at byte " << error.offset.value_or(0);
    }
    real_files += path.filename().string().starts_with("real_") ? 1 : 0;
  }
  RecordProperty("objects", static_cast<int>(objects));
  std::printf("%zu objects of %zu files, %zu of them real models\n", objects, paths.size(), real_files);
}

}  // namespace
}  // namespace flopstat
