#pragma once

#include <string>
#include <string_view>

/// What the program says of itself. All of it comes from `commands` and `options_of`.
namespace flopstat::cli {

/// Help on a command, or on the program for an empty topic, in lines of at most 80 columns. Throws `UsageError` for a
/// command that does not exist.
std::string help_text(std::string_view topic);

/// The manual page flopstat(1), in roff with the macros of man(7).
std::string manual_page();

/// The script that makes one of `shells` complete commands, options, their values and names of files.
std::string completion_script(std::string_view shell);

/// Version, formats that are read, and how the program was built.
std::string version_text();

}  // namespace flopstat::cli
