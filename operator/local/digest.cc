#include "operator/local/digest.h"

#include <openssl/evp.h>

#include <memory>

#include "operator/local/durable_file.h"

namespace murder::local {

Result<std::string> digest_of(const std::vector<std::string>& paths) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) return Error{"SHA-256 is not there"};
  for (const auto& path : paths) {
    auto bytes = read_file(path);
    if (!bytes) return std::move(bytes).error();
    const auto text = path + ":" + std::to_string((*bytes).value_or("").size()) + ":" + (*bytes).value_or("");
    EVP_DigestUpdate(context.get(), text.data(), text.size());
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context.get(), digest, &size) != 1) return Error{"SHA-256 failed"};
  constexpr const char* kHex = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += kHex[digest[i] >> 4];
    text += kHex[digest[i] & 15];
  }
  return text;
}

}  // namespace murder::local
