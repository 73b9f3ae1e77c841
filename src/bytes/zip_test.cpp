#include "bytes/zip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "flopstat/error.h"
#include "support/zip_writer.h"

namespace flopstat {
namespace {

using test::joined;
using test::zip_archive;
using test::zip_archive_of;
using test::ZipFile;
using ::testing::HasSubstr;

std::vector<std::byte> model_of(size_t size) { return std::vector<std::byte>(size, std::byte{0x5a}); }

/// The error that the function ends with.
template <class Function>
Error refusal_of(const Function& function) {
  try {
    function();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "there was no error";
  return {ErrorCode::usage, ""};
}

Error refusal(const std::vector<std::byte>& bytes) {
  return refusal_of([&] { find_zip_tail(bytes); });
}

Error open_refusal(const std::vector<std::byte>& bytes) {
  return refusal_of([&] { const ZipArchive archive(bytes); });
}

Error contents_refusal(const std::vector<std::byte>& bytes, const std::string& name) {
  const ZipArchive archive(bytes);
  return refusal_of([&] { archive.contents(*archive.find(name), UINT64_MAX); });
}

/// The contents of a member; nothing where there is none of the name.
std::string text(const ZipArchive& archive, const std::string& name) {
  const ZipEntry* entry = archive.find(name);
  if (entry == nullptr) return "";
  const ZipContents contents = archive.contents(*entry, 1 << 20);
  return {reinterpret_cast<const char*>(contents.bytes.data()), contents.bytes.size()};
}

/// Where a word first stands.
size_t place_of(const std::vector<std::byte>& bytes, const std::string& word) {
  const std::string all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t place = all.find(word);
  EXPECT_NE(place, std::string::npos);
  return place;
}

/// Puts a value at a place.
template <class T>
std::vector<std::byte> changed(std::vector<std::byte> bytes, size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
  return bytes;
}

/// Puts a value at a place counted from the end.
template <class T>
std::vector<std::byte> with(std::vector<std::byte> bytes, size_t from_end, T value) {
  std::memcpy(bytes.data() + bytes.size() - from_end, &value, sizeof value);
  return bytes;
}

TEST(Zip, bytes_without_an_archive_at_their_end_have_none) {
  EXPECT_FALSE(find_zip_tail({}));
  EXPECT_FALSE(find_zip_tail(model_of(21)));
  EXPECT_FALSE(find_zip_tail(model_of(100'000)));
  std::vector<std::byte> behind = zip_archive({{"a", "b"}});
  behind.push_back(std::byte{0});  // the end record ends before the file does
  EXPECT_FALSE(find_zip_tail(behind));
}

TEST(Zip, names_sizes_and_the_beginning_of_an_archive_behind_a_model_are_found_wherever_places_count_from) {
  for (const uint32_t before : {0u, 1000u}) {
    const std::vector<std::byte> bytes =
        joined(model_of(1000), zip_archive({{"labels.txt", "cat\ndog\n"}, {"vocab/words", "a b c"}}, before));
    const std::optional<ZipTail> tail = find_zip_tail(bytes);
    ASSERT_TRUE(tail);
    EXPECT_EQ(tail->offset, 1000u) << before;
    ASSERT_EQ(tail->entries.size(), 2u);
    EXPECT_EQ(tail->entries[0].name, "labels.txt");
    EXPECT_EQ(tail->entries[0].stored_size, std::string("cat\ndog\n").size());
    EXPECT_EQ(tail->entries[1].name, "vocab/words");
  }
}

TEST(Zip, an_archive_of_nothing_is_its_end_record) {
  const std::optional<ZipTail> tail = find_zip_tail(joined(model_of(100), zip_archive({}, 100)));
  ASSERT_TRUE(tail);
  EXPECT_EQ(tail->offset, 100u);
  EXPECT_TRUE(tail->entries.empty());
}

TEST(Zip, a_comment_may_stand_behind_the_end_record) {
  std::vector<std::byte> bytes = with(zip_archive({{"a", "b"}}), 2, uint16_t{300});
  bytes.resize(bytes.size() + 300);
  ASSERT_TRUE(find_zip_tail(bytes));
  EXPECT_EQ(find_zip_tail(bytes)->entries.size(), 1u);
}

TEST(HostileZip, a_directory_that_contradicts_its_end_is_corrupt) {
  const std::vector<std::byte> good = joined(model_of(50), zip_archive({{"labels.txt", "cat"}}));
  const size_t directory = 46 + std::string("labels.txt").size() + 22;  // from the end
  EXPECT_THAT(refusal(with(good, 10, uint32_t{1 << 20})).message, HasSubstr("needs more bytes"));
  EXPECT_THAT(refusal(with(good, 6, uint32_t{1 << 20})).message, HasSubstr("needs more bytes"));
  EXPECT_THAT(refusal(with(good, directory, uint32_t{0})).message, HasSubstr("entry 0 of the archive's directory"));
  EXPECT_THAT(refusal(with(good, directory - 42, uint32_t{7})).message, HasSubstr("places a file where none begins"));
  EXPECT_THAT(refusal(with(good, directory - 42, UINT32_MAX)).message, HasSubstr("places a file where none begins"));
  EXPECT_THAT(refusal(with(good, directory - 28, UINT16_MAX)).message, HasSubstr("the name of a file"));
}

TEST(HostileZip, a_directory_that_names_fewer_or_more_files_than_it_holds_is_corrupt) {
  const std::vector<std::byte> good = zip_archive({{"a", "1"}, {"b", "2"}});
  EXPECT_THAT(refusal(with(good, 14, uint32_t{1 | 1 << 16})).message, HasSubstr("more files than the 1 that are"));
  EXPECT_THAT(refusal(with(good, 14, uint32_t{9 | 9 << 16})).message, HasSubstr("no room for the files"));
}

TEST(HostileZip, one_part_of_an_archive_of_several_is_unsupported) {
  const std::vector<std::byte> good = zip_archive({{"a", "1"}});
  EXPECT_EQ(refusal(with(good, 18, uint16_t{1})).code, ErrorCode::unsupported);
  EXPECT_EQ(refusal(with(good, 14, uint16_t{0})).code, ErrorCode::unsupported);
}

TEST(Zip, sizes_and_places_of_64_bits_are_read_with_and_without_bytes_before_the_archive) {
  for (const size_t before : {size_t{0}, size_t{300}}) {
    for (const bool end64 : {false, true}) {
      const std::vector<std::byte> bytes =
          joined(model_of(before),
                 zip_archive_of({{.name = "a", .contents = "1"}, {.name = "big", .contents = "four", .sizes64 = true}},
                                0, end64));
      const ZipArchive archive(bytes);
      ASSERT_EQ(archive.entries().size(), 2u);
      EXPECT_EQ(archive.entries()[1].size, 4u);
      EXPECT_EQ(text(archive, "a"), "1");
      EXPECT_EQ(text(archive, "big"), "four");
      EXPECT_EQ(find_zip_tail(bytes)->offset, before);
    }
  }
}

TEST(Zip, an_archive_may_have_more_files_than_16_bits_count) {
  std::vector<ZipFile> files;
  for (int i = 0; i < 70'000; ++i) files.push_back({.name = std::to_string(i)});
  const std::vector<std::byte> bytes = zip_archive_of(files, 0, true);
  EXPECT_EQ(ZipArchive(bytes).entries().size(), files.size());
  // Without the record of 64 bits the count is what 16 bits keep of it.
  EXPECT_THAT(refusal(zip_archive_of(files)).message, HasSubstr("holds more files than the 4464 that are announced"));
}

TEST(HostileZip, a_lying_record_of_64_bit_sizes_is_corrupt) {
  const std::vector<std::byte> good = zip_archive_of({{.name = "a", .contents = "1", .sizes64 = true}}, 0, true);
  const size_t record = 22 + 20 + 56;  // from the end
  EXPECT_THAT(refusal(with(good, record, uint32_t{0})).message, HasSubstr("no end record of 64-bit sizes"));
  const std::vector<std::byte> counts = with(good, record - 24, uint64_t{1} << 60);
  EXPECT_THAT(refusal(with(counts, record - 32, uint64_t{1} << 60)).message, HasSubstr("no room for the files"));
  EXPECT_THAT(refusal(with(good, record - 40, UINT64_MAX)).message, HasSubstr("needs more bytes than lie before"));
  EXPECT_THAT(refusal(with(good, record - 48, UINT64_MAX)).message, HasSubstr("needs more bytes than lie before"));
  const size_t extra = record + 4 + 3 * 8;
  EXPECT_THAT(refusal(with(good, extra - 2, uint16_t{16})).message, HasSubstr("64-bit size of a file"));
  EXPECT_THAT(refusal(with(good, extra - 2, uint16_t{900})).message, HasSubstr("passes the end of its header"));
  EXPECT_THAT(refusal(with(good, extra - 20, UINT64_MAX)).message, HasSubstr("places a file where none begins"));
}

// ---- Members

TEST(ZipArchive, gives_the_contents_of_stored_files_as_views_and_of_deflated_ones_as_memory) {
  const std::string words = "many words, many words, many words";
  const std::vector<std::byte> bytes = zip_archive_of({{.name = "stored", .contents = words},
                                                       {.name = "packed", .contents = words, .deflated = true},
                                                       {.name = "nothing", .deflated = true},
                                                       {.name = "folder/"}});
  const ZipArchive archive(bytes);
  EXPECT_EQ(text(archive, "stored"), words);
  EXPECT_EQ(text(archive, "packed"), words);
  EXPECT_EQ(text(archive, "nothing"), "");
  EXPECT_EQ(archive.find("other"), nullptr);
  const ZipContents view = archive.contents(*archive.find("stored"), 0);  // takes no memory: the limit is no matter
  EXPECT_TRUE(view.bytes.data() > bytes.data() && view.bytes.data() < bytes.data() + bytes.size());
  EXPECT_LT(archive.find("packed")->stored_size, words.size());
}

TEST(ZipArchive, data_begin_behind_the_extra_field_of_the_local_header) {
  const std::string padding = std::string("FB\x04\x00zzzz", 8);  // which the directory does not have
  const std::vector<std::byte> bytes = zip_archive_of({{.name = "a", .contents = "data", .local_extra = padding}});
  EXPECT_EQ(text(ZipArchive(bytes), "a"), "data");
}

TEST(ZipArchive, sizes_may_stand_behind_the_data) {
  for (const bool deflated : {false, true}) {
    for (const bool sizes64 : {false, true}) {
      const std::vector<std::byte> bytes = zip_archive_of(
          {{.name = "a", .contents = "data", .deflated = deflated, .sizes_behind = true, .sizes64 = sizes64},
           {.name = "b", .contents = "more"}});
      EXPECT_EQ(text(ZipArchive(bytes), "a"), "data");
      EXPECT_EQ(text(ZipArchive(bytes), "b"), "more");
    }
  }
}

TEST(ZipArchive, bytes_without_a_directory_are_no_archive) {
  EXPECT_EQ(open_refusal(model_of(100)).code, ErrorCode::unrecognised);
  std::vector<std::byte> cut = zip_archive({{"a", "b"}});
  cut.pop_back();
  EXPECT_EQ(open_refusal(cut).code, ErrorCode::unrecognised);
}

TEST(HostileZip, names_that_lead_out_of_a_folder_are_refused) {
  const std::string zero("a\0b", 3);
  for (const std::string& name :
       {std::string("../a"), std::string("a/../../b"), std::string("a/.."), std::string("/etc/passwd"),
        std::string("a\\b"), std::string("C:/a"), zero, std::string()}) {
    const Error error = open_refusal(zip_archive({{name, "x"}}));
    EXPECT_EQ(error.code, ErrorCode::corrupt) << name;
    EXPECT_THAT(error.message, HasSubstr("which is refused")) << name;
  }
  EXPECT_EQ(text(ZipArchive(zip_archive({{"a..b/..c", "x"}})), ""), "");
}

TEST(HostileZip, a_name_that_two_files_have_is_refused_when_it_is_asked_for) {
  const std::vector<std::byte> bytes = zip_archive({{"a", "1"}, {"b", "2"}, {"a", "3"}});
  const ZipArchive archive(bytes);
  EXPECT_EQ(text(archive, "b"), "2");
  EXPECT_THAT(refusal_of([&] { archive.find("a"); }).message, HasSubstr("several files of the name 'a'"));
}

TEST(HostileZip, files_that_overlap_are_refused) {
  const std::vector<std::byte> good = zip_archive({{"a", "1234"}, {"b", "5678"}});
  const size_t first = place_of(good, "PK\x01\x02"), second = first + 46 + 1;
  // Both entries name the first file: the trick of a bomb that packs its data once.
  EXPECT_THAT(open_refusal(changed(good, second + 42, uint32_t{0})).message, HasSubstr("overlaps what lies behind it"));
  EXPECT_THAT(open_refusal(changed(good, first + 20, uint32_t{5})).message, HasSubstr("'a' in the archive overlaps"));
  EXPECT_THAT(open_refusal(changed(good, second + 20, uint32_t{5})).message, HasSubstr("'b' in the archive overlaps"));
  // Only the local header's lengths say where the data begin.
  EXPECT_THAT(contents_refusal(changed(good, 28, uint16_t{1}), "a").message, HasSubstr("overlaps"));
}

TEST(HostileZip, a_header_that_contradicts_the_directory_is_corrupt) {
  const std::vector<std::byte> good = zip_archive_of({{.name = "a", .contents = "1234"}, {.name = "b"}});
  const auto message = [&](size_t at, auto value) { return contents_refusal(changed(good, at, value), "a").message; };
  EXPECT_THAT(message(30, 'b'), HasSubstr("differ in the name of 'a'"));
  EXPECT_THAT(message(8, uint16_t{8}), HasSubstr("differ in the method of compression of 'a'"));
  EXPECT_THAT(message(22, uint32_t{5}), HasSubstr("differ in the size of 'a'"));
  EXPECT_THAT(message(18, uint32_t{3}), HasSubstr("differ in the size of 'a'"));
  EXPECT_THAT(message(14, uint32_t{3}), HasSubstr("differ in the checksum of 'a'"));
  EXPECT_THAT(message(22, uint32_t{0}),
              HasSubstr("differ in the size of 'a'"));  // zeros, and no flag that explains them
}

TEST(HostileZip, a_stored_file_of_two_sizes_is_corrupt) {
  std::vector<std::byte> bytes = zip_archive({{"a", "1234"}});
  bytes = changed(changed(bytes, 22, uint32_t{3}), place_of(bytes, "PK\x01\x02") + 24, uint32_t{3});
  EXPECT_THAT(contents_refusal(bytes, "a").message, HasSubstr("has two sizes"));
}

TEST(HostileZip, encrypted_and_otherwise_packed_files_are_refused_only_when_asked_for) {
  const std::vector<std::byte> good = zip_archive({{"a", "1234"}, {"b", "5678"}});
  const size_t entry = place_of(good, "PK\x01\x02");
  const std::vector<std::byte> encrypted = changed(good, entry + 8, uint16_t{1});
  EXPECT_EQ(text(ZipArchive(encrypted), "b"), "5678");
  EXPECT_EQ(contents_refusal(encrypted, "a").code, ErrorCode::unsupported);
  EXPECT_THAT(contents_refusal(encrypted, "a").message, HasSubstr("'a' in the archive is encrypted"));
  const std::vector<std::byte> zstd = changed(changed(good, entry + 10, uint16_t{93}), 8, uint16_t{93});
  EXPECT_EQ(contents_refusal(zstd, "a").code, ErrorCode::unsupported);
  EXPECT_THAT(contents_refusal(zstd, "a").message, HasSubstr("packed by method 93"));
}

TEST(HostileZip, bombs_are_not_unpacked) {
  const uint64_t size = uint64_t{4} << 20;  // zeros deflate to a thousandth
  const std::vector<std::byte> bytes = zip_archive_of({{"zeros", std::string(size, '\0'), true}});
  const Error error = contents_refusal(bytes, "zeros");
  EXPECT_EQ(error.code, ErrorCode::limit);
  EXPECT_THAT(error.note, HasSubstr("more than 200 for each"));
  EXPECT_EQ(text(ZipArchive(zip_archive_of({{"zeros", std::string(1 << 20, '\0'), true}})), "zeros").size(), 1u << 20);
}

TEST(HostileZip, no_more_is_unpacked_than_whoever_asks_allows) {
  const std::vector<std::byte> bytes = zip_archive_of({{"a", "twelve bytes", true}});
  const ZipArchive archive(bytes);
  EXPECT_EQ(archive.contents(*archive.find("a"), 12).bytes.size(), 12u);
  const Error error = refusal_of([&] { archive.contents(*archive.find("a"), 11); });
  EXPECT_EQ(error.code, ErrorCode::limit);
  EXPECT_THAT(error.note, HasSubstr("at most 11 are read"));
}

TEST(HostileZip, a_size_or_a_checksum_that_the_data_do_not_have_is_corrupt) {
  const std::vector<std::byte> good = zip_archive_of({{"a", "twelve bytes", true}});
  const size_t entry = place_of(good, "PK\x01\x02");
  for (const uint32_t lie : {0u, 11u, 13u, 1u << 20}) {
    const std::vector<std::byte> bytes = changed(changed(good, 22, lie), entry + 24, lie);
    EXPECT_THAT(contents_refusal(bytes, "a").message, HasSubstr("do not unpack to the size that is noted")) << lie;
  }
  const std::vector<std::byte> wrong = changed(changed(good, 14, uint32_t{7}), entry + 16, uint32_t{7});
  EXPECT_THAT(contents_refusal(wrong, "a").message, HasSubstr("do not match their checksum"));
  EXPECT_THAT(contents_refusal(changed(good, 31, UINT32_MAX), "a").message, HasSubstr("do not unpack"));
}

TEST(HostileZip, every_changed_byte_of_an_archive_is_survived) {
  const std::vector<std::byte> good = zip_archive_of({{"a", "1 1 1 1 1 1", true},
                                                      {.name = "b", .contents = "2", .sizes_behind = true},
                                                      {.name = "c", .contents = "3", .sizes64 = true}},
                                                     0, true);
  size_t read = 0, refused = 0;
  for (size_t i = 0; i < good.size(); ++i) {
    for (const int value : {0x00, 0x01, 0x08, 0x7f, 0xff}) {
      const std::vector<std::byte> bytes = changed(good, i, static_cast<uint8_t>(value));
      try {
        const ZipArchive archive(bytes);
        for (const ZipEntry& entry : archive.entries()) read += archive.contents(entry, 1 << 20).bytes.size();
      } catch (const Error& error) {
        EXPECT_FALSE(error.message.empty());
        ++refused;
      }
    }
  }
  EXPECT_GT(read, 0u);
  EXPECT_GT(refused, 0u);
}

TEST(HostileZip, every_cut_of_a_directory_is_survived) {
  const std::vector<std::byte> good = joined(model_of(20), zip_archive({{"a", "1"}, {"b", "2"}}));
  for (size_t i = 0; i < good.size(); ++i) {
    for (const int value : {0x00, 0x01, 0x7f, 0xff}) {
      std::vector<std::byte> other = good;
      other[i] = static_cast<std::byte>(value);
      try {
        find_zip_tail(other);
        find_zip_tail(std::vector<std::byte>(good.begin() + static_cast<std::ptrdiff_t>(i), good.end()));
      } catch (const Error& error) {
        EXPECT_FALSE(error.message.empty());
      }
    }
  }
}

}  // namespace
}  // namespace flopstat
