#include "reports/conventions.h"

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/terminal.h"

namespace flopstat::cli {

ExitCode conventions(const Arguments& arguments) {
  Output output = Output::standard();
  std::string text;
  write_convention_list(style_of(output.descriptor(), arguments), text);
  output.write(text);
  return ExitCode::fine;
}

}  // namespace flopstat::cli
