#include "operator/pki/passwords.h"

#include <sys/random.h>

#include <cerrno>
#include <string_view>

namespace murder::pki {
namespace {

constexpr std::size_t kLength = 24;
// No 0 O o, 1 l I; 56 characters, all of them plain in imapd.conf, JSON, IMAP's quoted strings and a shell.
constexpr std::string_view kAlphabet = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

Result<unsigned char> random_byte() {
  unsigned char byte = 0;
  while (getrandom(&byte, 1, 0) != 1) {
    if (errno != EINTR) return system_error("get random bytes from", "the kernel");
  }
  return byte;
}

}  // namespace

Result<std::string> generate_password() {
  // Bytes past the last whole multiple of the alphabet are thrown away, so that no character is likelier than others.
  constexpr std::size_t kFair = 256 - 256 % kAlphabet.size();
  std::string password;
  while (password.size() < kLength) {
    const auto byte = random_byte();
    if (!byte) return byte.error();
    if (*byte < kFair) password += kAlphabet[*byte % kAlphabet.size()];
  }
  return password;
}

Result<Passwords> missing_passwords(const Passwords& have, const std::vector<std::string>& wanted) {
  Passwords made;
  for (const auto& key : wanted) {
    if (const auto known = have.find(key); (known != have.end() && !known->second.empty()) || made.contains(key))
      continue;
    auto password = generate_password();
    if (!password) return std::move(password).error().in("a password for " + key);
    made[key] = std::move(*password);
  }
  return made;
}

}  // namespace murder::pki
