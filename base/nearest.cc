#include "base/nearest.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace murder {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the matrix whose cell (i, j) is the distance between the first i bytes of a and the first j of b.
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});

  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replace, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::optional<std::string_view> nearest(std::string_view name, std::span<const std::string_view> candidates) {
  const std::size_t farthest = std::clamp<std::size_t>(name.size() / 4, 1, 4);
  std::optional<std::string_view> best;
  std::size_t best_distance = farthest + 1;
  for (const auto candidate : candidates) {
    const auto [shorter, longer] = std::minmax({name.size(), candidate.size()});  // of a list: values, no references
    if (longer - shorter >= best_distance) continue;  // The difference in length alone is too much.
    if (const auto distance = edit_distance(name, candidate); distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace murder
