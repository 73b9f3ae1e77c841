#pragma once

#include <cstdint>
#include <string>

namespace flopstat {

/// A count with an SI prefix and 4 significant digits: 999 -> "999", 89400 -> "89.40 k", 4.1e9 -> "4.100 G".
std::string si(uint64_t count);

/// An amount of memory with a binary prefix and 4 significant digits: 8 -> "8 B", 55296 -> "54.00 KiB".
std::string iec(uint64_t bytes);

/// An amount of memory with an SI prefix and 4 significant digits: 8 -> "8 B", 55296 -> "55.30 kB".
std::string si_bytes(uint64_t bytes);

/// Every digit, in groups of three: 6193664 -> "6,193,664".
std::string thousands(uint64_t count);

/// A ratio with 4 significant digits or 4 decimals: 0.49347 -> "0.4935", 20.7 -> "20.70", 12345.6 -> "12,346".
std::string ratio(double value);

/// A share with one digit after the point: (1, 8) -> "12.5%". `whole` must not be 0.
std::string percent(uint64_t part, uint64_t whole);

}  // namespace flopstat
