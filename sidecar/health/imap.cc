#include "sidecar/health/imap.h"

#include "sidecar/health/banner.h"

namespace murder::health {

std::string imap_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result.push_back('\\');
    result.push_back(c);
  }
  return result + "\"";
}

Result<std::string> ask_imap(Connection& connection, std::string_view tag, const std::string& command,
                             std::string_view awaited, net::Deadline deadline) {
  MURDER_TRY(connection.write(std::string(tag) + " " + command + "\r\n", deadline));
  while (true) {
    auto line = connection.read_line(deadline, awaited);
    if (!line) return line;
    if (line->starts_with(std::string(tag) + " ")) return line->substr(tag.size() + 1);
    if (line->starts_with("* BYE")) return Error{"said \"" + *line + "\" to " + std::string(awaited)};
  }
}

Result<Connection> open_imap(const AgentConfig::Service& service, const Login& login, net::Deadline deadline) {
  auto opened = Connection::open(service.endpoint, service.tls, deadline);
  if (!opened.connection) return std::move(opened.connection).error();
  auto& connection = *opened.connection;
  const auto greeting = read_greeting(connection, "imap", deadline);
  if (!greeting) return greeting.error();
  // allowplaintext: no.
  if (greeting->find(" LOGINDISABLED") != std::string::npos) {
    const auto agreed = ask_imap(connection, "0", "STARTTLS", "STARTTLS", deadline);
    if (!agreed) return agreed.error();
    if (!agreed->starts_with("OK")) return Error{"STARTTLS: " + *agreed};
    MURDER_TRY(connection.start_tls(deadline));
  }
  const auto logged_in = ask_imap(
      connection, "1", "LOGIN " + imap_string(login.user) + " " + imap_string(login.password), "LOGIN", deadline);
  if (!logged_in) return logged_in.error();
  if (!logged_in->starts_with("OK")) return Error{"LOGIN as " + login.user + ": " + *logged_in};
  return std::move(connection);
}

}  // namespace murder::health
