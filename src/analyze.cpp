#include "flopstat/analyze.h"

#include <algorithm>
#include <memory>

#include "bytes/folder.h"
#include "count/conventions/user.h"
#include "count/counter.h"
#include "count/memory.h"
#include "count/training.h"
#include "formats/formats.h"
#include "formats/keras/compiled.h"
#include "formats/rules/convention_file.h"
#include "formats/rules/rules_file.h"
#include "graph/apply_rules.h"
#include "graph/frames.h"
#include "graph/qdq.h"
#include "graph/rewrite.h"
#include "graph/uses.h"
#include "open_model.h"

namespace flopstat {
namespace {

/// What a report's names and shapes point into.
struct Storage {
  std::shared_ptr<const Model> model;
  Frames frames;
  std::shared_ptr<const Convention> convention;
};

void choose_signature(Model& model, const std::string& name) {
  if (name.empty()) return;
  const auto found = std::find_if(model.signatures.begin(), model.signatures.end(),
                                  [&](const Signature& signature) { return signature.name == name; });
  if (found != model.signatures.end()) {
    model.main = found->graph;
    return;
  }
  std::string names;
  for (const Signature& signature : model.signatures)
    names += (names.empty() ? "" : ", ") + std::string(signature.name);
  throw Error(ErrorCode::usage, "the model has no signature '" + name + "'", std::nullopt,
              names.empty() ? "the file names no signature" : "it has: " + names);
}

void name_signatures(const Model& model, const std::string& chosen, Report& report) {
  for (const Signature& signature : model.signatures) {
    const bool is_it = chosen.empty() ? signature.graph == model.main : signature.name == chosen;
    if (is_it && report.signature.empty()) {
      report.signature = signature.name;
    } else {
      report.other_signatures.push_back(signature.name);
    }
  }
}

/// What a file beside the model tells, such as "rules file". Whatever is wrong with it is an error of usage: the model
/// is another file.
template <class Read>
auto read_beside(std::string_view what, const std::string& path, const char* help, const Read& read) {
  try {
    return read(File::open(path));
  } catch (const Error& error) {
    if (error.code == ErrorCode::usage) throw;
    throw Error(ErrorCode::usage, "the " + std::string(what) + " '" + path + "' cannot be used: " + error.message,
                std::nullopt, error.note, help);
  }
}

std::shared_ptr<const Convention> convention_in(const std::string& path) {
  return read_beside(
      "convention file", path, "docs/conventions.md tells what a convention file may say",
      [](const File& file) { return user_convention(rules::read_convention(file, keys_of_user_conventions())); });
}

/// The convention of a name, or of a file of one's own.
std::shared_ptr<const Convention> convention_named(const std::string& name) {
  if (name.ends_with(".toml")) return convention_in(name);
  // It lives as long as the program.
  if (const Convention* convention = find_convention(name)) return {std::shared_ptr<void>(), convention};
  std::string names;
  for (const Convention& each : conventions()) names += (names.empty() ? "" : ", ") + std::string(each.info.name);
  throw Error(ErrorCode::usage, "there is no convention '" + name + "'", std::nullopt, "there are: " + names,
              "or the name of a file that holds one of your own: ours.toml");
}

std::vector<UserRules> read_rules(const std::vector<std::string>& paths) {
  std::vector<UserRules> files;
  for (const std::string& path : paths) {
    files.push_back(read_beside("rules file", path, "flopstat explain --template MODEL writes one to begin with",
                                [](const File& file) { return rules::read_rules(file); }));
  }
  return files;
}

Bindings bindings_of(const Options& options) {
  Bindings bindings{.dims = options.dims,
                    .inputs = options.inputs,
                    .image_size = options.image_size,
                    .trust_stored_shapes = options.trust_stored_shapes,
                    .skip_unmatched_names = options.skip_unmatched_names};
  for (const auto& [name, numbers] : options.contents) {
    Elements& elements = bindings.contents[name];
    for (const Number& number : numbers) {
      std::visit([&elements](auto each) { elements.emplace_back(each); }, number);
    }
  }
  return bindings;
}

/// FLOPs of the network without quantization.
Figure flops_of(const Model& model, const Bindings& bindings, const Convention& convention) {
  const Frames frames = infer(model, bindings);
  return count(model, frames, analyze(model, frames.root), convention).totals.figures.flops;
}

/// Takes the quantization away, and says that the report speaks of another network than the file.
void make_float(Model& model) {
  std::optional<Model> plain = without_quantization(model);
  if (!plain) {
    model.warnings.push_back({"as_float", "nothing in the file is quantized: as float it costs the same"});
    return;
  }
  plain->invented = std::move(model.invented);  // names are views into it
  model = *std::move(plain);
  model.warnings.push_back({"as_float", "counted as the network was before quantization, not as it is stored"});
}

/// Makes integer operations of what lies between dequantizing and quantizing, and says so where there is any.
void make_integer(Model& model) {
  const QdqFolding folded = fold_qdq(model);
  if (folded.nodes_folded == 0) return;
  model.warnings.push_back({"qdq", std::to_string(folded.operations) + " operations between DequantizeLinear and " +
                                       "QuantizeLinear are counted on integers, as engines run them; " +
                                       std::to_string(folded.nodes_folded) +
                                       " nodes are part of others (--qdq=float counts all as they are written)"});
}

/// Says why the number may not be what the convention's tool prints, or why there is none.
void warn_of(const Convention& convention, const Model& model, Report& report) {
  if (convention.basis == Basis::work) return;
  const std::string name(convention.info.name);
  if (!report.totals.figures.flops) {
    const auto failed = std::ranges::find_if(
        report.rows, [](const Row& row) { return row.unknown.empty() && !row.figures.flops && !row.inexact.empty(); });
    const bool found = failed != report.rows.end();
    const std::string why(found ? failed->inexact : kNoMacs);
    const std::string where =
        found ? " (#" + std::to_string(failed->index) + " " + std::string(failed->type) + ")" : "";
    report.warnings.push_back({"convention", name + " gives no number of this model: " + why + where});
    return;
  }
  std::vector<std::string_view> reasons;
  if (const std::string_view why = foreign(convention, model); !why.empty()) reasons.push_back(why);
  for (const Row& row : report.rows) {
    if (!row.inexact.empty() && std::ranges::find(reasons, row.inexact) == reasons.end())
      reasons.push_back(row.inexact);
  }
  if (const std::string_view how = assumption(convention, model); !how.empty()) {
    report.warnings.push_back({"convention", name + ": " + std::string(how)});
  }
  for (const std::string_view why : reasons) {
    report.warnings.push_back({"convention", "the number may not be that of " + name + ": " + std::string(why)});
  }
}

/// Counts without memory: rows, totals, and what the file says of itself.
Report counted(const std::shared_ptr<Storage>& storage, const Convention& convention, const Options& options) {
  const Model& model = *storage->model;
  const Frames& frames = storage->frames;
  const Uses uses = analyze(model, frames.root);
  Report report = count(model, frames, uses, convention, options.derive, options.all_conventions);
  if (options.training) train(model, frames, uses, *options.training, keras_loss(model), report);
  report.path = model.file.path();
  report.format = model.format;
  report.c_array = model.source ? model.source->array : std::string_view();
  report.producer = model.producer;
  report.about = model.about;
  report.file_bytes = model.file.bytes().size();
  report.attached_bytes = model.attached_bytes;
  report.attached_files = model.attached_files;
  name_signatures(model, options.signature, report);
  for (const std::vector<Warning>& warnings : {model.warnings, frames.warnings}) {
    for (const Warning& warning : warnings) report.warnings.push_back({warning.code, warning.message});
  }
  warn_of(convention, model, report);
  report.unmatched = frames.unmatched;
  report.storage = storage;
  return report;
}

/// The result of `work`. Its errors, where the model is an array in C source, tell the place in the source.
template <class Work>
auto located(const std::optional<CSource>& source, Work work) {
  try {
    return work();
  } catch (const Error& error) {
    if (source) throw located_in_source(error, *source);
    throw;
  }
}

}  // namespace

OpenModel::OpenModel(File file, Options options)
    : convention_(convention_named(options.convention)), options_(std::move(options)) {
  const std::vector<UserRules> rules = read_rules(options_.rules);
  Model model = read_model(std::move(file), options_.tag);
  if (!rules.empty()) apply_rules(model, rules);
  located(model.source, [&] {
    choose_signature(model, options_.signature);
    if (options_.as_float) make_float(model);
    if (options_.float_equivalent) float_model_ = without_quantization(model);
    if (options_.qdq == Qdq::integer) make_integer(model);
  });
  model_ = std::make_shared<const Model>(std::move(model));
}

Bindings OpenModel::bindings() const { return bindings_of(options_); }

Report OpenModel::analyze() const {
  return located(model_->source, [&] {
    const auto storage = std::make_shared<Storage>(Storage{model_, infer(*model_, bindings()), convention_});
    Report report = counted(storage, *convention_, options_);
    plan_memory(*model_, storage->frames, report);
    if (float_model_) report.totals.float_equivalent_flops = flops_of(*float_model_, bindings(), *convention_);
    return report;
  });
}

Report OpenModel::count_at(const std::map<std::string, int64_t>& dims) const {
  return located(model_->source, [&] {
    Bindings at = bindings();
    for (const auto& [name, size] : dims) at.dims[name] = size;
    const auto storage = std::make_shared<Storage>(Storage{model_, infer(*model_, at), convention_});
    Report report = counted(storage, *convention_, options_);
    measure_peak(*model_, storage->frames, report);
    return report;
  });
}

Report analyze(const std::string& path, const Options& options) {
  return OpenModel(File::open(model_file_in(path).value_or(path)), options).analyze();
}

Report analyze(std::vector<std::byte> bytes, std::string path, const Options& options) {
  return OpenModel(File::from_bytes(std::move(bytes), std::move(path)), options).analyze();
}

}  // namespace flopstat
