// A client of a MUPDATE server, real or ours (RFC 3656; MUPDATE.md 1.4 for what Cyrus answers).
//
//   auto client = Client::connect({.endpoint = *net::Endpoint::parse("m1:3905"), .username = "mupdate", ...});
//   auto entry = client->find("user.fred");
//
// For one thread that can wait. Every call has a deadline: its own, or the timeout of the options. Errors say which
// command, for which mailbox, and which server: `RESERVE user.fred: m1:3905: NO "mailbox already exists"`. A server's
// refusal leaves the client usable; anything else ends the connection, failure() says why, and so does every later
// call.
//
// A real master dies of some requests, and drops all its clients (CYRUS.md finding 1). Those are refused here, unsent:
// names and arguments beyond argument_limits.h; DELETE of a name that is not listed; DEACTIVATE of one that is not
// active. The latter two cost a FIND, and leave the moment between FIND and command in which another client could
// remove the entry: whoever can, should let one client at a time remove and deactivate.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/net/deadline.h"
#include "base/net/endpoint.h"
#include "base/net/tls.h"
#include "base/result.h"
#include "mupdate/client/connection.h"
#include "mupdate/client/entry.h"
#include "mupdate/client/handshake.h"
#include "mupdate/client/update_stream.h"

namespace murder::mupdate {

struct Options {
  net::Endpoint endpoint;
  std::string username;
  std::string password;
  std::string authorize_as = {};             // empty: as `username`
  std::vector<std::string> mechanisms = {};  // acceptable ones of SASL; empty: the strongest that both sides have
  // Set: TLS or nothing. Not set: in clear, where PLAIN shows the password to the network; for masters that have no
  // TLS, as Cyrus 3.6.1 should not (CYRUS.md finding 10), behind a NetworkPolicy.
  std::optional<net::TlsClient> tls = {};
  std::chrono::milliseconds timeout = std::chrono::seconds(10);        // of a call, as Cyrus's `client_timeout`
  std::chrono::milliseconds list_timeout = std::chrono::seconds(120);  // of LIST: a million entries take Cyrus 12 s
  Limits limits = {};
};

class Client {
 public:
  // Nothing: the timeout of the options.
  using MaybeDeadline = std::optional<net::Deadline>;
  using Visitor = std::function<void(const EntryView&)>;

  // Reads the banner, negotiates TLS when asked to, and authenticates. One deadline for all of it.
  static Result<Client> connect(Options options, MaybeDeadline deadline = {});

  const ServerInfo& server() const { return server_; }
  bool is_tls() const { return connection_.is_tls(); }

  Status noop(MaybeDeadline deadline = {});

  Result<std::optional<Entry>> find(std::string_view name, MaybeDeadline deadline = {});
  // The same for many, in their order, without waiting for each; the deadline is that of all of them.
  Result<std::vector<std::optional<Entry>>> find_all(std::span<const std::string> names, MaybeDeadline deadline = {});
  // Every entry whose location begins with `location_prefix` ("be1.example.org!"; empty: all), in the order of
  // mailbox_order.h. Nothing is kept: an entry is valid during its visit only.
  Status list(std::string_view location_prefix, const Visitor& visit, MaybeDeadline deadline = {});

  // The four writes, on a master only.
  // Takes a name. NO "mailbox already exists" when it is listed with another location; with the same, a Cyrus master
  // says OK and makes an active entry reserved.
  Status reserve(std::string_view name, std::string_view location, MaybeDeadline deadline = {});
  // Makes an entry active, whatever it was before, and wherever.
  Status activate(std::string_view name, std::string_view location, std::string_view acl, MaybeDeadline deadline = {});
  // Makes an active entry reserved, at `location`. Refused when it is not active.
  Status deactivate(std::string_view name, std::string_view location, MaybeDeadline deadline = {});
  // Refused when it is not listed.
  Status remove(std::string_view name, MaybeDeadline deadline = {});

  // Turns the connection into a stream of the list and its changes; of those at `hosts` only, when any are named (at
  // most 30). Ask `server().has("PARTIAL-UPDATE")` first.
  Result<UpdateStream> update(std::span<const std::string> hosts = {}, MaybeDeadline deadline = {}) &&;

  // Says goodbye and closes.
  Status logout(MaybeDeadline deadline = {}) &&;

  // Why the connection ended, if it has.
  const std::optional<Error>& failure() const { return connection_.failure(); }

 private:
  Client(Connection connection, ServerInfo server, Options options)
      : connection_(std::move(connection)), server_(std::move(server)), options_(std::move(options)) {}

  struct Request {
    std::string_view name;
    std::initializer_list<std::string_view> arguments;
    std::string_view mailbox = {};  // for errors
  };
  // Sends one command and takes its answer: entries go to `visit`.
  Status run(const Request& request, net::Deadline deadline, const Visitor& visit = {});
  // The answer to the command with this tag, up to its end.
  Status take_answer(std::string_view tag, net::Deadline deadline, const Visitor& visit);

  // What a command is about to end; an error when it is not there.
  Result<Entry> find_listed(std::string_view name, net::Deadline deadline);

  net::Deadline due(MaybeDeadline deadline) const { return deadline ? *deadline : net::Deadline::in(options_.timeout); }

  Connection connection_;
  ServerInfo server_;
  Options options_;
};

}  // namespace murder::mupdate
