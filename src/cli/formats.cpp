#include "cli/commands.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "reports/table.h"

namespace flopstat::cli {

ExitCode formats(const Arguments& arguments) {
  Table table;
  table.columns = {{.title = "Name", .align = Table::Align::left},
                   {.title = "Format", .align = Table::Align::left},
                   {.title = "Files", .align = Table::Align::left}};
  for (const FormatInfo& format : flopstat::formats()) {
    table.rows.push_back({{std::string(format.name), std::string(format.title), std::string(format.extensions)}});
  }
  Output output = Output::standard();
  std::string text;
  table.write(style_of(output.descriptor(), arguments), 0, text);
  output.write(text);
  return ExitCode::fine;
}

}  // namespace flopstat::cli
