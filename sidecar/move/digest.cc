#include "sidecar/move/digest.h"

#include <openssl/sha.h>

#include <array>
#include <cstdio>
#include <cstring>

namespace murder::move {

void Digest::add(std::string_view member) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash;
  SHA256(reinterpret_cast<const unsigned char*>(member.data()), member.size(), hash.data());
  // Each octet by itself, so that every machine gets the same.
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    high = high << 8 | hash[i];
    low = low << 8 | hash[i + 8];
  }
  high_ += high;
  low_ += low;
}

std::string Digest::text() const {
  std::array<char, 33> text;
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(high_),
                static_cast<unsigned long long>(low_));
  return text.data();
}

}  // namespace murder::move
