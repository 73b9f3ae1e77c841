#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flopstat/analyze.h"

/// Models of one layer, written as the configuration that Keras 3 writes.
namespace flopstat::test {

struct KerasInput {
  std::vector<int64_t> sizes;  ///< behind the batch, which is open; -1: open too
  std::string dtype = "float32";
};

/// A layer called on inputs of its own.
struct KerasLayer {
  std::string class_name;
  std::string config = {};                   ///< members in single quotes: "'units': 4"
  std::vector<KerasInput> inputs = {{{8}}};  ///< x0, x1, ...
  std::string args = {};                     ///< the call's, as JSON; "$0" is the first input. Empty: all inputs
  std::string kwargs = {};                   ///< members: "'training': false"
  std::string module = "keras.layers";
  size_t outputs = 1;  ///< results of the layer that the model gives
};

/// The text with double quotes for single ones.
std::string quoted_json(std::string text);

/// A functional model of that layer.
std::string keras_json(const KerasLayer& layer);

/// What it costs. Throws `Error` where it cannot be read.
Report report_of(const KerasLayer& layer, const Options& options = {});

/// The shape of a report's result. Fails the test where it is not known.
std::vector<int64_t> output_shape(const Report& report, size_t result = 0);

}  // namespace flopstat::test
