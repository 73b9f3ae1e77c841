#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/terminal.h"

namespace {

using namespace flopstat;

int run(const cli::Arguments& arguments) {
  switch (arguments.command) {
    case cli::Command::count: return cli::count(arguments);
    case cli::Command::formats: return cli::formats(arguments);
    case cli::Command::help: cli::Output::standard().write(cli::help_text(arguments.topic)); return cli::kFine;
    case cli::Command::version:
      cli::Output::standard().write(std::string("flopstat ") + version() + "\n");
      return cli::kFine;
  }
  return cli::kBug;
}

int fail(const Message& message, int code, const cli::Arguments& arguments) {
  cli::complain(error_text(message, cli::style_of(2, arguments)));
  return code;
}

/// The exit code of the whole program.
int run(int argc, const char* const* argv) {
  cli::Arguments arguments;
  try {
    arguments = cli::parse_arguments(argc, argv);
    return run(arguments);
  } catch (const cli::UsageError& error) {
    return fail(error.message, cli::kUsage, arguments);
  } catch (const cli::ClosedPipe&) {
    return cli::kFine;
  } catch (const cli::OutputError& error) {
    return fail(error.message, cli::kUnusableFile, arguments);
  } catch (const std::exception& error) {
    const std::string why = std::string("flopstat ") + version() + " stopped with: " + error.what();
    return fail({"this is a bug in flopstat, not in your model",
                 {},
                 why,
                 "please report it with the model, or with the command line"},
                cli::kBug, arguments);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): nothing to do where it fails
  // Nothing is left to be flushed or closed, and the system takes memory back faster than destructors do.
  std::_Exit(run(argc, argv));
}
