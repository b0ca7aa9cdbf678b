#include "operator/local/passwords.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "operator/local/durable_file.h"
#include "operator/pki/passwords.h"

namespace murder::local {

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
  auto made = pki::missing_passwords(*passwords, keys);
  if (!made) return std::move(made).error();
  if (!made->empty()) {
    for (auto& [key, password] : *made) (*passwords)[key] = std::move(password);
    MURDER_TRY(make_directory(std::filesystem::path(path).parent_path().string(), {.mode = 0700}));
    MURDER_TRY(write_file(path, nlohmann::json(*passwords).dump(2) + "\n", {.mode = 0600}));
  }
  return passwords;
}

}  // namespace murder::local
