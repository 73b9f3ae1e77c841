// The built program on files that are no models: what it prints, and that it ends.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/program.h"
#include "support/tflite_writer.h"

namespace flopstat {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using test::Outcome;

class HostileFile : public test::ProgramTest {
 protected:
  /// In the folder of the test's files; ended after 20 seconds (code 124).
  Outcome run(const std::string& arguments) const { return shell.run("cd \"$T\" && timeout 20 \"$F\" " + arguments); }

  void file(const std::string& name, const std::string& text) const { shell.write(name, text); }

  static std::string model() {
    test::TfliteBuilder b;
    const int32_t x = b.tensor({.name = "x", .shape = {1, 4}});
    const int32_t y = b.tensor({.name = "y", .shape = {1, 4}});
    b.op({.code = test::builtin::relu, .inputs = {x}, .outputs = {y}});
    b.inputs({x});
    b.outputs({y});
    return test::text_of(b.finish());
  }

  /// The one pattern of messages: what, where, and after them why and what to do, each on its line.
  void expect_refused(const std::string& path, const std::string& what) const {
    const Outcome outcome = run("'" + path + "'");
    EXPECT_EQ(outcome.code, 3) << path;
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, StartsWith("error: "));
    EXPECT_THAT(outcome.err, HasSubstr(what));
    EXPECT_THAT(outcome.err, ContainsRegex("^error: [^\n]+\n  --> [^\n]+\n(  note: [^\n]+\n)?(  help: [^\n]+\n)?$"));
    EXPECT_THAT(outcome.err, HasSubstr("\n  --> " + path));
  }
};

TEST_F(HostileFile, an_empty_file_is_refused) {
  file("empty.tflite", "");
  expect_refused("empty.tflite", "the file is empty");
}

TEST_F(HostileFile, a_missing_file_is_refused) { expect_refused("nosuch.tflite", "there is no such file"); }

TEST_F(HostileFile, a_directory_is_refused_and_says_what_to_name) {
  std::filesystem::create_directory(shell.folder() + "/model.tflite");
  expect_refused("model.tflite", "it is a directory");
  EXPECT_THAT(run("model.tflite").err, HasSubstr("  help: name the files inside it\n"));
}

TEST_F(HostileFile, a_fifo_that_nobody_writes_to_is_refused_at_once) {
  ASSERT_EQ(::mkfifo((shell.folder() + "/pipe.tflite").c_str(), 0600), 0);
  expect_refused("pipe.tflite", "it is a FIFO");
  EXPECT_THAT(run("pipe.tflite").err, HasSubstr("  help: read it through standard input"));
}

TEST_F(HostileFile, a_device_is_refused) { expect_refused("/dev/null", "it is a device"); }

TEST_F(HostileFile, another_format_is_named_with_those_that_are_read) {
  file("weights.bin", std::string("PK\x03\x04 an archive", 15));
  expect_refused("weights.bin", "it is a zip archive");
  EXPECT_THAT(run("weights.bin").err,
              HasSubstr("  note: read are: TensorFlow Lite (.tflite), ONNX (.onnx), Keras (.keras)"));
}

TEST_F(HostileFile, a_name_that_promises_a_model_is_told_what_is_missing) {
  file("broken.tflite", "no identifier at all");
  expect_refused("broken.tflite",
                 "named like a TensorFlow Lite model, but does not carry the identifier 'TFL3' at byte 4");
  EXPECT_THAT(run("broken.tflite").err, HasSubstr("  help: fetch or export the file again"));
}

TEST_F(HostileFile, a_cut_file_says_at_which_byte) {
  const std::string whole = model();
  file("cut.tflite", whole.substr(0, whole.size() / 2));
  expect_refused("cut.tflite", "behind the end of the file");
  EXPECT_THAT(run("cut.tflite").err, ContainsRegex("--> cut.tflite[^\n]*[0-9]"));
}

TEST_F(HostileFile, a_name_with_escape_sequences_is_shown_escaped) {
  const Outcome outcome = run("'\x1b[31mred.tflite'");
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err, ::testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(outcome.err, HasSubstr("\\x1B[31mred.tflite"));
}

TEST_F(HostileFile, json_names_the_error_and_standard_error_says_it_too) {
  file("empty.tflite", "");
  const Outcome outcome = run("--json empty.tflite");
  EXPECT_EQ(outcome.code, 3);
  const nlohmann::json document = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(document["path"], "empty.tflite");
  EXPECT_EQ(document["error"]["code"], "empty");
  EXPECT_THAT(outcome.err, StartsWith("error: the file is empty"));
}

TEST_F(HostileFile, a_good_model_beside_a_bad_one_is_still_reported) {
  file("good.tflite", model());
  file("bad.tflite", "bad");
  const Outcome outcome = run("bad.tflite good.tflite");
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.out, HasSubstr("good.tflite"));
  EXPECT_THAT(outcome.out, HasSubstr("TOTAL"));
}

}  // namespace
}  // namespace flopstat
