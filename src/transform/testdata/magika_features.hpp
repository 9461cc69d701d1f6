#pragma once

// Written by magika_features.py with the magika package's own feature extraction; not by hand.

#include <array>
#include <cstddef>
#include <cstdint>

namespace slipway::transform {

/// A made byte string, and the row that Magika makes of it: its hash, and the numbers that its quarters begin with.
struct MagikaRow {
  std::size_t before;
  std::size_t length;
  std::size_t after;
  std::uint64_t hash;
  std::array<std::int32_t, 4> quarters;
};

inline constexpr std::array<MagikaRow, 13> magika_rows{{
    {0, 0, 0, 0x66106067c5fe8325, {256, 256, 256, 256}},
    {0, 1, 0, 0xf8f4c863e44db015, {65, 256, 256, 256}},
    {3, 5, 2, 0xa84568c7a26137a0, {65, 256, 256, 256}},
    {40, 0, 0, 0x66106067c5fe8325, {256, 256, 256, 256}},
    {6000, 0, 0, 0x66106067c5fe8325, {256, 256, 256, 256}},
    {0, 1024, 0, 0x90d33a69cf3beb25, {65, 91, 65, 91}},
    {7, 1024, 9, 0x90d33a69cf3beb25, {65, 91, 65, 91}},
    {0, 1500, 0, 0xf7279cbfe0096c0d, {65, 91, 62, 88}},
    {0, 5000, 0, 0xfc1f425aa8a31f85, {65, 91, 196, 222}},
    {5000, 100, 5000, 0x66106067c5fe8325, {256, 256, 256, 256}},
    {4000, 5000, 4090, 0x2959540afdc6ef7a, {65, 256, 256, 256}},
    {0, 4096, 0, 0xb358cc593b498b25, {65, 91, 221, 247}},
    {4096, 10, 0, 0x02e8440037f14505, {256, 256, 12, 32}},
}};

}  // namespace slipway::transform
