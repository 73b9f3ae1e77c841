#include "bytes/c_array.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flopstat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Bytes bytes_of(const std::string& text) { return {reinterpret_cast<const std::byte*>(text.data()), text.size()}; }

/// An array: its name, and its elements as numbers.
struct Found {
  std::string name;
  std::vector<int> bytes;
  std::string defect;

  bool operator==(const Found&) const = default;
};

/// Every array of a text.
std::vector<Found> arrays_in(const std::string& text) {
  std::vector<Found> found;
  CArrays arrays(bytes_of(text));
  while (const std::optional<CArray> array = arrays.next()) {
    found.push_back({std::string(array->name), {}, array->defect});
    for (const std::byte each : array->bytes) found.back().bytes.push_back(std::to_integer<int>(each));
  }
  return found;
}

TEST(CArray, every_usual_spelling_is_read) {
  const std::vector<int> bytes{0x1c, 0, 0xff};
  for (const std::string text : {
           "unsigned char g_model[] = {\n  0x1c, 0x00, 0xff\n};\nunsigned int g_model_len = 3;\n",  // xxd -i
           "alignas(16) const unsigned char g_model[] = {0x1c, 0x00, 0xff};",
           "const unsigned char g_model[] DATA_ALIGN_ATTRIBUTE = {0x1c,0x00,0xff,};",
           "const unsigned char g_model[] __attribute__((aligned(4), section(\".rodata\"))) = {28, 0, 255};",
           "static const uint8_t g_model[3] = { 0X1C , 0X00 , 0XFF };",
           "const unsigned char g_model[kLength] = {034, 0, 0377};",
           "constexpr std::uint8_t g_model[]{0x1Cu, 0x00U, 0xFFul};",
           "[[maybe_unused]] const unsigned char g_model[] = {0b11100, 0, 0xff};",
           "const signed char g_model[] = {28, 0, -1};",
           "const std::array<uint8_t, 3> g_model = {{28, 0, 255}};",
           "namespace a { namespace b {\nextern \"C\" const unsigned char g_model[] = {28, 0, 255};\n}}",
       }) {
    EXPECT_THAT(arrays_in(text), ElementsAre(Found{"g_model", bytes, ""})) << text;
  }
}

TEST(CArray, comments_strings_and_preprocessor_lines_hold_no_arrays) {
  const std::string text = R"(/* int a[] = {1, 2}; */ // int b[] = {3};
#define LIST(x) int x[] = {4, \
                           5}
const char* text = "int c[] = {6};\" {7}"; char brace = '{', quote = '\'';
const unsigned char model[] = {  // {8}
  0x01, /* {9} */ 0x02,
#ifdef PADDED
  0x03
#endif
};)";
  EXPECT_THAT(arrays_in(text), ElementsAre(Found{"model", {1, 2, 3}, ""}));
}

TEST(CArray, braces_around_other_things_are_no_arrays) {
  EXPECT_THAT(arrays_in("enum { a, b }; struct S { int x; }; void f() { return; } int e[] = {}; S s = {x, 1};"),
              IsEmpty());
  EXPECT_THAT(arrays_in("{ 'a', \"b\" } {{{{"), IsEmpty());
  EXPECT_THAT(arrays_in(""), IsEmpty());
}

TEST(CArray, all_arrays_of_a_file_come_in_their_order_with_their_names) {
  EXPECT_THAT(arrays_in("char a[] = {1}; int n = 2; char b[1][1] = {{3}}; {4}"),
              ElementsAre(Found{"a", {1}, ""}, Found{"b", {3}, ""}, Found{"", {4}, ""}));
}

TEST(CArray, a_list_that_is_none_of_bytes_says_where_it_ends) {
  const std::vector<Found> wide = arrays_in("int primes[] = {251, 257, 263}; char next[] = {5};");
  ASSERT_EQ(wide.size(), 2u);
  EXPECT_EQ(wide[0].defect, "element 1 is 257, which is no byte");
  EXPECT_EQ(wide[1], (Found{"next", {5}, ""}));
  EXPECT_EQ(arrays_in("char a[] = {1, -129}")[0].defect, "element 1 is -129, which is no byte");
  EXPECT_EQ(arrays_in("char a[] = {1, 0x100000000000000000}")[0].defect,
            "element 1 is 0x100000000000000000, which is no byte");
  EXPECT_EQ(arrays_in("char a[] = {1, 09}")[0].defect, "element 1 is 09, which is no byte");
  EXPECT_THAT(arrays_in("char a[] = {1, 2, SIZE}")[0].defect, HasSubstr("behind element 1 stands something else"));
}

TEST(CArray, a_list_that_the_end_of_the_text_cuts_says_so) {
  for (const std::string text : {"char a[] = {1, 2, 3,", "char a[] = {1, 2, 3, 0x", "char a[] = {1, 2, 3, 25"}) {
    CArrays arrays(bytes_of(text));
    const std::optional<CArray> array = arrays.next();
    ASSERT_TRUE(array);
    EXPECT_EQ(array->defect, "the text ends before the '}', behind 3 elements");
    EXPECT_EQ(array->defect_offset, text.size());
    EXPECT_FALSE(arrays.next());
  }
}

TEST(CArray, an_element_is_found_again_in_the_text) {
  const std::string text = "char a[] = {1, /* 22 */ -3,\n# line\n 0x4f }; // 5";
  const auto place = [&](uint64_t index) { return CArrays::place_of_element(bytes_of(text), text.find('{'), index); };
  EXPECT_EQ(place(0), text.find("1,"));
  EXPECT_EQ(place(1), text.find("-3"));
  EXPECT_EQ(place(2), text.find("0x4f"));
  EXPECT_EQ(place(3), text.find('}'));
  EXPECT_EQ(place(UINT64_MAX), text.find('}'));
}

TEST(CArray, every_beginning_of_a_text_is_survived) {
  const std::string text = "/* c */ #d\n\"s\\\"\" 'c' [[a]] const char a[] = {0x1c, -2, /* } */ 3u}; // end";
  for (size_t size = 0; size <= text.size(); ++size) {
    const std::string cut = text.substr(0, size);
    arrays_in(cut);
    CArrays::place_of_element(bytes_of(cut), 0, 2);
  }
}

TEST(CArray, text_is_told_from_bytes_by_its_beginning) {
  EXPECT_TRUE(looks_like_text(bytes_of("\xef\xbb\xbf// gr\xc3\xbc\xc3\x9f\n\tint x;\r\n")));
  EXPECT_FALSE(looks_like_text(bytes_of(std::string("\x1c\0\0\0TFL3", 8))));
  EXPECT_FALSE(looks_like_text(bytes_of("int x;\x7f")));
}

}  // namespace
}  // namespace flopstat
