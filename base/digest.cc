#include "base/digest.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace murder {

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  // It fails only when memory does, or when the library was built without it.
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr) != 1) std::abort();
  constexpr const char* kHex = "0123456789abcdef";
  std::string text;
  text.reserve(2 * size);
  for (unsigned int i = 0; i < size; ++i) {
    text += kHex[digest[i] >> 4];
    text += kHex[digest[i] & 15];
  }
  return text;
}

std::string digest_of_files(const std::map<std::string, std::string>& files) {
  std::string all;
  for (const auto& [name, bytes] : files) all += name + ":" + std::to_string(bytes.size()) + ":" + bytes;
  return sha256_hex(all);
}

}  // namespace murder
