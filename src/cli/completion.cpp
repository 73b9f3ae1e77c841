#include <fmt/format.h>

#include "cli/help.h"
#include "cli/options.h"

namespace flopstat::cli {
namespace {

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

std::vector<std::string_view> command_names() {
  std::vector<std::string_view> names;
  for (const CommandInfo& command : commands()) names.push_back(command.name);
  return names;
}

/// Words that the operand of a command is one of; none where it is a file, or where there is none.
std::vector<std::string_view> operands_of(Command command) {
  if (command == Command::help) return command_names();
  if (command == Command::completion) return {shells().begin(), shells().end()};
  return {};
}

/// Text in single quotes, as all three shells read it.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// ---- bash

std::string bash_words(const std::vector<std::string_view>& words) {
  return fmt::format("mapfile -t COMPREPLY < <(compgen -W {} -- \"$word\")", quoted(joined(words)));
}

/// A case of the options that take a value, and one of all options, for one command.
std::string bash_command(const CommandInfo& command) {
  std::string values, names;
  for (const OptionInfo& option : options_of(command.command)) {
    names += fmt::format("{}--{}", names.empty() ? "" : " ", option.name);
    if (option.value.empty()) continue;
    const std::string pattern = option.short_name.empty() ? "" : "-" + option.short_name + "|";
    const std::string reply = !option.choices.empty()  ? bash_words(option.choices)
                              : option.value == "FILE" ? "mapfile -t COMPREPLY < <(compgen -f -- \"$word\")"
                                                       : ":";
    values += fmt::format("        {}--{}) {}; return ;;\n", pattern, option.name, reply);
  }
  std::string operands = ":";
  if (takes_models(command.command)) operands = "mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$word\")";
  if (const auto words = operands_of(command.command); !words.empty()) operands = bash_words(words);
  return fmt::format(
      "    {})\n"
      "      case $before in\n{}      esac\n"
      "      if [[ $word == -* ]]; then\n"
      "        mapfile -t COMPREPLY < <(compgen -W {} -- \"$word\")\n"
      "      else\n"
      "        {}\n"
      "      fi ;;\n",
      command.name, values, quoted(names), operands);
}

std::string bash_script() {
  std::string patterns;
  for (const std::string_view name : command_names()) patterns.append(patterns.empty() ? "" : "|").append(name);
  std::string text = fmt::format(
      "# bash completion for flopstat\n"
      "_flopstat() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command=count\n"
      "  COMPREPLY=()\n"
      "  [[ $before == '=' ]] && before=${{COMP_WORDS[COMP_CWORD - 2]}}\n"
      "  [[ $word == '=' ]] && word=\n"
      "  if ((COMP_CWORD > 1)); then\n"
      "    case ${{COMP_WORDS[1]}} in {}) command=${{COMP_WORDS[1]}} ;; esac\n"
      "  elif [[ $word != -* ]]; then\n"
      "    {}\n"
      "  fi\n"
      "  case $command in\n",
      patterns, bash_words(command_names()));
  for (const CommandInfo& command : commands()) text += bash_command(command);
  return text + "  esac\n}\ncomplete -o filenames -F _flopstat flopstat\n";
}

// ---- zsh

/// A text inside a specification of _arguments, where some characters have a meaning.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("[]:\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_option(const OptionInfo& option) {
  const std::string text = fmt::format("[{}]", zsh_text(option.description));
  std::string action;
  if (!option.value.empty()) {
    action = fmt::format(":{}:", zsh_text(option.value));
    if (!option.choices.empty()) action += fmt::format("({})", joined(option.choices));
    if (option.value == "FILE") action += "_files";
  }
  if (!option.optional_value.empty()) {
    action = fmt::format("::{}:({})", zsh_text(option.optional_value), joined(option.choices));
  }
  const std::string equals = !option.optional_value.empty() ? "=-" : option.value.empty() ? "" : "=";
  std::string spec = quoted(fmt::format("*--{}{}{}{}", option.name, equals, text, action));
  if (!option.short_name.empty()) spec += " " + quoted(fmt::format("*-{}{}{}", option.short_name, text, action));
  return spec;
}

std::string zsh_script() {
  std::string described, cases;
  for (const CommandInfo& command : commands()) {
    described += fmt::format("    {}\n", quoted(fmt::format("{}:{}", command.name, zsh_text(command.summary))));
    cases += fmt::format("    {}) _arguments", command.name);
    for (const OptionInfo& option : options_of(command.command)) cases += " \\\n      " + zsh_option(option);
    if (takes_models(command.command)) cases += " \\\n      '*:model:_files'";
    if (const auto words = operands_of(command.command); !words.empty()) {
      cases += fmt::format(" \\\n      {}", quoted(fmt::format("1:word:({})", joined(words))));
    }
    cases += " ;;\n";
  }
  return fmt::format(
      "#compdef flopstat\n"
      "_flopstat() {{\n"
      "  local command=count\n"
      "  local -a commands=(\n{}  )\n"
      "  if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n"
      "    _describe -t commands command commands\n"
      "  elif ((CURRENT > 2)) && [[ -n ${{(M)commands:#$words[2]:*}} ]]; then\n"
      "    command=$words[2]\n"
      "    shift words\n"
      "    ((CURRENT--))\n"
      "  fi\n"
      "  case $command in\n{}  esac\n"
      "}}\n"
      "if [[ $funcstack[1] == _flopstat ]]; then _flopstat \"$@\"; else compdef _flopstat flopstat; fi\n",
      described, cases);
}

// ---- fish

/// A line for each option of a command; `when` is the condition under which it is offered.
std::string fish_options(Command command, std::string_view when) {
  std::string text;
  for (const OptionInfo& option : options_of(command)) {
    text += fmt::format("complete -c flopstat -n {} -l {}", quoted(when), option.name);
    if (!option.short_name.empty()) text += " -s " + option.short_name;
    if (option.value == "FILE") text += " -r -F";
    if (!option.value.empty() && option.value != "FILE") text += " -x";
    if (!option.choices.empty() && option.optional_value.empty()) text += " -a " + quoted(joined(option.choices));
    text += fmt::format(" -d {}\n", quoted(option.description));
  }
  return text;
}

std::string fish_script() {
  std::string text = "# fish completion for flopstat\n", others;
  for (const CommandInfo& command : commands()) {
    text += fmt::format("complete -c flopstat -n __fish_use_subcommand -a {} -d {}\n", command.name,
                        quoted(command.summary));
    if (command.command != Command::count) others.append(" ").append(command.name);
  }
  for (const CommandInfo& command : commands()) {
    const bool is_default = command.command == Command::count;
    const std::string when = is_default ? "not __fish_seen_subcommand_from" + others
                                        : fmt::format("__fish_seen_subcommand_from {}", command.name);
    text += fish_options(command.command, when);
    if (!takes_models(command.command)) text += fmt::format("complete -c flopstat -n {} -f\n", quoted(when));
    if (const auto words = operands_of(command.command); !words.empty()) {
      text += fmt::format("complete -c flopstat -n {} -a {}\n", quoted(when), quoted(joined(words)));
    }
  }
  return text;
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  return shell == "zsh" ? zsh_script() : fish_script();
}

}  // namespace flopstat::cli
