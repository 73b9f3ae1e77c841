#pragma once

#include "flopstat/known.h"
#include "formats/tensorflow/node.h"

namespace flopstat::tensorflow {

/// Where the channels of the node's data are, by `data_format`: "NHWC", "NCDHW", ...
DataLayout layout_of(const NodeReader& node);

/// Strides, dilations, padding and (for pools, whose `kernel` is an attribute) kernel of the node's spatial axes. The
/// attributes have a value for each axis of the data. Unknown: one of them is missing or out of range.
Known<Window> window_of(const NodeReader& node, std::string_view strides, std::string_view kernel,
                        std::string_view dilations = "dilations");

}  // namespace flopstat::tensorflow
