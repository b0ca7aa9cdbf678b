#include "operator/local/moves.h"

#include <openssl/sha.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "operator/api/stored_move.h"
#include "operator/local/durable_file.h"

namespace murder::local {
namespace {

constexpr std::string_view suffix = ".json";
constexpr std::size_t longest_file_name = 200;

// "user.fred.json"; of a name that is too long for a file, its beginning and a digest.
std::string file_name(const std::string& mailbox) {
  if (mailbox.size() <= longest_file_name) return mailbox + std::string(suffix);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash;
  SHA256(reinterpret_cast<const unsigned char*>(mailbox.data()), mailbox.size(), hash.data());
  std::string name = mailbox.substr(0, longest_file_name - 20) + "-";
  for (std::size_t i = 0; i < 8; ++i) {
    std::array<char, 3> digits;
    std::snprintf(digits.data(), digits.size(), "%02x", hash[i]);
    name += digits.data();
  }
  return name + std::string(suffix);
}

Result<std::optional<api::MailboxMove>> read(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return text.error();
  if (!*text) return std::optional<api::MailboxMove>();
  auto move = api::read_stored_move(**text);
  if (!move) {
    return Error{path + ": " + move.error().message +
                 ": look at it, and remove it when no `murder move` of that mailbox was interrupted"};
  }
  return std::optional(*std::move(move));
}

bool is_unfinished(const api::MailboxMove& move) {
  return move.status.attempts > 0 && move.status.phase != api::MovePhase::Completed &&
         move.status.phase != api::MovePhase::RolledBack && move.status.phase != api::MovePhase::Failed;
}

}  // namespace

Result<Moves> Moves::open(const Places& places) {
  auto folder = places.root + "/moves";
  MURDER_TRY(make_directory(folder, {.mode = 0700}));
  const auto lock_path = folder + "/lock";
  auto lock = Single::take(lock_path);
  if (!lock) return std::move(lock).error();
  if (!*lock) {
    const auto who = holder(lock_path);
    return Error{"another `murder move` is at work here" +
                 (who ? " (process " + std::to_string(*who) + ")" : std::string()) + ": one at a time"};
  }
  return Moves(std::move(folder), **std::move(lock));
}

std::string Moves::path(const std::string& mailbox) const { return folder_ + "/" + file_name(mailbox); }

Result<std::optional<api::MailboxMove>> Moves::find(const std::string& mailbox) const { return read(path(mailbox)); }

Result<std::vector<api::MailboxMove>> Moves::unfinished_others(const std::string& mailbox) const {
  std::vector<api::MailboxMove> others;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    const auto file = entry.path().string();
    if (!file.ends_with(suffix) || file == path(mailbox)) continue;
    auto move = read(file);
    if (!move) return std::move(move).error();
    if (*move && is_unfinished(**move)) others.push_back(**std::move(move));
  }
  if (error) return Error{folder_ + ": " + error.message()};
  return others;
}

Status Moves::save(const api::MailboxMove& move) const {
  return write_file(path(move.spec.mailbox), api::write_stored_move(move), {.mode = 0600});
}

}  // namespace murder::local
