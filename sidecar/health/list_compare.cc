#include "sidecar/health/list_compare.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace murder::health {
namespace {

std::uint64_t mix(std::uint64_t seed, std::uint64_t value) {
  return seed ^ (value + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2));
}

}  // namespace

void Digest::add(const mupdate::EntryView& entry) {
  constexpr std::hash<std::string_view> hash;
  const std::uint64_t rest = mix(mix(static_cast<std::uint64_t>(entry.state), hash(entry.location)), hash(entry.acl));
  entries_.push_back({hash(entry.name), rest});
}

Differences Digest::compare(Digest& expected, Digest& actual) {
  std::sort(expected.entries_.begin(), expected.entries_.end());
  std::sort(actual.entries_.begin(), actual.entries_.end());
  Differences result;
  auto want = expected.entries_.begin();
  auto have = actual.entries_.begin();
  while (want != expected.entries_.end() || have != actual.entries_.end()) {
    if (have == actual.entries_.end() || (want != expected.entries_.end() && want->name < have->name)) {
      ++result.missing;
      ++want;
    } else if (want == expected.entries_.end() || have->name < want->name) {
      ++result.extra;
      ++have;
    } else {
      if (want->rest != have->rest) ++result.different;
      ++want;
      ++have;
    }
  }
  return result;
}

}  // namespace murder::health
