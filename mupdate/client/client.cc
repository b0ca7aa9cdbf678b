#include "mupdate/client/client.h"

#include "mupdate/protocol/argument_limits.h"
#include "mupdate/protocol/encode.h"

namespace murder::mupdate {
namespace {

// Requests that may be under way unanswered. What a server does not read while it waits for us to take its answers fits
// into the socket's buffers, so both sides can never wait for each other.
constexpr std::size_t pipeline_window = 16 * 1024;
constexpr std::size_t most_update_hosts = 30;

const std::string unsent = "the command was not sent, as a Cyrus master could die of it";

std::string subject(std::string_view command, std::string_view mailbox) {
  std::string text(command);
  if (!mailbox.empty()) text.append(" ").append(printable(mailbox));
  return text;
}

// The entry of a data line; nothing for every other response, and for the answer to another command.
std::optional<EntryView> entry_of(const Response& response, std::string_view tag) {
  if (const auto* line = std::get_if<MailboxLine>(&response); line && line->tag == tag) {
    return EntryView{.state = State::Active, .name = line->name, .location = line->location, .acl = line->acl};
  }
  if (const auto* line = std::get_if<ReserveLine>(&response); line && line->tag == tag) {
    return EntryView{.state = State::Reserved, .name = line->name, .location = line->location, .acl = {}};
  }
  return {};
}

}  // namespace

Result<Client> Client::connect(Options options, MaybeDeadline deadline) {
  const auto by = deadline ? *deadline : net::Deadline::in(options.timeout);
  auto stream = net::Stream::connect(options.endpoint, by);
  if (!stream) return std::move(stream).error();
  Connection connection(*std::move(stream), options.limits);
  auto server = read_banner(connection, by);
  if (!server) return std::move(server).error();
  if (options.tls) {
    server = start_tls(connection, *server, *options.tls, by);
    if (!server) return std::move(server).error();
  }
  Login login{.credentials = {.username = options.username,
                              .password = std::move(options.password),
                              .authorize_as = options.authorize_as},
              .mechanisms = options.mechanisms,
              .host = options.endpoint.is_unix() ? "localhost" : options.endpoint.host};
  options.password.clear();  // not needed again, so not kept
  MURDER_TRY(authenticate(connection, *server, std::move(login), by));
  return Client(std::move(connection), *std::move(server), std::move(options));
}

Status Client::noop(MaybeDeadline deadline) { return run({.name = "NOOP", .arguments = {}}, due(deadline)); }

Result<std::optional<Entry>> Client::find(std::string_view name, MaybeDeadline deadline) {
  std::optional<Entry> found;
  MURDER_TRY(run({.name = "FIND", .arguments = {name}, .mailbox = name}, due(deadline),
                 [&](const EntryView& entry) { found.emplace(entry); }));
  return found;
}

Result<std::vector<std::optional<Entry>>> Client::find_all(std::span<const std::string> names, MaybeDeadline deadline) {
  const auto by = due(deadline);
  for (const auto& name : names) {
    auto good = check_mailbox_name(name);
    if (!good) return std::move(good).error().in(subject("FIND", name));
  }
  std::vector<std::optional<Entry>> found(names.size());
  std::vector<std::pair<std::string, std::size_t>> sent;  // tag, and bytes of the command
  sent.reserve(names.size());
  std::size_t under_way = 0;
  std::string batch;
  for (std::size_t answered = 0; answered < names.size(); ++answered) {
    // Half a window at a time, so that not every answer costs a system call for the next request.
    if (under_way <= pipeline_window / 2) {
      batch.clear();
      while (sent.size() < names.size() && under_way <= pipeline_window) {
        const auto before = batch.size();
        auto tag = connection_.next_tag();
        const std::string_view argument = names[sent.size()];
        append_command(batch, tag, "FIND", {&argument, 1});
        sent.emplace_back(std::move(tag), batch.size() - before);
        under_way += batch.size() - before;
      }
      if (!batch.empty()) {
        auto status = connection_.send(batch, by, "the command");
        if (!status) return std::move(status).error().in(subject("FIND", names[answered]));
      }
    }
    auto status =
        take_answer(sent[answered].first, by, [&](const EntryView& entry) { found[answered].emplace(entry); });
    if (!status) {
      // The answers to what else was sent are not worth waiting for.
      auto error = std::move(status).error().in(subject("FIND", names[answered]));
      return failure() ? error : connection_.fail(std::move(error));
    }
    under_way -= sent[answered].second;
  }
  return found;
}

Status Client::list(std::string_view location_prefix, const Visitor& visit, MaybeDeadline deadline) {
  const auto by = deadline ? *deadline : net::Deadline::in(options_.list_timeout);
  auto good = check_argument("the location", location_prefix);
  if (!good) return std::move(good).error().in("LIST");
  if (location_prefix.empty()) return run({.name = "LIST", .arguments = {}}, by, visit);
  return run({.name = "LIST", .arguments = {location_prefix}}, by, visit);
}

Status Client::reserve(std::string_view name, std::string_view location, MaybeDeadline deadline) {
  return run({.name = "RESERVE", .arguments = {name, location}, .mailbox = name}, due(deadline));
}

Status Client::activate(std::string_view name, std::string_view location, std::string_view acl,
                        MaybeDeadline deadline) {
  return run({.name = "ACTIVATE", .arguments = {name, location, acl}, .mailbox = name}, due(deadline));
}

Status Client::deactivate(std::string_view name, std::string_view location, MaybeDeadline deadline) {
  const auto by = due(deadline);
  auto listed = find_listed(name, by);
  if (listed && listed->state != State::Active)
    listed = connection_.refusal("it is not active, but reserved; " + unsent);
  if (!listed) return std::move(listed).error().in(subject("DEACTIVATE", name));
  return run({.name = "DEACTIVATE", .arguments = {name, location}, .mailbox = name}, by);
}

Status Client::remove(std::string_view name, MaybeDeadline deadline) {
  const auto by = due(deadline);
  auto listed = find_listed(name, by);
  if (!listed) return std::move(listed).error().in(subject("DELETE", name));
  return run({.name = "DELETE", .arguments = {name}, .mailbox = name}, by);
}

Result<Entry> Client::find_listed(std::string_view name, net::Deadline deadline) {
  auto entry = find(name, deadline);
  if (!entry) return std::move(entry).error();
  if (!*entry) return connection_.refusal("it is not listed; " + unsent);
  return **std::move(entry);
}

Result<UpdateStream> Client::update(std::span<const std::string> hosts, MaybeDeadline deadline) && {
  if (hosts.size() > most_update_hosts) {
    return Error{"UPDATE: " + std::to_string(hosts.size()) + " hosts; a server takes at most " +
                 std::to_string(most_update_hosts)};
  }
  const std::vector<std::string_view> arguments(hosts.begin(), hosts.end());
  auto tag = connection_.next_tag();
  std::string command;
  append_command(command, tag, "UPDATE", arguments);
  auto sent = connection_.send(command, due(deadline), "the command");
  if (!sent) return std::move(sent).error().in("UPDATE");
  return UpdateStream(std::move(connection_), std::move(tag));
}

Status Client::logout(MaybeDeadline deadline) && {
  const auto by = due(deadline);
  std::string command;
  append_command(command, connection_.next_tag(), "LOGOUT", {});
  auto sent = connection_.send(command, by, "the command");
  if (!sent) return std::move(sent).error().in("LOGOUT");
  // Cyrus says OK, RFC 3656 BYE: whatever is said, it is the last word.
  const auto response = connection_.receive(by, "the answer");
  if (!response) return response.error().in("LOGOUT");
  connection_.fail(Error{"logged out"});
  return ok();
}

Status Client::run(const Request& request, net::Deadline deadline, const Visitor& visit) {
  const auto what = subject(request.name, request.mailbox);
  if (request.mailbox.data() != nullptr) {
    auto good = check_mailbox_name(request.mailbox);
    if (!good) return std::move(good).error().in(what);
  }
  for (const auto argument : request.arguments) {
    auto good = check_argument("an argument", argument);
    if (!good) return std::move(good).error().in(what);
  }
  const auto tag = connection_.next_tag();
  std::string command;
  append_command(command, tag, request.name, std::span(request.arguments.begin(), request.arguments.size()));
  auto status = connection_.send(command, deadline, "the command");
  if (status) status = take_answer(tag, deadline, visit);
  if (!status) return std::move(status).error().in(what);
  return ok();
}

Status Client::take_answer(std::string_view tag, net::Deadline deadline, const Visitor& visit) {
  while (true) {
    const auto response = connection_.receive(deadline, "the answer");
    if (!response) return response.error();
    if (const auto entry = entry_of(*response, tag); entry && visit) {
      visit(*entry);
      continue;
    }
    const auto* end = std::get_if<Completion>(&*response);
    if (end == nullptr) return connection_.fail(connection_.refusal("a response that belongs to no command"));
    if (end->tag != tag || end->code == Completion::Code::Bye) {
      // Nothing but BYE is said unasked: "* BYE" at shutdown, "* BAD" when the two sides have lost each other.
      return connection_.fail(connection_.refusal(said(*end) + ", unasked"));
    }
    return end->code == Completion::Code::Ok ? ok() : Status(connection_.refusal(said(*end)));
  }
}

}  // namespace murder::mupdate
