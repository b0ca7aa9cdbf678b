#include "sidecar/move/seen_of_user.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "sidecar/move/answer_lines.h"
#include "sidecar/move/hold.h"
#include "sidecar/move/inventory.h"

namespace murder::move {
namespace {

constexpr std::chrono::seconds login_patience(10);
constexpr std::chrono::seconds patience(60);
constexpr std::size_t longest_line = 16 << 20;

// A connection on which one command is given after another.
class Sync {
 public:
  static Result<Sync> open(const AgentConfig& config, const health::Login& login) {
    const auto service = imap_service(config);
    if (!service) return service.error();
    auto connection = health::open_imap(*service, login, net::Deadline::in(login_patience));
    if (!connection) return std::move(connection).error();
    return Sync(*std::move(connection), net::Deadline::in(patience));
  }

  // Its untagged answers.
  Result<std::vector<std::string>> ask(const std::string& command) {
    const auto tag = "s" + std::to_string(++commands_) + " ";
    MURDER_TRY(connection_.write(tag + command + "\r\n", deadline_));
    std::vector<std::string> untagged;
    while (true) {
      auto line = next_line(command);
      if (!line) return std::move(line).error();
      if (!line->starts_with(tag)) {
        untagged.push_back(*std::move(line));
        continue;
      }
      const auto answer = line->substr(tag.size());
      if (answer.starts_with("OK")) return untagged;
      return Error{"\"" + answer + "\" to " + command.substr(0, 120)};
    }
  }

  Result<std::map<std::string, SeenRecord>> records_of(const std::string& user) {
    const auto lines = ask("SYNCGET META " + health::imap_string(user));
    if (!lines) return lines.error();
    std::map<std::string, SeenRecord> records;
    for (const auto& line : *lines) {
      if (!line.starts_with("* SEEN ")) continue;  // subscriptions, Sieve scripts
      auto record = parse_seen(line);
      if (!record) return std::move(record).error();
      auto unique_id = record->unique_id;
      records.insert_or_assign(std::move(unique_id), *std::move(record));
    }
    return records;
  }

  Result<bool> holds(const std::string& unique_id) {
    const auto lines = ask("SYNCGET UNIQUEIDS (" + health::imap_string(unique_id) + ")");
    if (!lines) return lines.error();
    return std::any_of(lines->begin(), lines->end(),
                       [](const std::string& line) { return line.starts_with("* MAILBOX "); });
  }

 private:
  Sync(health::Connection connection, net::Deadline deadline)
      : connection_(std::move(connection)), deadline_(deadline) {}

  Result<std::string> next_line(const std::string& command) {
    while (true) {
      if (auto line = lines_.next()) return *std::move(line);
      if (lines_.waiting() > longest_line) return Error{"a line without end to " + command.substr(0, 120)};
      const auto bytes = connection_.read_bytes(deadline_, "the answer to " + command.substr(0, 120));
      if (!bytes) return bytes.error();
      lines_.feed(*bytes);
    }
  }

  health::Connection connection_;
  net::Deadline deadline_;
  AnswerLines lines_;
  int commands_ = 0;
};

}  // namespace

Result<SeenOfUser> read_seen(const AgentConfig& config, const health::Login& login, const std::string& mailbox,
                             Mailboxes which) {
  auto sync = Sync::open(config, login);
  if (!sync) return std::move(sync).error();
  auto records = sync->records_of(user_of(mailbox));
  if (!records) return std::move(records).error();
  SeenOfUser seen{mailbox};
  for (auto& [unique_id, record] : *records) {
    if (which == Mailboxes::OfThisBackend) {
      const auto here = sync->holds(unique_id);
      if (!here) return here.error();
      if (!*here) continue;
    }
    seen.records.push_back(std::move(record));
  }
  return seen;
}

Result<std::size_t> write_seen(const AgentConfig& config, const health::Login& login, const SeenOfUser& seen,
                               Existing existing) {
  if (seen.records.empty()) return std::size_t{0};
  auto sync = Sync::open(config, login);
  if (!sync) return std::move(sync).error();
  const auto user = user_of(seen.mailbox);
  const auto known = sync->records_of(user);
  if (!known) return known.error();
  std::size_t written = 0;
  for (const auto& record : seen.records) {
    auto wanted = record;
    const auto found = known->find(record.unique_id);
    if (existing == Existing::Kept) {
      const auto here = sync->holds(record.unique_id);
      if (!here) return here.error();
      if (!*here) continue;
      if (found != known->end()) {
        auto both = united(found->second, record);
        if (!both) return std::move(both).error();
        wanted = *std::move(both);
      }
    }
    if (found != known->end() && found->second == wanted) continue;
    const auto applied = sync->ask("SYNCAPPLY " + format_seen(user, wanted));
    if (!applied) return applied.error();
    ++written;
  }
  return written;
}

}  // namespace murder::move
