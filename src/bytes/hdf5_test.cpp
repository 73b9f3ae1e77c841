#include "bytes/hdf5.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "flopstat/error.h"
#include "support/hdf5_writer.h"

namespace flopstat {
namespace {

using test::hdf5_file;
using test::Hdf5Item;
using test::Hdf5Style;
using test::keras_like_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using File = std::vector<std::byte>;

constexpr Hdf5Style kStyles[] = {Hdf5Style::symbol_tables, Hdf5Style::messages, Hdf5Style::dense};
constexpr const char* kConfig = R"({"class_name": "Sequential"})";

std::vector<std::string> names_of(const Hdf5Object& object) {
  std::vector<std::string> names;
  for (const Hdf5Object::Child& child : object.children()) names.emplace_back(child.name);
  return names;
}

/// Reads all that there is once, as any user could; gives how many objects there are.
size_t read_everything(const File& bytes) {
  const Hdf5File file(bytes);
  std::set<uint64_t> seen;
  std::vector<Hdf5Object> waiting{file.root()};
  while (!waiting.empty()) {
    const Hdf5Object object = waiting.back();
    waiting.pop_back();
    if (!seen.insert(object.offset()).second) continue;
    for (const std::string_view name : object.attribute_names()) object.text_list_attribute(name);
    object.dataset();
    for (const Hdf5Object::Child& child : object.children()) waiting.push_back(child.object);
  }
  return seen.size();
}

Error refusal(const File& bytes, const std::function<void(const Hdf5Object&)>& read) {
  try {
    const Hdf5File file(bytes);
    read(file.root());
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "there was no error";
  return {ErrorCode::usage, ""};
}

Error refusal(const File& bytes) {
  return refusal(bytes, [&](const Hdf5Object&) { read_everything(bytes); });
}

/// Where a word stands for the n-th time.
size_t place_of(const File& bytes, const std::string& word, size_t n = 0) {
  const std::string all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  size_t place = all.find(word);
  for (size_t i = 0; i < n && place != std::string::npos; ++i) place = all.find(word, place + 1);
  EXPECT_NE(place, std::string::npos) << word;
  return place;
}

template <class T>
File changed(File bytes, size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
  return bytes;
}

template <class T>
T value_at(const File& bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::string bytes_of(uint64_t value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

TEST(Hdf5, the_same_objects_are_read_however_a_file_stores_them) {
  for (const Hdf5Style style : kStyles) {
    for (const uint64_t user_block : {0, 512, 4096}) {
      SCOPED_TRACE(static_cast<int>(style));
      const File bytes = hdf5_file(keras_like_file(kConfig), style, user_block);
      const Hdf5File file(bytes);
      EXPECT_EQ(file.root().text_attribute("model_config"), kConfig);
      EXPECT_THAT(names_of(file.root()), ElementsAre("model_weights"));
      const Hdf5Object weights = file.root().child("model_weights").value();
      EXPECT_THAT(weights.attribute_names(), ElementsAre("backend", "layer_names"));
      EXPECT_THAT(weights.text_list_attribute("layer_names").value(), ElementsAre("dense", "dense_1"));
      EXPECT_EQ(weights.text_attribute("backend"), "tensorflow");
      EXPECT_THAT(names_of(weights), ElementsAre("dense", "dense_1"));
      const Hdf5Object layer = weights.child("dense").value();
      EXPECT_THAT(layer.text_list_attribute("weight_names").value(), ElementsAre("dense/kernel:0", "dense/bias:0"));
      EXPECT_TRUE(layer.is_group());
      const Hdf5Object kernel = file.root().child("/model_weights/dense/dense/kernel:0").value();
      EXPECT_FALSE(kernel.is_group());
      const Hdf5Dataset dataset = kernel.dataset().value();
      EXPECT_THAT(dataset.dims, ElementsAre(4, 5));
      EXPECT_EQ(dataset.dtype, DType::f32);
      EXPECT_EQ(dataset.stored_bytes, 4u * 5u * sizeof(float));
      EXPECT_EQ(read_everything(bytes),
                1u + 1u + 2u * (1u + 1u + 2u));  // root, weights; layers with two groups and data
    }
  }
}

TEST(Hdf5, texts_are_views_into_the_file) {
  const File bytes = hdf5_file(keras_like_file(kConfig));
  const Hdf5File file(bytes);
  const auto* config = reinterpret_cast<const std::byte*>(file.root().text_attribute("model_config")->data());
  EXPECT_EQ(config, bytes.data() + place_of(bytes, kConfig));
}

TEST(Hdf5, what_is_not_there_is_nothing) {
  const File bytes = hdf5_file(keras_like_file(kConfig));
  const Hdf5File file(bytes);
  EXPECT_FALSE(file.root().text_attribute("training_config"));
  EXPECT_FALSE(file.root().child("optimizer_weights"));
  EXPECT_FALSE(file.root().child("model_weights/dense/dense/kernel:0/deeper"));
  EXPECT_FALSE(file.root().dataset());
  EXPECT_FALSE(file.root().child("model_weights")->text_attribute("layer_names")) << "it has two texts";
  EXPECT_TRUE(file.root().child("model_weights/dense/dense/kernel:0")->links().empty());
}

TEST(Hdf5, many_names_of_a_group_are_sorted) {
  for (const Hdf5Style style : kStyles) {
    Hdf5Item root;
    for (int i = 100; i < 400; ++i) root.children.push_back({.name = "layer_" + std::to_string(i)});
    const File bytes = hdf5_file(root, style);
    const Hdf5File file(bytes);
    const std::vector<std::string> names = names_of(file.root());
    ASSERT_EQ(names.size(), root.children.size());
    for (size_t i = 0; i < names.size(); ++i) EXPECT_EQ(names[i], root.children[i].name);
  }
}

TEST(Hdf5, soft_links_are_followed_within_the_file_and_no_further_than_sixteen_times) {
  for (const Hdf5Style style : kStyles) {
    Hdf5Item root{
        .children = {
            {.name = "a", .children = {{.name = "data", .dims = {{3}}}, {.name = "relative", .soft_link = "data"}}}}};
    root.children.push_back({.name = "b00", .soft_link = "/a/relative"});
    for (int i = 1; i <= 15; ++i) {
      const auto name = [](int n) { return std::string("b") + (n < 10 ? "0" : "") + std::to_string(n); };
      root.children.push_back({.name = name(i), .soft_link = "/" + name(i - 1)});
    }
    root.children.push_back({.name = "itself", .soft_link = "/itself"});
    root.children.push_back({.name = "nowhere", .soft_link = "/a/b/c"});
    root.children.push_back({.name = "through_file", .soft_link = "/a/data/x"});
    const File bytes = hdf5_file(root, style);
    const Hdf5File file(bytes);
    EXPECT_THAT(file.root().child("a/relative")->dataset()->dims, ElementsAre(3));
    EXPECT_THAT(file.root().child("b00")->dataset()->dims, ElementsAre(3));
    EXPECT_TRUE(file.root().child("b14")) << "14 links to b00, which is one, and that leads to one";
    EXPECT_FALSE(file.root().child("b15"));
    EXPECT_FALSE(file.root().child("itself"));
    EXPECT_FALSE(file.root().child("nowhere"));
    EXPECT_FALSE(file.root().child("through_file"));
    EXPECT_EQ(file.root().links().size(), root.children.size());
    EXPECT_EQ(file.root().children().size(), root.children.size() - 4);
    const Hdf5Link& nowhere = file.root().links()[root.children.size() - 2];
    EXPECT_EQ(nowhere.kind, Hdf5Link::Kind::soft);
    EXPECT_EQ(nowhere.target, "/a/b/c");
  }
}

TEST(Hdf5, a_superblock_of_version_1_has_four_bytes_more) {
  File bytes = hdf5_file({.children = {{.name = "data", .dims = {{2}}}}});
  // Two sizes of B-trees follow the flags; the root's entry moves into the 24 bytes that are kept for caches.
  bytes = changed(bytes, 8, uint8_t{1});
  bytes.erase(bytes.begin() + 92, bytes.begin() + 96);
  bytes.insert(bytes.begin() + 24, 4, std::byte{0});
  EXPECT_EQ(read_everything(bytes), 2u);
}

// ---- Hostile files

TEST(HostileHdf5, bytes_without_a_signature_are_no_hdf5_file) {
  EXPECT_FALSE(Hdf5File::matches({}));
  EXPECT_EQ(refusal(File(5000)).code, ErrorCode::unrecognised);
  const File elsewhere = hdf5_file(keras_like_file(kConfig), Hdf5Style::messages, 700);
  EXPECT_EQ(refusal(elsewhere).code, ErrorCode::unrecognised);
}

TEST(HostileHdf5, an_hdf5_file_that_is_cut_off_says_how_much_is_missing) {
  for (const Hdf5Style style : kStyles) {
    const File whole = hdf5_file(keras_like_file(kConfig), style);
    const Error error = refusal(File(whole.begin(), whole.end() - 100));
    EXPECT_EQ(error.code, ErrorCode::truncated);
    EXPECT_THAT(error.message, HasSubstr("cut off"));
    EXPECT_THAT(error.note, HasSubstr("of " + std::to_string(whole.size())));
  }
}

TEST(HostileHdf5, unknown_versions_of_structures_are_named) {
  const File old = hdf5_file(keras_like_file(kConfig));
  const File dense = hdf5_file(keras_like_file(kConfig), Hdf5Style::dense);
  const auto expect_unsupported = [](const File& bytes) {
    const Error error = refusal(bytes);
    EXPECT_EQ(error.code, ErrorCode::unsupported) << error.message;
    EXPECT_THAT(error.note, HasSubstr("version 9"));
  };
  expect_unsupported(changed(old, 8, uint8_t{9}));
  for (const std::string structure : {"SNOD", "HEAP", "GCOL"}) {
    expect_unsupported(changed(old, place_of(old, structure) + 4, uint8_t{9}));
  }
  for (const std::string structure : {"OHDR", "FRHP", "BTHD", "BTLF"}) {
    expect_unsupported(changed(dense, place_of(dense, structure) + 4, uint8_t{9}));
  }
}

TEST(HostileHdf5, a_structure_without_its_signature_is_corrupt) {
  const File old = hdf5_file(keras_like_file(kConfig));
  const File dense = hdf5_file(keras_like_file(kConfig), Hdf5Style::dense);
  const auto expect_corrupt = [](const File& file, const std::string& structure) {
    const Error error = refusal(changed(file, place_of(file, structure), 'X'));
    EXPECT_EQ(error.code, ErrorCode::corrupt) << error.message;
    EXPECT_THAT(error.note, HasSubstr("does not begin with '" + structure + "'"));
  };
  for (const std::string structure : {"SNOD", "TREE", "HEAP", "GCOL"}) expect_corrupt(old, structure);
  for (const std::string structure : {"FRHP", "FHDB", "BTHD", "BTLF"}) expect_corrupt(dense, structure);
}

TEST(HostileHdf5, addresses_behind_the_end_are_truncated) {
  const File old = hdf5_file(keras_like_file(kConfig));
  for (const uint64_t address : {uint64_t{old.size()}, uint64_t{1} << 60, UINT64_MAX - 7}) {
    const Error error = refusal(changed(old, 64, address));  // of the root group's header
    EXPECT_EQ(error.code, ErrorCode::truncated);
    EXPECT_THAT(error.message, HasSubstr("an object"));
    EXPECT_EQ(refusal(changed(old, place_of(old, "TREE") + 32, address)).code, ErrorCode::truncated);
  }
}

TEST(HostileHdf5, a_tree_that_leads_to_itself_is_corrupt) {
  const File old = hdf5_file(keras_like_file(kConfig));
  const size_t tree = place_of(old, "TREE");
  File circle = changed(changed(old, tree + 5, uint8_t{1}), tree + 32, uint64_t{tree});
  EXPECT_THAT(refusal(circle).note, HasSubstr("named twice"));
  const size_t other = place_of(old, "TREE", 1);
  File levels = changed(changed(old, tree + 5, uint8_t{9}), tree + 32, uint64_t{other});
  EXPECT_THAT(refusal(levels).note, HasSubstr("levels do not fall by one"));
}

TEST(HostileHdf5, a_group_that_holds_itself_is_read_once) {
  const File old = hdf5_file({.children = {{.name = "a", .children = {{.name = "b"}}}}});
  const uint64_t root = value_at<uint64_t>(old, 64);
  const size_t inner = place_of(old, "SNOD");  // children are written first: that of `a`, which names `b`
  const File circle = changed(old, inner + 8 + 8, root);
  const Hdf5File file(circle);
  std::string path = "a/b";
  for (int i = 0; i < 1000; ++i) path += "/a/b";
  EXPECT_EQ(file.root().child(path)->offset(), file.root().offset());
  EXPECT_EQ(read_everything(circle), 2u);
}

TEST(HostileHdf5, whoever_reads_without_end_meets_a_limit) {
  const File bytes = hdf5_file(keras_like_file(kConfig));
  const Error error = refusal(bytes, [](const Hdf5Object& root) {
    for (uint64_t i = 0; i < uint64_t{1} << 32; ++i) root.children();
  });
  EXPECT_EQ(error.code, ErrorCode::limit);
}

TEST(HostileHdf5, two_links_of_one_name_are_corrupt) {
  const File bytes = hdf5_file({.children = {{.name = "a"}, {.name = "b"}}}, Hdf5Style::messages);
  const File twice = changed(bytes, place_of(bytes, std::string("\1\0\1b", 4)) + 3, 'a');
  EXPECT_THAT(refusal(twice).message, HasSubstr("two links of one name"));
}

TEST(HostileHdf5, texts_that_their_heap_does_not_have_are_corrupt) {
  const File good = hdf5_file(keras_like_file(kConfig));
  const uint64_t heap = place_of(good, "GCOL");
  const std::string first = bytes_of(heap) + std::string("\1\0\0\0", 4);  // the heap and the index of the first text
  const size_t value = place_of(good, first) - 4;                         // its length comes before
  EXPECT_THAT(refusal(changed(good, value, uint32_t{6})).note, HasSubstr("longer than what the heap has"));
  EXPECT_THAT(refusal(changed(good, value, UINT32_MAX)).note, HasSubstr("longer than what the heap has"));
  EXPECT_THAT(refusal(changed(good, value + 12, uint32_t{999})).note, HasSubstr("not in the heap"));
  EXPECT_THAT(refusal(changed(good, value + 12, uint32_t{0x10001})).note, HasSubstr("not in the heap"));
  EXPECT_EQ(refusal(changed(good, value + 4, uint64_t{1} << 40)).code, ErrorCode::truncated);
  EXPECT_EQ(refusal(changed(good, heap + 8, uint64_t{1} << 60)).code, ErrorCode::truncated);       // the collection
  EXPECT_EQ(refusal(changed(good, heap + 16 + 8, uint64_t{1} << 60)).code, ErrorCode::truncated);  // an object
  EXPECT_THAT(refusal(changed(good, heap + 8, uint64_t{3})).note, HasSubstr("smaller than its own header"));
}

TEST(HostileHdf5, an_array_of_more_texts_than_bytes_is_corrupt) {
  const File good = hdf5_file({.attributes = {{"names", {"aaa", "bbb"}, true, 4}}});
  const size_t dims = place_of(good, "aaa") - 8;
  ASSERT_EQ(value_at<uint64_t>(good, dims), 2u);
  EXPECT_THAT(refusal(changed(good, dims, uint64_t{100})).note, HasSubstr("needs more bytes than it has"));
  EXPECT_THAT(refusal(changed(good, dims, uint64_t{1} << 60)).note, HasSubstr("needs more bytes than it has"));
}

TEST(HostileHdf5, shapes_that_nothing_can_have_are_refused) {
  const File good = hdf5_file({.children = {{.name = "data", .dims = {{4, 5}}}}});
  const size_t dims = place_of(good, bytes_of(4) + bytes_of(5));
  EXPECT_EQ(refusal(changed(good, dims, uint64_t{1} << 62)).code, ErrorCode::limit);
  EXPECT_THAT(refusal(changed(good, dims, (uint64_t{1} << 62) / 5 + 1)).note, HasSubstr("more than 2^64 bytes"));
  EXPECT_THAT(refusal(changed(good, dims, uint64_t{6})).note, HasSubstr("fewer bytes than the shape"));
  EXPECT_THAT(refusal(changed(good, dims - 7, uint8_t{33})).note, HasSubstr("more than 32 dimensions"));
}

TEST(HostileHdf5, elements_outside_of_the_file_are_truncated) {
  const File good = hdf5_file({.children = {{.name = "data", .dims = {{4, 5}}}}}, Hdf5Style::messages);
  const size_t layout = place_of(good, std::string("\x08\x12\0\0\3\1", 6)) + 4;
  EXPECT_EQ(refusal(changed(good, layout + 2, uint64_t{good.size() - 79})).code, ErrorCode::truncated);
  EXPECT_EQ(refusal(changed(good, layout + 10, uint64_t{1} << 60)).code, ErrorCode::truncated);
  // An address of only ones: nothing was written yet.
  const File unwritten = changed(good, layout + 2, UINT64_MAX);
  EXPECT_EQ(Hdf5File(unwritten).root().child("data")->dataset()->stored_bytes, 0u);
}

TEST(HostileHdf5, elements_that_leave_the_layout_they_stand_in_are_refused) {
  const File good = hdf5_file({.children = {{.name = "data", .dims = {{4, 5}}}}}, Hdf5Style::messages);
  const size_t layout = place_of(good, std::string("\x08\x12\0\0\3\1", 6)) + 4;
  const auto stored = [](const File& file) { return Hdf5File(file).root().child("data")->dataset()->stored_bytes; };
  // 18 bytes: version 3, class compact, a size of two bytes, 14 bytes for the elements.
  const File compact = changed(good, layout + 1, uint8_t{0});
  EXPECT_EQ(stored(changed(compact, layout + 2, uint16_t{14})), 14u);
  EXPECT_THAT(refusal(changed(compact, layout + 2, uint16_t{15})).message, Not(IsEmpty()));
  // Version 1, no dimensions, class compact, five bytes of nothing, a size of four bytes, 6 bytes for the elements.
  const File old = changed(changed(good, layout, uint64_t{1}), layout + 8, uint32_t{6});
  EXPECT_EQ(stored(old), 6u);
  EXPECT_THAT(refusal(changed(old, layout + 8, uint32_t{7})).message, Not(IsEmpty()));
  EXPECT_THAT(refusal(changed(old, layout + 8, UINT32_MAX)).message, Not(IsEmpty()));
}

TEST(HostileHdf5, a_header_that_continues_in_itself_is_corrupt) {
  File bytes = hdf5_file({.children = {{.name = "a"}}});
  const uint64_t header = value_at<uint64_t>(bytes, 64);
  const size_t message = header + 16;
  const uint64_t again = message;
  bytes = changed(bytes, message, uint16_t{0x10});  // its 16 bytes become the place and the size of a continuation
  bytes = changed(changed(bytes, message + 8, again), message + 16, uint64_t{24});
  EXPECT_THAT(refusal(bytes).note, HasSubstr("continues where it did already"));
}

TEST(HostileHdf5, impossible_heaps_and_trees_are_corrupt) {
  const File good = hdf5_file({.children = {{.name = "a"}, {.name = "b"}}}, Hdf5Style::dense);
  const size_t heap = place_of(good, "FRHP"), tree = place_of(good, "BTHD"), leaf = place_of(good, "BTLF");
  EXPECT_THAT(refusal(changed(good, heap + 110, uint16_t{3})).note, HasSubstr("impossible sizes"));   // width
  EXPECT_THAT(refusal(changed(good, heap + 112, uint64_t{0})).note, HasSubstr("impossible sizes"));   // first blocks
  EXPECT_THAT(refusal(changed(good, heap + 128, uint16_t{99})).note, HasSubstr("impossible sizes"));  // bits
  EXPECT_THAT(refusal(changed(good, heap + 140, uint16_t{60})).note, HasSubstr("more rows than 64 bits"));
  EXPECT_THAT(refusal(changed(good, heap + 7, uint16_t{2})).note, HasSubstr("filters"));
  EXPECT_THAT(refusal(changed(good, tree + 12, uint16_t{50})).note, HasSubstr("no room"));  // depth
  EXPECT_THAT(refusal(changed(good, tree + 10, uint16_t{0})).note, HasSubstr("records have no bytes"));
  EXPECT_EQ(refusal(changed(good, tree + 24, uint16_t{200})).code, ErrorCode::truncated);  // records
  const size_t id = leaf + 6 + 4;
  EXPECT_THAT(refusal(changed(good, id + 1, UINT32_MAX)).note, HasSubstr("passes the end of its block"));
  EXPECT_THAT(refusal(changed(good, id + 5, UINT16_MAX)).note, HasSubstr("passes the end of its block"));
  EXPECT_THAT(refusal(changed(good, id, uint8_t{0x30})).note, HasSubstr("of no kind"));
  EXPECT_THAT(refusal(changed(good, id, uint8_t{0x40})).note, HasSubstr("this version of an ID"));
  EXPECT_EQ(refusal(changed(good, id, uint8_t{0x10})).code,
            ErrorCode::truncated);  // huge, and there is no tree of those
}

TEST(HostileHdf5, every_cut_of_an_hdf5_file_is_an_error) {
  for (const Hdf5Style style : kStyles) {
    const File good =
        hdf5_file({.attributes = {{"a", {"text"}}}, .children = {{.name = "data", .dims = {{2}}}}}, style);
    for (size_t size = 0; size < good.size(); ++size) {
      EXPECT_FALSE(refusal(File(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))).message.empty());
    }
  }
}

TEST(HostileHdf5, two_and_a_half_thousand_mutants_of_a_keras_file_are_results_or_errors) {
  constexpr int kMutants = 2500;
  const std::string config = R"({"class_name": "Sequential", "config": {"name": "sequential", "layers": []}})";
  for (const Hdf5Style style : kStyles) {
    const File good = hdf5_file(keras_like_file(config), style);
    int results = 0, errors = 0;
    for (uint32_t seed = 0; seed < kMutants; ++seed) {
      std::mt19937 random(seed);
      File mutant = good;
      const uint32_t flips = 1 + random() % 3;
      for (uint32_t i = 0; i < flips; ++i) mutant[random() % mutant.size()] = static_cast<std::byte>(random());
      try {
        const Hdf5File file(mutant);
        results += file.root().text_attribute("model_config") ? 1 : 0;
        read_everything(mutant);
      } catch (const Error& error) {
        EXPECT_FALSE(error.message.empty());
        ++errors;
      }
    }
    EXPECT_GT(results, 0);
    EXPECT_GT(errors, 0);
  }
}

}  // namespace
}  // namespace flopstat
