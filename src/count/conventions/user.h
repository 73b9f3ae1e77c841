#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "count/convention.h"
#include "model/user_convention.h"

namespace flopstat {

/// Keys that the table of a convention file may have: kinds of layers, functions of elements, "otherwise".
std::span<const std::string_view> keys_of_user_conventions();

/// A convention of one's own. A function goes before "activation", "otherwise" stands for kinds without a rule; without
/// it they count nothing. A formula that comes to no whole number of 64 bits leaves the model without a number.
std::shared_ptr<const Convention> user_convention(UserConvention rules);

}  // namespace flopstat
