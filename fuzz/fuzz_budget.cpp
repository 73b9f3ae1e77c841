#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "flopstat/error.h"
#include "reports/baseline.h"
#include "reports/budget_check.h"
#include "reports/budget_file.h"
#include "reports/check_github.h"
#include "reports/check_json.h"
#include "reports/check_junit.h"
#include "reports/check_sarif.h"
#include "reports/check_text.h"
#include "reports/joined_columns.h"

namespace {

using namespace flopstat;

/// One dense layer under the name that the seeds use.
Report report() {
  Report report;
  report.path = "mnist_mlp.tflite";
  report.format = "tflite";
  report.convention = "flopstat";
  Row& row = report.rows.emplace_back();
  row.name = "dense/output";
  row.type = "FULLY_CONNECTED";
  row.op = "matmul";
  row.figures = Figures::zero();
  row.figures.macs = row.figures.valid_macs = row.figures.params = 78'400;
  report.totals.nodes = 1;
  report.totals.figures = row.figures;
  return report;
}

/// Holds the report against what was read, and writes that in every form.
void check_and_write(const Budget& budget, const Baseline* baseline) {
  CheckedModel model{.path = "mnist_mlp.tflite"};
  try {
    model.rules = check(report(), budget, baseline);
  } catch (const Error& error) {
    model.error = error;
  }
  std::string out;
  write_check({model}, {}, out);
  write_check_markdown({model}, {}, out);
  write_check_json({model}, "main.json", out);
  write_check_github({model}, out);
  write_check_junit({model}, out);
  write_check_sarif({model}, out);
}

/// Any bytes are what `read` reads, or one `Error`.
template <class Read>
void try_to(Read read) {
  try {
    read();
  } catch (const Error&) {
    return;
  }
}

}  // namespace

/// Any bytes are a file of budgets, a baseline and a table that is joined, each or one `Error`.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  if (size == 0) return 0;
  const File file = File::from_bytes({begin, begin + size}, "fuzz/flopstat.toml");
  try_to([&] {
    for (const BudgetEntry& entry : read_budget_file(file).models) check_and_write(entry.budget, nullptr);
  });
  try_to([&] {
    const Baseline baseline = read_baseline(file);
    check_and_write({}, &baseline);
  });
  try_to([&] { find_row(read_joined_columns(file), "models/mnist_mlp.tflite"); });
  return 0;
}
