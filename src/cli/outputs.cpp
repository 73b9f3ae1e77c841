#include "cli/outputs.h"

#include <fmt/format.h>

#include <utility>

#include "cli/output.h"
#include "cli/terminal.h"

namespace flopstat::cli {

void write_outputs(const Arguments& arguments, const WriteScreen& write_screen) {
  const auto write = [&](Output output, Format format) {
    std::string out;
    write_screen(format, style_of(output.descriptor(), arguments), out);
    output.write(out);
    if (!output.is_standard() && !arguments.quiet) complain(fmt::format("wrote {}\n", output.name()));
  };
  if (arguments.outputs.empty()) return write(Output::standard(), arguments.format);
  for (const std::string& path : arguments.outputs) {
    write(path == "-" ? Output::standard() : Output::file(path), format_of(path, arguments));
  }
}

}  // namespace flopstat::cli
