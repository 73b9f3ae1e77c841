#include "reports/escape.h"

#include <gtest/gtest.h>

#include <string>

namespace flopstat {
namespace {

TEST(Escape, plain_text_and_letters_of_any_script_stay) {
  EXPECT_EQ(escape("model/conv_1:0"), "model/conv_1:0");
  EXPECT_EQ(escape("größe 入力"), "größe 入力");
}

TEST(Escape, control_characters_cannot_reach_a_terminal) {
  EXPECT_EQ(escape("a\x1b[31mb"), "a\\x1B[31mb");
  EXPECT_EQ(escape("line\nline\r\t\x7f"), "line\\x0Aline\\x0D\\x09\\x7F");
  EXPECT_EQ(escape(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(escape("\xc2\x9b"
                   "31m"),
            "\\u{9B}31m");  // the one-character form of ESC [
}

TEST(Escape, text_cannot_be_reordered_or_hidden) {
  EXPECT_EQ(escape("a\xe2\x80\xae"
                   "b"),
            "a\\u{202E}b");  // right-to-left override
  EXPECT_EQ(escape("a\xe2\x81\xa6"
                   "b"),
            "a\\u{2066}b");  // left-to-right isolate
  EXPECT_EQ(escape("a\xe2\x80\x8b"
                   "b"),
            "a\\u{200B}b");  // zero width space
  EXPECT_EQ(escape("a\xe2\x80\xa8"
                   "b"),
            "a\\u{2028}b");  // line separator
  EXPECT_EQ(escape("a\xf3\xa0\x81\x81"
                   "b"),
            "a\\u{E0041}b");  // tag
}

TEST(Escape, bytes_that_are_no_utf8_are_shown_one_by_one) {
  EXPECT_EQ(escape("\xff"), "\\xFF");
  EXPECT_EQ(escape("\xc3"), "\\xC3");                             // cut off
  EXPECT_EQ(escape("\xc0\xaf"), "\\xC0\\xAF");                    // overlong "/"
  EXPECT_EQ(escape("\xed\xa0\x80"), "\\xED\\xA0\\x80");           // a surrogate
  EXPECT_EQ(escape("\xf4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80");  // beyond U+10FFFF
  EXPECT_EQ(escape("\xe2\x28\xa1"), "\\xE2(\\xA1");
}

TEST(Escape, what_is_shown_is_never_ambiguous) { EXPECT_EQ(escape("a\\x1B"), "a\\\\x1B"); }

TEST(Escape, ascii_output_writes_other_characters_as_numbers) { EXPECT_EQ(escape("ö", true), "\\u{F6}"); }

TEST(Escape, every_byte_value_gives_printable_text) {
  for (int byte = 0; byte < 256; ++byte) {
    for (const char shown : escape(std::string(1, static_cast<char>(byte)))) {
      EXPECT_TRUE(shown >= 0x20 && shown < 0x7F) << "byte " << byte;
    }
  }
}

TEST(DisplayWidth, east_asian_characters_take_two_columns_and_marks_none) {
  EXPECT_EQ(display_width("conv"), 4u);
  EXPECT_EQ(display_width("größe"), 5u);
  EXPECT_EQ(display_width("入力"), 4u);
  EXPECT_EQ(display_width("e\xcc\x81"), 1u);  // e and a combining acute accent
}

TEST(Shorten, leaves_what_fits_and_marks_what_was_cut) {
  EXPECT_EQ(shorten("conv", 4, "..."), "conv");
  EXPECT_EQ(shorten("convolution", 8, "..."), "convo...");
  EXPECT_EQ(shorten("convolution", 8, "…"), "convolu…");
  EXPECT_EQ(shorten("convolution", 2, "..."), "..");
}

TEST(Shorten, never_cuts_a_character_in_two) {
  EXPECT_EQ(shorten("入力入力", 5, "…"), "入力…");
  EXPECT_EQ(shorten("入力入力", 4, "…"), "入…");  // a third column would be half a character
}

}  // namespace
}  // namespace flopstat
