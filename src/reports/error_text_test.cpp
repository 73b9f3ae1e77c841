#include "reports/error_text.h"

#include <gtest/gtest.h>

namespace flopstat {
namespace {

TEST(ErrorText, says_what_where_why_and_what_to_do_next) {
  const Error error(ErrorCode::corrupt, "kernel_shape has 3 values, the weight has rank 4", 81'204,
                    "a rank-4 weight needs 2", "flopstat formats");
  EXPECT_EQ(error_text(error, "model.onnx", {}),
            "error: kernel_shape has 3 values, the weight has rank 4\n"
            "  --> model.onnx: byte 81,204\n"
            "  note: a rank-4 weight needs 2\n"
            "  help: flopstat formats\n");
}

TEST(ErrorText, leaves_out_what_it_does_not_know) {
  EXPECT_EQ(error_text(Error(ErrorCode::empty, "the file has no bytes"), "-", {}),
            "error: the file has no bytes\n"
            "  --> standard input\n");
}

TEST(ErrorText, an_unrecognised_file_leads_to_the_list_of_formats) {
  const std::string text = error_text(Error(ErrorCode::unrecognised, "none of the formats"), "a.bin", {});
  EXPECT_NE(text.find("  help: 'flopstat formats'"), std::string::npos) << text;
}

TEST(ErrorText, names_from_the_file_are_escaped) {
  const std::string text = error_text(Error(ErrorCode::corrupt, "node '\x1b[2J'"), "\x1b]0;x\x07.tflite", {});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("node '\\x1B[2J'"), std::string::npos);
  EXPECT_NE(text.find("--> \\x1B]0;x\\x07.tflite"), std::string::npos);
}

TEST(ErrorText, only_the_labels_have_colour) {
  EXPECT_EQ(error_text({.what = "no"}, {.colour = true}), "\x1b[1;31merror:\x1b[0m no\n");
  EXPECT_EQ(warning_text("odd", {.colour = true}), "\x1b[33mwarning:\x1b[0m odd\n");
}

}  // namespace
}  // namespace flopstat
