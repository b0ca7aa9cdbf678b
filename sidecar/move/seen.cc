#include "sidecar/move/seen.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "sidecar/move/listing.h"
#include "sidecar/move/mailboxes_db.h"
#include "sidecar/push/cyrus_tool.h"
#include "sidecar/push/private_file.h"
#include "sidecar/where/mbentry.h"

namespace murder::move {
namespace {

constexpr std::string_view suffix = ".seen";

// Of every USER.seen below conf/user/: one folder a first letter.
Status add_users_with_a_file(const AgentConfig& config, std::set<std::string>& users) {
  std::error_code error;
  const std::filesystem::path top = config.paths.config_directory + "/user";
  if (!std::filesystem::exists(top, error)) return ok();
  for (const auto& folder : std::filesystem::directory_iterator(top, error)) {
    if (folder.path().filename() == "uuid" || !folder.is_directory(error)) continue;
    for (const auto& file : std::filesystem::directory_iterator(folder.path(), error)) {
      const auto name = file.path().filename().string();
      if (name.ends_with(suffix)) users.insert(name.substr(0, name.size() - suffix.size()));
    }
  }
  if (error) return Error{top.string() + ": " + error.message()};
  return ok();
}

// Of everybody who may have read something here: who has a file, and who has an INBOX.
Result<std::vector<std::string>> lines_of_shared(const AgentConfig& config, const std::string& mailbox) {
  const auto list = mailboxes_db(config);
  const auto record = ask_database(config, list, {"get", where::mailbox_key(mailbox)});
  if (!record) return record.error();
  const auto entry = where::parse_mbentry(*record);
  if (!entry) return entry.error().in(mailbox);
  if (entry->unique_id.empty()) return Error{mailbox + " has no unique id"};

  std::set<std::string> users;
  MURDER_TRY(add_users_with_a_file(config, users));
  const auto shown = ask_database(config, list, {"show", where::mailbox_key("user.")});
  if (!shown) return shown.error();
  for (const auto& key : keys_of(*shown)) {
    const auto user = std::string_view(key).substr(where::mailbox_key("user.").size());
    if (user.find('\x1f') == std::string_view::npos) users.emplace(user);
  }
  std::vector<std::string> lines;
  lines.reserve(users.size());
  for (const auto& user : users) lines.push_back(seen_line(user, entry->unique_id));
  return lines;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

template <typename Take>
void for_each_setting(std::string_view text, Take take) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto colon = line.find(':');
    if (line.empty() || line.front() == '#' || colon == std::string_view::npos) continue;
    take(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  }
}

}  // namespace

std::vector<std::string> keys_of(std::string_view shown) {
  std::vector<std::string> keys;
  while (!shown.empty()) {
    const auto end = shown.find('\n');
    const auto line = shown.substr(0, end);
    shown.remove_prefix(end == std::string_view::npos ? shown.size() : end + 1);
    const auto tab = line.find('\t');
    if (tab != std::string_view::npos && tab > 0) keys.emplace_back(line.substr(0, tab));
  }
  return keys;
}

std::string seen_line(std::string_view user, std::string_view unique_id) {
  std::string name(user);
  std::replace(name.begin(), name.end(), '^', '.');
  return "SEEN " + name + " " + std::string(unique_id) + "\n";
}

std::optional<std::string> option_in(std::string_view text, std::string_view option) {
  std::optional<std::string> found;
  for_each_setting(text, [&](std::string_view key, std::string_view value) {
    if (key == option) found = value;
  });
  return found;
}

std::vector<std::string> includes_in(std::string_view text) {
  std::vector<std::string> paths;
  for_each_setting(text, [&](std::string_view key, std::string_view value) {
    if (key == "@include" && !value.empty()) paths.emplace_back(value);
  });
  return paths;
}

Result<std::optional<std::string>> option_of(const std::string& imapd_conf, std::string_view option) {
  const auto text = push::read_file(imapd_conf);
  if (!text) return text.error();
  auto found = option_in(*text, option);
  for (const auto& path : includes_in(*text)) {
    const auto included = push::read_file(path);
    if (!included) return included.error();
    if (auto value = option_in(*included, option)) found = std::move(value);
  }
  return found;
}

Result<std::size_t> carry_seen(const AgentConfig& config, const std::string& mailbox, const std::string& to) {
  if (is_user(mailbox)) return Error{mailbox + " is no shared mailbox"};
  const auto lines = lines_of_shared(config, mailbox);
  if (!lines) return lines.error();
  if (lines->empty()) return std::size_t{0};

  // As backends come to each other for moves.
  const auto text = push::read_file(config.paths.imapd_conf);
  if (!text) return text.error();
  const auto name = option_of(config.paths.imapd_conf, "proxy_authname");
  const auto password = option_of(config.paths.imapd_conf, "proxy_password");
  if (!name) return name.error();
  if (!password) return password.error();
  if (!*name || !*password) {
    return Error{config.paths.imapd_conf +
                 " has no proxy_authname or no proxy_password: backends cannot come to each other"};
  }
  const auto conf =
      push::PrivateFile::write(config.paths.run_directory + "/seen.conf",
                               *text + "\nsync_authname: " + **name + "\nsync_password: " + **password + "\n");
  if (!conf) return conf.error();
  std::string log_text;
  for (const auto& line : *lines) log_text += line;
  const auto log = push::PrivateFile::write(config.paths.run_directory + "/seen.log", log_text);
  if (!log) return log.error();

  // -o: connect once, -R: this log and no more, -L: as a move does, without a word to the master.
  auto command = push::cyrus_tool(config, conf->path(), "sync_client", {"-S", to, "-L", "-o", "-R", "-f", log->path()});
  command.timeout = std::chrono::seconds(30 + static_cast<long>(lines->size()) / 20);
  if (const auto sent = process::run_successfully(command); !sent) return sent.error();
  return lines->size();
}

}  // namespace murder::move
