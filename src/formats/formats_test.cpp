#include "formats/formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "flopstat/analyze.h"
#include "support/c_source.h"
#include "support/onnx_writer.h"
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
      {"GGUF\x03", "a GGUF file"},
      {std::string("\x20\0\0\0ET12", 8), "an ExecuTorch program"},
      {"\x7f"
       "ELF\x02\x01",
       "a program (ELF)"},
      {"\x1f\x8b\x08", "a gzip archive"},
      {"<?xml version=\"1.0\"?><net/>", "an XML file"},
      {"{\"model_type\": \"bert\"}", "a JSON file"},
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
  EXPECT_EQ(refusal("PK\x03\x04", "a.tflite").note,
            "its bytes are those of a zip archive (.pt, .pt2, .npz, or a damaged .keras)");
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
    // A JSON file is so rarely a model that its ending promises none.
    if (format.name != "keras json") {
      EXPECT_THAT(std::string(format.extensions), HasSubstr("."));
    }
    EXPECT_FALSE(format.title.empty());
  }
  EXPECT_THAT(names, ::testing::ElementsAre("tflite", "onnx", "keras", "keras h5", "keras json",
                                            "tensorflow saved model", "tensorflow graph"));
}

// --- C source --------------------------------------------------------------------------------------------------------

std::vector<std::byte> small_tflite() {
  test::TfliteBuilder b;
  const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
  const int32_t y = b.tensor({.name = "y", .shape = {1, 4}});
  b.op({.code = test::builtin::relu, .inputs = {x}, .outputs = {y}});
  b.inputs({x});
  b.outputs({y});
  return b.finish();
}

TEST(Formats, a_model_of_every_format_is_found_in_an_array_of_c_source) {
  const std::vector<std::byte> onnx = test::bytes_of(
      test::OnnxGraph().input("x", {1}).node(test::onnx_node("Relu", {"x"}, {"y"})).output("y", {1}).model());
  for (const auto& [format, bytes] : {std::pair{std::string("tflite"), small_tflite()}, {"onnx", onnx}}) {
    const Model direct = read_model(File::from_bytes(bytes, "model"));
    const Model model = read_model(file_of(test::c_source(bytes, "g_model"), "model.cc"));
    EXPECT_EQ(model.format, format + " in a C array");
    EXPECT_EQ(model.file.path(), "model.cc");
    EXPECT_TRUE(std::ranges::equal(model.file.bytes(), bytes));
    ASSERT_TRUE(model.source);
    EXPECT_EQ(model.source->array, "g_model");
    ASSERT_EQ(model.graphs[0].nodes.size(), 1u);
    EXPECT_EQ(model.graphs[0].nodes[0].type, direct.graphs[0].nodes[0].type);
  }
}

TEST(Formats, of_several_arrays_the_one_that_is_a_model_is_read_and_a_second_one_is_named) {
  const std::string labels = test::c_source({std::byte{1}, std::byte{2}}, "labels");
  const std::string model = test::c_source(small_tflite(), "g_model");
  const std::string second = test::c_source(small_tflite(), "g_second");
  const Model one = read_model(file_of("int n[] = {100000};\n" + labels + model, "model.h"));
  EXPECT_EQ(one.source->array, "g_model");
  EXPECT_TRUE(one.warnings.empty());
  const Model two = read_model(file_of(labels + model + second, "model.h"));
  EXPECT_EQ(two.source->array, "g_model");
  ASSERT_EQ(two.warnings.size(), 1u);
  EXPECT_EQ(two.warnings[0].code, "other_model");
  EXPECT_THAT(two.warnings[0].message, HasSubstr("g_second"));
}

TEST(Formats, an_error_about_a_model_in_c_source_has_its_place_in_the_text) {
  std::vector<std::byte> bytes = small_tflite();
  bytes[0] = std::byte{0xff};  // the root table lies behind the end
  bytes[1] = std::byte{0xff};
  const std::string broken = "// firmware\n" + test::c_source(bytes, "g_model");
  uint64_t offset = 0;
  std::string message;
  try {
    read_model(File::from_bytes(bytes, "model.tflite"));
  } catch (const Error& error) {
    offset = error.offset.value();
    message = error.message;
  }
  try {
    read_model(file_of(broken, "model.cc"));
    FAIL() << "a broken model was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.message, message);
    EXPECT_EQ(error.offset, broken.find('}'));  // byte 0xffff of the array: its end
    EXPECT_THAT(error.note, HasSubstr("that is byte " + std::to_string(offset) + " of the array 'g_model'"));
  }
}

TEST(Formats, a_list_that_breaks_off_inside_a_model_is_refused_at_its_place) {
  const std::string whole = test::c_source(small_tflite(), "g_model");
  const auto error_of = [](const std::string& text) {
    try {
      read_model(file_of(text, "model.cc"));
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "it was read";
    return Error(ErrorCode::usage, "");
  };
  const std::string cut = whole.substr(0, whole.size() / 2);
  EXPECT_EQ(error_of(cut).code, ErrorCode::truncated);
  EXPECT_THAT(error_of(cut).message, HasSubstr("the array 'g_model': the text ends before the '}'"));
  EXPECT_EQ(error_of(cut).offset, cut.size());
  std::string wide = whole;
  const size_t last = wide.rfind("0x", wide.find('}'));
  wide.replace(last, 4, "999 ");
  EXPECT_EQ(error_of(wide).code, ErrorCode::corrupt);
  EXPECT_THAT(error_of(wide).message, HasSubstr("is 999, which is no byte"));
  EXPECT_EQ(error_of(wide).offset, last);
  std::string macro = whole;
  macro.replace(last, 4, "SIZE");
  EXPECT_THAT(error_of(macro).message, HasSubstr("stands something else than a number"));
}

TEST(Formats, c_source_without_a_model_names_its_arrays) {
  const Error error = refusal("const char a[] = {1, 2, 3};\nchar b[1] = {0};", "labels.h");
  EXPECT_EQ(error.message, "it is C source in which no array is a model");
  EXPECT_EQ(error.note, "its arrays of bytes: 'a' with 3, 'b' with 1");
  EXPECT_EQ(refusal("int main() { return 0; }", "main.c").message, "it is no model format that flopstat knows");
}

}  // namespace
}  // namespace flopstat
