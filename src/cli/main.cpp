#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/terminal.h"

namespace {

using namespace flopstat;

cli::ExitCode run(const cli::Arguments& arguments) {
  switch (arguments.command) {
    case cli::Command::count:
    case cli::Command::ops:
    case cli::Command::tree:
    case cli::Command::memory: return cli::count(arguments);
    case cli::Command::diff: return cli::diff(arguments);
    case cli::Command::check: return cli::check(arguments);
    case cli::Command::explain: return cli::explain(arguments);
    case cli::Command::scale: return cli::scale(arguments);
    case cli::Command::conventions: return cli::conventions(arguments);
    case cli::Command::formats: return cli::formats(arguments);
    case cli::Command::completion:
      cli::Output::standard().write(cli::completion_script(arguments.topic));
      return cli::ExitCode::fine;
    case cli::Command::manual: cli::Output::standard().write(cli::manual_page()); return cli::ExitCode::fine;
    case cli::Command::help: cli::Output::standard().write(cli::help_text(arguments.topic)); return cli::ExitCode::fine;
    case cli::Command::version: cli::Output::standard().write(cli::version_text()); return cli::ExitCode::fine;
  }
  return cli::ExitCode::bug;
}

int fail(const Message& message, cli::ExitCode code, const cli::Arguments& arguments) {
  cli::complain(error_text(message, cli::style_of(2, arguments)));
  return static_cast<int>(code);
}

/// The exit code of the whole program.
int run(int argc, const char* const* argv) {
  cli::Arguments arguments;
  try {
    arguments = cli::parse_arguments(argc, argv);
    return static_cast<int>(run(arguments));
  } catch (const cli::UsageError& error) {
    return fail(error.message, cli::ExitCode::usage, arguments);
  } catch (const cli::ClosedPipe&) {
    return static_cast<int>(cli::ExitCode::fine);
  } catch (const cli::OutputError& error) {
    return fail(error.message, cli::ExitCode::unusable_file, arguments);
  } catch (const std::exception& error) {
    const std::string why = std::string("flopstat ") + version() + " stopped with: " + error.what();
    return fail({"this is a bug in flopstat, not in your model",
                 {},
                 why,
                 "please report it with the model, or with the command line"},
                cli::ExitCode::bug, arguments);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): nothing to do where it fails
  // Nothing is left to be flushed or closed, and the system takes memory back faster than destructors do.
  std::_Exit(run(argc, argv));
}
