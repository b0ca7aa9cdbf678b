#include "operator/kubernetes/object_scanner.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace murder::kubernetes {
namespace {

enum class Kind : unsigned char { Other, Open, Close, Quote };

constexpr std::array<Kind, 256> kinds = [] {
  std::array<Kind, 256> table{};
  table['{'] = table['['] = Kind::Open;
  table['}'] = table[']'] = Kind::Close;
  table['"'] = Kind::Quote;
  return table;
}();

// How many of the next eight bytes come before a quote or backslash; 8 when there is none. Most of a watch is strings.
std::size_t plain_bytes(const char* at) {
  static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  // The highest bit of each byte that is zero, and perhaps of some behind the first.
  const auto zeros = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes & (ones << 7); };
  const auto found = zeros(word ^ (ones * '"')) | zeros(word ^ (ones * '\\'));
  return static_cast<std::size_t>(std::countr_zero(found)) / 8;
}

}  // namespace

std::size_t ObjectScanner::scan(const char* data, std::size_t at, std::size_t end) {
  while (at < end) {
    switch (state_) {
      case State::Value:
        while (at < end && state_ == State::Value) {
          switch (kinds[static_cast<unsigned char>(data[at++])]) {
            case Kind::Other:
              break;
            case Kind::Open:
              ++depth_;
              break;
            case Kind::Quote:
              state_ = State::String;
              break;
            case Kind::Close:
              if (--depth_ == 0) return at;
              break;
          }
        }
        break;

      case State::String:
        for (std::size_t plain = 8; plain == 8 && at < end; at += plain) plain = plain_bytes(data + at);
        // What was found behind the end is no part of the string.
        at = std::min(at, end);
        if (at < end) state_ = data[at++] == '"' ? State::Value : State::Escape;
        break;

      case State::Escape:
        ++at;
        state_ = State::String;
        break;
    }
  }
  return at;
}

}  // namespace murder::kubernetes
