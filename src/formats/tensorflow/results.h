#pragma once

#include <cstdint>
#include <string_view>

namespace flopstat::tensorflow {

/// The number of the first result that the output argument of that name gives: functions name results by the arguments
/// in the operation's definition ("values" and "indices" of TopKV2). 0 for an operation with one output argument, which
/// may be a list.
///
/// Source: github.com/tensorflow/tensorflow, core/ops/*.cc.
uint32_t first_result(std::string_view op, std::string_view argument);

}  // namespace flopstat::tensorflow
