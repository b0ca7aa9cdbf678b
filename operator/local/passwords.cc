#include "operator/local/passwords.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

#include "operator/local/durable_file.h"

namespace murder::local {
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

Result<config::Passwords> read_passwords(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::move(text).error();
  config::Passwords passwords;
  if (!*text) return passwords;
  const auto json = nlohmann::json::parse(**text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Error{path + " is damaged: not a JSON object"};
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) return Error{path + " is damaged: the password of " + key + " is not a string"};
    passwords[key] = value.get<std::string>();
  }
  return passwords;
}

Result<config::Passwords> ensure_passwords(const std::string& path, const std::vector<std::string>& keys) {
  auto passwords = read_passwords(path);
  if (!passwords) return passwords;
  bool made = false;
  for (const auto& key : keys) {
    if (passwords->contains(key)) continue;
    auto password = generate_password();
    if (!password) return std::move(password).error();
    (*passwords)[key] = std::move(*password);
    made = true;
  }
  if (made) {
    MURDER_TRY(make_directory(std::filesystem::path(path).parent_path().string(), {.mode = 0700}));
    MURDER_TRY(write_file(path, nlohmann::json(*passwords).dump(2) + "\n", {.mode = 0600}));
  }
  return passwords;
}

}  // namespace murder::local
