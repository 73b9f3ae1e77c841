#include "cli/outputs.h"

#include <fmt/format.h>

#include "cli/output.h"
#include "cli/terminal.h"

namespace flopstat::cli {

void write_outputs(const Arguments& arguments, const Text& text) {
  const auto write = [&](Output output, Format format) {
    output.write(text(format, style_of(output.descriptor(), arguments)));
    if (!output.is_standard() && !arguments.quiet) complain(fmt::format("wrote {}\n", output.name()));
  };
  if (arguments.outputs.empty()) return write(Output::standard(), arguments.format);
  for (const std::string& path : arguments.outputs) {
    write(path == "-" ? Output::standard() : Output::file(path), format_of(path, arguments));
  }
}

}  // namespace flopstat::cli
