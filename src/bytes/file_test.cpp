#include "bytes/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "flopstat/error.h"

namespace flopstat {
namespace {

class FileTest : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string place(const std::string& name) const { return folder_ + "/" + name; }

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(place(name), std::ios::binary) << text;
    return place(name);
  }

  std::string folder_ = [] {
    std::string path = ::testing::TempDir() + "flopstat_file_XXXXXX";
    return std::string(::mkdtemp(path.data()));
  }();
};

Error refusal(const std::string& path) {
  try {
    const File file = File::open(path);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << path << " was opened";
  return {ErrorCode::corrupt, ""};
}

std::string text_of(const File& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST_F(FileTest, a_small_file_gives_its_bytes_and_its_name) {
  const std::string path = file("small", "seven b");
  const File opened = File::open(path);
  EXPECT_EQ(text_of(opened), "seven b");
  EXPECT_EQ(opened.path(), path);
}

TEST_F(FileTest, files_on_both_sides_of_the_size_that_is_mapped_are_the_same_to_a_reader) {
  constexpr size_t mapped_from = size_t{64} << 10;
  for (const size_t size : {mapped_from - 1, mapped_from, mapped_from + 1}) {
    std::string text(size, 'x');
    text.back() = 'y';
    EXPECT_TRUE(text_of(File::open(file("large", text))) == text) << size;
  }
}

TEST_F(FileTest, views_stay_valid_when_the_file_is_moved_and_its_name_is_gone) {
  for (const size_t size : {size_t{10}, size_t{100'000}}) {
    const std::string path = file("moved", std::string(size, 'z'));
    File first = File::open(path);
    const Bytes bytes = first.bytes();
    std::filesystem::remove(path);
    const File second = std::move(first);
    EXPECT_EQ(second.bytes().data(), bytes.data());
    EXPECT_EQ(static_cast<char>(bytes.back()), 'z');
  }
}

TEST_F(FileTest, bytes_in_memory_are_a_file) {
  const File file = File::from_bytes({std::byte{'a'}, std::byte{'b'}}, "name");
  EXPECT_EQ(text_of(file), "ab");
  EXPECT_EQ(file.path(), "name");
  const File nothing = File::from_bytes({}, "nothing");
  EXPECT_TRUE(nothing.bytes().empty());
}

TEST_F(FileTest, an_empty_file_is_empty_and_not_unreadable) {
  const Error error = refusal(file("empty", ""));
  EXPECT_EQ(error.code, ErrorCode::empty);
  EXPECT_EQ(error.message, "the file is empty");
}

TEST_F(FileTest, what_is_no_regular_file_is_named) {
  ASSERT_EQ(::mkfifo(place("fifo").c_str(), 0600), 0);
  for (const auto& [path, what] : {std::pair(folder_, "it is a directory"), std::pair(place("fifo"), "it is a FIFO"),
                                   std::pair(std::string("/dev/null"), "it is a device or socket")}) {
    const Error error = refusal(path);
    EXPECT_EQ(error.code, ErrorCode::unreadable);
    EXPECT_EQ(error.message.substr(0, std::string(what).size()), what);
  }
  EXPECT_EQ(refusal(place("fifo")).help, "read it through standard input: flopstat - < FIFO");
}

TEST_F(FileTest, a_missing_file_a_missing_folder_and_a_link_to_nothing_are_not_there) {
  std::filesystem::create_symlink("nowhere", place("link"));
  for (const std::string& path : {place("nosuch"), place("nosuch/file"), place("link"), std::string()}) {
    const Error error = refusal(path);
    EXPECT_EQ(error.code, ErrorCode::unreadable);
    EXPECT_EQ(error.message, "there is no such file");
  }
}

TEST_F(FileTest, a_link_to_a_file_is_the_file) {
  file("target", "linked");
  std::filesystem::create_symlink("target", place("link"));
  EXPECT_EQ(text_of(File::open(place("link"))), "linked");
}

TEST_F(FileTest, a_name_that_the_system_refuses_says_why) {
  EXPECT_EQ(refusal(place(std::string(5000, 'n'))).message, "it cannot be opened: File name too long");
  EXPECT_EQ(refusal(file("plain", "x") + "/inside").message, "it cannot be opened: Not a directory");
}

}  // namespace
}  // namespace flopstat
