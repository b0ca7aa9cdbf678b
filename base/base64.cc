#include "base/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <vector>

namespace murder {

Result<std::string> decode_base64(std::string_view text) {
  std::string packed;
  std::ranges::copy_if(text, std::back_inserter(packed),
                       [](char c) { return c != ' ' && c != '\n' && c != '\r' && c != '\t'; });
  if (packed.size() % 4 != 0) return Error{"is no base64"};
  std::string bytes(packed.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(packed.data()), static_cast<int>(packed.size()));
  if (length < 0) return Error{"is no base64"};
  // EVP_DecodeBlock counts the padding as zero bytes.
  const auto padding = packed.ends_with("==") ? 2 : packed.ends_with('=') ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(length - padding));
  return bytes;
}

std::string encode_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace murder
