#pragma once

#include <map>
#include <string>
#include <vector>

#include "flopstat/analyze.h"
#include "flopstat/scale.h"

namespace flopstat::cli {

/// A file that the user named, or that lies in a folder which the user named.
struct ModelPath {
  std::string path;    ///< "-" is standard input
  bool found = false;  ///< lies in a folder: no model where its bytes and its name are not those of one
};

/// Puts the regular files in a folder, and in the folders in it, in its place, sorted by path. Links to folders are not
/// followed. A folder that cannot be read stays as it is.
std::vector<ModelPath> find_models(const std::vector<std::string>& paths);

/// Counts one model; "-" is read from standard input. Throws `Error`.
Report analyze_model(const std::string& model, const Options& options);

/// A rules file to begin with, for the operators of that type in a model, or, where it is empty, for all that are not
/// known; "-" is read from standard input. Throws `Error`.
std::string rules_template_of(const std::string& model, const std::string& type, const Options& options);

/// Whether a file in a folder, which could not be read for this reason, is not meant to be a model.
bool is_passed_over(const ModelPath& model, const Error& error);

/// How one model grows; "-" is read from standard input. Throws `Error`.
Scaling scale_model(const std::string& model, const Options& options, const std::map<std::string, SizeRange>& ranges);

/// The error; where there is nothing at the path, with advice: the name in the same folder, or the folder, that was
/// most likely meant, else where to look.
Error advised(Error error, const std::string& path);

/// The error of a model, with that advice where there is nothing at its path and the library has none.
Error advised(Error error, const std::string& path);

}  // namespace flopstat::cli
