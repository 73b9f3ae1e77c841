#include "formats/formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

File file_of(const std::string& text, const std::string& name) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return File::from_bytes({begin, begin + text.size()}, name);
}

/// What is said of a file that is no model.
Error refusal(const std::string& text, const std::string& name) {
  try {
    read_model(file_of(text, name));
  } catch (const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::unrecognised) << error.message;
    return error;
  }
  ADD_FAILURE() << name << " was read as a model";
  return {ErrorCode::corrupt, ""};
}

TEST(Formats, well_known_files_that_are_not_read_are_named) {
  const std::vector<std::pair<std::string, std::string>> known{
      {std::string("PK\x03\x04\x14\0\0\0", 8), "a zip archive"},
      {"\x89HDF\r\n\x1a\n\0\0", "an HDF5 file"},
      {"GGUF\x03", "a GGUF file"},
      {std::string("\x20\0\0\0ET12", 8), "an ExecuTorch program"},
      {"\x7f"
       "ELF\x02\x01",
       "a program (ELF)"},
      {"\x1f\x8b\x08", "a gzip archive"},
      {"<?xml version=\"1.0\"?><net/>", "an XML file"},
      {"{\"class_name\": \"Sequential\"}", "a JSON file"},
      {"<!DOCTYPE html><p>404", "a web page"},
      {"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"},
  };
  for (const auto& [text, title] : known) {
    const Error error = refusal(text, "model.bin");
    EXPECT_THAT(error.message, StartsWith("it is " + title));
    EXPECT_THAT(error.message, HasSubstr("which is not read yet"));
    EXPECT_THAT(error.note, HasSubstr("TensorFlow Lite (.tflite), ONNX (.onnx)"));
  }
}

TEST(Formats, a_file_named_like_a_model_that_is_none_is_told_what_it_lacks) {
  for (const char* name : {"a.tflite", "folder/a.lite", "a.tfl", "A.TFLITE"}) {
    const Error error = refusal(std::string("\x14\0\0\0\0\0\x0e\0 no identifier", 22), name);
    EXPECT_EQ(error.message,
              "it is named like a TensorFlow Lite model, but does not carry the identifier 'TFL3' at byte 4");
    EXPECT_THAT(error.help, HasSubstr("again"));
  }
  EXPECT_THAT(refusal("what is this", "net.onnx").message, StartsWith("it is named like an ONNX model, but does not"));
}

TEST(Formats, another_format_under_the_name_of_a_model_is_named_as_well) {
  EXPECT_EQ(refusal("PK\x03\x04", "a.tflite").note, "its bytes are those of a zip archive (.keras, .pt, .pt2, .npz)");
  EXPECT_THAT(refusal("<html>404", "a.onnx").note, HasSubstr("a web page"));
}

TEST(Formats, an_ending_counts_only_at_the_end_of_the_name) {
  for (const char* name : {"tflite", "a.tflite.txt", "", "lite", "a.onnx/data"}) {
    EXPECT_EQ(refusal("words", name).message, "it is no model format that flopstat knows") << name;
  }
}

TEST(Formats, bytes_decide_whatever_the_name_says) {
  const std::vector<std::byte> bytes = test::TfliteBuilder().finish();
  EXPECT_EQ(read_model(File::from_bytes(bytes, "model.onnx")).format, "tflite");
}

TEST(Formats, the_shortest_files_are_no_models) {
  const std::string text = std::string("\x08\0\0\0TFL3", 8);
  for (size_t size = 1; size < text.size(); ++size) refusal(text.substr(0, size), "a");
}

TEST(Formats, the_list_names_each_format_once_with_its_endings) {
  std::vector<std::string> names;
  for (const FormatInfo& format : formats()) {
    names.emplace_back(format.name);
    EXPECT_THAT(std::string(format.extensions), StartsWith("."));
    EXPECT_FALSE(format.title.empty());
  }
  EXPECT_THAT(names, ::testing::ElementsAre("tflite", "onnx"));
}

}  // namespace
}  // namespace flopstat
