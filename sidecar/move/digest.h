// A digest of a set, made by adding: two sets that are equal have equal sums, whatever the order, and what is added to
// or taken from a set can be computed without the rest of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace murder::move {

class Digest {
 public:
  void add(std::string_view member);
  std::string text() const;  // 32 hexadecimal digits
  bool operator==(const Digest&) const = default;

 private:
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

}  // namespace murder::move
