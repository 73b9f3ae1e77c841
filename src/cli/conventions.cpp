#include "reports/conventions.h"

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/terminal.h"

namespace flopstat::cli {

ExitCode conventions(const Arguments& arguments) {
  Output output = Output::standard();
  TerminalStyle style = style_of(output.descriptor(), arguments);
  style.details = style.details || arguments.verbose;
  std::string text;
  write_convention_list(style, text);
  output.write(text);
  return ExitCode::fine;
}

}  // namespace flopstat::cli
