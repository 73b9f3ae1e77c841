#include "cli/help.h"

#include <fmt/format.h>

#include <utility>

#include "cli/options.h"

namespace flopstat::cli {
namespace {

/// Words in lines of at most 80 columns, two spaces in.
std::string wrapped(const std::vector<std::string_view>& words) {
  constexpr size_t width = 80;
  std::string text, line = " ";
  for (const std::string_view word : words) {
    if (line.size() + 1 + word.size() > width) text += std::exchange(line, " ") + "\n";
    line.append(" ").append(word);
  }
  return text + line + "\n";
}

std::string option_line(const OptionInfo& option) {
  const std::string short_name = option.short_name.empty() ? "    " : "-" + option.short_name + ", ";
  std::string value = option.value.empty() ? "" : " " + option.value;
  if (!option.optional_value.empty()) value = "[=" + option.optional_value + "]";
  return fmt::format("  {:<26} {}\n", short_name + "--" + option.name + value, option.description);
}

}  // namespace

std::string help_text(std::string_view topic) {
  const CommandInfo* command = find_command(topic.empty() ? "count" : topic);
  if (command == nullptr) throw unknown_command(topic);
  std::string text = fmt::format("usage: {} [OPTION]...\n  {}\n", command->usage, command->summary);
  if (topic.empty()) {
    text = "flopstat tells what a neural-network model costs. Nothing in the model is run.\n\n";
    for (const CommandInfo& each : commands()) text += fmt::format("  {:<25} {}\n", each.usage, each.summary);
  }
  text += "\noptions:\n";
  std::vector<std::string_view> columns, optimizers;
  for (const OptionInfo& option : options_of(command->command)) {
    text += option_line(option);
    if (option.name == "columns") columns = option.choices;
    if (option.name == "training") optimizers = option.choices;
  }
  if (!optimizers.empty()) text += "\noptimizers:\n" + wrapped(optimizers);
  if (!columns.empty()) text += "\ncolumns:\n" + wrapped(columns);
  text +=
      "\nexit codes: 0 fine, 1 a gate of --fail-if or a rule of check failed, 2 usage,\n"
      "            3 a file cannot be used, 4 incomplete under --strict or check,\n"
      "            70 a bug, 130 interrupted\n";
  return text + "\nexamples:\n" + std::string(command->examples);
}

std::string version_text() {
  std::string names;
  for (const FormatInfo& format : formats()) names += fmt::format("{}{}", names.empty() ? "" : ", ", format.name);
  return fmt::format("flopstat {}\nreads: {}\nbuilt: {}\n", version(), names, FLOPSTAT_BUILD);
}

}  // namespace flopstat::cli
