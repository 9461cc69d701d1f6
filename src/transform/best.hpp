#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <type_traits>
#include <vector>

namespace slipway::transform {

/// The numbers of the `top` largest elements of `row`, largest first: they stand in front in `order`, whose size is
/// then that of the row. Ties go by number; what is no number goes last. `top` is at most the size of the row.
template <class T>
void find_best(std::span<const T> row, std::size_t top, std::vector<std::size_t>& order) {
  const auto is_nan = [](T value) {
    if constexpr (std::is_floating_point_v<T>) return std::isnan(value);
    return false;
  };
  order.resize(row.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(top), order.end(),
                    [&](std::size_t a, std::size_t b) {
                      if (is_nan(row[a]) || is_nan(row[b])) {
                        if (is_nan(row[a]) != is_nan(row[b])) return is_nan(row[b]);
                      } else if (row[a] != row[b]) {
                        return row[a] > row[b];
                      }
                      return a < b;
                    });
}

}  // namespace slipway::transform
