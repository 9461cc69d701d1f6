"""Writes magika_features.hpp: what the magika package itself makes of some byte strings.

    python src/transform/testdata/magika_features.py > src/transform/testdata/magika_features.hpp

The byte strings are made by a rule (see `made` here and in bytes_test.cpp), and a row of 2048 numbers is kept as its
64-bit FNV-1a hash and the numbers that its quarters begin with, so that the table stays readable.
"""
import io

from magika import Magika
from magika.types.seekable import Seekable

CONFIG = dict(beg_size=1024, mid_size=0, end_size=1024, padding_token=256, block_size=4096, use_inputs_at_offsets=False)


def made(before: int, length: int, after: int) -> bytes:
    """`length` bytes of a fixed pattern (white space is among them) with white space before and after."""
    space = b" \t\n\v\f\r"
    pattern = bytes((i * i * 31 + i // 256 * 13 + 65) % 256 for i in range(length))
    return bytes(space[i % 6] for i in range(before)) + pattern + bytes(space[i % 6] for i in range(after))


def fnv(row) -> int:
    value = 0xCBF29CE484222325
    for number in row:
        for byte in (number & 255, number >> 8):
            value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value


CASES = [(0, 0, 0), (0, 1, 0), (3, 5, 2), (40, 0, 0), (6000, 0, 0), (0, 1024, 0), (7, 1024, 9), (0, 1500, 0),
         (0, 5000, 0), (5000, 100, 5000), (4000, 5000, 4090), (0, 4096, 0), (4096, 10, 0)]


def main() -> None:
    print("#pragma once\n")
    print("// Written by magika_features.py with the magika package's own feature extraction; not by hand.\n")
    print("#include <array>\n#include <cstddef>\n#include <cstdint>\n")
    print("namespace slipway::transform {\n")
    print("/// A made byte string, and the row that Magika makes of it: its hash, and the numbers that its quarters begin with.")
    print("struct MagikaRow {\n  std::size_t before;\n  std::size_t length;\n  std::size_t after;")
    print("  std::uint64_t hash;\n  std::array<std::int32_t, 4> quarters;\n};\n")
    print(f"inline constexpr std::array<MagikaRow, {len(CASES)}> magika_rows{{{{")
    for case in CASES:
        features = Magika._extract_features_from_seekable(Seekable(io.BytesIO(made(*case))), **CONFIG)
        row = features.beg + features.end
        assert len(row) == 2048
        quarters = ", ".join(str(row[i]) for i in (0, 512, 1024, 1536))
        print(f"    {{{case[0]}, {case[1]}, {case[2]}, {fnv(row):#018x}, {{{quarters}}}}},")
    print("}};\n\n}  // namespace slipway::transform")


if __name__ == "__main__":
    main()
