// Times the program as a user starts it, beside an empty program, and prints how far the targets are reached:
//
//     flopstat_bench EMPTY FLOPSTAT PYTHON KERAS MADE CORPUS...
//
// PYTHON is one that has the packages onnx and onnx-tool, KERAS one that has keras and tensorflow ("-": those are left
// out), MADE the folder that scripts/bench has filled, a CORPUS any folder of model files. What is compared is run
// in turns, A B B A, so that a busy machine slows both; figures are medians, with quartiles in brackets. Targets are
// judged by processor time, user and system: what others run stretches wall time. The exit code does not depend on the
// figures.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "process.h"

namespace {

using namespace flopstat::bench;
namespace fs = std::filesystem;

struct Spread {
  double low = 0, median = 0, high = 0;  // quartiles
};

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t last = values.size() - 1;
  return {values[last / 4], values[last / 2], values[last * 3 / 4]};
}

/// Two commands, run in turns.
struct Pair {
  std::vector<Usage> a, b;

  /// What `of` makes of each round.
  template <class Of>
  Spread each(double Usage::* time, Of of) const {
    std::vector<double> values;
    for (size_t i = 0; i < a.size(); ++i) values.push_back(of(a[i].*time, b[i].*time));
    return spread_of(values);
  }
  Spread ratio(double Usage::* time) const {
    return each(time, [](double x, double y) { return y / x; });
  }
  Spread slope(double Usage::* time, double steps) const {
    return each(time, [=](double x, double y) { return (y - x) / steps; });
  }
};

Pair compare(const Command& a, const Command& b, int rounds) {
  run(a), run(b);  // the files are in memory from here on
  Pair pair;
  for (int i = 0; i < rounds; ++i) {
    Usage first = run(i % 2 == 0 ? a : b);
    Usage second = run(i % 2 == 0 ? b : a);
    if (i % 2 != 0) std::swap(first, second);
    pair.a.push_back(first);
    pair.b.push_back(second);
  }
  return pair;
}

const char* verdict(bool reached) { return reached ? "reached" : "not reached"; }

double median_ms(const std::vector<Usage>& usages) {
  std::vector<double> values;
  for (const Usage& usage : usages) values.push_back(usage.wall / 1000);
  return spread_of(values).median;
}

struct Programs {
  std::string empty, flopstat, python, keras, made;

  std::string model(const std::string& name) const { return made + "/" + name; }
  Command count(const std::string& path) const { return {flopstat, path}; }
};

void print_spreads(const Spread& wall, const Spread& cpu, const char* unit) {
  std::printf("    wall %.2f%s [%.2f to %.2f], user+sys %.2f%s [%.2f to %.2f]\n", wall.median, unit, wall.low,
              wall.high, cpu.median, unit, cpu.low, cpu.high);
}

void large_file(const Programs& programs) {
  const Pair pair = compare({programs.empty}, programs.count(programs.model("residual_100mb.tflite")), 400);
  const Spread wall = pair.ratio(&Usage::wall);
  const Spread cpu = pair.ratio(&Usage::cpu);
  std::printf("A model of 100 MB in 85 nodes beside an empty static program: %.3f and %.3f ms\n", median_ms(pair.b),
              median_ms(pair.a));
  print_spreads(wall, cpu, "x");
  std::printf("    target <= 2x: %s\n", verdict(cpu.median <= 2));
}

/// The models of a folder that can be counted; a corpus may have broken ones.
std::vector<std::string> models_in(const Programs& programs, const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, none)) {
    const std::string extension = entry.path().extension();
    if ((extension == ".tflite" || extension == ".onnx") && succeeds(programs.count(entry.path())))
      paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

void corpus(const Programs& programs, const std::string& folder) {
  struct Ratio {
    double wall, cpu;
    std::string name;
  };
  std::vector<Ratio> ratios;
  for (const std::string& path : models_in(programs, folder)) {
    const Pair pair = compare({programs.empty}, programs.count(path), 21);
    ratios.push_back({pair.ratio(&Usage::wall).median, pair.ratio(&Usage::cpu).median, fs::path(path).filename()});
  }
  if (ratios.empty()) {
    std::printf("No models in %s\n", folder.c_str());
    return;
  }
  std::vector<double> wall, cpu;
  for (const Ratio& each : ratios) wall.push_back(each.wall), cpu.push_back(each.cpu);
  std::sort(ratios.begin(), ratios.end(), [](const Ratio& a, const Ratio& b) { return a.cpu > b.cpu; });
  const auto within = std::count_if(ratios.begin(), ratios.end(), [](const Ratio& each) { return each.cpu <= 2; });
  std::printf("The models of %s beside an empty static program, medians over %zu files\n",
              fs::path(folder).filename().c_str(), ratios.size());
  print_spreads(spread_of(wall), spread_of(cpu), "x");
  for (size_t i = 0; i < std::min<size_t>(3, ratios.size()); ++i) {
    std::printf("    %s %s: wall %.2fx, user+sys %.2fx\n", i == 0 ? "worst" : "then", ratios[i].name.c_str(),
                ratios[i].wall, ratios[i].cpu);
  }
  std::printf("    target <= 2x at the median: %s; within it are %td of %zu files\n",
              verdict(spread_of(cpu).median <= 2), within, ratios.size());
}

void weights(const Programs& programs, const std::string& extension) {
  constexpr double tensors = 256;
  const Command without = programs.count(programs.model("products_2" + extension));
  const Command with = programs.count(programs.model("products_1024" + extension));
  const Pair pair = compare(without, with, 200);
  const Spread wall = pair.slope(&Usage::wall, tensors);
  const Spread cpu = pair.slope(&Usage::cpu, tensors);
  std::printf("1 GiB of weights in 256 tensors more on the same graph (%s): %.3f and %.3f ms; per tensor\n",
              extension.c_str(), median_ms(pair.b), median_ms(pair.a));
  print_spreads(wall, cpu, " us");
  std::printf("    target <= 6 us: %s\n", verdict(cpu.median <= 6));
  const Memory small = memory_at_exit(without);
  const Memory large = memory_at_exit(with);
  const auto per_tensor = [](uint64_t to, uint64_t from) {
    return (static_cast<double>(to) - static_cast<double>(from)) / 1024 / tensors;
  };
  const double anonymous = per_tensor(large.anonymous, small.anonymous);
  std::printf("    anonymous memory %.2f KiB, mapped file %.2f KiB\n", anonymous,
              per_tensor(large.mapped, small.mapped));
  std::printf("    target <= 64 KiB: %s\n", verdict(anonymous <= 64));
}

void nodes(const Programs& programs) {
  const Command thousand = programs.count(programs.model("chain_1000.tflite"));
  const Command ten = programs.count(programs.model("chain_10000.tflite"));
  const Command hundred = programs.count(programs.model("chain_100000.tflite"));
  const Pair first = compare(thousand, ten, 100);
  const Pair second = compare(ten, hundred, 40);
  std::printf("1,000, 10,000 and 100,000 nodes: %.3f, %.3f and %.3f ms, %.0f bytes of memory per node; per node\n",
              median_ms(first.a), median_ms(second.a), median_ms(second.b),
              static_cast<double>(memory_at_exit(hundred).anonymous) / 100'000);
  std::printf("    1,000 to 10,000:\n");
  print_spreads(first.slope(&Usage::wall, 9'000), first.slope(&Usage::cpu, 9'000), " us");
  std::printf("    10,000 to 100,000:\n");
  const Spread wall = second.slope(&Usage::wall, 90'000);
  const Spread cpu = second.slope(&Usage::cpu, 90'000);
  print_spreads(wall, cpu, " us");
  std::printf("    target <= 1 us: %s\n", verdict(cpu.median <= 1));
  const double growth = second.ratio(&Usage::cpu).median;
  std::printf("    ten times the nodes take %.1f times the time; target about 10x: %s\n", growth,
              verdict(growth <= 11));
}

/// One of Python's ways to look at `model`, a ResNet-50.
void beside_python(const Programs& programs, const std::string& model, const char* title, const Command& peer,
                   int rounds, double target) {
  const Pair pair = compare(programs.count(model), peer, rounds);
  const Spread wall = pair.ratio(&Usage::wall);
  const Spread cpu = pair.ratio(&Usage::cpu);
  std::printf("ResNet-50 of 100 MB, %s: %.1f ms, flopstat %.3f ms; times as long\n", title, median_ms(pair.b),
              median_ms(pair.a));
  print_spreads(wall, cpu, "x");
  std::printf("    target >= %.0fx: %s\n", target, verdict(wall.median >= target && cpu.median >= target));
}

void beside_onnx(const Programs& programs) {
  const std::string model = programs.model("resnet50.onnx");
  const std::string load = "import sys, onnx; onnx.load(sys.argv[1])";
  beside_python(programs, model, "onnx.load", {programs.python, "-c", load, model}, 7, 20);
  beside_python(programs, model, "onnx-tool", {programs.python, "-m", "onnx_tool", "-i", model}, 7, 30);
}

void beside_keras(const Programs& programs) {
  const std::string model = programs.model("resnet50.keras");
  beside_python(programs, model, "import keras", {programs.keras, "-c", "import keras"}, 5, 100);
  beside_python(programs, model, "tf.profiler", {programs.keras, "bench/keras_profile.py", model}, 3, 100);
}

/// The whole process; the shape engine is a part of it.
void inferred_nodes(const Programs& programs) {
  const Pair pair = compare(programs.count(programs.model("transformer_1000.onnx")),
                            programs.count(programs.model("transformer_10000.onnx")), 100);
  const Spread cpu = pair.slope(&Usage::cpu, 9'000);
  std::printf("Transformers of 1,000 and 10,000 nodes without stored shapes: %.3f and %.3f ms; per node\n",
              median_ms(pair.a), median_ms(pair.b));
  print_spreads(pair.slope(&Usage::wall, 9'000), cpu, " us");
  std::printf("    target <= 10 us: %s\n", verdict(cpu.median <= 10));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fputs("usage: flopstat_bench EMPTY FLOPSTAT PYTHON KERAS MADE CORPUS...\n", stderr);
    return 2;
  }
  const Programs programs{argv[1], argv[2], argv[3], argv[4], argv[5]};
  large_file(programs);
  for (int i = 6; i < argc; ++i) corpus(programs, argv[i]);
  weights(programs, ".tflite");
  weights(programs, ".onnx");
  nodes(programs);
  inferred_nodes(programs);
  if (programs.python == "-") {
    std::puts("NOT COMPARED with onnx.load and onnx-tool: there is no Python that has them");
  } else {
    beside_onnx(programs);
  }
  if (programs.keras == "-") {
    std::puts("NOT COMPARED with keras and tf.profiler: there is no Python that has them");
  } else {
    beside_keras(programs);
  }
}
