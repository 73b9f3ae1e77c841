#pragma once

#include <optional>
#include <string>

namespace flopstat {

/// Path of the file that a folder keeps its model in: `saved_model.pb` or `saved_model.pbtxt` (TensorFlow), or
/// `config.json` with a `metadata.json` beside it (an unzipped `.keras` file). Nothing for other folders and for what
/// is no folder.
std::optional<std::string> model_file_in(const std::string& folder);

}  // namespace flopstat
