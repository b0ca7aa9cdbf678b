#include "mupdate/client/handshake.h"

#include <algorithm>

#include "mupdate/protocol/encode.h"

namespace murder::mupdate {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

// Those of the server that are acceptable, as the server spells them.
std::vector<std::string> acceptable(const std::vector<std::string>& offered, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return offered;
  std::vector<std::string> both;
  std::copy_if(offered.begin(), offered.end(), std::back_inserter(both), [&](const auto& mechanism) {
    return std::find(wanted.begin(), wanted.end(), mechanism) != wanted.end();
  });
  return both;
}

void remember(const Capability& capability, ServerInfo& server) {
  server.capabilities.emplace_back(capability.name);
  if (capability.is("AUTH")) server.mechanisms.assign(capability.arguments.begin(), capability.arguments.end());
}

// Answers the server's challenges until it has decided.
Status exchange(Connection& connection, sasl::Client& sasl, const std::string& tag, net::Deadline deadline) {
  while (true) {
    const auto response = connection.receive(deadline, "the answer");
    if (!response) return response.error();
    if (const auto* challenge = std::get_if<Challenge>(&*response)) {
      auto answer = sasl.step(challenge->base64);
      // The server waits for an answer that will not come; closing is the clean way out.
      if (!answer) return connection.fail(std::move(answer).error().in(connection.peer()));
      MURDER_TRY(connection.send(*answer + "\r\n", deadline, "a SASL answer"));
      continue;
    }
    const auto* end = std::get_if<Completion>(&*response);
    if (end == nullptr) return connection.fail(connection.refusal("an unexpected response"));
    if (end->tag != tag || end->code != Completion::Code::Ok) return connection.fail(connection.refusal(said(*end)));
    if (!sasl.is_complete()) {
      return connection.fail(connection.refusal("the server agreed before it had proved itself"));
    }
    return ok();
  }
}

}  // namespace

bool ServerInfo::has(std::string_view capability) const {
  return std::find(capabilities.begin(), capabilities.end(), capability) != capabilities.end();
}

Result<ServerInfo> read_banner(Connection& connection, net::Deadline deadline) {
  constexpr std::size_t most_lines = 100;
  ServerInfo server;
  for (std::size_t line = 0; line < most_lines; ++line) {
    const auto response = connection.receive(deadline, "the banner");
    if (!response) return response.error();
    if (const auto* capability = std::get_if<Capability>(&*response)) {
      remember(*capability, server);
      continue;
    }
    if (const auto* greeting = std::get_if<Greeting>(&*response)) {
      server.host = greeting->host;
      server.software = greeting->software;
      server.version = greeting->version;
      server.role = greeting->role;
      server.is_master = greeting->is_master();
      return server;
    }
    if (const auto* end = std::get_if<Completion>(&*response)) {
      return connection.fail(connection.refusal(said(*end) + " instead of a banner"));
    }
    return connection.fail(connection.refusal("no banner of MUPDATE"));
  }
  return connection.fail(connection.refusal("a banner without an end"));
}

Result<ServerInfo> start_tls(Connection& connection, const ServerInfo& server, const net::TlsClient& tls,
                             net::Deadline deadline) {
  if (!server.has("STARTTLS")) {
    return connection.fail(connection.refusal("the server does not offer it, and TLS is required")).in("STARTTLS");
  }
  const auto tag = connection.next_tag();
  MURDER_TRY(connection.send(tag + " STARTTLS\r\n", deadline, "the command"));
  const auto response = connection.receive(deadline, "the answer");
  if (!response) return response.error().in("STARTTLS");
  const auto* end = std::get_if<Completion>(&*response);
  if (end == nullptr || end->tag != tag || end->code != Completion::Code::Ok) {
    return connection.fail(connection.refusal(end ? said(*end) : "an unexpected response")).in("STARTTLS");
  }
  MURDER_TRY(connection.start_tls(tls, deadline));
  return read_banner(connection, deadline);
}

Status authenticate(Connection& connection, const ServerInfo& server, Login login, net::Deadline deadline) {
  const auto mechanisms = acceptable(server.mechanisms, login.mechanisms);
  if (mechanisms.empty()) {
    const auto offer = server.mechanisms.empty() ? "no mechanism" : "only " + joined(server.mechanisms);
    const auto hint = server.has("STARTTLS") ? "; it may offer more inside TLS" : "";
    return connection.fail(connection.refusal("the server offers " + offer + hint)).in("AUTHENTICATE");
  }
  auto sasl = sasl::Client::create("mupdate", login.host, std::move(login.credentials));
  if (!sasl) return connection.fail(std::move(sasl).error().in(connection.peer())).in("AUTHENTICATE");
  const auto start = sasl->start(mechanisms);
  if (!start) return connection.fail(start.error().in(connection.peer())).in("AUTHENTICATE");

  std::vector<std::string_view> arguments = {start->mechanism};
  // "=" is an initial response that is there, and empty.
  if (start->initial_response) {
    arguments.push_back(start->initial_response->empty() ? "=" : std::string_view(*start->initial_response));
  }
  const auto tag = connection.next_tag();
  std::string command;
  append_command(command, tag, "AUTHENTICATE", arguments);
  const auto name = "AUTHENTICATE " + start->mechanism;
  auto sent = connection.send(command, deadline, "the command");
  if (!sent) return std::move(sent).error().in(name);
  auto status = exchange(connection, *sasl, tag, deadline);
  if (!status) return std::move(status).error().in(name);
  return ok();
}

}  // namespace murder::mupdate
