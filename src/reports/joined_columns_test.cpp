#include "reports/joined_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flopstat/error.h"

namespace flopstat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

JoinedColumns read(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return read_joined_columns(File::from_bytes({bytes, bytes + text.size()}, "accuracy.csv"));
}

TEST(JoinedColumns, are_all_but_the_first_whatever_they_are_called) {
  const JoinedColumns joined = read("name,top-1 (%),by\na, 91.3% ,Ada\nb,,Bob\n");
  EXPECT_THAT(joined.titles, ElementsAre("top-1 (%)", "by"));
  EXPECT_THAT(joined.numeric, ElementsAre(true, false));
  ASSERT_EQ(joined.rows.size(), 2u);
  EXPECT_EQ(joined.rows[0].values[0].number, 91.3);
  EXPECT_EQ(joined.rows[0].values[0].text, "91.3%");
  EXPECT_EQ(joined.rows[1].values[0].number, std::nullopt);
}

TEST(JoinedColumns, belong_to_a_model_by_path_then_by_file_name_then_by_its_stem) {
  const JoinedColumns joined = read("model,x\nnet,1\nnet.onnx,2\nb/net.onnx,3\n.hidden,4\n");
  EXPECT_EQ(find_row(joined, "b/net.onnx"), 2u);
  EXPECT_EQ(find_row(joined, "a/net.onnx"), 1u);
  EXPECT_EQ(find_row(joined, "a/net.tflite"), 0u);
  EXPECT_EQ(find_row(joined, ".hidden"), 3u);
  EXPECT_EQ(find_row(joined, "other.onnx"), std::nullopt);
}

TEST(JoinedColumns, that_cannot_be_joined_say_why) {
  const auto fault = [](std::string_view text) {
    try {
      read(text);
    } catch (const Error& error) {
      return error.message;
    }
    return std::string();
  };
  EXPECT_THAT(fault(""), HasSubstr("no header with two columns"));
  EXPECT_THAT(fault("model\na\n"), HasSubstr("no header with two columns"));
  EXPECT_THAT(fault("model,x\na,1\na,2\n"), HasSubstr("two lines for 'a'"));
  EXPECT_THAT(fault("model,x,x\n"), HasSubstr("two columns 'x'"));
}

}  // namespace
}  // namespace flopstat
