#include "sidecar/health/status_probe.h"

namespace murder::health {
namespace {

// Below nobody's INBOX, so an administrator gets "does not exist" and not "permission denied".
constexpr std::string_view unknown_mailbox = "murder-agent-probe.no-such-mailbox";

}  // namespace

Status ask_status_of_unknown(const AgentConfig::Service& service, const Login& login, net::Deadline deadline) {
  auto connection = open_imap(service, login, deadline);
  if (!connection) return std::move(connection).error();
  const auto status = ask_imap(*connection, "2", "STATUS " + imap_string(unknown_mailbox) + " (MESSAGES)",
                               "STATUS of an unknown name", deadline);
  if (!status) return status.error();
  static_cast<void>(connection->write("3 LOGOUT\r\n", deadline));
  if (!status->starts_with("NO")) return Error{"STATUS of an unknown name: " + *status};
  return ok();
}

}  // namespace murder::health
