#include <fmt/format.h>

#include <algorithm>

#include "cli/help.h"
#include "cli/options.h"

namespace flopstat::cli {
namespace {

/// Text as roff takes it: nothing in it is a request, a "-" is the character that one types.
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '-' || c == '\\') out += '\\';
    out += c == '\\' ? 'e' : c;
    line_begins = c == '\n';
  }
  return out;
}

/// An entry of a list: a tag in bold, then its text.
std::string entry(std::string_view tag, std::string_view text) {
  return fmt::format(".TP\n.B {}\n{}\n", roff(tag), roff(text));
}

std::string option_entry(const OptionInfo& option) {
  std::string tag = option.short_name.empty() ? "" : fmt::format("\\fB\\-{}\\fR, ", option.short_name);
  tag += "\\fB" + roff("--" + option.name) + "\\fR";
  if (!option.value.empty()) tag += " \\fI" + roff(option.value) + "\\fR";
  if (!option.optional_value.empty()) tag += "[=\\fI" + roff(option.optional_value) + "\\fR]";
  return fmt::format(".TP\n{}\n{}\n", tag, roff(option.description));
}

/// The options of a command that `count` does not have, or has for another purpose.
std::string own_options(Command command, const std::vector<OptionInfo>& common) {
  std::string text;
  for (const OptionInfo& option : options_of(command)) {
    const auto same = std::ranges::find(common, option.name, &OptionInfo::name);
    if (same == common.end() || same->description != option.description) text += option_entry(option);
  }
  return text.empty() ? text : ".RS\n" + text + ".RE\n";
}

struct Line {
  std::string_view tag, text;
};

constexpr Line kExitCodes[] = {
    {"0", "fine"},
    {"1", "a gate of diff --fail-if, or a rule of check, failed"},
    {"2", "the command line makes no sense, or does not fit the model"},
    {"3", "a file cannot be read or is no model, or an output cannot be written"},
    {"4", "something is not known, under --strict; or a rule of check cannot be told"},
    {"70", "a bug in flopstat"},
    {"130", "interrupted"},
};

constexpr Line kVariables[] = {
    {"COLUMNS", "Columns of the terminal."},
    {"NO_COLOR", "Set to anything: no colours."},
    {"CLICOLOR_FORCE", "Set to anything but 0: colours even where there is no terminal."},
    {"TERM", "dumb: no colours."},
    {"LC_ALL, LC_CTYPE, LANG",
     "Whether bars and signs are in UTF-8 or in ASCII. Numbers are the same in every locale."},
};

}  // namespace

std::string manual_page() {
  const std::vector<OptionInfo> common = options_of(Command::count);
  std::string text = fmt::format(
      ".TH FLOPSTAT 1 \"\" \"flopstat {}\" \"User Commands\"\n"
      ".SH NAME\nflopstat \\- tell exactly what a neural-network model costs\n.SH SYNOPSIS\n.nf\n",
      version());
  for (const CommandInfo& command : commands()) text += fmt::format(".B {}\n", roff(command.usage));
  text +=
      ".fi\n.SH DESCRIPTION\n"
      "flopstat opens a model file and tells what one run of the model costs: multiply\\-accumulates, floating\\-point "
      "and integer operations, parameters, bytes moved, memory. It reads the structure of the file only: nothing in it "
      "is run, and weights are not loaded. What is not known is named with its reason and never 0.\n"
      ".PP\nA model is a file, a folder of files, or \\- for standard input. Formats:\n";
  for (const FormatInfo& format : formats())
    text += entry(format.name, fmt::format("{} ({})", format.title, format.extensions));
  text += ".SH COMMANDS\n";
  for (const CommandInfo& command : commands()) {
    text += entry(command.usage, command.summary) + own_options(command.command, common);
  }
  text += ".SH OPTIONS\n";
  for (const OptionInfo& option : common) text += option_entry(option);
  text += ".SH EXIT STATUS\n";
  for (const Line& line : kExitCodes) text += entry(line.tag, line.text);
  text += ".SH ENVIRONMENT\n";
  for (const Line& line : kVariables) text += entry(line.tag, line.text);
  text += ".SH EXAMPLES\n.nf\n";
  for (const CommandInfo& command : commands()) text += roff(command.examples);
  return text + ".fi\n";
}

}  // namespace flopstat::cli
