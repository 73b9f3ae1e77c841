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
using ::testing::HasSubstr;

std::vector<std::byte> model_of(size_t size) { return std::vector<std::byte>(size, std::byte{0x5a}); }

Error refusal(const std::vector<std::byte>& bytes) {
  try {
    find_zip_tail(bytes);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "the archive was read";
  return {ErrorCode::usage, ""};
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

TEST(Zip, a_directory_that_contradicts_its_end_is_corrupt) {
  const std::vector<std::byte> good = joined(model_of(50), zip_archive({{"labels.txt", "cat"}}));
  const size_t directory = 46 + std::string("labels.txt").size() + 22;  // from the end
  EXPECT_THAT(refusal(with(good, 10, uint32_t{1 << 20})).message, HasSubstr("needs more bytes"));
  EXPECT_THAT(refusal(with(good, 6, uint32_t{1 << 20})).message, HasSubstr("needs more bytes"));
  EXPECT_THAT(refusal(with(good, 12, uint16_t{2})).message, HasSubstr("behind the end"));
  EXPECT_THAT(refusal(with(good, directory, uint32_t{0})).message, HasSubstr("entry 0 of the archive's directory"));
  EXPECT_THAT(refusal(with(good, directory - 42, uint32_t{7})).message, HasSubstr("places a file where none begins"));
  EXPECT_THAT(refusal(with(good, directory - 42, UINT32_MAX)).message, HasSubstr("places a file where none begins"));
  EXPECT_THAT(refusal(with(good, directory - 28, UINT16_MAX)).message, HasSubstr("the name of a file"));
}

TEST(Zip, an_archive_with_64_bit_sizes_is_said_not_to_be_read) {
  EXPECT_EQ(refusal(with(zip_archive({{"a", "b"}}), 6, UINT32_MAX)).code, ErrorCode::unsupported);
}

TEST(Zip, every_cut_and_every_changed_byte_is_survived) {
  const std::vector<std::byte> good = joined(model_of(20), zip_archive({{"a", "1"}, {"b", "2"}}));
  for (size_t i = 0; i < good.size(); ++i) {
    for (const int value : {0x00, 0x01, 0x7f, 0xff}) {
      std::vector<std::byte> changed = good;
      changed[i] = static_cast<std::byte>(value);
      try {
        find_zip_tail(changed);
        find_zip_tail(std::vector<std::byte>(good.begin() + static_cast<std::ptrdiff_t>(i), good.end()));
      } catch (const Error& error) {
        EXPECT_FALSE(error.message.empty());
      }
    }
  }
}

}  // namespace
}  // namespace flopstat
