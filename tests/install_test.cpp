// What is installed and packed: a program of somebody else's builds with it, and the program runs from a package.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/program.h"

namespace flopstat {
namespace {

using test::Outcome;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Installation : public test::ProgramTest {
 protected:
  /// Fails the test where the command fails.
  std::string must(const std::string& command) const {
    const Outcome outcome = shell.run(command);
    EXPECT_EQ(outcome.code, 0) << command << "\n" << outcome.out << outcome.err;
    return outcome.out;
  }
};

TEST_F(Installation, has_everything_that_users_look_for_in_its_usual_place) {
  must("cmake --install '" FLOPSTAT_BINARY_DIR "' --prefix \"$T/usr\"");
  for (const std::string file :
       {"bin/flopstat", "share/man/man1/flopstat.1", "share/bash-completion/completions/flopstat",
        "share/zsh/vendor-completions/_flopstat", "share/fish/vendor_completions.d/flopstat.fish",
        "share/flopstat/count.schema.json", "share/flopstat/diff.schema.json", "share/doc/flopstat/LICENSE",
        "include/flopstat/analyze.h"}) {
    EXPECT_THAT(shell.read("usr/" + file), Not(IsEmpty())) << file;
  }
  EXPECT_EQ(shell.read("usr/share/man/man1/flopstat.1"), must("\"$F\" manual"));
  EXPECT_EQ(must("\"$T/usr/bin/flopstat\" --version"), must("\"$F\" --version"));
}

TEST_F(Installation, lets_a_program_of_ten_lines_find_the_library) {
  must("cmake --install '" FLOPSTAT_BINARY_DIR "' --prefix \"$T/usr\"");
  must(
      "cmake -G Ninja -S consumer -B \"$T/build\" -DCMAKE_PREFIX_PATH=\"$T/usr\" "
      "-DCMAKE_CXX_COMPILER='" FLOPSTAT_COMPILER "' -DCMAKE_CXX_FLAGS='" FLOPSTAT_SANITIZER_FLAGS "'");
  must("cmake --build \"$T/build\"");
  const int macs = 784 * 100 + 100 * 100 + 100 * 10;
  EXPECT_EQ(must("\"$T/build/consumer\" mnist_mlp.tflite"), std::to_string(macs) + "\n");
  EXPECT_EQ(shell.run("\"$T/build/consumer\" nosuch.tflite").code, 3);
}

TEST_F(Installation, is_a_debian_package_whose_program_runs) {
  if (!test::has_command("dpkg-deb")) GTEST_SKIP() << "there is no dpkg-deb: the package was NOT tested";
  // Without the library, whose compression takes longest.
  must("cd '" FLOPSTAT_BINARY_DIR "' && cpack -G DEB -B \"$T\" -D CPACK_COMPONENTS_ALL=program");
  must("cd \"$T\" && dpkg-deb -x flopstat_*.deb root");
  EXPECT_THAT(must("\"$T/root/usr/bin/flopstat\" --version"), StartsWith("flopstat " FLOPSTAT_VERSION "\n"));
  EXPECT_THAT(must("\"$T/root/usr/bin/flopstat\" mnist_mlp.tflite"), HasSubstr("TOTAL"));
  EXPECT_THAT(shell.read("root/usr/share/man/man1/flopstat.1"), StartsWith(".TH FLOPSTAT 1"));
  const std::string fields = must("dpkg-deb -f \"$T\"/flopstat_*.deb");
  EXPECT_THAT(fields, AllOf(HasSubstr("Package: flopstat\n"), HasSubstr("Version: " FLOPSTAT_VERSION "\n"),
                            HasSubstr("Description: ")));
  EXPECT_THAT(must("dpkg-deb -c \"$T\"/flopstat_*.deb"), Not(HasSubstr("/include/")));
}

}  // namespace
}  // namespace flopstat
