#include "sidecar/move/inventory.h"

#include <algorithm>

namespace murder::move {
namespace {

// A mailbox that a move works on is locked until that has ended.
constexpr std::chrono::seconds patience(600);

}  // namespace

Result<AgentConfig::Service> imap_service(const AgentConfig& config) {
  const AgentConfig::Service* chosen = nullptr;
  for (const auto& service : config.services) {
    if (service.protocol != "imap") continue;
    if (chosen == nullptr || (chosen->tls && !service.tls)) chosen = &service;
  }
  if (chosen == nullptr) return Error{"this node has no IMAP service"};
  return *chosen;
}

Result<Contents> read_contents(health::Connection& connection, const std::string& tag, const std::string& mailbox,
                               std::optional<Mark> since, net::Deadline deadline) {
  MURDER_TRY(connection.write(tag + " SYNCGET FULLMAILBOX " + health::imap_string(mailbox) + "\r\n", deadline));
  ContentsReader reader(tag, since);
  while (true) {
    const auto bytes = connection.read_bytes(deadline, "the messages of " + mailbox);
    if (!bytes) return bytes.error();
    const auto done = reader.feed(*bytes);
    if (!done) return done.error().in(mailbox);
    if (!*done) continue;
    auto contents = std::move(reader).finish();
    if (!contents) return std::move(contents).error().in(mailbox);
    if (contents->name != mailbox) return Error{mailbox + ": answered with " + contents->name};
    return contents;
  }
}

Result<std::vector<HeldMailbox>> take_inventory(const AgentConfig& config, const health::Login& login,
                                                const InventoryRequest& request) {
  auto lines = list(config, request.mailbox);
  if (!lines) return std::move(lines).error();
  std::vector<HeldMailbox> mailboxes;
  for (auto& line : *lines) mailboxes.push_back({std::move(line)});
  if (!request.contents) return mailboxes;

  const auto deadline = net::Deadline::in(patience);
  const auto service = imap_service(config);
  if (!service) return service.error();
  auto connection = health::open_imap(*service, login, deadline);
  if (!connection) return std::move(connection).error();
  int tag = 1;
  for (auto& mailbox : mailboxes) {
    const auto& name = mailbox.line.name;
    if (mailbox.line.holding != Holding::Held || !belongs_to(request.mailbox, name)) continue;
    const auto mark = request.since.find(name);
    auto contents = read_contents(*connection, std::to_string(++tag), name,
                                  mark == request.since.end() ? std::nullopt : std::optional(mark->second), deadline);
    if (!contents) return std::move(contents).error();
    mailbox.contents = *std::move(contents);
  }
  static_cast<void>(connection->write("z LOGOUT\r\n", deadline));
  return mailboxes;
}

}  // namespace murder::move
